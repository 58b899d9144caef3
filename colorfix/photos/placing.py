"""Metadata becomes another format's segments, chunks or tags; what has no place there is said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from colorfix.photos import exif, jpeg_metadata, photoshop, png_metadata, tiff_metadata
from colorfix.photos.directories import BYTE, UNDEFINED
from colorfix.photos.jpeg_metadata import APP1, COMMENT, LIMIT, segment
from colorfix.photos.png_chunks import chunk

if TYPE_CHECKING:
    from colorfix.photos.metadata import Metadata

_STUB = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    b'<rdf:Description rdf:about="" xmlns:xmpNote="http://ns.adobe.com/xmp/note/" '
    b'xmpNote:HasExtendedXMP="%s"/></rdf:RDF></x:xmpmeta>'
)
_TOO_LARGE = "has more EXIF than fits in a JPEG (65,527 bytes); it is left out"
_NO_PLACE = "has {} that {} has no place for; write a {}, or lose them"
_PLACES = {
    "JPEG": {"EXIF", "XMP", "captions", "comments"},
    "PNG": {"EXIF", "XMP", "captions", "comments"},
    "TIFF": {"EXIF", "XMP", "captions"},
    "WEBP": {"EXIF", "XMP"},
    "AVIF": {"EXIF", "XMP"},
    "HEIF": {"EXIF", "XMP"},
    "JXL": {"EXIF", "XMP"},
}
_CALLED = {"EXIF": "EXIF tags", "XMP": "XMP tags", "captions": "IPTC captions", "comments": "comments"}
_INSTEAD = {
    "EXIF": ".jpg, .png, .tif or .webp",
    "XMP": ".jpg, .png, .tif or .webp",
    "captions": ".jpg, .png or .tif",
    "comments": ".jpg or .png",
}


def as_jpeg(metadata: Metadata) -> tuple[list[bytes], tuple[str, ...]]:
    r"""Return the segments that hold the metadata, for behind JFIF's, and a sentence for what is too large.

    >>> from colorfix.photos.metadata import Metadata
    >>> as_jpeg(Metadata(comments=(b"hi",)))
    ([b'\xff\xfe\x00\x04hi'], ())
    """
    block = exif.PREFIX + metadata.exif if metadata.exif else b""
    fits = len(block) <= LIMIT
    segments = [segment(APP1, block)] if block and fits else []
    packet = jpeg_metadata.XMP + metadata.xmp
    if len(packet) > LIMIT:
        name = jpeg_metadata.digest_of(metadata.xmp)
        segments.append(segment(APP1, jpeg_metadata.XMP + _STUB % name))
        segments += jpeg_metadata.extension_segments(metadata.xmp)
    elif metadata.xmp:
        segments.append(segment(APP1, packet))
    segments += jpeg_metadata.photoshop_segments(metadata.captions)
    for comment in metadata.comments:
        segments += [segment(COMMENT, comment[at : at + LIMIT]) for at in range(0, len(comment), LIMIT)]
    return segments, () if fits else (_TOO_LARGE,)


def as_png(metadata: Metadata) -> list[tuple[bytes, bytes]]:
    """Return the chunks that hold the metadata, to stand ahead of the palette and the pixels.

    >>> from colorfix.photos.metadata import Metadata
    >>> as_png(Metadata(comments=(b"hi",)))[0][0]
    b'tEXt'
    """
    contents = [(b"eXIf", metadata.exif)] if metadata.exif else []
    if metadata.xmp:
        contents.append((b"iTXt", png_metadata.XMP + bytes(5) + metadata.xmp))
    if metadata.captions:
        contents.append((b"zTXt", png_metadata.raw_profile(png_metadata.RAW_IPTC, metadata.captions)))
    contents += map(_comment, metadata.comments)
    return [(kind, chunk(kind, stored)) for kind, stored in contents]


def _comment(comment: bytes) -> tuple[bytes, bytes]:
    """Latin-1 where the letters are in it, as every reader knows it; UTF-8 otherwise."""
    comment = comment.rstrip(b"\0").replace(b"\0", b" ")
    try:
        text = comment.decode()
    except UnicodeDecodeError:
        text = comment.decode("latin-1")
    try:
        return b"tEXt", png_metadata.COMMENT + b"\0" + text.encode("latin-1")
    except UnicodeEncodeError:
        return b"iTXt", png_metadata.COMMENT + bytes(5) + text.encode()


def as_tiff(metadata: Metadata) -> dict[int, tuple[int, bytes]]:
    """Return the tags that hold the metadata but for EXIF, for ``tiff_metadata.tiff_with``.

    >>> from colorfix.photos.metadata import Metadata
    >>> as_tiff(Metadata(xmp=b"<a/>"))
    {700: (1, b'<a/>')}
    """
    iptc = photoshop.iptc_in(metadata.captions)
    tags = {
        tiff_metadata.XMP: (BYTE, metadata.xmp),
        tiff_metadata.IPTC: (UNDEFINED, iptc),
        tiff_metadata.PHOTOSHOP: (BYTE, photoshop.without_iptc(metadata.captions)),
    }
    return {tag: (kind, stored) for tag, (kind, stored) in tags.items() if stored}


def lost(metadata: Metadata, into: str) -> tuple[str, ...]:
    """Return a sentence for each kind of metadata that the format has no place for.

    Args:
        metadata: what the photo has.
        into: the format to be written, in Pillow's name for it.

    >>> from colorfix.photos.metadata import Metadata
    >>> lost(Metadata(comments=(b"hi",)), "WEBP")
    ('has comments that WEBP has no place for; write a .jpg or .png, or lose them',)
    """
    present = {
        "EXIF": metadata.exif,
        "XMP": metadata.xmp,
        "captions": metadata.captions,
        "comments": metadata.comments,
    }
    return tuple(
        _NO_PLACE.format(_CALLED[kind], into, _INSTEAD[kind])
        for kind, stored in present.items()
        if stored and kind not in _PLACES.get(into, set())
    )
