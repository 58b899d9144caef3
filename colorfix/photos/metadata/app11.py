"""Segments of APP11: JUMBF boxes, and the data of JPEG XT and JPEG-HDR.

Content Credentials sign the old pixels, and HDR data is a difference to them; both no longer fit. Other boxes
are carried.

Sources: ISO/IEC 19566-5 (JUMBF), annex D; C2PA Technical Specification 2.1, A.3.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from colorfix.photos import contents

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_APP11 = 0xEB
_BOX, _JPEG_HDR = b"JP", b"HDR_RI"
_INSTANCE, _KIND, _FIRST = slice(6, 8), slice(16, 20), 256  # bytes of a segment
_JUMBF, _C2PA = b"jumb", b"c2pa"


def still_valid(segments: Iterable[bytes]) -> list[bytes]:
    """Return the segments without those of APP11 that no longer fit the corrected pixels."""
    own = list(segments)
    credentials = _credentials(own)
    return [whole for whole in own if _removed(whole, credentials) is None]


def removed_contents(segments: Sequence[bytes]) -> tuple[str, ...]:
    r"""Return the names of contents in segments that no longer fit the corrected pixels.

    >>> removed_contents([b"\xff\xeb\0\x20JP\0\1\0\0\0\1\0\0\0\x40jumb\0\0\0\x20jumdc2pa"])
    ('Content Credentials',)
    """
    credentials = _credentials(segments)
    return tuple(dict.fromkeys(name for whole in segments if (name := _removed(whole, credentials))))


def _credentials(segments: Sequence[bytes]) -> set[bytes]:
    """Return the numbers of the boxes that are Content Credentials; a box may take several segments."""
    return {whole[_INSTANCE] for whole in segments if _is_box(whole) and _C2PA in whole[:_FIRST]}


def _is_box(whole: bytes) -> bool:
    return whole[1] == _APP11 and whole[4:6] == _BOX


def _removed(whole: bytes, credentials: set[bytes]) -> str | None:
    """Return the name of the content of a segment that is removed; None for one that stays."""
    if whole[1] == _APP11 and whole.startswith(_JPEG_HDR, 4):
        return contents.HDR_DATA
    if not _is_box(whole):
        return None
    if whole[_KIND] != _JUMBF:
        return contents.HDR_DATA
    return contents.CREDENTIALS if whole[_INSTANCE] in credentials else None
