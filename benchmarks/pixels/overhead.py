"""What is spent on one photo besides decoding and encoding it, stage by stage.

Photos are made like a camera's: a photograph tiled by its mirror images, sensor noise of 3.5 codes, JPEG of
quality 92 with halved colour, an ICC profile, EXIF with a maker note of 20 KB and a thumbnail. They are
brightened until the stated share of their pixels has a channel of 245 or more. *floor* is Pillow's decoding
and encoding of the file in memory with the tables it has (a PNG: level 1, run lengths), *table* one
``Image.point``. Figures are
milliseconds of processor time, one thread, medians over rounds in which the stages take turns, with freed
memory reused.

    OMP_NUM_THREADS=1 python -m benchmarks.pixels.overhead [ROUNDS] [--png]
"""

from __future__ import annotations

import ctypes
import struct
import sys
import zlib
from dataclasses import dataclass
from io import BytesIO
from statistics import median
from time import process_time_ns
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageCms
from PIL.JpegImagePlugin import get_sampling
from skimage import data

from colorfix import photos
from colorfix.color.scene import Sample, Scene
from colorfix.color.statistics import LUMA, Statistics, in_srgb_tones, tables_of
from colorfix.correction.targets import Target
from colorfix.photos.codecs import jpeg
from colorfix.report import ReportedFile
from colorfix.report.document import versions

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

SIZES = ((640, 480), (1632, 1224), (4000, 3000))
BRIGHT = (0.0, 0.02, 0.2)
GAINS = np.array([0.6, 1.0, 1.8])
NOISE, QUALITY, TOP = 3.5, 92, 245
MAKER_NOTE = 20_000


@dataclass(frozen=True)
class Case:
    """A photo's file and how much of it is bright."""

    size: tuple[int, int]
    bright: float
    data: bytes

    def __str__(self) -> str:
        """Name it as the table does."""
        return f"{self.size[0] * self.size[1] / 1e6:.1f} MP, {self.bright:.0%}"


def exif() -> bytes:
    """Return EXIF with a maker note of 20 KB and a thumbnail, as a camera writes it."""
    thumbnail = BytesIO()
    Image.fromarray(data.astronaut()).resize((160, 120)).save(thumbnail, "JPEG", quality=80)
    note = np.random.default_rng(0).integers(0, 256, MAKER_NOTE, np.uint8).tobytes()
    second = 8 + 2 + 2 * 12 + 4 + 2 + 12 + 4
    picture = second + 2 + 2 * 12 + 4
    where = picture + thumbnail.tell()
    parts = [
        b"MM\0*" + struct.pack(">L", 8),
        struct.pack(">HHHLHHHHLLL", 2, 0x0112, 3, 1, 1, 0, 0x8769, 4, 1, 38, second),
        struct.pack(">HHHLLL", 1, 0x927C, 7, len(note), where, 0),
        struct.pack(">HHHLLHHLLL", 2, 0x0201, 4, 1, picture, 0x0202, 4, 1, thumbnail.tell(), 0),
        thumbnail.getvalue(),
        note,
    ]
    return b"Exif\0\0" + b"".join(parts)


def pixels(size: tuple[int, int], bright: float) -> NDArray[np.uint8]:
    """Return a photograph of that size, in amber light, with grain and so much of it nearly white."""
    rng = np.random.default_rng(1)
    tile = data.astronaut()[:384].astype(np.float64) * [1.0, 0.85, 0.6]
    top = np.quantile(tile.max(axis=-1), 1 - bright) if bright else tile.max() * TOP / 220
    tile *= (TOP + 1) / top
    row = np.concatenate([tile, tile[:, ::-1]], axis=1)
    block = np.concatenate([row, row[::-1]], axis=0)
    times = (-(-size[1] // block.shape[0]), -(-size[0] // block.shape[1]), 1)
    whole = np.tile(block, times)[: size[1], : size[0]]
    noisy = whole + rng.normal(0, NOISE, whole.shape).astype(np.float32)
    return np.clip(np.rint(noisy), 0, 255).astype(np.uint8)


def case(size: tuple[int, int], bright: float, form: str) -> Case:
    """Return a photo's file."""
    file = BytesIO()
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    settings = {"quality": QUALITY, "subsampling": 2} if form == "JPEG" else {"compress_level": 6}
    image = Image.fromarray(pixels(size, bright))
    image.save(file, form, exif=exif(), icc_profile=profile, **settings)
    return Case(size, bright, file.getvalue())


def floor(held: bytes, form: str) -> None:
    """Decode a file and encode its pixels as it was, by Pillow alone."""
    image = Image.open(BytesIO(held), formats=[form])
    image.load()
    if form == "PNG":
        image.save(BytesIO(), form, icc_profile=None, compress_level=1, compress_type=zlib.Z_RLE)
        return
    settings = {"qtables": image.quantization, "subsampling": get_sampling(image)}
    image.save(BytesIO(), form, **settings)


def stages(held: bytes, form: str, guide: Target) -> dict[str, Callable[[], object]]:
    """Return what is done to a photo, a function a stage, and the whole of it."""
    photo = photos.decode(held, "a photo", max_pixels=1 << 30)
    photo.image.load()
    curve, _ = photos.curve_of(photo)
    change = photos.GainChange(GAINS, "linear", curve)
    table = tables_of(GAINS, "linear", curve).tobytes()
    before = Statistics(in_srgb_tones(photos.counts(photo), curve), "linear")
    wanted, _ = guide.statistics_for(photo, "linear", curve)
    strip = next(iter(photo.pictures[0].strips()))
    corrected = photo.image.point(table)

    def scene() -> Scene:
        sample = Sample(photos.grid_in_srgb_tones(points, curve), "linear")
        return Scene.of([before], [wanted], [sample]).with_source_luminance()

    def kept() -> object:
        change = photos.GainChange(GAINS, "linear", curve)
        return jpeg._updated_segments(photo, change, photos.Writing(software="x" * 60))  # noqa: SLF001 - a stage

    points = photos.grid(photo)
    unchanging = _Same(corrected)
    named = {
        "floor": lambda: floor(held, form),
        "decode": lambda: photos.decode(held, "a photo", max_pixels=1 << 30),
        "table": lambda: photo.image.point(table),
        "curve": lambda: photos.curve_of(photo),
        "counts": lambda: Statistics(in_srgb_tones(photos.counts(photo), curve), "linear").means @ LUMA,
        "guide": lambda: guide.statistics_for(photo, "linear", curve),
        "grid": lambda: photos.grid(photo),
        "scene": scene,
        "change": lambda: change(strip),
        "gains to table": lambda: photos.GainChange(GAINS, "linear", curve).leaves(photo.first_raster),
        "metadata": kept,
        "encode": lambda: photos.encode(
            photo, unchanging, None, BytesIO(), photos.Writing(software="x" * 60)
        ),
        "after": lambda: photos.counts(photo),
        "report": lambda: (ReportedFile.of(photo).as_dict(), versions()),
    }
    named["everything"] = lambda: everything(held, guide)
    return named


@dataclass(frozen=True)
class _Same:
    """A change that costs nothing."""

    image: Image.Image

    def __call__(self, strip: photos.Strip) -> Image.Image:
        return self.image if strip.scaled_from is None else strip.raster


def everything(held: bytes, guide: Target) -> None:
    """Do all of it but learning, in the order in which it is done."""
    photo = photos.decode(held, "a photo", max_pixels=1 << 30)
    curve, _ = photos.curve_of(photo)
    before = Statistics(in_srgb_tones(photos.counts(photo), curve), "linear")
    wanted, _ = guide.statistics_for(photo, "linear", curve)
    sample = Sample(photos.grid_in_srgb_tones(photos.grid(photo), curve), "linear")
    Scene.of([before], [wanted], [sample]).with_source_luminance()
    change = photos.GainChange(GAINS, "linear", curve)
    photos.encode(photo, change, None, BytesIO(), photos.Writing(software="x" * 60))


def cost(stage: Callable[[], object]) -> float:
    """Return the processor time of a stage, milliseconds."""
    start = process_time_ns()
    stage()
    return (process_time_ns() - start) / 1e6


def reuse_freed_memory() -> None:
    """Let glibc keep what is freed: fresh memory costs as much as a pass over the pixels."""
    libc = ctypes.CDLL(None)
    for option, value in ((-8, 1), (-3, 32 << 20), (-1, 1 << 30), (-2, 16 << 20)):
        libc.mallopt(option, value)


def main() -> None:
    """Print the table."""
    form = "PNG" if "--png" in sys.argv else "JPEG"
    rounds = next((int(word) for word in sys.argv[1:] if word.isdigit()), 15)
    reuse_freed_memory()
    guide_file = case(SIZES[0], 0.0, "JPEG").data
    guide = Target("guide", photo=photos.decode(guide_file, "guide"))
    columns = {}
    for size in SIZES:
        for bright in BRIGHT:
            one = case(size, bright, form)
            columns[str(one)] = measured(stages(one.data, form, guide), rounds)
    names = list(next(iter(columns.values())))
    print("| ms | " + " | ".join(columns) + " |\n| --- |" + " --: |" * len(columns))
    for name in names:
        print(f"| {name} | " + " | ".join(f"{column[name]:.2f}" for column in columns.values()) + " |")
    ratios = (column["everything"] / column["floor"] for column in columns.values())
    print("| everything / floor | " + " | ".join(f"{ratio:.3f}" for ratio in ratios) + " |")


def measured(named: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Return the median cost of each stage over rounds in which they take turns."""
    taken: dict[str, list[float]] = {name: [] for name in named}
    for _ in range(rounds):
        for name, stage in named.items():
            taken[name].append(cost(stage))
    return {name: median(times) for name, times in taken.items()}


if __name__ == "__main__":
    main()
