"""Frames of photos: found where there are some, and nowhere else."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, ImageDraw
from skimage import data

from colorfix import photos

COLORS = {
    "white": (250, 250, 248),
    "black": (6, 5, 5),
    "cream": (236, 228, 205),
    "amber": (205, 150, 82),
    "album page": (70, 62, 50),
}


def scene() -> Image.Image:
    """Return a photo of a cat, 451 by 300."""
    return Image.fromarray(data.chelsea())


def on_page(
    photo: Image.Image,
    color: str,
    *,
    width: int = 30,
    uneven: float = 0.0,
    turn: float = 0.0,
    corner: int = 0,
) -> Image.Image:
    """Return a photo on a page: lit unevenly from left to right, turned by degrees, with rounded corners."""
    across, down = photo.width + 2 * width, photo.height + 4 * width
    light = 1 + uneven * (np.arange(across) / across - 0.5)
    page = np.array(COLORS[color]) * np.tile(light[None, :, None], (down, 1, 1))
    noise = np.random.default_rng(1).normal(0, 2, (down, across, 1))
    paper = Image.fromarray(np.clip(page + noise, 0, 255).astype(np.uint8))
    mask, layer = Image.new("L", paper.size), Image.new("RGB", paper.size)
    end = width + photo.width - 1, width + photo.height - 1
    ImageDraw.Draw(mask).rounded_rectangle((width, width, *end), corner, fill=255)
    layer.paste(photo, (width, width))
    paper.paste(layer.rotate(turn), (0, 0), mask.rotate(turn))
    return paper


def as_jpeg(image: Image.Image) -> photos.Photo:
    """Return a photo that went through a JPEG."""
    file = io.BytesIO()
    image.save(file, "JPEG", quality=80)
    return photos.decode(file.getvalue(), "photo.jpg")


@pytest.mark.parametrize("color", COLORS)
@pytest.mark.parametrize(
    "page",
    [{}, {"uneven": 0.3}, {"turn": 1.0}, {"corner": 20}, {"width": 12}],
    ids=["plain", "lit unevenly", "askew", "rounded corners", "narrow"],
)
def test_a_frame_is_found_to_a_point_of_the_grid(color, page):
    photo = as_jpeg(on_page(scene(), color, **page))
    frame = photos.frame_of(photos.grid(photo))
    assert frame is not None
    width = page.get("width", 30)
    true = np.array([width, width, width + 451, width + 300])
    point = np.array([photo.size[0] / 64, photo.size[1] / 64] * 2)
    allowed = 1 + (2 if page.get("turn") else 0)
    assert (np.abs(np.array(frame.box(photo.size)) - true) <= allowed * point).all()


@pytest.mark.parametrize("value", [0, 255])
@pytest.mark.parametrize("sides", [((40, 40), (0, 0), (0, 0)), ((0, 0), (60, 60), (0, 0))])
def test_black_and_white_bars_on_two_sides_are_a_frame(value, sides):
    image = Image.fromarray(np.pad(data.chelsea(), sides, constant_values=value))
    frame = photos.frame_of(photos.grid(photos.read(image)))
    assert frame is not None
    assert frame.is_letterbox
    left, top, right, bottom = frame.box(image.size)
    (above, _), (beside, _), _ = sides
    assert abs(left - beside) <= image.width / 64
    assert abs(top - above) <= image.height / 64
    assert abs(right - beside - 451) <= image.width / 64
    assert abs(bottom - above - 300) <= image.height / 64


def no_frames() -> dict[str, np.ndarray]:
    """Return pictures with even margins that belong to the scene."""
    rows, columns = np.mgrid[:300, :450]
    disc = np.hypot(rows - 150, columns - 225)[..., None] < 100
    backdrop = np.where(disc, data.chelsea()[:300, :450], np.uint8(240))
    night = np.zeros((300, 450, 3), np.uint8)
    night[200:210, 60:80] = night[50:52, 300:302] = 255
    sky = np.tile(np.linspace(90, 230, 300)[:, None, None], (1, 450, 3)).astype(np.uint8)
    table = np.full((300, 450, 3), (150, 100, 60), np.uint8)
    table[120:180, 150:300] = data.chelsea()[120:180, 150:300]
    return {
        "an object before a backdrop": backdrop,
        "lights in the night": night,
        "a sky": sky,
        "a card on a large table": table,
        "one color": np.full((300, 450, 3), 200, np.uint8),
        "bars of a color": np.pad(data.chelsea(), ((40, 40), (0, 0), (0, 0)), constant_values=120),
        "one bar": np.pad(data.chelsea(), ((40, 0), (0, 0), (0, 0))),
        "fifteen pixels": np.pad(data.chelsea()[:11, :11], ((2, 2), (2, 2), (0, 0))),
    }


@pytest.mark.parametrize("name", no_frames())
def test_margins_of_a_scene_are_no_frame(name):
    assert photos.frame_of(photos.grid(photos.read(no_frames()[name]))) is None


def test_no_sample_photo_has_a_frame(pairs):
    for pair in pairs:
        for path in (pair.source, pair.target, pair.truth):
            assert photos.frame_of(photos.grid(photos.read(path))) is None


def test_a_photo_without_its_frame_has_the_pixels_within_strip_by_strip():
    """A picture of 3 strips of 2 rows; the frame's points are whole pixels, as the picture is small."""
    pixels = np.random.default_rng(1).integers(0, 255, (20, 18, 3)).astype(np.uint8)
    strips = [photos.Strip(Image.fromarray(pixels[top : top + 7]), top=top) for top in (0, 7, 14)]
    whole = photos.Photo("a.png", b"", (photos.Picture(18, 20, lambda: strips),), None, None)
    within = photos.without_frame(whole, photos.Frame((3, 16), (2, 18), (20, 18)))
    assert within.size == (16, 13)
    assert np.array_equal(np.asarray(within.image), pixels[3:16, 2:])
