"""The table of docs/photos.md: what becomes of each property of each kind of photo.

    python tests/photos/fidelity.py

corrects every specimen with the real command, lets others look at the files before and after, and writes the
tables into the page. A test does the same and compares.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from judges import findings, pixels, tags
from PIL import Image
from specimens import SPECIMENS, picture

from colorfix import batch, photos
from colorfix.core.errors import ColorfixError
from colorfix.correction.settings import Settings
from colorfix.correction.targets import target_of

PAGE = Path(__file__).parents[2] / "docs/photos.md"
LONG_AGO = 1_234_567_890_123_456_789  # nanoseconds
PROPERTIES = (
    *("bit depth", "alpha", "frames", "pages", "ICC", "EXIF", "thumbnail", "XMP", "IPTC", "comment"),
    *("orientation", "DPI", "coding", "times"),
)
NEUTRAL = "pixels at gains of 1"
CONVERTED = (
    ("JPEG", (".png", ".tif", ".webp", ".avif", ".heic", ".jxl", ".bmp", ".gif")),
    ("PNG, 8 bits", (".jpg", ".tif", ".webp")),
    ("PNG, 16 bits", (".tif", ".jpg", ".webp")),
    ("PNG, alpha", (".webp", ".tif", ".jpg")),
    ("PNG, animated", (".webp", ".gif", ".jpg")),
    ("TIFF, 16 bits", (".png", ".jpg")),
    ("TIFF, float", (".png", ".jpg")),
    ("TIFF, pages", (".png",)),
    ("WebP, lossy", (".jpg", ".png", ".tif")),
    ("HEIC, 10 bits", (".jpg", ".png", ".tif")),
    ("AVIF, 8 bits", (".jpg", ".png")),
    ("JPEG XL, lossless", (".jpg", ".png")),
)
_WORDS = {  # what a warning that is about a property says
    "bit depth": ("bits", "floating point"),
    "frames": ("pictures", "animation"),
    "ICC": ("profile",),
    "EXIF": ("EXIF",),
    "thumbnail": ("EXIF",),
    "XMP": ("XMP",),
    "IPTC": ("captions",),
    "comment": ("comments", "texts"),
    "orientation": ("EXIF",),
    "DPI": ("resolution", "EXIF"),
    "coding": ("separated",),
}
_ALPHA_NOISE = 3.0  # codes, on average, of 8-bit alpha coded with loss


@dataclass
class Notes:
    """Sentences that cells refer to, numbered as they come."""

    sentences: list[str] = field(default_factory=list)

    def number(self, sentence: str) -> int:
        """Return the sentence's number, a new one for a new sentence."""
        if sentence not in self.sentences:
            self.sentences.append(sentence)
        return 1 + self.sentences.index(sentence)


@dataclass(frozen=True)
class Outcome:
    """A photo before, and either after with what was warned of and the gains, or why it was refused."""

    before: bytes
    suffix: str
    after: bytes | None
    into: str
    warnings: tuple[str, ...] = ()
    refusal: str = ""
    gains: tuple[float, ...] = ()
    times: tuple[int, int] = (0, 0)


def corrected(where: Path) -> dict[str, Outcome]:
    """Correct every specimen into its own format, in one process of the real command."""
    (where / "in").mkdir()
    (where / "out").mkdir()
    picture(60).save(where / "guide.png")
    paths = {name: where / "in" / f"{at}{suffix}" for at, (name, (suffix, _)) in enumerate(SPECIMENS.items())}
    for name, path in paths.items():
        path.write_bytes(SPECIMENS[name][1]())
        os.utime(path, ns=(LONG_AGO, LONG_AGO))
    options = ["--target", where / "guide.png", "--preserve", "--json", "--no-report", "-o", where / "out"]
    options += ["--others", "fail"]  # a gray photo would be copied
    command = [sys.executable, "-P", "-m", "colorfix", "correct", *paths.values(), *options]
    done = subprocess.run(list(map(str, command)), check=False, capture_output=True, text=True)
    reports = {Path(each["source"]["path"]).name: each for each in map(json.loads, done.stdout.splitlines())}
    return {name: _outcome(path, where, reports[path.name]) for name, path in paths.items()}


def _outcome(path: Path, where: Path, report: dict[str, Any]) -> Outcome:
    before, suffix = path.read_bytes(), path.suffix
    if "error" in report:
        return Outcome(before, suffix, None, suffix, refusal=report["error"].split(": ", 1)[1])
    out = where / "out" / path.name
    gains = report["gains"]
    return Outcome(
        before,
        suffix,
        out.read_bytes(),
        suffix,
        tuple(report["warnings"]),
        "",
        tuple(gains),
        _times(path, out),
    )


def _times(source: Path, output: Path) -> tuple[int, int]:
    return source.stat().st_mtime_ns, output.stat().st_mtime_ns


def converted(where: Path) -> dict[str, Outcome]:
    """Correct some specimens into other formats, through the same code without a process each."""
    target, found = target_of(str(where / "guide.png")), {}
    for name, suffixes in CONVERTED:
        path = where / "in" / f"{list(SPECIMENS).index(name)}{SPECIMENS[name][0]}"
        for suffix in suffixes:
            out = where / f"{path.stem}{suffix}"
            jobs = _planned(path, out, target.name)
            found[f"{name} → `{suffix}`"] = _conversion(path, out, jobs, target)
    return found


def _planned(path: Path, out: Path, target: str) -> tuple[batch.Job, ...]:
    given = batch.Sources((str(path),)), batch.Pairing(target)
    return batch.plan_jobs(*given, batch.Destination(str(out), reports=False)).jobs


def _conversion(path: Path, out: Path, jobs: Any, target: Any) -> Outcome:
    before = path.read_bytes()
    try:
        order = batch.Order(Settings(), batch.Writing(preserve=True), others="fail")
        (done,) = batch.run_jobs(jobs, {target.name: target}, order)
    except ColorfixError as error:
        return Outcome(before, path.suffix, None, out.suffix, refusal=_reason(error, out))
    if isinstance(done, batch.Failed):
        return Outcome(before, path.suffix, None, out.suffix, refusal=_reason(done.error, out))
    warnings, gains = done.report["warnings"], tuple(done.report["gains"])
    return Outcome(
        before, path.suffix, out.read_bytes(), out.suffix, tuple(warnings), "", gains, _times(path, out)
    )


def _reason(error: ColorfixError, out: Path) -> str:
    """The message without the name of this run's own file."""
    return str(error).split(": ", 1)[1].replace(str(out), "the output")


def cells(outcome: Outcome, notes: Notes) -> dict[str, str]:
    """A word for each property."""
    before = findings(outcome.before, outcome.suffix) | {"times": outcome.times[0]}
    if outcome.suffix == ".tif" and (outcome.after is None or outcome.into == ".tif"):
        before |= tags(outcome.before)
    if outcome.after is None:
        number = notes.number(outcome.refusal)
        return {name: "–" if before[name] is None else f"refused ({number})" for name in PROPERTIES}
    after = findings(outcome.after, outcome.into) | {"times": outcome.times[1]}
    if outcome.suffix == outcome.into == ".tif":
        after |= tags(outcome.after)
    row = {name: _cell(name, before[name], after[name], outcome, notes) for name in PROPERTIES}
    turned = before["orientation"] is not None and before["size"] == after["size"][::-1]
    return row | ({"orientation": "applied"} if turned else {})


def _cell(name: str, before: Any, after: Any, outcome: Outcome, notes: Notes) -> str:
    if before is None or (name in {"coding", "pages"} and outcome.suffix != outcome.into):
        return "–"
    if name == "thumbnail" and after is None and outcome.into == ".tif":
        return "removed"
    if name == "thumbnail" and after is not None:
        return "corrected" if _as_corrected(before, after, outcome.gains) else "stale"
    if _same(before, after) or (name in {"EXIF", "bit depth"} and _holds(after, before)):
        return "kept"
    warnings = [text for text in outcome.warnings if any(word in text for word in _WORDS.get(name, ()))]
    return f"converted ({', '.join(str(notes.number(text)) for text in warnings)})" if warnings else "lost"


def _same(before: Any, after: Any) -> bool:
    if isinstance(before, list) and isinstance(before[0], np.ndarray):  # alpha, frame by frame
        pairs = zip(before, after or [], strict=True) if after is not None else iter(())
        return after is not None and all(_close(*pair) for pair in pairs)
    return bool(before == after)


def _holds(after: Any, before: Any) -> bool:
    """Whether another format has all that was there, and something of its own beside."""
    if isinstance(before, dict):
        return after is not None and before.items() <= {name: after.get(name) for name in before}.items()
    return isinstance(before, tuple) and bool(after >= before)


def _close(before: np.ndarray, after: np.ndarray) -> bool:
    return before.dtype == after.dtype and bool(
        np.abs(before.astype(float) - after.astype(float)).mean() <= _ALPHA_NOISE
    )


def _as_corrected(before: bytes, after: bytes, gains: tuple[float, ...]) -> bool:
    """Whether the thumbnail's means moved by the photo's gains, in linear light, as far as JPEG allows."""
    old, new = (np.asarray(Image.open(BytesIO(each)).convert("RGB")) / 255.0 for each in (before, after))
    wanted = np.clip(_linear(old) * np.array(gains), 0, 1)
    return bool(np.abs(_linear(new).mean((0, 1)) - wanted.mean((0, 1))).max() < 0.03)


def _linear(stored: np.ndarray) -> np.ndarray:
    return np.where(stored <= 0.04045, stored / 12.92, ((stored + 0.055) / 1.055) ** 2.4)


def neutral(name: str, where: Path) -> int | None:
    """The largest difference of a pixel's code after encoding with gains of 1; None where it is refused."""
    suffix, make = SPECIMENS[name]
    data, path = make(), where / f"neutral{suffix}"
    path.write_bytes(data)
    file = BytesIO()
    try:
        photos.encode(photos.read(str(path)), photos.GainChange(np.ones(3)), None, file)
    except ColorfixError:
        return None
    pairs = zip(pixels(data, suffix), pixels(file.getvalue(), suffix), strict=True)
    return max(int(np.ceil(np.abs(a.astype(float) - b.astype(float)).max())) for a, b in pairs)


def _neutral_cell(difference: int | None) -> str:
    return {None: "–", 0: "identical"}.get(difference, "re-encoded")


def tables() -> str:
    """Both tables and their notes, as they stand in the page."""
    notes = Notes()
    with tempfile.TemporaryDirectory() as name:
        where = Path(name)
        own = {kind: cells(outcome, notes) for kind, outcome in corrected(where).items()}
        for kind, row in own.items():
            refused = row["bit depth"].startswith("refused")
            row[NEUTRAL] = "–" if refused else _neutral_cell(neutral(kind, where))
        others = {kind: cells(outcome, notes) for kind, outcome in converted(where).items()}
    foreign = tuple(name for name in PROPERTIES if name not in {"coding", "pages"})
    parts = [
        "### Into its own format\n",
        _table(own, (*PROPERTIES, NEUTRAL)),
        "\n### Into another format\n",
        _table(others, foreign),
        "\n### Notes\n",
        *(f"{number}. {text}" for number, text in enumerate(notes.sentences, 1)),
    ]
    return "\n".join(parts) + "\n"


def _table(rows: dict[str, dict[str, str]], columns: tuple[str, ...]) -> str:
    lines = [f"| | {' | '.join(columns)} |", "| --- |" + " --- |" * len(columns)]
    lines += [f"| {kind} | {' | '.join(row[name] for name in columns)} |" for kind, row in rows.items()]
    return "\n".join(lines)


_START, _END = "<!-- found by tests/photos/fidelity.py -->\n", "<!-- end -->\n"


def held(page: str) -> str:
    """What stands between the page's marks."""
    return page.partition(_START)[2].partition(_END)[0]


def renewed(page: str, found: str) -> str:
    """The page with other tables."""
    before, start, rest = page.partition(_START)
    return before + start + found + _END + rest.partition(_END)[2]


if __name__ == "__main__":
    text = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(renewed(text, tables()), encoding="utf-8")
