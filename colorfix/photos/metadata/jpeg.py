"""The segments of a corrected JPEG: those of the source, except previews and the software tag."""

from __future__ import annotations

import hashlib
from operator import itemgetter
from typing import TYPE_CHECKING

from colorfix.photos.containers import photoshop
from colorfix.photos.containers.jpeg_markers import COMMENT
from colorfix.photos.metadata import app11, exif
from colorfix.photos.metadata.embedded_previews import (
    STARTS,
    corrected_in_place,
    jpegs_in,
    without_jfif_preview,
)
from colorfix.photos.metadata.xmp import without_stale_elements

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from PIL import Image

APP0, APP1, APP2, APP13, APP14 = 0xE0, 0xE1, 0xE2, 0xED, 0xEE
XMP, EXTENSION = b"http://ns.adobe.com/xap/1.0/\0", b"http://ns.adobe.com/xmp/extension/\0"
PHOTOSHOP = b"Photoshop 3.0\0"
LIMIT = 65533
"""Largest size of a segment's content, bytes: the length has two bytes and counts itself."""

_HEAD = 4  # bytes of a segment ahead of its content: the marker and the length
_PROFILE = b"ICC_PROFILE\0"
_DIGEST = 32  # letters of an MD5, which names an extension of XMP
_PIECE_HEAD = _DIGEST + 8  # the name, the whole length, where the piece belongs
_FLASHPIX_STREAM, _FLASHPIX_HEAD = b"FPXR\0\0\2", 13  # a stream: its beginning and its head (Exif 3.0, 4.7.3)
_NO_PREVIEW = "has a preview in APP{} that cannot be corrected; it is removed"
_NO_ROOM = "has no room in its EXIF for the software tag (a JPEG takes 65,527 bytes)"


def segment(marker: int, content: bytes) -> bytes:
    r"""Return a segment; raises ValueError over ``LIMIT``.

    >>> segment(0xFE, b"hi")
    b'\xff\xfe\x00\x04hi'
    """
    if len(content) > LIMIT:
        raise ValueError(f"a JPEG segment holds {LIMIT} bytes, got {len(content)}")
    return bytes([0xFF, marker]) + (len(content) + 2).to_bytes(2) + content


def jpeg_segments(
    segments: Iterable[bytes],
    change_preview: Callable[[Image.Image], Image.Image],
    software: str | None,
    *,
    strip: bool = False,
    dots: tuple[float, float] = exif.DOTS,
) -> tuple[list[bytes], tuple[str, ...]]:
    r"""Return the segments of the corrected JPEG, and a sentence for each loss.

    EXIF is corrected (``exif.corrected``), or added for the software tag; the previews of JFIF, Photoshop and
    XMP are removed. Other segments do not change.

    Args:
        segments: the source's APPn and comment segments, in order, each with its marker.
        change_preview: the correction of an 8-bit gray or RGB image.
        software: for the software tag; None for no tag.
        strip: keep only the ICC profile, the orientation and the segments that decoding needs.
        dots: an inch, for EXIF that is made anew.

    >>> jpeg_segments([b"\xff\xfe\x00\x04hi"], lambda image: image, None)
    ([b'\xff\xfe\x00\x04hi'], ())
    >>> jpeg_segments([b"\xff\xfe\x00\x04hi"], lambda image: image, None, strip=True)
    ([], ())
    """
    updated = _without_jfif_previews(app11.still_valid(segments))
    if strip:
        return _stripped(updated, dots), ()
    updated = _without_xmp_previews(_without_photoshop_previews(updated))
    updated, removed = _with_previews_corrected(updated, change_preview)
    at = _first(updated, APP1, exif.PREFIX)
    if at is None:
        return _with_exif(updated, exif.new_block(software, dots=dots)) if software else updated, removed
    block = updated[at][_HEAD + len(exif.PREFIX) :]
    fresh, warnings = exif.corrected(block, change_preview, software)
    if len(exif.PREFIX + fresh) > LIMIT:
        fresh, warnings = exif.corrected(block, change_preview, None)
        warnings = (*warnings, _NO_ROOM)
    updated[at] = segment(APP1, exif.PREFIX + fresh)
    return updated, (*removed, *warnings)


def is_of(whole: bytes, marker: int, start: bytes) -> bool:
    """Whether a segment has this marker and its content this beginning."""
    return whole[1] == marker and whole.startswith(start, _HEAD)


def _first(segments: Sequence[bytes], marker: int, start: bytes) -> int | None:
    return next((n for n, whole in enumerate(segments) if is_of(whole, marker, start)), None)


def content_of(segments: Iterable[bytes], start: bytes) -> bytes:
    """Return the content of the first APP1 with this beginning, without it; empty for none."""
    found = (whole[_HEAD + len(start) :] for whole in segments if is_of(whole, APP1, start))
    return next(found, b"")


def _with_exif(segments: list[bytes], block: bytes) -> list[bytes]:
    """Put EXIF first, or second behind JFIF."""
    behind_jfif = 1 if segments and segments[0][1] == APP0 else 0
    return [*segments[:behind_jfif], segment(APP1, exif.PREFIX + block), *segments[behind_jfif:]]


def _stripped(segments: list[bytes], dots: tuple[float, float]) -> list[bytes]:
    needed = [
        whole
        for whole in segments
        if whole[1] in {APP0, APP14} or is_of(whole, APP2, _PROFILE)  # APP14 gives the kind of the colors
    ]
    block = exif.stripped(content_of(segments, exif.PREFIX), dots)
    return _with_exif(needed, block) if block else needed


def _without_jfif_previews(segments: Iterable[bytes]) -> list[bytes]:
    updated = []
    for whole in segments:
        content = without_jfif_preview(whole[_HEAD:]) if whole[1] == APP0 else None
        if whole[1] != APP0:
            updated.append(whole)
        elif content is not None:
            updated.append(whole if content == whole[_HEAD:] else segment(APP0, content))
    return updated


def _with_previews_corrected(
    segments: list[bytes], change: Callable[[Image.Image], Image.Image]
) -> tuple[list[bytes], tuple[str, ...]]:
    """Correct JPEGs in segments of unknown kinds; one may go on in the next segments.

    Segments of a JPEG that is cut short or cannot be decoded are removed.
    """
    block_at = _first(segments, APP1, exif.PREFIX)
    unknown = [
        n
        for n, whole in enumerate(segments)
        if n != block_at and not _is_known(whole) and whole[1] != COMMENT
    ]
    heads = {n: _head(segments[n]) for n in unknown}
    joined = b"".join(segments[n][heads[n] :] for n in unknown)
    if STARTS not in joined:
        return segments, ()
    fresh, failed = corrected_in_place(joined, change)
    updated, removed, at = dict(enumerate(segments)), set[int](), 0
    whole_jpegs = {found.start for found in jpegs_in(joined)}
    for n in unknown:
        size = len(segments[n]) - heads[n]
        here = range(at, at + size)
        starts_one = joined[at : at + 3] == STARTS
        if any(found.start < here.stop and found.stop > at for found in failed) or (
            starts_one and at not in whole_jpegs
        ):
            removed.add(updated.pop(n)[1] - APP0)
        else:
            updated[n] = segments[n][: heads[n]] + fresh[at : at + size]
        at += size
    return [*updated.values()], tuple(_NO_PREVIEW.format(number) for number in sorted(removed))


def _is_known(whole: bytes) -> bool:
    """Whether a segment is of a kind whose previews are handled elsewhere, or that has none."""
    kinds = (
        (APP0, b"JFIF"),
        (APP0, b"JFXX"),
        (APP1, XMP),
        (APP1, EXTENSION),
        (APP2, _PROFILE),
        (APP13, PHOTOSHOP),
        (APP14, b"Adobe"),
    )
    return any(is_of(whole, *kind) for kind in kinds)


def _head(whole: bytes) -> int:
    """Return the bytes of a segment ahead of the content that may go on in the next one."""
    return _HEAD + (_FLASHPIX_HEAD if whole.startswith(_FLASHPIX_STREAM, _HEAD) else 0)


def photoshop_of(segments: Iterable[bytes]) -> bytes:
    """Return Photoshop's image resources, which may take several segments."""
    start = _HEAD + len(PHOTOSHOP)
    return b"".join(whole[start:] for whole in segments if is_of(whole, APP13, PHOTOSHOP))


def photoshop_segments(block: bytes) -> list[bytes]:
    """Return the segments of Photoshop's image resources; none for none."""
    room = LIMIT - len(PHOTOSHOP)
    return [segment(APP13, PHOTOSHOP + block[at : at + room]) for at in range(0, len(block), room)]


def _without_photoshop_previews(segments: list[bytes]) -> list[bytes]:
    old = photoshop_of(segments)
    fresh = photoshop.without_thumbnails(old)
    at = _first(segments, APP13, PHOTOSHOP)
    if fresh == old or at is None:
        return segments
    behind = [whole for whole in segments[at:] if not is_of(whole, APP13, PHOTOSHOP)]
    return [*segments[:at], *photoshop_segments(fresh), *behind]


def _without_xmp_previews(segments: list[bytes]) -> list[bytes]:
    updated = []
    for whole in _without_extension_previews(segments):
        fresh = XMP + without_stale_elements(whole[_HEAD + len(XMP) :])
        changed = is_of(whole, APP1, XMP) and len(fresh) != len(whole) - _HEAD
        updated.append(segment(APP1, fresh) if changed else whole)
    return updated


def _without_extension_previews(segments: list[bytes]) -> list[bytes]:
    """Remove previews from extended XMP, which comes in pieces named by its MD5, as in the first packet."""
    at = _first(segments, APP1, EXTENSION)
    name, old = extension_of(segments)
    fresh = without_stale_elements(old)
    if at is None or fresh == old:
        return segments
    pieces = extension_segments(fresh)
    renamed = [
        whole.replace(name, digest_of(fresh)) if is_of(whole, APP1, XMP) else whole
        for whole in segments
        if not is_of(whole, APP1, EXTENSION + name)
    ]
    return [*renamed[:at], *pieces, *renamed[at:]]


def extension_of(segments: Iterable[bytes]) -> tuple[bytes, bytes]:
    """Return the name of the first extension of XMP and its packet, joined from pieces; empty for none."""
    start = _HEAD + len(EXTENSION)
    pieces = [whole[start:] for whole in segments if is_of(whole, APP1, EXTENSION)]
    name = pieces[0][:_DIGEST] if pieces else b""
    own = [
        (piece[_DIGEST + 4 : _PIECE_HEAD], piece[_PIECE_HEAD:]) for piece in pieces if piece.startswith(name)
    ]
    return name, b"".join(content for _, content in sorted(own, key=itemgetter(0)))


def digest_of(packet: bytes) -> bytes:
    """Return the name of an extension of XMP: its MD5 in capitals."""
    return hashlib.md5(packet, usedforsecurity=False).hexdigest().upper().encode()


def extension_segments(packet: bytes) -> list[bytes]:
    """Return the segments of an extension of XMP (Adobe XMP Specification, part 3, 1.1.3.1)."""
    room = LIMIT - len(EXTENSION) - _PIECE_HEAD
    head = EXTENSION + digest_of(packet) + len(packet).to_bytes(4)
    return [
        segment(APP1, head + at.to_bytes(4) + packet[at : at + room]) for at in range(0, len(packet), room)
    ]
