"""Photos in a bucket become photos in a bucket: the same bytes as in a folder, and a rerun goes on."""

from __future__ import annotations

import errno
import io
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from disturbed import photo
from PIL import Image

from colorfix.batch import Order, Writing
from colorfix.cluster import Corrector
from colorfix.cluster.actor import RunSettings
from colorfix.correction.settings import Settings

OPTIONS = ("--steps", "5", "--starts", "one", "--space", "srgb")
CRASH = """
import os, signal

def crash(gains, scene):
    for green in scene.source_means[:, 1].tolist():
        if abs(green - 0.20) < 0.001:
            os.kill(os.getpid(), signal.SIGSEGV)
    return (gains[:, 1] - 1) ** 2
"""


def encoded(form: str, **how) -> bytes:
    """A photo in another format, with 8 bits a channel."""
    file = io.BytesIO()
    with Image.open(io.BytesIO(photo(7))) as image:
        image.save(file, form, **how)
    return file.getvalue()


def plain(green: float) -> bytes:
    file = io.BytesIO()
    Image.fromarray(np.full((8, 8, 3), (200, round(255 * green), 60), np.uint8)).save(file, "PNG")
    return file.getvalue()


def lines(bucket) -> list[dict[str, object]]:
    """All lines of all records."""
    records = bucket.get("out/.colorfix/outcomes/").values()
    return [line for data in records for line in pq.read_table(io.BytesIO(data)).to_pylist()]


GOOD = {
    "a.jpg": photo(0),
    "day 1/b #1?.jpg": photo(1),
    "day 1/100%25.jpg": photo(2),
    "day 1/übung.JPG": photo(3),
    "day 2/deep/c.png": encoded("PNG"),
    "day 2/d.tif": encoded("TIFF", compression="tiff_deflate"),
}


def test_results_in_a_bucket_equal_those_of_a_folder_and_a_rerun_resumes(s3, address, correct, tmp_path):
    """A damaged photo and one that kills its process cost themselves alone, in the names of the bucket."""
    (tmp_path / "crash.py").write_text(CRASH)
    (tmp_path / "guide.jpg").write_bytes(photo(99))
    for name, data in GOOD.items():
        (tmp_path / "photos" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "photos" / name).write_bytes(data)
    options = (*OPTIONS, "-r", "-j", "2", "-R", "./crash.py:crash=1")
    assert correct("photos", "-t", "guide.jpg", "-o", "out", *options).returncode == 0
    local = {name: (tmp_path / "out" / name).read_bytes() for name in GOOD}

    s3.put({f"photos/{name}": data for name, data in GOOD.items()} | {"guide.jpg": photo(99)})
    bad = {"photos/cut.jpg": photo(4)[:-300], "photos/day 1/killer.png": plain(0.2)}
    s3.put({**bad, "photos/notes.txt": b"no photo"})
    far = (
        f"{s3.uri}/photos",
        "-t",
        f"{s3.uri}/guide.jpg",
        "-o",
        f"{s3.uri}/out",
        *options,
        f"--ray={address}",
    )
    done = correct(*far)
    errors = {line for line in done.stderr.splitlines() if line.startswith("error: ")}
    assert (done.returncode, len(errors), "Traceback" in done.stderr) == (1, 2, False), done.stderr
    assert any(line.startswith(f"error: {s3.uri}/photos/cut.jpg: ") for line in errors)
    assert any(f"{s3.uri}/photos/day 1/killer.png: " in line and "signal 11" in line for line in errors)
    assert "left out: other files 1" in done.stderr
    assert {k: v for k, v in s3.get("out/").items() if not k.startswith(".colorfix")} == local
    outcome_rows = {line["source"]: line for line in lines(s3)}
    assert sorted(outcome_rows) == sorted(
        f"{s3.uri}/photos/{name}" for name in [*GOOD, "cut.jpg", "day 1/killer.png"]
    )
    assert {outcome_rows[f"{s3.uri}/photos/{name}"]["written"] for name in GOOD} == {
        *map(len, local.values())
    }

    s3.put({"photos/day 2/new.jpg": photo(5)})
    for key in bad:
        s3.client.delete_object(Bucket=s3.name, Key=key)
    before = {
        found["Key"]: found["LastModified"] for found in s3.client.list_objects_v2(Bucket=s3.name)["Contents"]
    }
    done = correct(*far, "--json")
    assert (done.returncode, done.stdout.count('"skipped"'), done.stdout.count("colorfix/report")) == (
        0,
        6,
        1,
    ), done
    after = {
        found["Key"]: found["LastModified"] for found in s3.client.list_objects_v2(Bucket=s3.name)["Contents"]
    }
    assert before.items() <= after.items()
    assert {key for key in after.keys() - before.keys() if "/.colorfix/" not in key} == {"out/day 2/new.jpg"}


def test_other_files_are_not_replaced_and_a_batch_may_be_repeated(s3, tmp_path):
    """The operator alone, as an actor has it: a batch done again finds its results; a stranger's stay."""
    s3.put({f"photos/{number}.jpg": photo(number) for number in range(3)} | {"out/1.jpg": b"somebody's"})
    batch = {
        "source": [f"{s3.uri}/photos/{number}.jpg" for number in range(3)],
        "output": [f"{s3.uri}/out/{number}.jpg" for number in range(3)],
        "report": [f"{s3.uri}/out/{number}.report.json" for number in range(3)],
    }
    first = {line["source"][-5]: line for line in Corrector("neutral")(batch).to_pylist()}
    results = s3.get("out/")
    again = {line["source"][-5]: line for line in Corrector("neutral")(batch).to_pylist()}
    for outcome_rows in (first, again):
        assert [outcome_rows[number]["status"] for number in "012"] == ["corrected", "failed", "corrected"]
        assert outcome_rows["1"]["error"].startswith(f"{s3.uri}/out/1.jpg: exists already")
    assert {k: v for k, v in s3.get("out/").items() if k.endswith("jpg")} == {
        k: v for k, v in results.items() if k.endswith("jpg")
    }
    assert results["1.jpg"] == b"somebody's"
    assert f'"path": "{s3.uri}/photos/0.jpg"'.encode() in results["0.report.json"]
    assert b"scratch" not in results["0.report.json"]

    soft = Order(Settings(strength=0.5))
    ours = batch | {"previous": [first["0"]["sha256"], b"", b""]}
    outcome_rows = {
        line["source"][-5]: line
        for line in Corrector("neutral", soft, RunSettings("again"))(ours).to_pylist()
    }
    assert [outcome_rows[number]["status"] for number in "012"] == ["corrected", "failed", "failed"]
    outcome_rows = Corrector("neutral", Order(Settings(), Writing(overwrite=True)))(batch).to_pylist()
    assert {line["status"] for line in outcome_rows} == {"corrected"}
    assert s3.get("out/1.jpg")[""] != b"somebody's"


def test_a_row_with_an_impossible_name_fails_alone(s3, tmp_path):
    s3.put({"photos/a.jpg": photo(0)})
    good, out = f"{s3.uri}/photos/a.jpg", f"{tmp_path}/out"
    rows = {
        (good, f"{out}/a.jpg"): None,
        ("no://x/a.jpg", f"{out}/b.jpg"): "no scheme that pyarrow or fsspec know",
        (f"{s3.uri}/photos//a.jpg", f"{out}/c.jpg"): "has an empty part",
        (f"{s3.uri}/\udcff.jpg", f"{out}/d.jpg"): "surrogates not allowed",
        (good, f"{s3.uri}/out//e.jpg"): "has an empty part",
        (good, "no://x/f.jpg"): "no scheme that pyarrow or fsspec know",
    }
    batch = {"source": [source for source, _ in rows], "output": [output for _, output in rows]}
    outcome_rows = Corrector("neutral")(batch).to_pylist()
    words = dict(zip(batch["output"], rows.values(), strict=True))
    assert len(outcome_rows) == len(rows)
    for line in outcome_rows:
        assert (line["status"] == "corrected") == (words[line["output"]] is None), line
        assert (words[line["output"]] or "") in (line["error"] or "")


def test_a_full_temporary_folder_is_reported_as_such(s3, monkeypatch):
    """The copy of a photo finds no room: nothing is tried again, and the folder is named."""
    s3.put({"photos/a.jpg": photo(0)})
    asked = []

    def full(*_):
        asked.append(1)
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("colorfix.cluster.storage.bucket.shutil.copyfileobj", full)
    batch = {"source": [f"{s3.uri}/photos/a.jpg"], "output": [f"{s3.uri}/out/a.jpg"]}
    (line,) = Corrector("neutral")(batch).to_pylist()
    assert line["error"].startswith(f"{s3.uri}/photos/a.jpg: no space in {tempfile.gettempdir()}; ")
    assert len(asked) == 1


def test_the_python_example_of_the_docs(s3, address, tmp_path, monkeypatch):
    """Rows of a manifest in, outcomes out, as docs/cluster.md has it; but into a folder."""
    s3.put({f"photos/{number}.jpg": photo(number) for number in range(6)})
    page = (Path(__file__).parents[2] / "docs/cluster.md").read_text(encoding="utf-8")
    example = page.split("```python\n")[1].split("```")[0]
    (tmp_path / "example.py").write_text(
        example.replace("s3://bucket/outcomes", f"{tmp_path}/outcomes").replace("s3://bucket", s3.uri)
    )
    table = {
        "source": [f"{s3.uri}/photos/{number}.jpg" for number in range(6)],
        "output": [f"{s3.uri}/corrected/{number}.jpg" for number in range(6)],
    }
    import pyarrow as pa

    file = io.BytesIO()
    pq.write_table(pa.table(table), file)
    s3.put({"manifest/1.parquet": file.getvalue(), "guide.jpg": photo(99)})
    monkeypatch.setenv("RAY_ADDRESS", address)
    line = [sys.executable, "-P", "example.py"]
    subprocess.run(line, cwd=tmp_path, check=True, capture_output=True, timeout=120)
    outcomes = pq.read_table(tmp_path / "outcomes").to_pylist()
    assert sorted(line["output"] for line in outcomes) == table["output"]
    assert len(s3.get("corrected/")) == 6
