"""XMP packets: elements about the old pixels, or about data that the output does not hold, are cut.

A packet is searched, not parsed: a damaged one stays as it is, and no other byte changes.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from colorfix.photos import contents

if TYPE_CHECKING:
    from collections.abc import Iterator

_DECLARED = re.compile(rb"""\bxmlns:([\w.-]{1,64})\s{0,9}=\s{0,9}["']([^"'<>]{1,200})["']""")
_STALE = {  # names of a namespace that describe what an output does not have
    b"http://ns.adobe.com/hdr-gain-map/1.0/": rb"[\w.-]+",
    b"http://ns.apple.com/HDRGainMap/1.0/": rb"[\w.-]+",
    b"http://ns.google.com/photos/1.0/camera/": rb"(?:MotionPhoto|MicroVideo)[\w.-]*",
    b"http://ns.google.com/photos/1.0/container/": rb"[\w.-]+",
    b"http://ns.google.com/photos/1.0/image/": rb"(?:Data|Mime)",
    b"http://ns.adobe.com/xap/1.0/": rb"Thumbnails",
    b"http://ns.adobe.com/xap/1.0/g/img/": rb"image",
    b"http://purl.org/dc/terms/": rb"provenance",  # where Content Credentials lie
}
_USUAL = {  # prefixes, for a packet that does not declare them
    b"hdrgm": b"http://ns.adobe.com/hdr-gain-map/1.0/",
    b"HDRGainMap": b"http://ns.apple.com/HDRGainMap/1.0/",
    b"GCamera": b"http://ns.google.com/photos/1.0/camera/",
    b"Container": b"http://ns.google.com/photos/1.0/container/",
    b"GImage": b"http://ns.google.com/photos/1.0/image/",
    b"xmp": b"http://ns.adobe.com/xap/1.0/",
    b"xap": b"http://ns.adobe.com/xap/1.0/",
    b"xmpGImg": b"http://ns.adobe.com/xap/1.0/g/img/",
    b"xapGImg": b"http://ns.adobe.com/xap/1.0/g/img/",
    b"dcterms": b"http://purl.org/dc/terms/",
}
_GAIN_MAPS = (b"http://ns.adobe.com/hdr-gain-map/1.0/", b"http://ns.apple.com/HDRGainMap/1.0/")
_CAMERA, _IMAGE = b"http://ns.google.com/photos/1.0/camera/", b"http://ns.google.com/photos/1.0/image/"
_TERMS = b"http://purl.org/dc/terms/"
_CREDENTIALS = (b"c2pa", b"jumbf")
_MOTION = rb"(?:MotionPhoto|MicroVideo)"
_VALUE = rb"""\s{0,9}=\s{0,9}(?:"[^"<]*"|'[^'<]*')"""  # of an attribute
_MOST = 32  # prefixes


def without_stale_elements(packet: bytes) -> bytes:
    """Return a packet without gain map, motion photo, container directory, previews and other pictures.

    Both forms of RDF are cut: attributes and elements. The user's own properties stay.

    >>> without_stale_elements(b'<r:D xmp:Rating="5" GCamera:MotionPhoto="1"/>')
    b'<r:D xmp:Rating="5"/>'
    >>> without_stale_elements(b"<a><xmp:Thumbnails><rdf:Alt>/9j/4A</rdf:Alt></xmp:Thumbnails></a>")
    b'<a></a>'
    """
    still = set() if declares_video(packet) else {_CAMERA}
    known = [(prefix, space) for prefix, space in _prefixes(packet) if space not in still]
    names = [b"%s:%s" % (re.escape(prefix), _STALE[space]) for prefix, space in known]
    name = b"(?:" + b"|".join(names) + b")"
    packet = re.sub(rb"\s" + name + _VALUE, lambda found: b"" if _is_stale(found[0]) else found[0], packet)
    return _without_elements(packet, re.compile(rb"<(" + name + rb")(?:\s[^<>]*)?/?>"))


def _without_elements(packet: bytes, element: re.Pattern[bytes]) -> bytes:
    parts, at = [], 0
    opening = element.search(packet)
    while opening is not None:
        end = opening.end()
        if packet[end - 2 : end] != b"/>":
            closing = _closing(packet, opening[1], end)
            if closing is None:  # not XML
                break
            end = closing
        if _is_stale(packet[opening.start() : end]):
            parts.append(packet[at : opening.start()])
            at = end
        opening = element.search(packet, end)
    return b"".join([*parts, packet[at:]])


def _is_stale(found: bytes) -> bool:
    """Whether a property is stale; the provenance of a work is not, except a link to Content Credentials."""
    return b":provenance" not in found or any(mark in found for mark in _CREDENTIALS)


def _closing(packet: bytes, name: bytes, at: int) -> int | None:
    """Return where the element that was opened ahead of a position ends."""
    start = packet.find(b"</" + name, at)
    end = packet.find(b">", start)
    is_closed = start >= 0 and end >= 0 and not packet[start + 2 + len(name) : end].strip()
    return end + 1 if is_closed else None


def _prefixes(packet: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the prefixes of the namespaces above, as declared or, without that, by their usual names."""
    declared = {found[1]: found[2] for found in _DECLARED.finditer(packet)}
    known = ((prefix, space) for prefix, space in (_USUAL | declared).items() if space in _STALE)
    yield from islice(known, _MOST)


def _has(packet: bytes, spaces: tuple[bytes, ...], name: bytes) -> bool:
    return any(
        space in spaces and re.search(rb"[\s<]" + re.escape(prefix) + b":" + name, packet)
        for prefix, space in _prefixes(packet)
    )


def declares_gain_map(packet: bytes) -> bool:
    """Whether a packet describes a gain map."""
    return _has(packet, _GAIN_MAPS, rb"[\w.-]*Version\b")


def declares_video(packet: bytes) -> bool:
    r"""Whether a packet says that a motion photo's video is in the file.

    >>> declares_video(b'<r:D GCamera:MicroVideo="1"/>'), declares_video(b'<r:D GCamera:MicroVideo="0"/>')
    (True, False)
    """
    return _has(packet, (_CAMERA,), _MOTION + rb"""(?:=["']1|>1<)""")


def contents_of(packet: bytes) -> tuple[str, ...]:
    """Return the names of contents that a packet itself holds, or links to, and that are cut.

    >>> contents_of(b'<r:D GImage:Mime="image/jpeg" GImage:Data="/9j/4A"/>')
    ('a second picture',)
    """
    linked = any(mark in packet for mark in _CREDENTIALS) and _has(packet, (_TERMS,), rb"provenance\b")
    return (
        *contents.pictures(int(_has(packet, (_IMAGE,), rb"Data\b"))),
        *((contents.CREDENTIALS,) if linked else ()),
    )
