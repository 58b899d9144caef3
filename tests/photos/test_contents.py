"""What a file holds beside its picture is carried, or its loss is named."""

from __future__ import annotations

import hashlib
import shutil
import struct
import subprocess
from base64 import b64encode
from io import BytesIO

import numpy as np
import pillow_heif
import pytest
import tifffile
from encoded import apply, encoded
from PIL import Image, ImageOps, PngImagePlugin

from colorfix import photos
from colorfix.photos.containers import riff
from colorfix.photos.containers.jpeg_markers import segments
from colorfix.photos.metadata import jpeg
from colorfix.photos.metadata.xmp import without_stale_elements
from colorfix.photos.pixels.gains import mapped

SEF = (
    b"data of a trailer" + b"SEFHe\0\0\0\1\0\0\0\0\0\x30\x0a" + struct.pack("<LL", 17, 17) + b"\x18\0\0\0SEFT"
)
VIDEO = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + b"\0\0\0\x0cmdatxyz."
NAMES = {
    "hdrgm": "http://ns.adobe.com/hdr-gain-map/1.0/",
    "GCamera": "http://ns.google.com/photos/1.0/camera/",
    "Container": "http://ns.google.com/photos/1.0/container/",
    "Item": "http://ns.google.com/photos/1.0/container/item/",
    "GImage": "http://ns.google.com/photos/1.0/image/",
    "xmp": "http://ns.adobe.com/xap/1.0/",
}
DIRECTORY = (
    '<Container:Directory><rdf:Seq><rdf:li rdf:parseType="Resource"><Container:Item Item:Mime="video/mp4" '
    'Item:Length="9"/></rdf:li></rdf:Seq></Container:Directory>'
)
C2PA = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")


def _packet(attributes="", elements="", names=NAMES):
    declared = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in names.items())
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        f'<rdf:Description rdf:about="" {declared} xmp:Rating="5"{attributes}>{elements}'
        "<dc:subject><rdf:Bag><rdf:li>family</rdf:li></rdf:Bag></dc:subject></rdf:Description></rdf:RDF>"
        "</x:xmpmeta>"
    ).encode()


def _with(data, *parts):
    """The JPEG with segments behind its first two bytes: marker and content of each."""
    added = b"".join(
        bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body for marker, body in parts
    )
    return data[:2] + added + data[2:]


def _segment(marker, body):
    return bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body


def _xmp(packet):
    return 0xE1, jpeg.XMP + packet


@pytest.fixture
def rewritten(write, tables):
    """Read, correct and encode; return the photo, the file and the sentences on losses."""

    def rewrite(data, into=None, **writing):
        photo, file = photos.read(write("source", data)), BytesIO()
        after = apply(photo, tables)
        losses = photos.encode(photo, lambda _: after, into, file, photos.Writing(**writing))
        return photo, file.getvalue(), losses

    return rewrite


@pytest.mark.parametrize("trailer", [SEF, VIDEO, b"\0" * 9 + b"of an unknown program"])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
def test_data_behind_the_end_is_carried(kind, trailer, *, astronaut, packed, rewritten, write, tables):
    data = packed(astronaut.convert("P") if kind == "GIF" else astronaut, kind) + trailer
    photo = photos.read(write("source", data))
    raster = photo.first_raster if kind == "GIF" else apply(photo, tables)
    assert encoded(photo, raster, kind).endswith(trailer)
    assert photo.removed == ()
    assert photo.carried == (("a video",) if trailer == VIDEO else ())
    assert not encoded(photo, raster, kind, strip=True).endswith(trailer)


def test_contents_of_a_trailer_are_lost_in_another_format_and_named(astronaut, packed, write):
    photo = photos.read(write("a.jpg", packed(astronaut, "JPEG") + VIDEO))
    assert photos.lost_contents(photo, "PNG", strip=False) == ("a video",)
    assert photos.lost_contents(photo, "JPEG", strip=True) == ("a video",)
    assert photos.lost_contents(photo, "JPEG", strip=False) == ()
    assert "holds a video; only the photo itself is kept" in photos.losses(photo, "PNG", strip=False)


@pytest.mark.skipif(not shutil.which("exiftool"), reason="exiftool is not installed")
def test_positions_of_afcp_are_moved_with_it(astronaut, packed, rewritten, tmp_path):
    iptc = b"\x1c\x02\x78\0\5hello"
    picture = packed(astronaut, "JPEG")
    start = len(picture)
    entry = b"IPTC" + struct.pack(">LL", len(iptc), start + 24)
    block = b"AXS!" + struct.pack(">HHL", 1, 1, 0) + entry + iptc
    trailer = block + b"AXS!" + struct.pack(">LL", start, 0)
    _, result, _ = rewritten(picture + trailer)
    assert len(result) != len(picture + trailer)
    (tmp_path / "out.jpg").write_bytes(result)
    command = ["exiftool", "-s3", "-Caption-Abstract", "-warning", tmp_path / "out.jpg"]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout.split() == ["hello"]


@pytest.mark.parametrize("kind", ["AVIF", "HEIF"])
def test_boxes_of_unknown_kinds_are_carried(kind, astronaut, packed, rewritten):
    pillow_heif.register_heif_opener()
    others = b"\0\0\0\x10sefdSEFHSEFT" + b"\0\0\0\x10mpvdftypmp42"
    photo, result, _ = rewritten(packed(astronaut, kind) + others)
    assert result.endswith(others)
    assert photo.carried == ("a video",)


@pytest.mark.parametrize("kind", ["AVIF", "HEIF"])
def test_a_video_that_is_declared_goes_with_its_declaration(kind, astronaut, packed, rewritten):
    pillow_heif.register_heif_opener()
    data = packed(astronaut, kind, xmp=_packet(' GCamera:MotionPhoto="1"')) + b"\0\0\0\x10mpvdftypmp42"
    photo, result, _ = rewritten(data)
    assert photo.removed == ("a video",)
    assert b"mpvd" not in result
    assert b"MotionPhoto" not in result
    assert b'xmp:Rating="5"' in result


def test_data_behind_a_photo_that_lists_further_pictures_in_vain_is_carried(astronaut, packed, rewritten):
    data = packed(astronaut, "MPO", save_all=True, append_images=[astronaut])
    end = data.index(b"\xff\xd8\xff", 2)
    photo, result, _ = rewritten(data[:end] + SEF)
    assert photo.removed == ()
    assert result.endswith(SEF)
    assert b"MPF" not in result


def test_a_depth_map_of_an_avif_is_named(astronaut, packed, write):
    clear = astronaut.convert("RGBA")
    clear.putalpha(128)
    data = packed(clear, "AVIF").replace(b"systems:auxiliary:alpha", b"systems:auxiliary:depth")
    assert photos.read(write("a.avif", data)).removed == ("a depth map",)


# XMP

STALE = [
    (' hdrgm:Version="1.0" hdrgm:GainMapMax="3"', ""),
    (' GCamera:MotionPhoto="1" GCamera:MotionPhotoVersion="1"', DIRECTORY),
    (" GCamera:MicroVideo='1' GCamera:MicroVideoOffset='9'", ""),
    ("", "<GCamera:MotionPhoto>1</GCamera:MotionPhoto>" + DIRECTORY),
    (
        "",
        "<hdrgm:Version>1.0</hdrgm:Version><hdrgm:GainMapMin><rdf:Seq><rdf:li>1</rdf:li></rdf:Seq></hdrgm:GainMapMin>",
    ),
    (' GImage:Mime="image/jpeg" GImage:Data="/9j/4AAQ"', ""),
    ("", "<GImage:Data>/9j/4AAQ</GImage:Data>"),
    ("", '<xmp:Thumbnails><rdf:Alt><rdf:li xmpGImg:image="/9j"/></rdf:Alt></xmp:Thumbnails>'),
]


@pytest.mark.parametrize(("attributes", "elements"), STALE)
def test_stale_elements_are_cut_and_the_users_own_stay(attributes, elements):
    assert without_stale_elements(_packet(attributes, elements)) == _packet()


def test_a_link_to_content_credentials_is_cut_and_other_provenance_stays(astronaut, packed, rewritten):
    names = NAMES | {"dcterms": "http://purl.org/dc/terms/"}
    link = ' dcterms:provenance="https://example.org/a.c2pa"'
    history = ' dcterms:provenance="from my grandmother"'
    assert without_stale_elements(_packet(link, "", names)) == _packet("", "", names)
    assert without_stale_elements(_packet(history, "", names)) == _packet(history, "", names)
    for kind in ("JPEG", "PNG", "WEBP"):
        texts = PngImagePlugin.PngInfo()
        texts.add_itxt("XML:com.adobe.xmp", _packet(link, "", names).decode())
        settings = {"pnginfo": texts} if kind == "PNG" else {"xmp": _packet(link, "", names)}
        photo, result, _ = rewritten(packed(astronaut, kind, **settings))
        assert photo.removed == ("Content Credentials",)
        assert b"example.org" not in result


def test_prefixes_are_those_that_the_packet_declares():
    names = {"a": NAMES["hdrgm"], "b": NAMES["GCamera"], "xmp": NAMES["xmp"]}
    stale = _packet(' a:Version="1.0" b:MotionPhoto="1"', "<a:GainMapMax>3</a:GainMapMax>", names)
    assert without_stale_elements(stale) == _packet("", "", names)


@pytest.mark.parametrize("into", [None, "PNG", "WEBP", "TIFF"])
def test_the_users_xmp_stays_without_the_gain_map(into, astronaut, packed, rewritten):
    second = packed(astronaut.resize((50, 40)), "JPEG")
    photo, result, _ = rewritten(
        _with(packed(astronaut, "JPEG"), _xmp(_packet(' hdrgm:Version="1.0"'))) + second, into
    )
    assert photo.removed == ("an HDR gain map",)
    assert _packet() in result
    assert second not in result


# previews


def _jpeg(image):
    file = BytesIO()
    image.save(file, "JPEG", quality=85)
    return file.getvalue()


def _mean_error(stored, wanted):
    with Image.open(BytesIO(stored)) as image:
        return np.abs(np.asarray(image).astype(int) - np.asarray(wanted)).mean()


@pytest.mark.parametrize("marker", [0xE2, 0xE3, 0xE4, 0xE5, 0xE7])
def test_a_preview_in_any_segment_is_corrected(marker, astronaut):
    small = astronaut.resize((80, 60))
    own = [_segment(marker, b"head" + _jpeg(small) + b"rest")]
    (updated,), losses = jpeg.jpeg_segments(own, ImageOps.invert, None)
    assert losses == ()
    assert (len(updated), updated[4:8], updated[-4:]) == (len(own[0]), b"head", b"rest")
    assert _mean_error(updated[8:-4], ImageOps.invert(small)) < 4


def test_a_preview_in_several_segments_is_corrected(astronaut):
    small = astronaut.resize((160, 120))
    stored = _jpeg(small)
    cuts = [stored[:2000], stored[2000:3500], stored[3500:]]
    plain = [_segment(marker, part) for marker, part in zip((0xE3, 0xE4, 0xE5), cuts, strict=True)]
    heads = [b"FPXR\0\0\2\0\0" + struct.pack(">L", at) for at in (0, 2000, 3500)]
    streams = [_segment(0xE2, head + part) for head, part in zip(heads, cuts, strict=True)]
    for own, ahead in ((plain, 4), (streams, 17)):
        updated, losses = jpeg.jpeg_segments(own, ImageOps.invert, None)
        assert losses == ()
        assert _mean_error(b"".join(whole[ahead:] for whole in updated), ImageOps.invert(small)) < 4


def test_a_preview_that_cannot_be_corrected_is_removed_and_named():
    own = [_segment(0xE3, b"\xff\xd8\xff\xe0 cut short"), _segment(0xE4, b"kept")]
    updated, losses = jpeg.jpeg_segments(own, ImageOps.invert, None)
    assert updated == own[1:]
    assert losses == ("has a preview in APP3 that cannot be corrected; it is removed",)


def test_a_thumbnail_that_is_removed_is_named(astronaut, packed, rewritten):
    """An uncompressed thumbnail, as older cameras wrote: strips in IFD1."""
    rows = [(256, 3, 1, 1 << 16), (257, 3, 1, 1 << 16), (273, 4, 1, 68), (279, 4, 1, 3)]
    second = struct.pack(">H", 4) + b"".join(struct.pack(">HHLL", *row) for row in rows) + bytes(4)
    block = b"MM\0*\0\0\0\x08\0\0" + struct.pack(">L", 14) + second + b"rgb"
    _, _, losses = rewritten(packed(astronaut, "JPEG", exif=b"Exif\0\0" + block))
    assert losses == ("has an EXIF thumbnail that cannot be corrected; it is removed",)
    for kind in ("PNG", "WEBP"):
        _, _, losses = rewritten(packed(astronaut, kind, exif=block))
        assert losses == ("has an EXIF thumbnail that cannot be corrected; it is removed",)


def test_a_picture_in_the_data_behind_a_photo_is_corrected(astronaut, packed, write, tables):
    small, file = packed(astronaut.resize((80, 60)), "JPEG"), BytesIO()
    photo = photos.read(write("a.jpg", packed(astronaut, "JPEG") + b"of a program" + small + b"end"))
    assert photos.encode(photo, lambda strip: mapped(strip.raster, tables), None, file) == ()
    result = file.getvalue()
    at = result.index(b"of a program") + 12
    assert len(result) - at == len(small) + 3
    with Image.open(BytesIO(result[at:])) as image, Image.open(BytesIO(small)) as before:
        wanted = tables[[0, 1, 2], np.asarray(before)]
        assert np.abs(np.asarray(image).astype(int) - wanted).mean() < 4


def test_a_preview_that_the_camera_lists_behind_the_photo_is_removed_and_named(astronaut, packed, rewritten):
    data = packed(astronaut, "MPO", save_all=True, append_images=[astronaut.resize((80, 60))])
    assert rewritten(data)[0].removed == ("a second picture",)
    index = data.index(b"MPF\0")
    first = data.rindex(struct.pack("<L", 0x030000), index, index + 100)
    listed = data[: first + 16] + struct.pack("<L", 0x010001) + data[first + 20 :]
    photo, result, _ = rewritten(listed)
    assert (photo.removed, photo.warnings) == ((), ("has a preview behind its picture; it is removed",))
    assert b"MPF" not in result


# Content Credentials

JUMBF = (
    b"JP\0\1\0\0\0\1"
    + struct.pack(">L", 60)
    + b"jumb"
    + struct.pack(">L", 30)
    + b"jumdc2pa"
    + bytes(16)
    + b"\3c2pa\0"
)
UUID = struct.pack(">L", 28) + b"uuid" + C2PA + b"sign"


def _signed(kind, astronaut, packed, chunk):
    if kind == "JPEG":
        return _with(packed(astronaut, "JPEG"), (0xEB, JUMBF), (0xEB, JUMBF[:7] + b"\2" + JUMBF[8:]))
    if kind == "PNG":
        data = packed(astronaut, "PNG")
        return data[:33] + chunk(b"caBX", JUMBF[8:]) + data[33:]
    if kind == "WEBP":
        parts = riff.chunks(packed(astronaut, "WEBP", exif=Image.Exif(), xmp=b"<x/>"))
        return riff.packed([*parts, riff.Chunk(b"C2PA", JUMBF[8:])])
    if kind == "GIF":
        data = packed(astronaut.convert("P"), "GIF")
        block = b"\x21\xff\x0bC2PA_GIF\1\0\0" + bytes([len(JUMBF)]) + JUMBF + b"\0"
        return data[:-1] + block + data[-1:]
    if kind == "TIFF":
        file = BytesIO()
        extra = [(52545, 7, len(JUMBF), JUMBF, True)]
        tifffile.imwrite(file, np.asarray(astronaut), photometric="rgb", extratags=extra)
        return file.getvalue()
    pillow_heif.register_heif_opener()
    return packed(astronaut, kind) + UUID


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "TIFF", "AVIF", "HEIF"])
def test_content_credentials_are_removed_and_named(kind, *, astronaut, packed, chunk, write, tables):
    data = _signed(kind, astronaut, packed, chunk)
    photo, file = photos.read(write("source", data)), BytesIO()
    assert photo.removed == ("Content Credentials",)

    def change(strip):
        return apply(photos.read(strip.raster), tables) if strip.raster.mode != "P" else strip.raster

    photos.encode(photo, change, None, file)
    result = file.getvalue()
    for mark in (b"c2pa", b"caBX", b"C2PA", C2PA):
        assert mark not in result


def test_other_boxes_of_app11_are_carried(astronaut, packed, rewritten):
    other = JUMBF.replace(b"c2pa", b"json")
    _, result, _ = rewritten(_with(packed(astronaut, "JPEG"), (0xEB, other)))
    assert [whole[4:] for whole in segments(result) if whole[1] == 0xEB] == [other]


def test_a_digest_of_captions_that_changed_is_left_out():
    from colorfix.photos.containers import photoshop

    digest = hashlib.md5(b"abc", usedforsecurity=False).digest()
    block = photoshop.with_iptc(b"8BIM\x04\x25\0\0\0\0\0\x10" + digest, b"abc")
    assert digest in block
    assert digest not in photoshop.with_iptc(block, b"other")


def test_the_original_in_extended_xmp_is_removed_and_named(astronaut, packed, rewritten):
    original = b64encode(packed(astronaut, "JPEG")) * 9
    extension = _packet("", f"<GImage:Data>{original.decode()}</GImage:Data>")
    name = hashlib.md5(extension, usedforsecurity=False).hexdigest().upper()
    first = _packet(
        f' xmpNote:HasExtendedXMP="{name}"', "", NAMES | {"xmpNote": "http://ns.adobe.com/xmp/note/"}
    )
    parts = [whole[4:] for whole in jpeg.extension_segments(extension)]
    photo, result, _ = rewritten(
        _with(packed(astronaut, "JPEG"), _xmp(first), *((0xE1, part) for part in parts))
    )
    assert photo.removed == ("a second picture",)
    assert original[:5000] not in result
    assert jpeg.extension_of(segments(result))[1] == _packet()
