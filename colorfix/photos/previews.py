"""Small copies of the old picture outside EXIF: removed, since a stale preview is worse than none.

Whoever shows the photo makes them again. EXIF's own thumbnail is corrected instead (``exif.corrected``).
"""

from __future__ import annotations

import re

_JFIF, _JFXX = b"JFIF\0", b"JFXX\0"
_JFIF_FIXED = 14  # bytes of its content without a thumbnail
_COUNTS = 12  # where the thumbnail's width and height stand
_ELEMENT = re.compile(rb"<([A-Za-z_][\w.-]*:Thumbnails|(?:xmp|xap)GImg:image)(?:\s[^<>]*)?(/?)>")


def without_xmp_previews(packet: bytes) -> bytes:
    """Return an XMP packet without the pictures in it: ``xmp:Thumbnails`` and ``xmpGImg:image``.

    The packet is searched, not parsed, and all the rest is kept byte for byte.

    >>> without_xmp_previews(b"<a><xmp:Thumbnails><rdf:Alt>/9j/4A</rdf:Alt></xmp:Thumbnails></a>")
    b'<a></a>'
    """
    kept, at = [], 0
    opening = _ELEMENT.search(packet)
    while opening is not None:
        start = end = opening.end()
        if not opening[2]:
            closing = re.compile(rb"</" + re.escape(opening[1]) + rb"\s*>").search(packet, start)
            if closing is None:  # no XML; leave it be
                break
            end = closing.end()
        kept.append(packet[at : opening.start()])
        at = end
        opening = _ELEMENT.search(packet, at)
    return b"".join([*kept, packet[at:]])


def without_jfif_preview(content: bytes) -> bytes | None:
    r"""Return the content of a JPEG's APP0 without a thumbnail; None where it is nothing but one.

    >>> without_jfif_preview(b"JFIF\0\1\2\1\0\x48\0\x48\1\1rgb")
    b'JFIF\x00\x01\x02\x01\x00H\x00H\x00\x00'
    >>> without_jfif_preview(b"JFXX\0\x10...")
    """
    if content.startswith(_JFXX):
        return None
    if content.startswith(_JFIF) and any(content[_COUNTS:_JFIF_FIXED]):
        return content[:_COUNTS] + bytes(2)
    return content
