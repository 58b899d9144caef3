"""The metadata of a file's bytes, format by format, on its way to another one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from colorfix.core.text import shown
from colorfix.photos import exif, jpeg_metadata, photoshop, png_metadata, tiff_metadata
from colorfix.photos.directories import BadDirectory, content, existing
from colorfix.photos.jpeg_metadata import APP1, COMMENT
from colorfix.photos.metadata import Metadata

if TYPE_CHECKING:
    from collections.abc import Iterable

_HEAD = 4  # bytes of a segment ahead of its content
_NAMES_EXTENSION = re.compile(
    rb"""\s*xmpNote:HasExtendedXMP\s*=\s*(?:"[^"]*"|'[^']*')"""
    rb"""|<xmpNote:HasExtendedXMP>[^<]*</xmpNote:HasExtendedXMP>"""
)
_RDF_ENDS = b"</rdf:RDF>"
_DESCRIPTIONS = re.compile(  # in an element that gives no name but rdf a meaning
    rb"""<rdf:RDF\s+xmlns:rdf=(?:"[^"]*"|'[^']*')\s*>(.*)</rdf:RDF>""", re.DOTALL
)
_CAPTIONS = (png_metadata.RAW_PHOTOSHOP, png_metadata.RAW_IPTC)
_EXTENDED = "has more XMP than fits in one packet of a JPEG; only the first packet is carried"
_TEXTS = "has PNG texts ({}) that no other format has a place for; write a .png, or lose them"


def of_jpeg(segments: Iterable[bytes]) -> tuple[Metadata, tuple[str, ...]]:
    r"""Return the metadata of a JPEG's segments, and a sentence for each thing that only a JPEG has.

    >>> of_jpeg([b"\xff\xfe\x00\x04hi"])
    (Metadata(exif=b'', xmp=b'', captions=b'', comments=(b'hi',)), ())
    """
    present = list(segments)
    xmp, whole_xmp = _with_extension(_first(present, jpeg_metadata.XMP), *jpeg_metadata.extension_of(present))
    metadata = Metadata(
        exif=_first(present, exif.PREFIX),
        xmp=xmp,
        captions=jpeg_metadata.photoshop_of(present),
        comments=tuple(whole[_HEAD:] for whole in present if whole[1] == COMMENT),
    )
    return metadata, () if whole_xmp else (_EXTENDED,)


def _with_extension(xmp: bytes, name: bytes, extension: bytes) -> tuple[bytes, bool]:
    """One packet of a packet and its extension, and whether that was possible: what the one describes moves.

    RDF may describe a thing in several elements. They are moved where their names mean the same elsewhere.
    """
    if not name or name not in xmp:
        return xmp, not name
    xmp = _NAMES_EXTENSION.sub(b"", xmp)
    described, end = _DESCRIPTIONS.search(extension), xmp.rfind(_RDF_ENDS)
    if described is None or end < 0:
        return xmp, False
    return xmp[:end] + described[1] + xmp[end:], True


def _first(segments: list[bytes], start: bytes) -> bytes:
    found = (_content(whole, APP1, start) for whole in segments)
    return next((content for content in found if content is not None), b"")


def _content(whole: bytes, marker: int, start: bytes) -> bytes | None:
    return whole[_HEAD + len(start) :] if whole[1] == marker and whole.startswith(start, _HEAD) else None


def of_png(chunks: Iterable[tuple[bytes, bytes | memoryview]]) -> tuple[Metadata, tuple[str, ...]]:
    r"""Return the metadata of a PNG's chunks, and a sentence for the texts that only a PNG has.

    >>> from colorfix.photos.png_metadata import chunk
    >>> of_png([(b"tEXt", chunk(b"tEXt", b"Title\0a photo"))])[1]
    ('has PNG texts (Title) that no other format has a place for; write a .png, or lose them',)
    """
    block, comments, only_here = b"", [], []
    profiles = dict.fromkeys((png_metadata.XMP, *_CAPTIONS), b"")
    for kind, whole in chunks:
        stored = bytes(whole[8:-4]) if kind in {b"eXIf", b"tEXt", b"zTXt", b"iTXt"} else b""
        if kind == b"eXIf":
            block = stored
        elif stored:
            keyword, text = stored.split(b"\0")[0], png_metadata.unpacked(kind, stored) or b""
            if keyword == png_metadata.COMMENT:
                comments.append(text if kind == b"iTXt" else text.decode("latin-1").encode())
            elif keyword in profiles:
                profiles[keyword] = text
            else:
                only_here.append(keyword.decode("latin-1"))
    captions = _joined(*(png_metadata.raw(profiles[name]) for name in _CAPTIONS))
    lost = ", ".join(map(shown, dict.fromkeys(only_here)))
    metadata = Metadata(block, profiles[png_metadata.XMP], captions, tuple(comments))
    return metadata, (_TEXTS.format(lost),) if only_here else ()


def _joined(captions: bytes, iptc: bytes) -> bytes:
    """Two raw profiles: resources, and IPTC, which is a list of resources itself or bare."""
    if any(photoshop.resources(iptc)):
        if not captions:
            return iptc
        iptc = photoshop.iptc_in(iptc)
    return photoshop.with_iptc(captions, iptc) if iptc else captions


def of_tiff(data: bytes, *, turned: bool) -> tuple[Metadata, tuple[str, ...]]:
    """Return the metadata of a TIFF's first picture, and a sentence for each loss.

    Args:
        data: a classic TIFF; others give nothing.
        turned: whether the pixels have been turned upright meanwhile.
    """
    block, warnings = tiff_metadata.exif_of_tiff(data, turned=turned)
    captions, iptc = _tag(data, tiff_metadata.PHOTOSHOP), _tag(data, tiff_metadata.IPTC)
    if iptc and photoshop.iptc_in(captions) != iptc:
        captions = photoshop.with_iptc(captions, iptc)
    return Metadata(block, _tag(data, tiff_metadata.XMP), captions), warnings


def _tag(data: bytes, tag: int) -> bytes:
    try:
        entry = existing(data).find(tag)
        return content(data, entry) if entry else b""
    except BadDirectory:
        return b""


def of_webp(data: bytes) -> Metadata:
    r"""Return the metadata of a WebP's chunks.

    >>> of_webp(b"RIFF\x10\0\0\0WEBPXMP \4\0\0\0<a/>").xmp
    b'<a/>'
    """
    found = {b"EXIF": b"", b"XMP ": b""}
    at = 12
    while at + 8 <= len(data):
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        if data[at : at + 4] in found:
            found[data[at : at + 4]] = data[at + 8 : at + 8 + size]
        at += 8 + size + size % 2
    return Metadata(found[b"EXIF"].removeprefix(exif.PREFIX), found[b"XMP "])
