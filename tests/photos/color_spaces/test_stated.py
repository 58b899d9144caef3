"""Colors that a file states outside an ICC profile are honored in every format, and HDR is refused."""

from __future__ import annotations

import struct
from io import BytesIO

import colour
import imagecodecs
import numpy as np
import pillow_heif
import pytest
import tifffile
from encoded import apply, encoded
from PIL import Image, ImageCms

from colorfix import photos
from colorfix.core.errors import UnsupportedPhoto
from colorfix.photos.color_spaces.coded import ADOBE_RGB, of_code_points
from colorfix.photos.color_spaces.profiles import code_points_in, curve_in, primaries_in

np.set_printoptions(legacy=False)  # importing colour-science makes NumPy print as version 1.13 did

GRAY = np.array([16, 64, 128, 200])


def _png(packed, astronaut, chunk, *parts):
    data = packed(astronaut, "PNG")
    return data[:33] + b"".join(chunk(*part) for part in parts) + data[33:]


def _chromaticities(space):
    points = [space.whitepoint, *space.primaries]
    return b"".join(struct.pack(">L", round(100_000 * value)) for point in points for value in point)


# the profiles, judged by another program

SPACES = {
    (9, 13): "ITU-R BT.2020",
    (12, 13): "Display P3",
    (5, 13): "ITU-R BT.470 - 625",
    (11, 13): "DCI-P3",
}


@pytest.mark.parametrize(("points", "name"), SPACES.items(), ids=SPACES.values())
def test_primaries_are_adapted_to_the_white_of_profiles(points, name):
    space = colour.RGB_COLOURSPACES[name]
    white = colour.xy_to_XYZ(space.whitepoint)
    to_xyz = colour.normalised_primary_matrix(space.primaries, space.whitepoint)
    move = colour.adaptation.matrix_chromatic_adaptation_VonKries(
        white, np.array([0.9642, 1.0, 0.8249]), transform="Bradford"
    )
    found = primaries_in(of_code_points(*points).profile())
    np.testing.assert_allclose(found, move @ to_xyz, atol=5e-4)


@pytest.mark.parametrize(
    ("transfer", "decoded"),
    [
        (1, colour.models.oetf_inverse_BT709),
        (4, lambda codes: codes**2.2),
        (8, lambda codes: codes),
        (13, colour.models.eotf_sRGB),
    ],
)
def test_transfers_are_those_of_the_standards(transfer, decoded):
    curve = curve_in(of_code_points(9, transfer).profile())
    found = curve.decoded(np.repeat(GRAY[:, None] / 255, 3, axis=1))[:, 0]
    np.testing.assert_allclose(found, decoded(GRAY / 255), atol=2e-3)


def test_littlecms_reads_the_profiles():
    profile = ImageCms.getOpenProfile(BytesIO(ADOBE_RGB.profile()))
    one = Image.new("RGB", (1, 1), (128, 200, 60))
    found = ImageCms.profileToProfile(one, profile, ImageCms.createProfile("sRGB"), 1).getpixel((0, 0))
    wanted = colour.RGB_to_RGB(
        np.array([128, 200, 60]) / 255,
        "Adobe RGB (1998)",
        "sRGB",
        apply_cctf_decoding=True,
        apply_cctf_encoding=True,
    )
    np.testing.assert_allclose(found, np.clip(255 * wanted, 0, 255), atol=2)


def test_srgb_needs_no_profile():
    assert of_code_points(1, 13).profile() is None
    assert of_code_points(2, 2).profile() is None
    assert of_code_points(99, 13) is None


# PNG

P3 = colour.RGB_COLOURSPACES["Display P3"]


@pytest.mark.parametrize(
    ("parts", "space"),
    [
        ([(b"cICP", bytes([12, 13, 0, 1]))], (12, 13)),
        ([(b"cICP", bytes([12, 13, 0, 1])), (b"gAMA", struct.pack(">L", 100_000))], (12, 13)),
        ([(b"gAMA", struct.pack(">L", 100_000))], (1, 8)),
        ([(b"gAMA", struct.pack(">L", 45455)), (b"cHRM", _chromaticities(P3))], (12, 4)),
        ([(b"gAMA", struct.pack(">L", 45455))], None),
        ([(b"sRGB", b"\0"), (b"gAMA", struct.pack(">L", 100_000))], None),
    ],
    ids=["cICP", "cICP over gAMA", "gAMA", "gAMA and cHRM", "gAMA of sRGB", "sRGB over gAMA"],
)
def test_chunks_of_a_png_are_honored(parts, space, astronaut, packed, chunk, write):
    data = _png(packed, astronaut, chunk, *parts)
    photo = photos.read(write("a.png", data))
    if space is None:
        assert photo.profile is None
        return
    wanted = of_code_points(*space).profile()
    np.testing.assert_allclose(primaries_in(photo.profile), primaries_in(wanted), atol=2e-3)
    np.testing.assert_allclose(curve_in(photo.profile).light, curve_in(wanted).light, atol=2e-3)
    result = encoded(photo, photo.image, "PNG")
    assert all(chunk(*part) in result for part in parts)
    assert b"iCCP" not in result
    with Image.open(BytesIO(encoded(photo, photo.image, "JPEG"))) as image:
        assert image.info["icc_profile"] == photo.profile


def test_unknown_or_impossible_numbers_are_taken_for_srgb_with_a_warning(astronaut, packed, chunk, write):
    for part in ((b"cICP", bytes([99, 13, 0, 1])), (b"cHRM", bytes(32)), (b"gAMA", bytes(4))):
        photo = photos.read(write("a.png", _png(packed, astronaut, chunk, part)))
        assert photo.profile is None
        assert photo.warnings == ("states colors of an unknown kind; they are taken for sRGB",)


# HDR


def _of_code_points(points):
    """A profile with nothing but the tag of code points."""
    head = b"\0" * 36 + b"acsp" + b"\0" * 88
    return head + struct.pack(">L4sLL", 1, b"cicp", 144, 12) + b"cicp" + bytes(4) + bytes([*points, 0, 1])


@pytest.mark.parametrize(("transfer", "name"), [(16, "PQ"), (18, "HLG")])
def test_hdr_is_refused_in_every_format(transfer, name, astronaut, packed, chunk, write):
    pillow_heif.register_heif_opener()
    profile = _of_code_points((9, transfer))
    assert code_points_in(profile) == (9, transfer)
    files = {
        "cICP": _png(packed, astronaut, chunk, (b"cICP", bytes([9, transfer, 0, 1]))),
        "PNG": packed(astronaut, "PNG", icc_profile=profile),
        "JPEG": packed(astronaut, "JPEG", icc_profile=profile),
        "WEBP": packed(astronaut, "WEBP", icc_profile=profile),
        "TIFF": packed(astronaut, "TIFF", icc_profile=profile),
        "AVIF": packed(astronaut, "AVIF", icc_profile=profile),
        "JXL": _recolored(9, transfer),
    }
    for kind, data in files.items():
        with pytest.raises(UnsupportedPhoto, match=f"HDR picture \\({name}\\)"):
            photos.read(write(f"a.{kind}", data))


def test_hdr_profiles_are_known_by_their_names(astronaut, packed, write):
    for name, points in (("ITUR_2100_PQ_FULL", (9, 16)), ("Rec. 2100 HLG", (9, 18))):
        text = b"desc" + bytes(4) + struct.pack(">L", len(name) + 1) + name.encode() + b"\0"
        profile = bytes(36) + b"acsp" + bytes(88) + struct.pack(">L4sLL", 1, b"desc", 144, len(text)) + text
        assert code_points_in(profile) == points
        with pytest.raises(UnsupportedPhoto, match="HDR picture"):
            photos.read(write("a.png", packed(astronaut, "PNG", icc_profile=profile)))
    assert code_points_in(ADOBE_RGB.profile()) is None


# EXIF


def _adobe_exif(space=0xFFFF, rules=b"R03\0"):
    """Big-endian EXIF with a color space and the name of DCF's rules."""
    interoperability = struct.pack(">HHHL4sL", 1, 1, 2, 4, rules, 0)
    below = struct.pack(">HHHLHHHHLLL", 2, 0xA001, 3, 1, space, 0, 0xA005, 4, 1, 56, 0)
    return b"MM\0*\0\0\0\x08" + struct.pack(">HHHLLL", 1, 0x8769, 4, 1, 26, 0) + below + interoperability


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_the_mark_of_adobe_rgb_is_honored(kind, astronaut, packed, write, tables):
    for block in (_adobe_exif(), _adobe_exif(2, b"R98\0")):
        photo = photos.read(write("a", packed(astronaut, kind, exif=b"Exif\0\0" + block)))
        assert photo.profile == ADOBE_RGB.profile()
        with Image.open(BytesIO(encoded(photo, apply(photo, tables), kind))) as image:
            assert "icc_profile" not in image.info
    for block in (_adobe_exif(1), _adobe_exif(0xFFFF, b"R98\0"), _adobe_exif()[:40]):
        assert photos.read(write("a", packed(astronaut, kind, exif=b"Exif\0\0" + block))).profile is None
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    own = packed(astronaut, kind, exif=b"Exif\0\0" + _adobe_exif(), icc_profile=srgb)
    assert photos.read(write("a", own)).profile == srgb


def test_the_mark_in_a_tiff_is_honored(astronaut, write):
    file = BytesIO()
    tifffile.imwrite(file, np.asarray(astronaut), photometric="rgb", byteorder=">", metadata=None)
    data = bytearray(file.getvalue())
    at = len(data)
    below = struct.pack(">HHHLHHHHLLL", 2, 0xA001, 3, 1, 0xFFFF, 0, 0xA005, 4, 1, at + 30, 0)
    data += below + struct.pack(">HHHL4sL", 1, 1, 2, 4, b"R03\0", 0)
    first = struct.unpack(">L", data[4:8])[0]
    count = struct.unpack(">H", data[first : first + 2])[0]
    rows = data[first + 2 : first + 2 + 12 * count] + struct.pack(">HHLL", 0x8769, 4, 1, at)
    data[4:8] = struct.pack(">L", len(data))
    data += struct.pack(">H", count + 1) + rows + bytes(4)
    assert photos.read(write("a.tif", bytes(data))).profile == ADOBE_RGB.profile()


# other formats


@pytest.mark.parametrize("kind", ["AVIF", "HEIF"])
def test_code_points_of_boxes_are_honored_and_stay(kind, astronaut, packed, write, tables):
    pillow_heif.register_heif_opener()
    data = packed(astronaut, kind)
    head = b"colrnclx" + bytes([0, 1, 0, 13])
    assert head in data
    photo = photos.read(write("a", data.replace(head, b"colrnclx" + bytes([0, 12, 0, 13]))))
    assert photo.profile == of_code_points(12, 13).profile()
    result = encoded(photo, apply(photo, tables), kind)
    assert b"colrnclx" + bytes([0, 12, 0, 13]) in result
    assert b"prof" not in result


def _bits(data):
    return [data[n >> 3] >> (n & 7) & 1 for n in range(8 * len(data))]


def _enumerated(value):
    """A number as ISO/IEC 18181-1 writes an enumeration."""
    if value < 2:
        return [value, 0]
    offset, count = (2, 4) if value < 18 else (18, 6)
    return [int(count == 6), 1, *((value - offset) >> k & 1 for k in range(count))]


def _recolored(primaries, transfer):
    """A lossless JPEG XL of 8 by 8 pixels, whose header says sRGB by default, with another space."""
    data = imagecodecs.jpegxl_encode(np.full((8, 8, 3), 90, np.uint8), lossless=True, usecontainer=False)
    bits = _bits(data)
    # signature, small, eights, square, default, extra fields, float, bits, 16-bit buffers, alpha, XYB
    at = 16 + 1 + 5 + 3 + 1 + 1 + 1 + 2 + 1 + 2 + 1
    assert bits[at - 1 : at + 4] == [
        0,
        1,
        0,
        0,
        1,
    ]  # no XYB; all default colors; no extensions; default matrix
    space = [
        0,
        0,
        *_enumerated(0),
        *_enumerated(1),
        *_enumerated(primaries),
        0,
        *_enumerated(transfer),
        *_enumerated(1),
    ]
    header = [*bits[:at], *space, 0, 0, 1]
    header += [0] * (-len(header) % 8)
    rest = bits[-(-(at + 4) // 8) * 8 :]
    return np.packbits([*header, *rest], bitorder="little").tobytes()


def test_the_spaces_of_jpeg_xl_are_honored(write):
    photo = photos.read(write("a.jxl", _recolored(11, 13)))
    np.testing.assert_allclose(
        primaries_in(photo.profile), primaries_in(of_code_points(12, 13).profile()), atol=1e-3
    )
    with Image.open(BytesIO(encoded(photo, photo.image, "PNG"))) as image:
        assert image.info["icc_profile"] == photo.profile


def _bmp(astronaut, packed, kind, profile=b"", gammas=()):
    """A BMP of version 5, its header lengthened by hand."""
    data = packed(astronaut, "BMP")
    header = bytearray(data[14:54].ljust(124, b"\0"))
    header[:4], header[56:60] = struct.pack("<L", 124), kind
    if gammas:
        header[96:108] = struct.pack("<3L", *gammas)
        columns = colour.normalised_primary_matrix(P3.primaries, P3.whitepoint).T
        header[60:96] = struct.pack("<9L", *np.rint(columns.ravel() * 2**30).astype(int))
    header[112:120] = struct.pack("<LL", 124 + len(data) - 54, len(profile))
    size = len(data) + 84 + len(profile)
    return b"BM" + struct.pack("<LLL", size, 0, 138) + bytes(header) + data[54:] + profile


def test_the_profile_of_a_bmp_is_honored_and_carried(astronaut, packed, swapped_profile, write, tables):
    data = _bmp(astronaut, packed, b"DEBM", swapped_profile)
    photo = photos.read(write("a.bmp", data + b"trailer"))
    assert photo.profile == swapped_profile
    result = encoded(photo, apply(photo, tables), "BMP")
    assert result.endswith(b"trailer")
    again = photos.read(write("b.bmp", result))
    assert again.profile == swapped_profile
    assert again.image.tobytes() == apply(photo, tables).tobytes()


def test_the_primaries_of_a_bmp_are_honored(astronaut, packed, write):
    data = _bmp(astronaut, packed, bytes(4), gammas=(65536,) * 3)
    photo = photos.read(write("a.bmp", data))
    wanted = of_code_points(12, 8).profile()
    np.testing.assert_allclose(primaries_in(photo.profile), primaries_in(wanted), atol=1e-3)
    assert (
        encoded(photo, photo.image, "BMP")[70:90]
        == _bmp(astronaut, packed, bytes(4), gammas=(65536,) * 3)[70:90]
    )
    assert photos.read(write("a.bmp", _bmp(astronaut, packed, bytes(4)))).profile is None


def test_the_profile_of_a_gif_is_honored_and_carried(astronaut, packed, swapped_profile, write):
    data = packed(astronaut.convert("P"), "GIF")
    blocks = b"".join(
        bytes([len(part)]) + part
        for part in (swapped_profile[at : at + 255] for at in range(0, len(swapped_profile), 255))
    )
    extension = b"\x21\xff\x0bICCRGBG1012" + blocks + b"\0"
    photo = photos.read(write("a.gif", data[:-1] + extension + data[-1:]))
    assert photo.profile == swapped_profile
    assert extension in encoded(photo, photo.first_raster, "GIF")
