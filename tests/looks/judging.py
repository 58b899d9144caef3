"""Looks, a difficult picture, and the distance of other programs' pixels from colorfix's."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from colorfix import photos
from colorfix.color.statistics import SRGB
from colorfix.looks.formats import FORMATS
from colorfix.looks.look import Look

PHOTO = Path(__file__).parents[2] / "sample_images/lake/amber.jpg"
GAINS = {"strong": (0.35, 1.05, 2.6), "mild": (0.83, 1.0, 1.37), "dark": (0.61, 0.9, 0.98)}
LOOKS = {
    f"{name}-{space}-{highlights}": Look(np.array(gains), space, highlights, origin={"source": "a\nb"})
    for name, gains in GAINS.items()
    for space in ("linear", "srgb", "sensor")
    for highlights in ("clip", "protect")
}
CLIPPING = {name: look for name, look in LOOKS.items() if look.highlights == "clip"}
BY_CHANNEL = {name: look for name, look in CLIPPING.items() if look.space != "sensor"}
BY_CHANNEL = {name: look for name, look in CLIPPING.items() if look.space != "sensor"}
PROTECTING = {name: look for name, look in LOOKS.items() if look.highlights == "protect"}


def hard_picture() -> np.ndarray:
    """Gray and six primaries, all nearly white colors, random and nearly blown colors, and a photo."""
    rng = np.random.default_rng(7)
    ramps = [[[code * r, code * g, code * b] for code in range(256)] for r, g, b in np.ndindex(2, 2, 2)]
    near = np.stack(np.meshgrid(*[np.arange(240, 256)] * 3), axis=-1).reshape(-1, 3)
    colors = rng.integers(0, 256, (20_000, 3))
    blown = np.where(rng.random(colors.shape) < 0.5, rng.integers(240, 256, colors.shape), colors)
    all_of_them = np.concatenate([np.reshape(ramps, (-1, 3)), near, colors, blown]).astype(np.uint8)
    made = np.resize(all_of_them, (len(all_of_them) // 512 + 1, 512, 3))
    with Image.open(PHOTO) as photo:
        return np.concatenate([made, np.asarray(photo.convert("RGB"))[:150, :512]])


def corrected(look: Look, pixels: np.ndarray) -> np.ndarray:
    """Return colorfix's own result."""
    return np.asarray(photos.assemble(photos.read(pixels).pictures[0], look.change(SRGB)))


def furthest(look: Look, result: Path, source: Path = Path("hard.png")) -> int:
    """Return the largest difference from colorfix's picture, codes of 255."""
    with Image.open(source) as before, Image.open(result) as after:
        wanted = corrected(look, np.asarray(before.convert("RGB")))
        return int(np.abs(wanted.astype(int) - np.asarray(after.convert("RGB"))).max())


def written(look: Look, to: str, name: str) -> str:
    """Write a look in a format, and return the file's name."""
    Path(name).write_bytes(FORMATS[to].encode(look))
    return name


def program(*names: str) -> str:
    """Return the first installed program; skip the test if there is none."""
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        pytest.skip(f"{names[0]} is not installed")
    return found


def run(*words: object) -> None:
    done = subprocess.run(
        list(map(str, words)), capture_output=True, stdin=subprocess.DEVNULL, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr.decode(errors="replace")[-2000:]
