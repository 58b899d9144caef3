"""Render the sample instances: amber sources, bluish guides and neutral truths, from free photographs.

An instance is one photograph seen three ways, as a camera balanced for daylight (D65) sees it:

- ``truth.jpg``: the photograph itself, at the exposure that the recipe asks for.
- ``amber.jpg``: the same under tungsten light, a Planckian radiator of 2500 to 3500 K, some of them slightly
  off the locus. Only the colour differs from the truth.
- ``guide.jpg``: another photograph under bluish light of 10 000 to 15 000 K.

A change of light is: decode sRGB to linear light (IEC 61966-2-1), multiply by the exposure, adapt from D65
to the new light in Bradford cone responses, white keeping its luminance, clip to 0 to 1, encode, round to
8 bits. Chromaticities of Planckian radiators come from the rational fit of Krystek (1985), good from 1000 to
15 000 K; from 2500 K up it stays within 4e-4 in x and y of Planck's law integrated with the colour matching
functions of the CIE 1931 2° observer.

The colour formulas stand here a second time on purpose: the samples judge ``colorfix``, and so take nothing
from it.

To run it, gather the photographs in one folder, with the paths that ``recipe.toml`` names. On Debian 13:

    mkdir photographs && cd photographs
    pip download --no-deps matplotlib==3.11.2 scikit-image==0.26.0
    for wheel in *.whl; do unzip -q "$wheel"; done
    apt-get download budgie-backgrounds gnome-taquin libjxl-testdata palapeli-data
    for package in *.deb; do dpkg-deb --extract "$package" .; done

and then, with the ``test`` extra installed, run ``python sample_images/make.py photographs``. The same
photographs and the same Pillow give the same bytes.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import tomllib
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms
from PIL.ExifTags import IFD, Base
from PIL.TiffImagePlugin import IFDRational
from skimage.color import deltaE_ciede2000, rgb2lab

Floats: TypeAlias = NDArray[np.float64]
Codes: TypeAlias = NDArray[np.uint8]

HERE = Path(__file__).parent

D65 = (0.3127, 0.3290)
"""Chromaticity of daylight, CIE 1931 (x, y): the white of sRGB."""

XYZ_OF_SRGB: Floats = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)
"""Linear sRGB to CIE XYZ, columns red, green, blue."""

BRADFORD: Floats = np.array(
    [
        [0.8951, 0.2664, -0.1614],
        [-0.7502, 1.7135, 0.0367],
        [0.0389, -0.0685, 1.0296],
    ]
)
"""CIE XYZ to sharpened cone responses."""

SOURCE_SIDE = 900
"""Longest side of a source and of its truth, pixels; smaller photographs stay as they are."""

GUIDE_SIDE = 640
"""Longest side of a guide, pixels."""


@dataclass(frozen=True)
class Photograph:
    """A photograph and where it comes from.

    Attributes:
        file: path below the folder of photographs.
        scene: what it shows.
        author: who took it.
        licence: ``"Public domain"`` or ``"CC0-1.0"``.
        origin: where it was published, and the package that holds the file.
        evidence: what says that it is free.
    """

    file: str
    scene: str
    author: str
    licence: str
    origin: str
    evidence: str


@dataclass(frozen=True)
class Light:
    """A light to render a photograph under.

    Attributes:
        kelvin: correlated colour temperature, 1000 to 15 000.
        duv: distance from the Planckian locus in CIE 1960 (u, v), positive towards green.
        exposure: factor in linear light, above 0.
    """

    kelvin: float
    duv: float = 0.0
    exposure: float = 1.0


@dataclass(frozen=True)
class Instance:
    """What to render.

    Attributes:
        photograph: key of the source; names the instance as well.
        light: what the source is seen under.
        guide: key of another photograph.
        guide_light: what the guide is seen under.
        metadata: whether the source carries EXIF and an ICC profile, as a camera's file does.
    """

    photograph: str
    light: Light
    guide: str
    guide_light: Light
    metadata: bool = False


def decoded(codes: Codes) -> Floats:
    """Decode 8-bit sRGB to linear light, 0 to 1."""
    values = codes / 255.0
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def encoded(linear: Floats) -> Codes:
    """Clip linear light to 0 to 1 and encode it to 8-bit sRGB."""
    clipped = np.clip(linear, 0.0, 1.0)
    root = 1.055 * np.maximum(clipped, 0.0031308) ** (1 / 2.4) - 0.055
    values: Floats = np.where(clipped <= 0.0031308, 12.92 * clipped, root)
    return (255 * values).round().astype(np.uint8)


def planckian_uv(kelvin: float) -> Floats:
    """Return the CIE 1960 (u, v) of a Planckian radiator of 1000 to 15 000 K (Krystek 1985)."""
    u_above = 0.860117757 + 1.54118254e-4 * kelvin + 1.28641212e-7 * kelvin**2
    u_below = 1 + 8.42420235e-4 * kelvin + 7.08145163e-7 * kelvin**2
    v_above = 0.317398726 + 4.22806245e-5 * kelvin + 4.20481691e-8 * kelvin**2
    v_below = 1 - 2.89741816e-5 * kelvin + 1.61456053e-7 * kelvin**2
    return np.array([u_above / u_below, v_above / v_below])


def chromaticity(light: Light) -> tuple[float, float]:
    """Return the CIE 1931 (x, y) of a light."""
    along_u, along_v = planckian_uv(light.kelvin - 1) - planckian_uv(light.kelvin + 1)
    across = np.array([-along_v, along_u]) / np.hypot(along_u, along_v)
    u, v = planckian_uv(light.kelvin) + light.duv * across
    scale = 2 * u - 8 * v + 4
    return float(3 * u / scale), float(2 * v / scale)


def white_xyz(x: float, y: float) -> Floats:
    """Return the CIE XYZ of a white of luminance 1."""
    return np.array([x / y, 1.0, (1 - x - y) / y])


def adaptation(white: tuple[float, float], new_white: tuple[float, float]) -> Floats:
    """Return the 3 x 3 matrix that moves linear sRGB from one white to another, both CIE 1931 (x, y)."""
    factors = (BRADFORD @ white_xyz(*new_white)) / (BRADFORD @ white_xyz(*white))
    cones_of_srgb = BRADFORD @ XYZ_OF_SRGB
    return np.linalg.solve(cones_of_srgb, factors[:, None] * cones_of_srgb).astype(np.float64)


def seen_under(picture: Codes, light: Light) -> Codes:
    """Render a picture taken in daylight as the same camera sees it under another light."""
    return encoded(light.exposure * decoded(picture) @ adaptation(D65, chromaticity(light)).T)


def exposed(picture: Codes, exposure: float) -> Codes:
    """Render a picture at another exposure, a factor in linear light."""
    return encoded(exposure * decoded(picture))


def best_gains(source: Codes, truth: Codes) -> list[float]:
    """Return the gains on stored values, clipped at 255, that bring a source closest to its truth."""
    gains = np.arange(0.3, 5.0, 0.001)
    fitted = np.minimum(gains[:, None] * np.arange(256), 255)
    found = []
    for values, wanted in zip(source.reshape(-1, 3).T, truth.reshape(-1, 3).T, strict=True):
        counts = np.bincount(values, minlength=256)
        sums = np.bincount(values, weights=wanted, minlength=256)
        found.append(round(float(gains[np.argmin(fitted**2 @ counts - 2 * fitted @ sums)]), 3))
    return found


def difference(picture: Codes, truth: Codes) -> float:
    """Return the mean colour difference CIEDE2000 of two pictures."""
    differences = deltaE_ciede2000(rgb2lab(picture), rgb2lab(truth))  # type: ignore[no-untyped-call]
    return round(float(np.mean(differences)), 2)


def figures(source: Codes, truth: Codes) -> dict[str, Any]:
    """Measure what correcting a source takes, and what three gains can reach."""
    gains = best_gains(source, truth)
    corrected = np.rint(np.clip(source * np.array(gains), 0, 255)).astype(np.uint8)
    return {
        "best_gains": gains,
        "ciede2000_of_source": difference(source, truth),
        "ciede2000_of_best_gains": difference(corrected, truth),
    }


def srgb_profile() -> bytes:
    """Return an ICC profile of sRGB, dated to a fixed day so that its bytes do not change."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    date = np.array([2000, 1, 1, 0, 0, 0], dtype=">u2").tobytes()
    return profile[:24] + date + profile[36:]


def camera_exif(photograph: Photograph) -> bytes:
    """Return the EXIF block of an upright photo of an imaginary camera, set to daylight under tungsten."""
    exif = Image.Exif()
    exif[Base.ImageDescription] = photograph.scene
    exif[Base.Make] = "colorfix"
    exif[Base.Model] = "Sample camera"
    exif[Base.Orientation] = 1
    exif[Base.DateTime] = "2000:01:01 20:00:00"
    exif[Base.Artist] = photograph.author
    exif[Base.Copyright] = photograph.licence
    exif[IFD.Exif] = {
        Base.ExposureTime: IFDRational(1, 60),
        Base.FNumber: IFDRational(28, 10),
        Base.ISOSpeedRatings: 400,
        Base.DateTimeOriginal: "2000:01:01 20:00:00",
        Base.FocalLength: IFDRational(50),
        Base.LightSource: 3,
    }
    return exif.tobytes()


def load(path: Path, side: int) -> Codes:
    """Read a photograph as sRGB, reduced so that its longest side has at most ``side`` pixels."""
    with Image.open(path) as opened:
        picture = opened.convert("RGB")
    picture.thumbnail((side, side), Image.Resampling.LANCZOS)
    return np.asarray(picture)


def save(picture: Codes, path: Path, exif: bytes = b"", profile: bytes = b"") -> Codes:
    """Write a JPEG without colour subsampling, and return the picture that a reader gets."""
    path.parent.mkdir(exist_ok=True)
    image = Image.fromarray(picture)
    image.save(path, quality=92, subsampling=0, optimize=True, exif=exif, icc_profile=profile)
    with Image.open(path) as written:
        return np.asarray(written)


def provenance(photograph: Photograph, folder: Path) -> dict[str, str]:
    """Describe a photograph, with the hash of its file."""
    digest = hashlib.sha256((folder / photograph.file).read_bytes()).hexdigest()
    return asdict(photograph) | {"sha256": digest}


def render(instance: Instance, photographs: dict[str, Photograph], folder: Path) -> tuple[Codes, Codes]:
    """Write the three files of an instance; return the source and the truth as a reader gets them."""
    photograph, guide = photographs[instance.photograph], photographs[instance.guide]
    place = HERE / instance.photograph
    metadata = (camera_exif(photograph), srgb_profile()) if instance.metadata else ()
    neutral = load(folder / photograph.file, SOURCE_SIDE)
    source = save(seen_under(neutral, instance.light), place / "amber.jpg", *metadata)
    truth = save(exposed(neutral, instance.light.exposure), place / "truth.jpg")
    save(seen_under(load(folder / guide.file, GUIDE_SIDE), instance.guide_light), place / "guide.jpg")
    return source, truth


def make(instance: Instance, photographs: dict[str, Photograph], folder: Path) -> dict[str, Any]:
    """Render an instance and describe it."""
    name = instance.photograph
    source, truth = render(instance, photographs, folder)
    return {
        "name": name,
        "source": f"{name}/amber.jpg",
        "target": f"{name}/guide.jpg",
        "truth": f"{name}/truth.jpg",
        "source_light": asdict(instance.light),
        "target_light": asdict(instance.guide_light),
        "source_photograph": provenance(photographs[name], folder),
        "target_photograph": provenance(photographs[instance.guide], folder),
        "figures": figures(source, truth),
    }


def read_recipe(path: Path) -> tuple[dict[str, Photograph], list[Instance]]:
    """Read which photographs there are and which instances to render from them."""
    recipe = tomllib.loads(path.read_text(encoding="utf-8"))
    photographs = {key: Photograph(**table) for key, table in recipe["photographs"].items()}
    lights = ("light", "guide_light")
    instances = [
        Instance(**table | {key: Light(**table[key]) for key in lights}) for table in recipe["instances"]
    ]
    return photographs, instances


def line(record: dict[str, Any]) -> str:
    """Sum up one instance for the terminal."""
    measured = record["figures"]
    gains = " ".join(f"{gain:.2f}" for gain in measured["best_gains"])
    before, after = measured["ciede2000_of_source"], measured["ciede2000_of_best_gains"]
    kelvin = record["source_light"]["kelvin"]
    return f"{record['name']:10}{kelvin} K  best gains {gains}  CIEDE2000 {before:5.2f} to {after:.2f}"


def main() -> None:
    """Render every instance of the recipe, write ``pairs.json`` and print what was made."""
    parser = argparse.ArgumentParser(description="Render the sample instances of recipe.toml.")
    parser.add_argument("photographs", type=Path, help="folder that holds the photographs")
    folder: Path = parser.parse_args().photographs
    photographs, instances = read_recipe(HERE / "recipe.toml")
    records = [make(instance, photographs, folder) for instance in instances]
    (HERE / "pairs.json").write_text(json.dumps(records, indent=2) + "\n", encoding="utf-8")
    print(*map(line, records), sep="\n")
    total = sum(path.stat().st_size for path in HERE.rglob("*.jpg"))
    print(f"{len(records)} instances, {total / 1e6:.2f} MB of pictures")


if __name__ == "__main__":
    main()
