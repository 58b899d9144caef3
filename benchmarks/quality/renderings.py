"""Render the larger set: amber sources, neutral truths and too-blue guides, by a small camera model.

Takes the folder of photographs, with the paths that ``renderings.toml`` names, and a folder to write to:
``pairs.json`` and lossless files, laid out as in ``sample_images``, for ``comparison.py`` and
``presets/ablation.py``. The seed is fixed: the same photographs, NumPy and Pillow give the same pixels.

    python -m benchmarks.quality.renderings photographs renderings

The model takes a photograph for what a camera made of a scene in daylight, and makes it again in lamplight.
It assumes that

- a camera's rendering is one curve x (1 + k) / (1 + k x) on linear light, k of 0 to 1.5, and a saturation of
  1 to 1.3 around the luminance, both the same before and after the change of light, and invertible;
- a light multiplies the three channels of the camera, whose primaries are one of five sets;
- the lamp is a Planckian radiator, ln T normal around 2980 K (0.21, 1850 to 4200 K), up to 0.013 off the
  locus (Duv, standard deviation 0.004);
- the camera exposes both alike: mean stored luminance agrees within 3.5 % (standard deviation);
- highlights are as the photograph has them, or 12 or 30 % beyond what it can store, so that the truth clips
  and the source clips elsewhere; noise is 0, 0.3 or 0.7 % of the stored range.

It knows nothing of several lights, of local tone mapping or of what a camera's own white balance did before.
Kept are renderings that look like measured errors of white balance: best gains of 0.58 to 0.94, 0.82 to 1.3
and 1.1 to 3.5, at most 10 (mean CIEDE2000) left by them and 9 to 30 before; five a photograph, of ten
attempts at the most.
The guide is another photograph at 10 000 to 15 000 K and 0.5 to 1.4 times its exposure.

Photographs are in Debian packages of bullseye (gnome-backgrounds), bookworm (gnome-taquin, palapeli-data,
mate-backgrounds, lomiri-wallpapers, opencv-doc) and trixie (budgie-backgrounds, plasma-workspace-wallpapers,
libjxl-testdata), and in the wheels of scikit-image and scikit-learn; unpack all of them into one folder with
``dpkg-deb --extract`` and ``unzip``.
"""

from __future__ import annotations

import json
import sys
import tomllib
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from benchmarks.common.camera import PRIMARIES, Camera, white_of
from benchmarks.common.color import LUMA, decoded, difference, encoded, to_uint8
from benchmarks.quality.classical_methods import best_gains, oracle

if TYPE_CHECKING:
    from benchmarks.common.color import Floats, Pixels

LIST = Path(__file__).with_suffix(".toml")
SEED = 3
SIDE = 256
ATTEMPTS, KEPT = 10, 5


def kept_exposure(camera: Camera, light: Floats, truth: Pixels, white: Floats, factor: float) -> float:
    """Return the exposure that gives the truth's mean stored luminance times a factor, by iteration."""
    exposure, quiet = 1.0, Camera(camera.primaries, camera.lift, camera.saturation)
    scene, wanted = quiet.scene(light[::4, ::4]), factor * truth[::4, ::4].mean((0, 1)) @ LUMA
    for _ in range(12):
        photo = quiet.photo(scene, white, exposure, np.random.default_rng(0))
        exposure = float(np.clip(exposure * (wanted / (photo.mean((0, 1)) @ LUMA)) ** 1.8, 0.2, 5))
    return exposure


def attempt(photograph: Pixels, rng: np.random.Generator) -> tuple[Pixels, Pixels, dict[str, Any]]:
    """Draw a camera and a lamp; return the source, its truth, and how they came about."""
    kelvin = float(np.clip(np.exp(rng.normal(np.log(2980), 0.21)), 1850, 4200))
    duv = float(np.clip(rng.normal(0, 0.004), -0.013, 0.013))
    camera = Camera(
        primaries=int(rng.integers(len(PRIMARIES))),
        lift=float(rng.choice([0, 0, 0.5, 1, 1.5])),
        saturation=float(rng.choice([1, 1.1, 1.2, 1.3])),
        noise=float(rng.choice([0, 0.003, 0.007])),
    )
    highlights, factor = float(rng.choice([1, 1.12, 1.3])), float(np.exp(rng.normal(0, 0.035)))
    light, white = highlights * decoded(photograph / 255), white_of(kelvin, duv)
    truth = to_uint8(encoded(light))
    exposure = kept_exposure(camera, light, truth, white, factor)
    source = camera.photo(camera.scene(light), white, exposure, rng)
    lamp = {"kelvin": round(kelvin), "duv": round(duv, 4), "exposure": round(exposure, 3)}
    return source, truth, {"source_light": lamp, "camera": asdict(camera), "highlights": highlights}


def figures(source: Pixels, truth: Pixels) -> dict[str, Any] | None:
    """Return best gains and the difference before and after them, or nothing where it is no likely error."""
    red, green, blue = gains = best_gains(source, truth)
    if not (0.58 <= red <= 0.94 and 0.82 <= green <= 1.3 and 1.1 <= blue <= 3.5):
        return None
    before, after = difference(source, truth), difference(oracle(source, source, truth), truth)
    if not 9 <= before <= 30 or after > 10:
        return None
    rounded = [round(float(gain), 3) for gain in gains]
    return {"best_gains": rounded, "before": round(before, 2), "after": round(after, 2)}


def guide(photograph: Pixels, rng: np.random.Generator) -> tuple[Pixels, dict[str, float]]:
    """Render a photograph in too blue a light."""
    kelvin, exposure = float(rng.uniform(1e4, 1.5e4)), float(rng.uniform(0.5, 1.4))
    camera = Camera()
    photo = camera.photo(camera.scene(decoded(photograph / 255)), white_of(kelvin, 0), exposure, rng)
    return photo, {"kelvin": round(kelvin), "duv": 0.0, "exposure": round(exposure, 3)}


def read(path: Path) -> Pixels:
    """Read a photograph, its longest side :data:`SIDE` pixels."""
    with Image.open(path) as image:
        image.draft("RGB", (2 * SIDE, 2 * SIDE))
        small = image.convert("RGB")
    small.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
    return np.asarray(small)


def write(folder: Path, name: str, **photos: Pixels) -> dict[str, str]:
    """Write photos as PNG into a folder of their own; return their paths by key."""
    (folder / name).mkdir(parents=True, exist_ok=True)
    for key, pixels in photos.items():
        Image.fromarray(pixels).save(folder / name / f"{key}.png")
    return {key: f"{name}/{key}.png" for key in photos}


def main() -> None:
    """Render every photograph, and write the pairs and their list."""
    photographs, out = map(Path, sys.argv[1:3])
    packages = tomllib.loads(LIST.read_text(encoding="utf-8"))["package"]
    entries = [
        {**entry, "file": f"{package['folder']}/{entry['file']}", "origin": package["name"]}
        for package in packages
        for entry in package["photographs"]
    ]
    scenes = [read(photographs / entry["file"]) for entry in entries]
    pairs: list[dict[str, Any]] = []
    for number, (entry, scene) in enumerate(zip(entries, scenes, strict=True)):
        rng, kept, attempts = np.random.default_rng([SEED, number]), 0, 0
        while kept < KEPT and attempts < ATTEMPTS:
            attempts += 1
            source, truth, made = attempt(scene, rng)
            found = figures(source, truth)
            if found is None:
                continue
            kept, name = kept + 1, f"{number:02d}-{kept + 1}"
            other = int(rng.integers(len(scenes) - 1))
            target, made["target_light"] = guide(scenes[other + (other >= number)], rng)
            paths = write(out, name, source=source, target=target, truth=truth)
            pairs.append({"name": name, **paths, "photograph": entry, **made, "figures": found})
        print(f"{kept} of {entry['scene']}", file=sys.stderr)
    (out / "pairs.json").write_text(json.dumps(pairs, indent=1) + "\n", encoding="utf-8")
    print(f"{len(pairs)} renderings of {len({pair['photograph']['file'] for pair in pairs})} photographs")


if __name__ == "__main__":
    main()
