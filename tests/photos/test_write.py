"""From one format to another, with what the other has a place for."""

from __future__ import annotations

import json
import shutil
import subprocess
from io import BytesIO

import numpy as np
import pytest
from encoded import apply, encoded
from PIL import Image, ImageFile

from colorfix import photos
from colorfix.core.errors import OutputError, SettingError
from colorfix.photos.codecs.pillow import QUALITY

FORMATS = ["JPEG", "PNG", "WEBP", "TIFF", "BMP"]
SUFFIX = {"JPEG": ".jpg", "PNG": ".png", "WEBP": ".webp", "TIFF": ".tif", "BMP": ".bmp"}
XMP = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>a title</x:xmpmeta>"


@pytest.fixture
def exif():
    tags = Image.Exif()
    tags[0x010F], tags[0x013B], tags[0x0112] = "Canon", "me", 1
    tags.get_ifd(0x8769)[0x829A] = 0.5  # exposure time
    tags.get_ifd(0x8825)[1] = "N"  # the latitude's hemisphere
    tags[0x8769] = tags[0x8825] = 0  # Pillow's TIFF writes the two only where it finds their entries
    return tags


def _reopened(data):
    image = Image.open(BytesIO(data))  # left open: a TIFF's tags are read late
    image.load()
    return image


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.jpg", "JPEG"),
        ("A.JPEG", "JPEG"),
        ("b.v2.png", "PNG"),
        ("c.tif", "TIFF"),
        ("d.webp", "WEBP"),
        ("e.bmp", "BMP"),
    ],
)
def test_the_suffix_names_the_format(name, kind):
    assert photos.format_of(name) == kind


@pytest.mark.parametrize("name", ["a.xyz", "a.psd", "fold.er/a.txt"])
def test_an_unknown_suffix_is_an_error_that_names_the_known_ones(name):
    with pytest.raises(OutputError, match=r"use \.avif \.bmp .*\.jpg .*\.png"):
        photos.format_of(name)


@pytest.mark.parametrize("name", ["a", "jpg", ".jpg", "-", "fold.er/a"])
def test_without_a_suffix_the_format_is_that_of_the_source(name, astronaut, packed, write):
    assert photos.format_of(name) is None
    photo = photos.read(write("a.webp", packed(astronaut, "WEBP")))
    assert _reopened(encoded(photo, photo.image, None)).format == "WEBP"


@pytest.fixture
def described(astronaut, exif, srgb, packed, write):
    """A photo from a file of the format, with all the metadata that Pillow can put there."""

    def read(kind):
        settings = {"exif": exif, "icc_profile": srgb, "dpi": (300, 300)}
        settings |= {"xmp": XMP} if kind in {"JPEG", "WEBP"} else {}
        return photos.read(
            write(f"a{SUFFIX[kind]}", packed(astronaut, kind, **({} if kind == "BMP" else settings)))
        )

    return read


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("into", FORMATS)
def test_every_format_becomes_every_format_with_its_metadata(kind, into, described, astronaut, srgb):
    photo = described(kind)
    after = _reopened(encoded(photo, photo.image, into))
    assert (after.format, after.mode, after.size) == (into, "RGB", astronaut.size)
    if "BMP" in {kind, into}:
        return
    tags = after.getexif()
    assert (tags[0x010F], tags[0x013B]) == ("Canon", "me")
    assert float(tags.get_ifd(0x8769)[0x829A]) == 0.5
    assert tags.get_ifd(0x8825)[1] == "N"
    assert after.info["icc_profile"] == srgb
    if kind in {"JPEG", "WEBP"}:
        assert after.info["xmp"].strip(b"\0") == XMP


@pytest.mark.parametrize(
    ("kind", "into"), [("JPEG", "PNG"), ("JPEG", "WEBP"), ("PNG", "WEBP"), ("WEBP", "WEBP")]
)
def test_exif_is_copied_byte_for_byte(kind, into, astronaut, exif, packed, write):
    photo = photos.read(write("a", packed(astronaut, kind, exif=exif)))
    after = _reopened(encoded(photo, photo.image, into))
    assert after.info["exif"].removeprefix(b"Exif\0\0") == photo.image.info["exif"].removeprefix(b"Exif\0\0")


@pytest.mark.parametrize("into", ["PNG", "TIFF", "JPEG"])
def test_the_resolution_is_copied(into, astronaut, packed, write):
    photo = photos.read(write("a.bmp", packed(astronaut, "BMP", dpi=(300, 300))))
    dpi = _reopened(encoded(photo, photo.image, into)).info["dpi"]
    assert [round(float(dots)) for dots in dpi] == [300, 300]


@pytest.mark.parametrize("dpi", [(0, 0), (float("inf"), 72), (1e9, 1e9), (float("nan"), 1)])
@pytest.mark.parametrize("into", FORMATS)
def test_an_invalid_resolution_does_no_harm(dpi, into):
    image = Image.new("RGB", (4, 4))
    image.info["dpi"] = dpi
    photo = photos.read(image)
    assert encoded(photo, image, into)


# transparency


@pytest.mark.parametrize("into", ["PNG", "WEBP", "TIFF"])
def test_alpha_is_kept_where_the_format_has_it(into, noise, write):
    photo = photos.read(noise)
    after = _reopened(encoded(photo, photo.image, into))
    assert np.array_equal(np.asarray(after)[..., 3], noise[..., 3])


@pytest.mark.parametrize("into", ["JPEG", "BMP"])
@pytest.mark.parametrize("mode", ["RGBA", "P"])
def test_alpha_in_a_format_without_it_is_an_error_with_the_remedy(into, mode, noise, packed, write):
    image = Image.fromarray(noise)
    if mode == "P":
        image = image.quantize(16, Image.Quantize.FASTOCTREE)
    photo = photos.read(write("a.png", packed(image, "PNG")))
    assert photo.image.mode == mode
    with pytest.raises(OutputError, match=r"a.png: is transparent in places and (JPEG|BMP) .*; write a .png"):
        encoded(photo, photo.image, into)


@pytest.mark.parametrize("into", FORMATS)
def test_opaque_alpha_is_dropped_in_a_format_without_it(into, astronaut, write):
    photo = photos.read(astronaut.convert("RGBA"))
    assert _reopened(encoded(photo, photo.image, into)).size == astronaut.size


@pytest.mark.parametrize("kind", ["PNG", "GIF"])
@pytest.mark.parametrize("into", FORMATS)
def test_a_palette_becomes_a_mode_of_the_format(kind, into, astronaut, packed, write):
    photo = photos.read(write("p", packed(astronaut.quantize(32), kind)))
    after = _reopened(encoded(photo, photo.image, into))
    shown = np.asarray(photo.image.convert("RGB")).astype(int)
    tolerance = 0 if into in {"PNG", "TIFF", "BMP"} else 40
    assert np.abs(np.asarray(after.convert("RGB")).astype(int) - shown).mean() <= tolerance / 4


@pytest.mark.parametrize("mode", ["L", "LA"])
@pytest.mark.parametrize("into", ["PNG", "TIFF"])
def test_a_gray_photo_can_be_written(mode, into, astronaut, write):
    photo = photos.read(astronaut.convert(mode))
    assert _reopened(encoded(photo, photo.image, into)).mode == mode


# each format's own


def test_a_lossless_webp_stays_lossless(noise, packed, write, tables):
    photo = photos.read(write("a.webp", packed(Image.fromarray(noise), "WEBP", lossless=True, exact=True)))
    corrected = apply(photo, tables)
    after = _reopened(encoded(photo, corrected, "WEBP"))
    assert np.array_equal(np.asarray(after), np.asarray(corrected))


def test_a_lossless_webp_with_a_profile_stays_lossless(noise, packed, write, srgb):
    image = Image.fromarray(noise[..., :3].copy())
    photo = photos.read(write("a.webp", packed(image, "WEBP", lossless=True, icc_profile=srgb)))
    assert np.array_equal(np.asarray(_reopened(encoded(photo, image, "WEBP"))), np.asarray(image))


@pytest.mark.parametrize("into", ["JPEG", "WEBP"])
def test_a_lower_quality_makes_a_smaller_file(into, astronaut):
    photo = photos.read(astronaut)
    sizes = [len(encoded(photo, astronaut, into, quality=quality)) for quality in (20, 60, QUALITY)]
    assert sizes == sorted(sizes)
    assert sizes[2] == len(encoded(photo, astronaut, into))


def test_a_tiff_with_orientation_keeps_its_pixels_and_its_tag(packed, write):
    pixels = Image.fromarray(np.arange(18, dtype=np.uint8).reshape(2, 3, 3))
    photo = photos.read(write("t.tif", packed(pixels, "TIFF", tiffinfo={0x0112: 6})))
    after = _reopened(encoded(photo, photo.image, "TIFF"))
    assert (photo.image.size, after.size) == ((3, 2), (2, 3))
    assert after.tobytes() == pixels.transpose(Image.Transpose.ROTATE_270).tobytes()  # Pillow turns it


def test_a_jpeg_with_orientation_becomes_a_tiff_that_looks_the_same(packed, write):
    tags = Image.Exif()
    tags[0x0112], tags[0x0106], tags[0x0102] = 6, 6, (8, 8, 8)  # and two that describe the old pixels
    photo = photos.read(write("t.jpg", packed(Image.new("RGB", (3, 2), "red"), "JPEG", exif=tags)))
    after = _reopened(encoded(photo, photo.image, "TIFF"))
    assert (after.size, after.mode) == ((2, 3), "RGB")
    assert after.tobytes() == photo.image.transpose(Image.Transpose.ROTATE_270).tobytes()


# errors


@pytest.mark.parametrize("quality", [0, 101, -1])
def test_a_quality_out_of_range_is_a_setting_error(quality, astronaut):
    with pytest.raises(SettingError, match=f"quality must be 1 to 100, got {quality}"):
        encoded(photos.read(astronaut), astronaut, "JPEG", quality=quality)


def test_an_unknown_format_is_a_setting_error(astronaut):
    with pytest.raises(SettingError, match="got 'PSD'"):
        encoded(photos.read(astronaut), astronaut, "PSD")


def test_metadata_too_long_for_the_format_is_left_out_with_a_warning(astronaut, packed, write):
    photo = photos.read(write("a.webp", packed(astronaut, "WEBP", exif=b"Exif\0\0MM\0*" + bytes(70_000))))
    assert _reopened(encoded(photo, photo.image, "JPEG")).size == astronaut.size
    assert any("more EXIF than fits" in sentence for sentence in photos.losses(photo, "JPEG", strip=False))


def test_any_error_of_pillow_while_encoding_is_an_output_error(astronaut, monkeypatch):
    def fail(*_args, **_settings):
        raise RuntimeError("encoder error -2\nwhile writing")

    monkeypatch.setattr(ImageFile, "_save", fail)
    with pytest.raises(OutputError, match=r"\(encoder error -2 while writing\)"):
        encoded(photos.read(astronaut), astronaut, "PNG")


# judged by exiftool

NAMES = ["-Make", "-Model", "-Artist", "-ExposureTime", "-ISO", "-GPSLatitude", "-Title"]


def _exiftool(*arguments):
    return subprocess.run(["exiftool", *arguments], capture_output=True, check=True).stdout


@pytest.mark.skipif(shutil.which("exiftool") is None, reason="exiftool is not installed")
def test_exiftool_finds_the_metadata_in_every_format(astronaut, packed, tmp_path):
    sources = {kind: tmp_path / f"from{SUFFIX[kind]}" for kind in FORMATS[:-1]}
    for kind, path in sources.items():
        path.write_bytes(packed(astronaut, kind))
    tags = "-Make=Canon -Model=EOS -Artist=me -ExposureTime=1/60 -ISO=100 -GPSLatitude=12.5 -GPSLatitudeRef=N"
    _exiftool("-q", "-overwrite_original", *tags.split(), "-XMP:Title=t", *map(str, sources.values()))
    written = []
    for kind, path in sources.items():
        photo = photos.read(str(path))
        for into in sources:
            written.append(tmp_path / f"{kind}{SUFFIX[into]}")
            written[-1].write_bytes(encoded(photo, photo.image, into))
    before = json.loads(_exiftool("-j", *NAMES, str(sources["JPEG"])))[0]
    assert len(before) == len(NAMES) + 1
    for after in json.loads(_exiftool("-j", *NAMES, *map(str, written))):
        assert after == before | {"SourceFile": after["SourceFile"]}
