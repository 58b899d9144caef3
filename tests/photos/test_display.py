"""A photo as a viewer shows it, judged by Pillow's own upright copy and by hand."""

import io

import numpy as np
import pytest
from PIL import Image, ImageOps

from colorfix import photos

QUADRANTS = np.array([[(250, 0, 0), (0, 250, 0)], [(0, 0, 250), (250, 250, 0)]], np.uint8)


def encoded(image: Image.Image, form: str, **options) -> bytes:
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


@pytest.fixture
def quadrants():
    return Image.fromarray(QUADRANTS.repeat(60, axis=0).repeat(40, axis=1))


@pytest.mark.parametrize("form", ["JPEG", "TIFF", "PNG", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photo_is_displayed_upright(quadrants, tmp_path, form, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    path = tmp_path / f"turned.{form.lower()}"
    path.write_bytes(encoded(quadrants, form, exif=exif))
    with Image.open(path) as opened:
        wanted = ImageOps.exif_transpose(opened).convert("RGB").resize((8, 8), Image.Resampling.BOX)
    seen = photos.view(photos.read(path), (400, 400)).resize((8, 8), Image.Resampling.BOX)
    assert np.abs(np.asarray(seen, int) - np.asarray(wanted, int)).max() <= 2


def test_the_longer_side_fits_for_every_orientation(quadrants, tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    path = tmp_path / "turned.jpg"
    path.write_bytes(encoded(quadrants.resize((400, 100)), "JPEG", exif=exif))
    assert photos.view(photos.read(path), (100, 80)).size == (20, 80)


def test_a_small_photo_keeps_its_size(quadrants):
    assert photos.view(photos.read(quadrants), (1000, 1000)).size == quadrants.size


def test_a_photo_with_a_profile_is_displayed_in_srgb(tmp_path, swapped_profile):
    """Under a profile whose red and green are exchanged, stored red is seen as green."""
    path = tmp_path / "tagged.png"
    path.write_bytes(encoded(Image.new("RGB", (4, 4), (200, 120, 40)), "PNG", icc_profile=swapped_profile))
    seen = photos.view(photos.read(path), (4, 4))
    assert np.abs(np.asarray(seen, int) - (120, 200, 40)).max() <= 2


def test_transparent_pixels_lie_on_white(tmp_path):
    path = tmp_path / "clear.png"
    path.write_bytes(encoded(Image.new("RGBA", (4, 4), (10, 20, 30, 0)), "PNG"))
    assert photos.view(photos.read(path), (4, 4)).getpixel((0, 0)) == (255, 255, 255)


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_previews_of_a_region_and_of_the_whole_have_the_same_colors(kind):
    """One within a region goes over the large photo, one of the whole over the small: they agree there."""
    scale = np.iinfo(kind).max / 255
    pixels = np.full((300, 200, 3), np.array((200, 120, 40)) * scale, kind)
    photo = photos.Photo(
        "x.tif",
        b"",
        (photos.Picture.of(photos.read(pixels).first_raster if kind == np.uint8 else pixels),),
        None,
        None,
    )
    gains = np.array([0.7, 1.0, 1.9])
    everywhere = photos.GainChange(gains, "linear")
    left = photos.GainChange(gains, "linear", within=photos.Region.of_box("0,0,100,300"))
    one, other = (photos.view(photo, (50, 50), change) for change in (everywhere, left))
    assert one.getpixel((3, 20)) == other.getpixel((3, 20)) != other.getpixel((30, 20))
    assert other.getpixel((30, 20)) == (200, 120, 40)
