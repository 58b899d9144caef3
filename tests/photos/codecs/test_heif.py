"""A corrected HEIC is upright, has its metadata and keeps its depth."""

from __future__ import annotations

import sys
from io import BytesIO

import numpy as np
import pytest
from animations import rewritten, wanted
from PIL import Image

from colorfix import photos
from colorfix.core.errors import OutputError, PhotoError, UnreadablePhoto, UnsupportedPhoto
from colorfix.photos.containers import bmff

pillow_heif = pytest.importorskip("pillow_heif", reason="the extra heif is not installed")


@pytest.fixture
def path(write):
    return lambda data: write("a.heic", data)


@pytest.fixture(scope="session")
def exif():
    tags = Image.Exif()
    tags[0x010F], tags[0x0112] = "Apple", 6
    tags.get_ifd(0x8769)[0x927C] = bytes(range(256))  # a maker note
    return tags.tobytes()


def _pack(pixels, mode=None, **info):
    """A HEIC of one picture, by pillow-heif alone."""
    mode = mode or {3: "RGB", 4: "RGBA"}[pixels.shape[2]]
    heif = pillow_heif.from_bytes(mode=mode, size=pixels.shape[1::-1], data=pixels.tobytes())
    heif[0].info.update(info)
    file = BytesIO()
    heif.save(file, quality=95)
    return file.getvalue()


def _seen(data, *, deep=False):
    heif = pillow_heif.open_heif(data, convert_hdr_to_8bit=not deep)
    return heif[heif.primary_index], np.asarray(heif[heif.primary_index])


@pytest.mark.parametrize("channels", [3, 4])
def test_pixels_are_corrected_within_the_coding_error_and_alpha_is_kept(channels, astronaut, path):
    image = astronaut.convert("RGBA")
    image.putalpha(Image.linear_gradient("L").resize(image.size))
    data = _pack(np.asarray(image)[..., :channels], chroma=444)
    (_, old), (_, new) = _seen(data), _seen(rewritten(data, path)[1])
    assert np.abs(new.astype(int) - wanted(old))[..., :3].mean() < 3
    assert np.abs(new[..., 3:].astype(int) - old[..., 3:]).max(initial=0) <= 3


@pytest.mark.parametrize("bits", [10, 12])
def test_depth_stays(bits, astronaut, path):
    """A ramp of 16 bits in every channel, whose codes are 10 or 12 bits deep."""
    ramp = np.broadcast_to(np.linspace(0, 65535, 256).astype(np.uint16)[:, None], (64, 256, 3))
    data = _pack(np.ascontiguousarray(ramp), "RGB;16", bit_depth=bits, chroma=444)
    photo, result = rewritten(data, path)
    assert photo.mode == "RGB;16"
    (old_image, old), (new_image, new) = _seen(data, deep=True), _seen(result, deep=True)
    assert old_image.info["bit_depth"] == new_image.info["bit_depth"] == bits
    assert np.abs(new.astype(int) - wanted(old).astype(int)).mean() < 3 * 257
    assert len(np.unique(new[..., 1])) > 256


def test_metadata_is_kept_and_orientation_is_applied_once(astronaut, exif, srgb, path):
    data = _pack(np.asarray(astronaut), exif=exif, xmp=b"<x/>", icc_profile=srgb)
    (before, old), (after, new) = _seen(data), _seen(rewritten(data, path)[1])
    assert b"irot" in data
    assert before.size == after.size == astronaut.size[::-1]
    assert np.abs(new.astype(int) - wanted(old)).mean() < 4
    assert after.info["icc_profile"] == srgb
    assert after.info["xmp"] == b"<x/>"
    differing = [
        n for n, (a, b) in enumerate(zip(before.info["exif"], after.info["exif"], strict=True)) if a != b
    ]
    assert len(differing) == 1  # the low byte of the orientation
    assert after.info["exif"][differing[0]] == 1


@pytest.mark.parametrize("into", ["JPEG", "PNG", "HEIF"])
def test_orientation_is_applied_once_between_formats(into, astronaut, exif, packed, path):
    source = (
        packed(astronaut, "PNG", exif=exif) if into == "HEIF" else _pack(np.asarray(astronaut), exif=exif)
    )
    result = rewritten(source, path, into=into, gains=[1, 1, 1])[1]
    upright = np.rot90(np.asarray(astronaut), -1)
    if into == "HEIF":
        shown = _seen(result)[1]
    else:
        with Image.open(BytesIO(result)) as image:
            assert image.getexif().get(0x0112, 1) == 1
            shown = np.asarray(image)
    assert np.abs(shown.astype(int) - upright).mean() < 4


def test_of_several_pictures_the_primary_one_is_kept_with_a_warning(astronaut, path):
    heif = pillow_heif.from_pillow(astronaut)
    heif.add_from_pillow(astronaut.rotate(90))
    file = BytesIO()
    heif.save(file)
    photo = photos.read(path(file.getvalue()))
    assert photo.warnings == ("holds a second picture; only the photo itself is kept",)
    assert len(photo.pictures) == 1


@pytest.mark.parametrize(("transfer", "called"), [(16, "PQ"), (18, "HLG")])
def test_hdr_is_refused(transfer, called, astronaut, path):
    made = _pack(np.asarray(astronaut))
    assert bmff.bmff_info(made).cicp == (1, 13)
    data = made.replace(b"colrnclx\0\1\0\x0d", b"colrnclx\0\x09\0" + bytes([transfer]))
    with pytest.raises(UnsupportedPhoto, match=called):
        photos.read(path(data))


@pytest.mark.parametrize("share", [0.02, 0.3, 0.9, 0.99])
def test_a_truncated_heic_is_an_error(share, astronaut, path):
    data = _pack(np.asarray(astronaut))
    with pytest.raises(UnreadablePhoto):
        photos.read(path(data[: int(share * len(data))]))


def test_without_the_library_the_extra_is_named(astronaut, packed, path, monkeypatch):
    data = _pack(np.asarray(astronaut))
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    with pytest.raises(UnsupportedPhoto, match=r"pip install 'colorfix\[heif\]'"):
        photos.read(path(data))
    with pytest.raises((OutputError, PhotoError), match=r"pip install 'colorfix\[heif\]'"):
        rewritten(packed(astronaut, "PNG"), path, into="HEIF")
