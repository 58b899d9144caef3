"""Make the tungsten set: photos of lamplit scenes under a wrong white balance, their truths, and guides.

Takes the folder of photographs (see :mod:`benchmarks.quality.photographs`), a half and a folder to write to.
Each scene, of a photograph or a room of shapes, is recorded once by a sensor with noise and clipping, and
developed twice: with the white balance of another light, which is the source, and with its own lamp's, the
truth. Beside them lie three guides: ``blue.png``, another scene under a white balance for a much warmer
light; ``twin.png``, the same scene by the same camera in daylight; ``other.png``, the same scene in daylight,
framed, exposed and rendered otherwise.

    python -m benchmarks.quality.tungsten photographs tuning ~/.cache/colorfix-benchmarks/tungsten

The seed of every scene follows from its name. Rooms show photographs, so that they change with the list of
those; photographs do not depend on each other.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import numpy as np
from PIL import Image

from benchmarks.common.color import difference
from benchmarks.quality.photographs import Half, Photograph, half_of, photographs, seed_of
from benchmarks.quality.rooms import room
from benchmarks.quality.scenes import Scene, of_photograph
from benchmarks.quality.sensor import Balance, Camera, developed, exposure_for, raw_values
from benchmarks.quality.spectra import DAYLIGHT, LAMPS, SENSORS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]

ROOMS = 80
"""Rooms in both halves together."""

RENDERINGS = {"photograph": 5, "room": 3}
"""Of each photograph and of each room."""

KINDS = ("incandescent", "incandescent", "incandescent", "fluorescent", "led", "led", "sodium")
"""Kinds of lamps to draw from."""

LEAST, MOST = 6.0, 35.0
"""Mean difference (CIEDE2000) of source and truth: less is no cast, more is no photo to be saved."""


def camera(rng: np.random.Generator) -> Camera:
    """Draw a camera."""
    return Camera(
        SENSORS[int(rng.integers(len(SENSORS)))],
        lift=float(rng.choice([0, 0.5, 1.0, 1.5])),
        contrast=float(rng.choice([0, 0.2, 0.4])),
        saturation=float(rng.choice([1, 1.1, 1.2])),
        noise=float(rng.choice([0, 0.002, 0.006])),
    )


def rendering(scene: Scene, lamp: str, rng: np.random.Generator) -> tuple[dict[str, Pixels], dict[str, Any]]:
    """Photograph a scene; return source, truth and its two right guides, and how they came about."""
    maker, brightness = camera(rng), float(rng.choice([0.2, 0.3, 0.4, 0.5]))
    balance = Balance(str(rng.choice(DAYLIGHT)), float(rng.choice([1, 1, 0.8, 0.6])))
    exposure = exposure_for(scene, maker, lamp, brightness)
    raw = raw_values(scene, maker, exposure, rng)
    photos = {
        "source": developed(raw, maker, lamp, balance),
        "truth": developed(raw, maker, lamp, Balance(lamp)),
        "twin": in_daylight(scene, lamp, maker, brightness, rng),
        "other": in_daylight(scene.cropped(rng), lamp, camera(rng), float(rng.uniform(0.3, 0.5)), rng),
    }
    made = {"camera": asdict(maker), "balance": asdict(balance), "brightness": brightness, "lamp": lamp}
    return photos, made


def in_daylight(
    scene: Scene, lamp: str, maker: Camera, brightness: float, rng: np.random.Generator
) -> Pixels:
    """Return a photo of the scene with daylight where lamplight was, rightly balanced."""
    lit = scene.with_light(lamp, "D65")
    exposure = exposure_for(lit, maker, "D65", brightness)
    return developed(raw_values(lit, maker, exposure, rng), maker, "D65", Balance("D65"))


def blue_guide(photograph: Photograph, rng: np.random.Generator) -> Pixels:
    """Return a photo of another scene in daylight, under a white balance for warmer light."""
    scene, maker = of_photograph(photograph, "D75", rng), camera(rng)
    exposure = exposure_for(scene, maker, "D75", float(rng.uniform(0.25, 0.5)))
    raw = raw_values(scene, maker, exposure, rng)
    return developed(raw, maker, "D75", Balance("3300 K", float(rng.uniform(0.5, 1))))


def scene_of(
    name: str,
    photograph: Photograph | None,
    pictures: list[Photograph],
    lamp: str,
    rng: np.random.Generator,
) -> Scene:
    """Return the scene of a photograph, or of a room where there is none."""
    if photograph is not None:
        return of_photograph(photograph, lamp, rng)
    return room(np.random.default_rng(seed_of(name)), lamp, "D65", pictures)


def renderings(
    name: str, photograph: Photograph | None, pictures: list[Photograph], out: Path
) -> list[dict[str, Any]]:
    """Render a scene several times and write the photos; return their records.

    Args:
        name: of the photograph or the room.
        photograph: its file, None for a room.
        pictures: photographs of the same half.
        out: folder to write to.
    """
    found: list[dict[str, Any]] = []
    what = "room" if photograph is None else "photograph"
    for number in range(RENDERINGS[what]):
        rng = np.random.default_rng([seed_of(name), number])
        kind = KINDS[int(rng.integers(len(KINDS)))]
        lamp = str(rng.choice(LAMPS[kind]))
        scene = scene_of(name, photograph, pictures, lamp, rng)
        photos, made = rendering(scene, lamp, rng)
        before = difference(photos["source"], photos["truth"])
        if not LEAST <= before <= MOST:
            continue
        others = [picture for picture in pictures if picture.name != name]
        photos["blue"] = blue_guide(others[int(rng.integers(len(others)))], rng)
        files = write(out, f"{name}-{number}", photos)
        known = {"name": f"{name}-{number}", "scene": name, "what": what, "kind": kind, "files": files}
        found.append({**known, **made, "before": round(before, 2)})
    return found


def write(out: Path, name: str, photos: dict[str, Pixels]) -> dict[str, str]:
    """Write photos into a folder of their own; return their paths by key."""
    (out / name).mkdir(parents=True, exist_ok=True)
    for key, pixels in photos.items():
        Image.fromarray(pixels).save(out / name / f"{key}.png")
    return {key: f"{name}/{key}.png" for key in photos}


def main() -> None:
    """Make one half, and write the list of its pairs."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("photographs", type=Path)
    parser.add_argument("half", choices=get_args(Half))
    parser.add_argument("out", type=Path)
    asked = parser.parse_args()
    pictures = photographs(asked.photographs, asked.half)
    scenes: list[tuple[str, Photograph | None]] = [(picture.name, picture) for picture in pictures]
    rooms = [f"room-{number}" for number in range(ROOMS)]
    scenes += [(name, None) for name in rooms if half_of(name) == asked.half]
    out = asked.out / asked.half
    pairs = [pair for name, photograph in scenes for pair in renderings(name, photograph, pictures, out)]
    (out / "pairs.json").write_text(json.dumps(pairs, indent=1) + "\n", encoding="utf-8")
    print(f"{len(pairs)} renderings of {len({pair['scene'] for pair in pairs})} scenes")


if __name__ == "__main__":
    main()
