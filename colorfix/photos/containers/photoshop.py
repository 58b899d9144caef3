"""Photoshop's image resources: numbered blocks in a JPEG's APP13, a TIFF's tag 34377 or a PNG's text.

Each is ``8BIM``, its number, a name of even length, the length of its content, and the content, padded to an
even length. IPTC captions are one of them; thumbnails are two others.

Source: Adobe Photoshop File Formats Specification (2019), "Image Resources Section".
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

IPTC = 0x0404
"""The number of the resource that holds IPTC captions."""

_DIGEST = 0x0425  # MD5 of the captions
_THUMBNAILS = {0x0409, 0x040C}  # of Photoshop 4, and of 5 and later
_SIGNATURES = {b"8BIM", b"PHUT", b"AgHg", b"DCSR", b"MeSa"}


def resources(block: bytes) -> Iterator[tuple[int, slice, slice]]:
    r"""Yield each resource's number, its whole range and that of its content; stop at damage.

    >>> list(resources(b"8BIM\x04\x04\0\0\0\0\0\x03abc\0"))
    [(1028, slice(0, 16, None), slice(12, 15, None))]
    """
    at = 0
    while block[at : at + 4] in _SIGNATURES and at + 12 <= len(block):
        name = 1 + block[at + 6]
        start = at + 6 + name + name % 2 + 4
        end = start + int.from_bytes(block[start - 4 : start])
        if end > len(block):
            return
        following = min(end + (end - start) % 2, len(block))
        yield int.from_bytes(block[at + 4 : at + 6]), slice(at, following), slice(start, end)
        at = following


def without_thumbnails(block: bytes) -> bytes:
    r"""Return the resources without the thumbnails; no other byte changes.

    >>> without_thumbnails(b"8BIM\x04\x0c\0\0\0\0\0\x03abc\0" + b"8BIM\x04\x04\0\0\0\0\0\0")
    b'8BIM\x04\x04\x00\x00\x00\x00\x00\x00'
    """
    return _without(block, _THUMBNAILS)


def iptc_in(block: bytes) -> bytes:
    r"""Return the IPTC captions among the resources; empty for none.

    >>> iptc_in(b"8BIM\x04\x04\0\0\0\0\0\x03abc\0")
    b'abc'
    """
    return next((block[content] for number, _, content in resources(block) if number == IPTC), b"")


def with_iptc(block: bytes, iptc: bytes) -> bytes:
    r"""Return the resources with these captions instead of their own, behind the others.

    A digest of other captions is left out.

    >>> with_iptc(b"", b"abc")
    b'8BIM\x04\x04\x00\x00\x00\x00\x00\x03abc\x00'
    """
    signed = any(number == _DIGEST and block[at] == _md5(iptc) for number, _, at in resources(block))
    block = block if signed else _without(block, {_DIGEST})
    head = b"8BIM" + IPTC.to_bytes(2) + bytes(2) + len(iptc).to_bytes(4)
    return without_iptc(block) + head + iptc + bytes(len(iptc) % 2)


def _md5(content: bytes) -> bytes:
    return hashlib.md5(content, usedforsecurity=False).digest()


def without_iptc(block: bytes) -> bytes:
    """Return the resources without the IPTC captions."""
    return _without(block, {IPTC})


def _without(block: bytes, numbers: set[int]) -> bytes:
    parts, at = [], 0
    for number, whole, _ in resources(block):
        if number in numbers:
            parts.append(block[at : whole.start])
            at = whole.stop
    return b"".join([*parts, block[at:]])
