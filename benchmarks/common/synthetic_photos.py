"""Folders of photos as a camera leaves them: amber, grainy, with all that its files carry. Seeded.

A photo is a sample's truth, scaled by 0.6 to 1.2, laid out in mirrored tiles and cropped; lit by a Planckian
light of its own in linear light; with noise of a standard deviation of 3.5 codes; JPEG of quality 92, 4:2:0,
with EXIF (a maker note of 20 KB; every third has a thumbnail) and an sRGB profile. That makes 2.4 bits a
pixel at 2 and 12 megapixels and 3 at 0.3. Of each kind there are 40 different photos; the others of a folder
are copies under other names.
"""

from __future__ import annotations

import shutil
import struct
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache, partial
from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image, ImageCms
from PIL.ExifTags import IFD, Base

from benchmarks.common.camera import white_of
from benchmarks.common.color import decoded, encoded
from benchmarks.common.paths import SAMPLES

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from numpy.typing import NDArray

    from benchmarks.common.color import Floats, Pixels

TRUTHS = sorted(SAMPLES.glob("*/truth.jpg"))

QUALITY = 92
"""Of the JPEGs."""

VARIANTS = 40
_NOISE = 3.5  # codes
_MAKER_NOTE = 20_000  # bytes


@dataclass(frozen=True)
class Kind:
    """Photos of one size and format.

    Attributes:
        name: in results.
        size: width and height, pixels.
        suffix: of their names.
        count: how many make a folder, unless something else is asked for.
    """

    name: str
    size: tuple[int, int]
    suffix: str
    count: int

    @property
    def decoded(self) -> float:
        """MiB of one decoded photo, three bytes a pixel."""
        width, height = self.size
        return 3 * width * height / 2**20


KINDS = {
    kind.name: kind
    for kind in (
        Kind("2mp", (1632, 1224), ".jpg", 600),
        Kind("12mp", (4000, 3000), ".jpg", 180),
        Kind("0.3mp", (640, 480), ".jpg", 2000),
        Kind("png", (1632, 1224), ".png", 100),
    )
}


def truth_of(kind: Kind, number: int) -> Pixels:
    """Return what one of the different photos shows in neutral light as bright as its own, without noise."""
    rng = _rng(kind, number)
    scene = _scene(kind.size, number, rng)
    _, exposure = _light(scene, rng)
    tables = np.rint(255 * encoded(np.clip(exposure * decoded(np.arange(256) / 255), 0, 1)))
    return tables.astype(np.uint8)[scene]


def photo_of(kind: Kind, number: int, data: Path) -> Path:
    """Return one of the different photos; made only where it isn't there yet."""
    return _variants(kind, [number % VARIANTS], data / f"{kind.name}-different")[0]


def folder_of(kind: Kind, count: int, data: Path) -> Path:
    """Return a folder with so many photos of a kind; made only where it isn't there yet."""
    folder = data / f"{kind.name}-{count}"
    if not folder.exists():
        different = _variants(kind, range(min(count, VARIANTS)), data / f"{kind.name}-different")
        partial = data / f"{folder.name}.partial"
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir()
        for number in range(count):
            name = f"IMG_{number:05}{kind.suffix}"
            shutil.copyfile(different[number % len(different)], partial / name)
        partial.rename(folder)
    return folder


def _variants(kind: Kind, numbers: Iterable[int], folder: Path) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    paths = {number: folder / f"{number:02}{kind.suffix}" for number in numbers}
    missing = [number for number, path in paths.items() if not path.exists()]
    with ProcessPoolExecutor() as pool:  # a core each
        for number, data in zip(missing, pool.map(partial(_photo, kind), missing), strict=True):
            paths[number].write_bytes(data)
    return [*paths.values()]


def _photo(kind: Kind, number: int) -> bytes:
    """Return one of the different photos, as a file."""
    rng = _rng(kind, number)
    image = Image.fromarray(_lit(_scene(kind.size, number, rng), rng))
    thumbnail = image.resize((160, 120)) if number % 3 == 0 else None
    carried: dict[str, Any] = {
        "exif": _exif(thumbnail, rng),
        "icc_profile": _profile(),
    }
    file = BytesIO()
    if kind.suffix == ".png":
        image.save(file, "PNG", **carried)
    else:
        image.save(file, "JPEG", quality=QUALITY, subsampling="4:2:0", **carried)
    return file.getvalue()


def _rng(kind: Kind, number: int) -> np.random.Generator:
    return np.random.default_rng([6, *kind.size, number])


@cache
def _profile() -> bytes:
    """One profile for all, as a camera has it."""
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def _scene(size: tuple[int, int], number: int, rng: np.random.Generator) -> Pixels:
    """Return a sample, scaled, in mirrored tiles, cropped somewhere."""
    with Image.open(TRUTHS[number % len(TRUTHS)]) as sample:
        scale = rng.uniform(0.6, 1.2)
        scaled = sample.convert("RGB").resize(
            (round(scale * sample.width), round(scale * sample.height)), Image.Resampling.BICUBIC
        )
    left, top = (int(rng.integers(0, side)) for side in scaled.size)
    rows, columns = (
        np.pad(np.arange(side), (0, start + wanted), mode="symmetric")[start : start + wanted]
        for side, start, wanted in zip(scaled.size[::-1], (top, left), size[::-1], strict=True)
    )
    return np.asarray(scaled)[np.ix_(rows, columns)]


def _light(scene: Pixels, rng: np.random.Generator) -> tuple[Floats, float]:
    """Draw a light of 2300 to 4500 K, as a camera set to daylight sees it, and how it is exposed.

    It is exposed as cameras do: no more than one pixel in fifty is blown.
    """
    white = white_of(rng.uniform(2300, 4500), rng.uniform(-0.008, 0.008))
    bright = np.quantile(decoded(scene[::4, ::4] / 255) * white, 0.98, axis=(0, 1)).max()
    return white, min(rng.uniform(0.7, 1) / white[1], 1 / bright)


def _lit(scene: Pixels, rng: np.random.Generator) -> Pixels:
    """Light a neutral photo and add noise."""
    white, exposure = _light(scene, rng)
    light = np.outer(white * exposure, decoded(np.arange(256) / 255))
    tables: Floats = 255 * encoded(np.clip(light, 0, 1))
    return with_noise(
        np.stack([table[scene[..., channel]] for channel, table in enumerate(tables.astype(np.float32))], -1),
        rng,
    )


def with_noise(values: NDArray[np.float32], rng: np.random.Generator) -> Pixels:
    """Add a camera's noise to values of 0 to 255, in place, and round them."""
    values += _NOISE * rng.standard_normal(values.shape, np.float32)
    return np.rint(np.clip(values, 0, 255)).astype(np.uint8)


def _exif(thumbnail: Image.Image | None, rng: np.random.Generator) -> bytes:
    exif = Image.Exif()
    exif[Base.Make], exif[Base.Model], exif[Base.Orientation] = "Imaginary", "Imaginary One", 1
    exif[IFD.Exif] = {
        Base.DateTimeOriginal: "2026:01:01 12:00:00",
        Base.ISOSpeedRatings: 1600,
        Base.MakerNote: rng.bytes(_MAKER_NOTE),
    }
    block = exif.tobytes()
    return block if thumbnail is None else _with_thumbnail(block, thumbnail)


def _with_thumbnail(block: bytes, thumbnail: Image.Image) -> bytes:
    """Append a second directory to an EXIF block, which Pillow does not write, and point the first to it."""
    file = BytesIO()
    thumbnail.save(file, "JPEG")
    head, tiff = block[:6], bytearray(block[6:])
    sign = "<" if tiff.startswith(b"II") else ">"
    tiff += bytes(len(tiff) % 2)
    first = struct.unpack_from(sign + "L", tiff, 4)[0]
    following = first + 2 + 12 * struct.unpack_from(sign + "H", tiff, first)[0]
    struct.pack_into(sign + "L", tiff, following, len(tiff))
    behind = len(tiff) + 2 + 3 * 12 + 4
    rows = ((0x0103, 3, 6), (0x0201, 4, behind), (0x0202, 4, file.tell()))  # JPEG; where; how long
    directory = struct.pack(sign + "H", len(rows))
    for tag, kind, value in rows:
        directory += struct.pack(sign + ("HHLHxx" if kind == 3 else "HHLL"), tag, kind, 1, value)
    return head + bytes(tiff) + directory + bytes(4) + file.getvalue()
