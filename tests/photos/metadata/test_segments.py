"""A corrected JPEG's segments and a corrected PNG's chunks: only what must change has changed."""

from __future__ import annotations

import base64
import hashlib
import json
import random
import shutil
import struct
import subprocess
import zlib
from io import BytesIO

import pytest
from camera_exif import camera_exif
from PIL import Image, ImageOps

from colorfix.photos.codecs import jpeg, png
from colorfix.photos.containers import photoshop
from colorfix.photos.metadata import exif
from colorfix.photos.metadata.jpeg import LIMIT, jpeg_segments, segment
from colorfix.photos.metadata.png import png_chunks
from colorfix.photos.metadata.xmp import without_stale_elements

EXIFTOOL = shutil.which("exiftool")
with_exiftool = pytest.mark.skipif(EXIFTOOL is None, reason="exiftool is not installed")


def _same(image):
    return image


def _resource(number, content, name=b""):
    name = bytes([len(name)]) + name
    return (
        b"8BIM"
        + struct.pack(">H", number)
        + name
        + bytes(len(name) % 2)
        + struct.pack(">L", len(content))
        + content
        + bytes(len(content) % 2)
    )


IPTC = b"\x1c\x02\x5a\0\6London\x1c\x02\x19\0\1k"
RESOURCES = [
    _resource(0x03ED, bytes(16)),
    _resource(0x0404, IPTC, b"odd"),
    _resource(0x040C, b"a thumbnail"),
    _resource(0x0409, b"an older one!"),
    _resource(0x0425, bytes(16)),
]
KEPT_RESOURCES = b"".join([*RESOURCES[:2], RESOURCES[4]])
IMAGE = b"<xmpGImg:image>/9j/4AAQSkZJRg&#xA;</xmpGImg:image>"
THUMBNAILS = b"<xmp:Thumbnails>\n<rdf:Alt><rdf:li>" + IMAGE + b"</rdf:li></rdf:Alt>\n</xmp:Thumbnails>"
PACKET = (
    b'<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
    b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    b'<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" '
    b'xmlns:xmpGImg="http://ns.adobe.com/xap/1.0/g/img/" xmp:CreatorTool="a  camera">%s'
    b"</rdf:Description></rdf:RDF></x:xmpmeta>   \n <?xpacket end='w'?>"
)


@pytest.fixture
def thumbnail(astronaut, packed):
    return packed(astronaut.resize((160, 120)), "JPEG", quality=85)


def _with(data, segments):
    at = 2
    while data[at + 1] in {*range(0xE0, 0xF0), 0xFE}:
        at += 2 + struct.unpack(">H", data[at + 2 : at + 4])[0]
    return data[:2] + b"".join(segments) + data[at:]


def _judged(path):
    out = subprocess.run(["exiftool", "-j", "-G1", "-a", "-u", path], capture_output=True, check=True)
    return {
        name: tag
        for name, tag in json.loads(out.stdout)[0].items()
        if name.split(":")[0] not in {"SourceFile", "System", "ExifTool", "Composite"}
    }


# JPEG


def test_segments_without_a_preview_keep_every_byte(thumbnail):
    others = [
        segment(0xE0, b"JFIF\0\1\2\1\0\x48\0\x48\0\0"),
        segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + PACKET % b""),
        segment(0xED, b"Photoshop 3.0\0" + KEPT_RESOURCES),
        segment(0xE2, b"ICC_PROFILE\0\1\1abc"),
        segment(0xFE, b"a comment"),
    ]
    block = segment(0xE1, exif.PREFIX + camera_exif(thumbnail))
    updated, warnings = jpeg_segments([others[0], block, *others[1:]], ImageOps.invert, "colorfix 1")
    assert [updated[0], *updated[2:]] == others
    assert updated[1] != block
    assert warnings == ()


def test_photoshop_thumbnails_are_removed_and_iptc_keeps_every_byte():
    whole = b"".join(RESOURCES)
    assert photoshop.without_thumbnails(whole) == KEPT_RESOURCES
    assert photoshop.iptc_in(whole) == IPTC


@pytest.mark.parametrize("cut", [1, 5, 11, 17])
def test_damaged_resources_keep_every_byte(cut):
    whole = b"".join(RESOURCES[:2]) + RESOURCES[2][:cut]
    assert photoshop.without_thumbnails(whole) == whole


def test_resources_in_two_segments_are_one_list():
    whole = b"".join(RESOURCES[:2]) + _resource(0x0422, bytes(70000)) + b"".join(RESOURCES[2:])
    cut = 66
    split = [
        segment(0xED, b"Photoshop 3.0\0" + part) for part in (whole[:cut], whole[cut:65000], whole[65000:])
    ]
    updated, _ = jpeg_segments([*split, segment(0xFE, b"hi")], _same, None)
    assert b"".join(whole[18:] for whole in updated[:-1]) == photoshop.without_thumbnails(whole)
    assert updated[-1] == segment(0xFE, b"hi")


@pytest.mark.parametrize(
    "preview",
    [
        THUMBNAILS,
        THUMBNAILS.replace(b"xmp:Thumb", b"xap:Thumb"),
        b"<xmp:Thumbnails/>",
        IMAGE,
        b'<xmp:Thumbnails rdf:parseType="Resource">x</xmp:Thumbnails >',
        THUMBNAILS * 2,
    ],
)
def test_pictures_in_xmp_are_removed_and_no_other_byte_changes(preview):
    assert without_stale_elements(PACKET % (b" <a/>" + preview + b"\n<b/>")) == PACKET % b" <a/>\n<b/>"


@pytest.mark.parametrize("text", [PACKET % b"", b"<xmp:Thumbnails>never closed", b"xmp:Thumbnails", b""])
def test_xmp_without_whole_pictures_does_not_change(text):
    assert without_stale_elements(text) == text


def test_a_preview_in_extended_xmp_is_removed_and_the_packet_names_the_new_extension():
    """As Adobe writes it: the extension is named by its MD5."""
    big = PACKET % (b"<a/>" + THUMBNAILS.replace(b"/9j/", base64.b64encode(bytes(100_000))))
    name = hashlib.md5(big).hexdigest().upper().encode()  # noqa: S324 - what the format asks for
    first = PACKET % (b"<b xmpNote:HasExtendedXMP='" + name + b"'/>")
    pieces = [
        segment(
            0xE1,
            b"http://ns.adobe.com/xmp/extension/\0"
            + name
            + struct.pack(">LL", len(big), at)
            + big[at : at + 65000],
        )
        for at in range(0, len(big), 65000)
    ]
    updated, _ = jpeg_segments(
        [segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + first), *pieces, segment(0xFE, b"hi")], _same, None
    )
    small = PACKET % b"<a/>"
    renamed = hashlib.md5(small).hexdigest().upper().encode()  # noqa: S324 - likewise
    assert updated == [
        segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + first.replace(name, renamed)),
        segment(
            0xE1,
            b"http://ns.adobe.com/xmp/extension/\0" + renamed + struct.pack(">LL", len(small), 0) + small,
        ),
        segment(0xFE, b"hi"),
    ]


def test_jfif_thumbnails_are_removed():
    jfif = b"JFIF\0\1\2\1\0\x48\0\x48"
    updated, _ = jpeg_segments(
        [segment(0xE0, jfif + b"\2\1rgbrgb"), segment(0xE0, b"JFXX\0\x10abc")], _same, None
    )
    assert updated == [segment(0xE0, jfif + b"\0\0")]


@pytest.mark.parametrize("jfif", [False, True])
def test_a_jpeg_without_exif_gets_one_that_names_the_software(jfif, astronaut, packed):
    first = [segment(0xE0, b"JFIF\0\1\2\1\0\x48\0\x48\0\0")] if jfif else []
    updated, _ = jpeg_segments([*first, segment(0xFE, b"hi")], _same, "colorfix 1")
    tags = Image.Exif()
    tags.load(updated[len(first)][4:])
    assert dict(tags) == {0x000B: "colorfix 1", 0x011A: 72, 0x011B: 72, 0x0128: 2, 0x0213: 1}
    assert [*updated[: len(first)], *updated[len(first) + 1 :]] == [*first, segment(0xFE, b"hi")]


def test_exif_without_room_for_the_software_tag_has_a_corrected_thumbnail(thumbnail):
    block = camera_exif(thumbnail)
    block += bytes(LIMIT - 6 - len(block))
    updated, warnings = jpeg_segments([segment(0xE1, exif.PREFIX + block)], ImageOps.invert, "colorfix 1")
    assert len(updated[0]) == LIMIT + 4
    assert thumbnail not in updated[0]
    assert "no room" in warnings[0]


def test_a_segment_has_a_limit():
    assert len(segment(0xFE, bytes(LIMIT))) == LIMIT + 4
    with pytest.raises(ValueError, match="65533"):
        segment(0xFE, bytes(LIMIT + 1))


def test_stripping_keeps_the_profile_the_orientation_and_the_segments_for_decoding(thumbnail):
    needed = [
        segment(0xE0, b"JFIF\0\1\2\1\0\x48\0\x48\0\0"),
        segment(0xEE, b"Adobe\0\x64\0\0\0\0\1"),
        segment(0xE2, b"ICC_PROFILE\0\1\1abc"),
    ]
    gone = [
        segment(0xE1, exif.PREFIX + camera_exif(thumbnail, orientation=8)),
        segment(0xED, b"Photoshop 3.0\0"),
        segment(0xE2, b"FPXR\0"),
        segment(0xFE, b"hi"),
    ]
    updated, _ = jpeg_segments([needed[0], *gone, *needed[1:]], _same, "colorfix 1", strip=True)
    assert updated == [needed[0], segment(0xE1, exif.PREFIX + exif.new_block(None, 8)), *needed[1:]]


@with_exiftool
def test_exiftool_finds_that_only_previews_changed(astronaut, packed, thumbnail, write):
    resources = [*RESOURCES[:2], _resource(0x040C, bytes(28) + thumbnail), *RESOURCES[4:]]
    segments = [
        segment(0xE0, b"JFIF\0\1\2\1\0\x48\0\x48\0\0"),
        segment(0xE1, exif.PREFIX + camera_exif(thumbnail)),
        segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + PACKET % THUMBNAILS),
        segment(0xED, b"Photoshop 3.0\0" + b"".join(resources)),
        segment(0xFE, b"a comment"),
    ]
    data = packed(astronaut, "JPEG")
    updated, _ = jpeg_segments(segments, ImageOps.invert, "colorfix 1")
    old = _judged(write("old.jpg", _with(data, segments)))
    new = _judged(write("new.jpg", _with(data, updated)))
    assert {name for name in old | new if old.get(name) != new.get(name)} == {
        "IFD0:ProcessingSoftware",
        "IFD1:ThumbnailImage",
        "IFD1:ThumbnailLength",
        "Photoshop:PhotoshopThumbnail",
        "XMP-xmp:ThumbnailImage",
    }
    assert (new["IPTC:City"], new["File:Comment"], new["XMP-xmp:CreatorTool"]) == (
        "London",
        "a comment",
        "a  camera",
    )


# PNG


def _pairs(data):
    return [(kind, bytes(whole)) for kind, whole in png.chunks(data)]


def _raw(name, content):
    text = b"\n%s\n%8d\n%s\n" % (name, len(content), content.hex().encode())
    return b"Raw profile type " + name + b"\0\0" + zlib.compress(text)


def test_chunks_without_a_preview_keep_every_byte(chunk, thumbnail):
    others = [
        (b"gAMA", chunk(b"gAMA", bytes(4))),
        (b"tEXt", chunk(b"tEXt", b"Comment\0hi")),
        (b"zTXt", chunk(b"zTXt", _raw(b"iptc", _resource(0x0404, IPTC)))),
        (b"iTXt", chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + PACKET % b"")),
        (b"zTXt", chunk(b"zTXt", b"XML:com.adobe.xmp\0\0damaged")),
    ]
    block = (b"eXIf", chunk(b"eXIf", camera_exif(thumbnail)))
    updated, warnings = png_chunks([*others, block], ImageOps.invert, "colorfix 1")
    assert updated[:-1] == others
    assert updated[-1] != block
    assert warnings == ()


def test_previews_in_text_chunks_are_removed(chunk, thumbnail):
    long = b"XML:com.adobe.xmp\0\1\0en\0k\0" + zlib.compress(PACKET % THUMBNAILS)
    texts = [
        (b"iTXt", chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0en\0k\0" + PACKET % THUMBNAILS)),
        (b"iTXt", chunk(b"iTXt", long)),
        (b"zTXt", chunk(b"zTXt", _raw(b"8bim", b"".join(RESOURCES)))),
        (b"zTXt", chunk(b"zTXt", _raw(b"exif", exif.PREFIX + camera_exif(thumbnail)))),
    ]
    updated = [whole[8:-4] for _, whole in png_chunks(texts, ImageOps.invert, None)[0]]
    assert updated[0] == b"XML:com.adobe.xmp\0\0\0en\0k\0" + PACKET % b""
    assert zlib.decompress(updated[1][len(b"XML:com.adobe.xmp\0\1\0en\0k\0") :]) == PACKET % b""
    hexadecimal = [b"".join(zlib.decompress(text.split(b"\0\0", 1)[1]).split()[2:]) for text in updated[2:]]
    assert bytes.fromhex(hexadecimal[0].decode()) == KEPT_RESOURCES
    wanted, _ = exif.corrected(camera_exif(thumbnail), ImageOps.invert, None)
    assert bytes.fromhex(hexadecimal[1].decode()) == exif.PREFIX + wanted


def test_a_png_without_exif_gets_one_ahead_of_its_palette(astronaut, packed):
    chunks = _pairs(packed(astronaut.quantize(9), "PNG"))
    updated, _ = png_chunks(chunks, _same, "colorfix 1")
    assert [kind for kind, _ in updated] == [b"IHDR", b"eXIf", b"PLTE", b"IDAT", b"IEND"]
    with Image.open(BytesIO(b"\x89PNG\r\n\x1a\n" + b"".join(whole for _, whole in updated))) as image:
        assert dict(image.getexif()) == {0x000B: "colorfix 1", 0x011A: 72, 0x011B: 72, 0x0128: 2, 0x0213: 1}


def test_stripping_a_png_keeps_colors_and_orientation(chunk, thumbnail):
    needed = [(b"gAMA", chunk(b"gAMA", bytes(4))), (b"pHYs", chunk(b"pHYs", bytes(9)))]
    gone = [
        (b"tEXt", chunk(b"tEXt", b"Title\0t")),
        (b"tIME", chunk(b"tIME", bytes(7))),
        (b"prIv", chunk(b"prIv", b"x")),
    ]
    block = (b"eXIf", chunk(b"eXIf", camera_exif(thumbnail, orientation=3)))
    stripped, _ = png_chunks([*needed, *gone, block], _same, "colorfix 1", strip=True)
    assert stripped == [*needed, (b"eXIf", chunk(b"eXIf", exif.new_block(None, 3)))]


def test_damaged_segments_and_chunks_never_raise(thumbnail, chunk):
    chance = random.Random("segments")  # noqa: S311 - the same mutations every time
    bodies = [
        (0xE1, exif.PREFIX + camera_exif(thumbnail[:50])),
        (0xE1, b"http://ns.adobe.com/xap/1.0/\0" + PACKET % THUMBNAILS),
        (0xE1, b"http://ns.adobe.com/xmp/extension/\0" + b"A" * 32 + bytes(8) + PACKET % THUMBNAILS),
        (0xED, b"Photoshop 3.0\0" + b"".join(RESOURCES)),
        (0xE0, b"JFIF\0\1\2\1\0\x48\0\x48\2\2"),
    ]
    texts = [
        _raw(b"8bim", b"".join(RESOURCES)),
        b"XML:com.adobe.xmp\0\1\0en\0k\0" + zlib.compress(PACKET % THUMBNAILS),
    ]

    def mutated(body):
        changed = bytearray(body)
        for _ in range(chance.randint(1, 5)):
            changed[chance.randrange(len(changed))] = chance.randrange(256)
        return bytes(changed[: chance.choice([len(changed), chance.randrange(len(changed))])])

    for _ in range(400):
        segments = [segment(marker, mutated(body)) for marker, body in bodies]
        for strip in (False, True):
            updated, _ = jpeg_segments(segments, _same, "colorfix", strip=strip)
            assert list(jpeg.segments(b"\xff\xd8" + b"".join(updated) + b"\xff\xda...")) == updated
        kinds = [
            (kind, chunk(kind, mutated(text)))
            for text in texts
            for kind in (b"tEXt", b"zTXt", b"iTXt", b"eXIf")
        ]
        updated, _ = png_chunks(kinds, _same, "colorfix")
        assert len(updated) == len(kinds)
