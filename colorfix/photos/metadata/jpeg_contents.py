"""Contents of a JPEG beside its picture: those that a correction removes, and the trailer that is carried."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from colorfix.photos import contents
from colorfix.photos.containers.jpeg_markers import segments
from colorfix.photos.containers.jpeg_trailer import MPF, end_of, moved
from colorfix.photos.metadata import app11, jpeg, xmp
from colorfix.photos.metadata.embedded_previews import corrected_in_place

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PIL import Image

    from colorfix.photos.photo import Data

_ISO_GAIN_MAP = b"urn:iso:std:iso:ts:21496:-1\0"
_GAIN_MAPS = (b"hdr-gain-map", b"HDRGainMap", _ISO_GAIN_MAP[:-3])
_HEAD = 1 << 16  # bytes of a picture in which its kind is searched
_PREVIEW = "has a preview behind its picture; it is removed"
_OLD_COLORS = "has a picture in the data behind it that keeps its old colors"


class Contents(NamedTuple):
    """Contents of a JPEG beside its picture.

    Attributes:
        removed: names of those that are removed.
        carried: names of those in the trailer.
        trailer: range of the trailer, which is carried.
        warnings: a sentence for each removed preview.
    """

    removed: tuple[str, ...]
    carried: tuple[str, ...]
    trailer: slice
    warnings: tuple[str, ...]


def contents_of(data: Data) -> Contents:
    r"""Return the contents of a JPEG beside its picture.

    Further pictures show the old colors, and a gain map belongs to them. A video that the photo declares in
    its XMP is removed with that declaration. Other data behind the picture is carried.

    >>> contents_of(b"\xff\xd8\xff\xda\0\2...\xff\xd9SEFT").trailer
    slice(11, 15, None)
    """
    own, end = list(segments(data)), end_of(data)
    packet = jpeg.content_of(own, jpeg.XMP) + jpeg.extension_of(own)[1]
    has_gain_map, has_video = _declared(own, packet)
    found = [bytes(data[each][:_HEAD]) for each in end.pictures]
    maps = sum(any(mark in start for mark in _GAIN_MAPS) for start in found)
    if has_gain_map and not maps:
        maps = min(1, len(data) - end.start)
    others = max(0, len(found) - maps - end.previews)
    unknown = has_gain_map and not found
    start = len(data) if has_video or unknown else end.rest
    rest = bytes(data[end.rest :])
    removed = (
        *contents.pictures(others),
        *([contents.GAIN_MAP] if maps else ()),
        *([contents.VIDEO] if has_video and rest else ()),
        *app11.removed_contents(own),
        *xmp.contents_of(packet),
    )
    carried = contents.kinds_in(rest) if start < len(data) else ()
    return Contents(
        tuple(dict.fromkeys(removed)), carried, slice(start, len(data)), (_PREVIEW,) if end.previews else ()
    )


def _declared(own: Sequence[bytes], packet: bytes) -> tuple[bool, bool]:
    """Whether segments declare a gain map, and a video."""
    iso = any(jpeg.is_of(whole, jpeg.APP2, _ISO_GAIN_MAP) for whole in own)
    return iso or xmp.declares_gain_map(packet), xmp.declares_video(packet)


def refers_to_other_pictures(whole: bytes) -> bool:
    """Whether a segment only refers to pictures that are removed."""
    return jpeg.is_of(whole, jpeg.APP2, MPF) or jpeg.is_of(whole, jpeg.APP2, _ISO_GAIN_MAP)


def trailer_of(
    data: Data, start: int, change_preview: Callable[[Image.Image], Image.Image]
) -> tuple[bytes, tuple[str, ...]]:
    """Return the trailer of the corrected JPEG, and a sentence for pictures that cannot be corrected.

    Args:
        data: the source.
        start: where the trailer will lie.
        change_preview: the correction of an 8-bit gray or RGB image.
    """
    place = contents_of(data).trailer
    trailer = moved(bytes(data[place]), place.start, start - place.start)
    fresh, others = corrected_in_place(trailer, change_preview)
    return fresh, (_OLD_COLORS,) if others else ()
