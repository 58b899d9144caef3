"""A photo's metadata, apart from its format, and its update for the corrected photo.

    kind         JPEG             PNG                             TIFF           WebP
    exif         APP1             eXIf                            its own tags   EXIF
    xmp          APP1             iTXt XML:com.adobe.xmp          700            XMP
    captions     APP13            zTXt Raw profile type iptc      33723, 34377   -
    (IPTC, and Photoshop's other resources)
    comments     COM              tEXt or iTXt Comment            -              -

``by_format`` reads and writes it. The ICC profile and the resolution are written by the encoders. Between
files of one format the segments, chunks and tags are copied instead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from colorfix.photos.containers import photoshop
from colorfix.photos.metadata import exif
from colorfix.photos.metadata.exif import DOTS
from colorfix.photos.metadata.xmp import without_stale_elements
from colorfix.photos.photo import Strip, to_8_bits

if TYPE_CHECKING:
    from collections.abc import Callable

    from PIL import Image

    from colorfix.photos.photo import Change, Photo, Writing


class Metadata(NamedTuple):
    """Metadata of a photo, without the profile and the resolution.

    Attributes:
        exif: a block without a prefix.
        xmp: a packet.
        captions: Photoshop's image resources, IPTC captions among them.
        comments: bytes of a JPEG's comments; UTF-8 if the encoding is known.
    """

    exif: bytes = b""
    xmp: bytes = b""
    captions: bytes = b""
    comments: tuple[bytes, ...] = ()

    def corrected(
        self,
        change_preview: Callable[[Image.Image], Image.Image],
        software: str | None,
        *,
        strip: bool = False,
        dots: tuple[float, float] = DOTS,
    ) -> tuple[Metadata, tuple[str, ...]]:
        """Return the metadata of the corrected photo, and a sentence for each loss.

        Args:
            change_preview: the correction of an 8-bit gray or RGB image.
            software: for the software tag; None for no tag.
            strip: keep only the orientation, without a software tag.
            dots: an inch, for EXIF that is made anew.

        >>> Metadata(comments=(b"hi",)).corrected(lambda image: image, None)
        (Metadata(exif=b'', xmp=b'', captions=b'', comments=(b'hi',)), ())
        """
        if strip:
            return Metadata(exif=exif.stripped(self.exif, dots) or b""), ()
        block, warnings = exif.corrected_or_new(self.exif, change_preview, software, dots)
        captions = photoshop.without_thumbnails(self.captions)
        return self._replace(exif=block, xmp=without_stale_elements(self.xmp), captions=captions), warnings


_POSSIBLE_DOTS = range(1, 65536)  # an inch, in the range of every format


def dots_of(photo: Photo) -> tuple[float, float] | None:
    """Return the resolution, dots an inch; None for the zeros and infinities of many files."""
    if photo.opened is None:
        return None
    across, down = (float(dots) for dots in photo.opened.info.get("dpi", (0, 0)))
    least, end = _POSSIBLE_DOTS.start, _POSSIBLE_DOTS.stop
    return (across, down) if least <= across < end and least <= down < end else None


def preview_change(photo: Photo, change: Change) -> Callable[[Image.Image], Image.Image]:
    """Return the correction of a small copy of the photo; a gray copy is not changed."""

    def of(image: Image.Image) -> Image.Image:
        if image.mode != "RGB":
            return image
        return to_8_bits(change(Strip(image, scaled_from=photo.size)))

    return of


def updated(
    exif: bytes, xmp: bytes, photo: Photo, change: Change, writing: Writing
) -> tuple[bytes, bytes, tuple[str, ...]]:
    """Return EXIF and XMP of the corrected file, empty for none, and a sentence for each loss.

    Args:
        exif: a block without a prefix; empty for none.
        xmp: a packet; empty for none.
        photo: their photo.
        change: of its pixels.
        writing: whether to strip them, and the software tag.
    """
    blocks = Metadata(exif=exif, xmp=xmp)
    fresh, warnings = blocks.corrected(
        preview_change(photo, change), writing.software, strip=writing.strip, dots=dots_of(photo) or DOTS
    )
    return fresh.exif, fresh.xmp, warnings
