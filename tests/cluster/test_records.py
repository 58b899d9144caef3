"""Records agree with the results: actor and remaining jobs, as in the command, without Ray."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import pytest
from disturbed import photo
from PIL import Image

from colorfix.batch import Job, Order, PassedOver, Writing
from colorfix.batch.resume.fingerprint import fingerprint
from colorfix.cluster import Corrector, actor, resume
from colorfix.cluster.actor import RunSettings
from colorfix.cluster.manifest import DIGEST_SIZE, Row
from colorfix.cluster.outcomes import RowOutcome, outcome_of
from colorfix.cluster.resume import remaining_of
from colorfix.cluster.target import TargetFile
from colorfix.core.errors import PhotoError
from colorfix.correction.settings import Settings
from colorfix.report import sha256_of


@dataclass
class Shoot:
    """Two photos of one size, uncompressed, so that results of whatever settings have one size too."""

    folder: Path

    def write(self, source: str, number: int) -> None:
        """Write a photo."""
        path = self.folder / source
        path.parent.mkdir(exist_ok=True)
        (self.folder / "made.jpg").write_bytes(photo(number))
        with Image.open(self.folder / "made.jpg") as image:
            image.save(path)

    def correct(self, run: str, strength: float = 1.0, source: str = "p1/a.tif", **how: bool) -> list[str]:
        """Do what is left of one job; return what became of it: nothing where it is done already."""
        out = self.folder / "out"
        order = Order(
            Settings(steps=5, starts="one", strength=strength), Writing(overwrite=how.get("over", False))
        )
        job = Job(str(self.folder / source), str(out / "a.tif"), None, "neutral")
        left = remaining_of(
            [job], {}, fingerprint(order, sha256_of(b"")), str(out), redo=how.get("redo", False)
        )
        if not left.rows.num_rows:
            return []
        batch = {name: left.rows[name].to_pylist() for name in left.rows.column_names}
        return Corrector(TargetFile("neutral"), order, RunSettings(run, str(out)))(batch)[
            "status"
        ].to_pylist()

    @property
    def result(self) -> bytes:
        """What stands under the name of the output."""
        return (self.folder / "out/a.tif").read_bytes()


@pytest.fixture
def shoot(tmp_path) -> Shoot:
    found = Shoot(tmp_path)
    found.write("p1/a.tif", 0)
    found.write("p2/a.tif", 1)
    return found


@pytest.mark.parametrize("other", [{"strength": 0.5}, {"source": "p2/a.tif"}])
def test_an_output_that_was_replaced_is_not_done(shoot, other):
    assert shoot.correct("one") == ["corrected"]
    first = shoot.result
    assert shoot.correct("two", **other) == ["corrected"]
    assert (len(shoot.result), shoot.result == first) == (len(first), False)
    assert shoot.correct("three") == ["corrected"]
    assert shoot.result == first
    assert shoot.correct("four") == []


def test_an_output_replaced_by_a_killed_run_is_not_done(shoot, monkeypatch):
    """Its results have no record: they are not taken for those of the run before."""

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    shoot.correct("one")
    first = shoot.result
    with monkeypatch.context() as patch:
        patch.setattr(actor.Corrector, "_record", killed)
        with pytest.raises(KeyboardInterrupt):
            shoot.correct("two", 0.5)
    assert shoot.result != first
    assert shoot.correct("three") == ["failed"]
    assert shoot.correct("four", over=True) == ["corrected"]
    assert shoot.result == first


def test_an_output_written_by_another_program_is_not_done(shoot):
    """As many other bytes, which no record tells of: a run without records, another program."""
    shoot.correct("one")
    assert shoot.correct("two") == []
    result = shoot.folder / "out/a.tif"
    time = result.stat().st_mtime - 60
    os.utime(result, (time, time))
    assert shoot.correct("three") == ["corrected"]


def test_a_failure_does_not_replace_a_record_of_a_result(shoot):
    """A redo that fails, and once more in the same run: the result is still ours and may be replaced."""
    shoot.correct("one")
    original = shoot.folder / "p1/a.tif"
    kept = original.with_suffix(".kept")
    original.rename(kept)
    original.mkdir()
    for run in ("one", "two", "two"):
        assert shoot.correct(run, redo=True) == ["failed"]
    original.rmdir()
    kept.rename(original)
    assert shoot.correct("three", 0.5) == ["corrected"]
    assert len(list((shoot.folder / "out" / resume.FOLDER).iterdir())) >= 3


def test_an_unreadable_folder_of_results_is_an_error(s3):
    with pytest.raises(PhotoError, match="there is no such bucket"):
        resume.read("s3://photos-nowhere/out")


def test_a_black_and_white_photo_is_copied_recorded_and_not_done_again(shoot):
    path = shoot.folder / "p1/a.tif"
    with Image.open(path) as image:
        gray = image.convert("L").convert("RGB")
    gray.save(path)
    assert shoot.correct("one") == ["passed over"]
    assert shoot.result == path.read_bytes()
    assert shoot.correct("two") == []
    shoot.write("p1/a.tif", 0)
    assert shoot.correct("three") == ["corrected"]
    gray.save(path)
    assert shoot.correct("four") == ["passed over"]
    assert shoot.result == path.read_bytes()


@pytest.mark.parametrize("copied", [True, False])
def test_the_outcome_of_a_photo_that_was_passed_over_returns_from_its_row(copied):
    job = Job("a.jpg", "out/a.jpg", None, "neutral")
    outcome = PassedOver(job, 3.5, copied, ("the photo is toned",))
    size = {"written": 3, "sha256": b"d" * DIGEST_SIZE} if copied else {}
    line = RowOutcome(Row(0, "a.jpg", "out/a.jpg"), outcome, **size).line("run", in_full=False)
    assert outcome_of(job, line) == outcome
