"""Contents of AVIF and HEIF beside their pictures: boxes that are carried, and those that no longer fit."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from colorfix.photos import contents
from colorfix.photos.containers.bmff import boxes
from colorfix.photos.metadata.xmp import declares_video

if TYPE_CHECKING:
    from collections.abc import Iterator

_WRITTEN = {b"ftyp", b"meta", b"mdat", b"moov", b"free", b"skip", b"wide"}  # by the encoder
_VIDEO = b"mpvd"  # of a motion photo
_CREDENTIALS = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")  # of a uuid box (C2PA 2.1, A.5)


def carried(data: bytes, packet: bytes) -> bytes:
    r"""Return the boxes of a file that are copied, and the bytes behind the last box.

    Args:
        data: the file.
        packet: its XMP; a video that it declares is removed with that declaration.

    >>> carried(b"\0\0\0\x0cmdatabcd" b"\0\0\0\x0csefdabcd" b"end", b"")
    b'\x00\x00\x00\x0csefdabcdend'
    """
    parts, at = [], 0
    with suppress(ValueError):  # behind the last box
        for kind, start, end in boxes(data):
            if kind not in _WRITTEN and _removed(data, kind, start, packet) is None:
                parts.append(bytes(data[at:end]))
            at = end
    return b"".join([*parts, bytes(data[at:])])


def removed(data: bytes, packet: bytes) -> tuple[str, ...]:
    """Return the names of contents in boxes that are not carried.

    Args:
        data: the file.
        packet: its XMP.
    """
    return tuple(dict.fromkeys(_removed_kinds(data, packet)))


def _removed_kinds(data: bytes, packet: bytes) -> Iterator[str]:
    with suppress(ValueError):
        for kind, start, _ in boxes(data):
            name = _removed(data, kind, start, packet)
            if name is not None:
                yield name


def _removed(data: bytes, kind: bytes, start: int, packet: bytes) -> str | None:
    if kind == b"uuid" and data[start : start + len(_CREDENTIALS)] == _CREDENTIALS:
        return contents.CREDENTIALS
    return contents.VIDEO if kind == _VIDEO and declares_video(packet) else None
