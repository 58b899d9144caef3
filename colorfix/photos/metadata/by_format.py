"""Metadata read from and written to the segments, chunks and tags of each format."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from colorfix.core.text import printable
from colorfix.photos.containers import photoshop, riff
from colorfix.photos.containers.ifd import BYTE, UNDEFINED, BadDirectory, IfdFile
from colorfix.photos.containers.jpeg_markers import COMMENT
from colorfix.photos.containers.png_chunks import chunk
from colorfix.photos.metadata import exif, jpeg, png, tiff
from colorfix.photos.metadata.jpeg import APP1, LIMIT, segment
from colorfix.photos.metadata.metadata import Metadata

if TYPE_CHECKING:
    from collections.abc import Iterable

_STUB = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    b'<rdf:Description rdf:about="" xmlns:xmpNote="http://ns.adobe.com/xmp/note/" '
    b'xmpNote:HasExtendedXMP="%s"/></rdf:RDF></x:xmpmeta>'
)
_TOO_LARGE = "has more EXIF than fits in a JPEG (65,527 bytes); it is left out"
_NO_PLACE = "has {} that {} has no place for; write a {}, or lose them"
_NAMES = {  # of each field: in the message, and the formats that have a place for it
    "exif": ("EXIF tags", ".jpg, .png, .tif or .webp"),
    "xmp": ("XMP tags", ".jpg, .png, .tif or .webp"),
    "captions": ("IPTC captions", ".jpg, .png or .tif"),
    "comments": ("comments", ".jpg or .png"),
}
_BLOCKS = ("exif", "xmp")
_PLACES = {
    **dict.fromkeys(("JPEG", "PNG"), (*_NAMES,)),
    "TIFF": (*_BLOCKS, "captions"),
    **dict.fromkeys(("WEBP", "AVIF", "HEIF", "JXL"), _BLOCKS),
}


def as_jpeg(metadata: Metadata) -> tuple[list[bytes], tuple[str, ...]]:
    r"""Return the segments of the metadata, to go behind JFIF's, and a sentence for EXIF that is too large.

    >>> as_jpeg(Metadata(comments=(b"hi",)))
    ([b'\xff\xfe\x00\x04hi'], ())
    """
    block = exif.PREFIX + metadata.exif if metadata.exif else b""
    fits = len(block) <= LIMIT
    segments = [segment(APP1, block)] if block and fits else []
    packet = jpeg.XMP + metadata.xmp
    if len(packet) > LIMIT:
        name = jpeg.digest_of(metadata.xmp)
        segments.append(segment(APP1, jpeg.XMP + _STUB % name))
        segments += jpeg.extension_segments(metadata.xmp)
    elif metadata.xmp:
        segments.append(segment(APP1, packet))
    segments += jpeg.photoshop_segments(metadata.captions)
    for comment in metadata.comments:
        segments += [segment(COMMENT, comment[at : at + LIMIT]) for at in range(0, len(comment), LIMIT)]
    return segments, () if fits else (_TOO_LARGE,)


def as_png(metadata: Metadata) -> list[tuple[bytes, bytes]]:
    """Return the chunks of the metadata, which belong ahead of the palette and the pixels.

    >>> as_png(Metadata(comments=(b"hi",)))[0][0]
    b'tEXt'
    """
    contents = [(b"eXIf", metadata.exif)] if metadata.exif else []
    if metadata.xmp:
        contents.append((b"iTXt", png.XMP + bytes(5) + metadata.xmp))
    if metadata.captions:
        contents.append((b"zTXt", png.raw_profile(png.RAW_IPTC, metadata.captions)))
    contents += map(_comment, metadata.comments)
    return [(kind, chunk(kind, stored)) for kind, stored in contents]


def _comment(comment: bytes) -> tuple[bytes, bytes]:
    """Return a text chunk in Latin-1 if it has the letters, as all programs read it; otherwise in UTF-8."""
    comment = comment.rstrip(b"\0").replace(b"\0", b" ")
    try:
        text = comment.decode()
    except UnicodeDecodeError:
        text = comment.decode("latin-1")
    try:
        return b"tEXt", png.COMMENT + b"\0" + text.encode("latin-1")
    except UnicodeEncodeError:
        return b"iTXt", png.COMMENT + bytes(5) + text.encode()


def as_tiff(metadata: Metadata) -> dict[int, tuple[int, bytes]]:
    """Return the tags of the metadata without EXIF, for ``tiff_with``.

    >>> as_tiff(Metadata(xmp=b"<a/>"))
    {700: (1, b'<a/>')}
    """
    iptc = photoshop.iptc_in(metadata.captions)
    tags = {
        tiff.XMP: (BYTE, metadata.xmp),
        tiff.IPTC: (UNDEFINED, iptc),
        tiff.PHOTOSHOP: (BYTE, photoshop.without_iptc(metadata.captions)),
    }
    return {tag: (kind, stored) for tag, (kind, stored) in tags.items() if stored}


def lost(metadata: Metadata, into: str) -> tuple[str, ...]:
    """Return a sentence for each kind of metadata that the format has no place for.

    Args:
        metadata: of the photo.
        into: the format of the output.

    >>> lost(Metadata(comments=(b"hi",)), "WEBP")
    ('has comments that WEBP has no place for; write a .jpg or .png, or lose them',)
    """
    return tuple(
        _NO_PLACE.format(name, into, instead)
        for field, (name, instead) in _NAMES.items()
        if getattr(metadata, field) and field not in _PLACES.get(into, ())
    )


_HEAD = 4  # bytes of a segment ahead of its content
_NAMES_EXTENSION = re.compile(  # a run of spaces is tried at its start alone
    rb"""(?<!\s)\s*xmpNote:HasExtendedXMP\s*=\s*(?:"[^"]*"|'[^']*')"""
    rb"""|<xmpNote:HasExtendedXMP>[^<]*</xmpNote:HasExtendedXMP>"""
)
_RDF_ENDS = b"</rdf:RDF>"
_RDF_BEGINS = re.compile(rb"""<rdf:RDF\s+xmlns:rdf=(?:"[^"]*"|'[^']*')\s*>""")  # declares no name but rdf
_CAPTIONS = (png.RAW_PHOTOSHOP, png.RAW_IPTC)
_EXTENDED = "has more XMP than fits in one packet of a JPEG; only the first packet is carried"
_TEXTS = "has PNG texts ({}) that no other format has a place for; write a .png, or lose them"


def of_jpeg(segments: Iterable[bytes]) -> tuple[Metadata, tuple[str, ...]]:
    r"""Return the metadata of a JPEG's segments, and a sentence for XMP that cannot be joined.

    >>> of_jpeg([b"\xff\xfe\x00\x04hi"])
    (Metadata(exif=b'', xmp=b'', captions=b'', comments=(b'hi',)), ())
    """
    present = list(segments)
    xmp, whole_xmp = _with_extension(jpeg.content_of(present, jpeg.XMP), *jpeg.extension_of(present))
    metadata = Metadata(
        exif=jpeg.content_of(present, exif.PREFIX),
        xmp=xmp,
        captions=jpeg.photoshop_of(present),
        comments=tuple(whole[_HEAD:] for whole in present if whole[1] == COMMENT),
    )
    return metadata, () if whole_xmp else (_EXTENDED,)


def _with_extension(xmp: bytes, name: bytes, extension: bytes) -> tuple[bytes, bool]:
    """Join an XMP packet and its extension; return the packet, and whether that was possible.

    RDF may describe a thing in several elements. Those of the extension are moved, if only ``rdf`` is
    declared around them.
    """
    if not name or name not in xmp:
        return xmp, not name
    xmp = _NAMES_EXTENSION.sub(b"", xmp)
    start, stop, end = _RDF_BEGINS.search(extension), extension.rfind(_RDF_ENDS), xmp.rfind(_RDF_ENDS)
    if start is None or stop < start.end() or end < 0:
        return xmp, False
    return xmp[:end] + extension[start.end() : stop] + xmp[end:], True


def of_png(chunks: Iterable[tuple[bytes, bytes | memoryview]]) -> tuple[Metadata, tuple[str, ...]]:
    r"""Return the metadata of a PNG's chunks, and a sentence for the texts that only a PNG has.

    >>> from colorfix.photos.metadata.png import chunk
    >>> of_png([(b"tEXt", chunk(b"tEXt", b"Title\0a photo"))])[1]
    ('has PNG texts (Title) that no other format has a place for; write a .png, or lose them',)
    """
    block, comments, only_here, texts = b"", [], [], png.Texts()
    profiles = dict.fromkeys((png.XMP, *_CAPTIONS), b"")
    for kind, whole in chunks:
        stored = bytes(whole[8:-4]) if kind in {b"eXIf", b"tEXt", b"zTXt", b"iTXt"} else b""
        if kind == b"eXIf":
            block = stored
        elif stored:
            keyword, text = stored.split(b"\0")[0], texts.unpacked(kind, stored) or b""
            if keyword == png.COMMENT:
                comments.append(text if kind == b"iTXt" else text.decode("latin-1").encode())
            elif keyword in profiles:
                profiles[keyword] = text
            else:
                only_here.append(keyword.decode("latin-1"))
    captions = _joined(*(png.raw(profiles[name]) for name in _CAPTIONS))
    lost = ", ".join(map(printable, dict.fromkeys(only_here)))
    metadata = Metadata(block, profiles[png.XMP], captions, tuple(comments))
    return metadata, (_TEXTS.format(lost),) if only_here else ()


def _joined(captions: bytes, iptc: bytes) -> bytes:
    """Join two raw profiles: resources, and IPTC, which is in a list of resources itself or bare."""
    if any(photoshop.resources(iptc)):
        if not captions:
            return iptc
        iptc = photoshop.iptc_in(iptc)
    return photoshop.with_iptc(captions, iptc) if iptc else captions


def of_tiff(data: bytes) -> tuple[Metadata, tuple[str, ...]]:
    """Return the metadata of a classic TIFF's first picture, and a sentence for each loss; none of others."""
    block, warnings = tiff.exif_of_tiff(data)
    captions, iptc = _tag(data, tiff.PHOTOSHOP), _tag(data, tiff.IPTC)
    if iptc and photoshop.iptc_in(captions) != iptc:
        captions = photoshop.with_iptc(captions, iptc)
    return Metadata(block, _tag(data, tiff.XMP), captions), warnings


def _tag(data: bytes, tag: int) -> bytes:
    try:
        ifds = IfdFile.of_classic(data)
        entry = ifds.existing().find(tag)
        return ifds.content(entry) if entry else b""
    except BadDirectory:
        return b""


def of_webp(data: bytes) -> Metadata:
    r"""Return the metadata of a WebP's chunks; raises ValueError if the file ends early.

    >>> of_webp(b"RIFF\x10\0\0\0WEBPXMP \4\0\0\0<a/>").xmp
    b'<a/>'
    """
    found = {chunk.kind: chunk.content for chunk in riff.chunks(data)}
    return Metadata(found.get(riff.EXIF, b"").removeprefix(exif.PREFIX), found.get(riff.XMP, b""))
