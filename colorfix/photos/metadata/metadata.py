"""A photo's metadata on its way from one format to another.

    kind         JPEG             PNG                             TIFF           WebP
    exif         APP1             eXIf                            its own tags   EXIF
    xmp          APP1             iTXt XML:com.adobe.xmp          700            XMP
    captions     APP13            zTXt Raw profile type iptc      33723, 34377   -
    (IPTC, and Photoshop's other resources)
    comments     COM              tEXt or iTXt Comment            -              -

``gathering`` reads it and ``placing`` writes it. The ICC profile and the resolution are no part of it: the
encoders write them. Between files of one format nothing of this is needed, since segments, chunks and tags
are carried as they are.

The metadata of a corrected photo: small pictures in it get the same correction.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from colorfix.photos.containers import photoshop
from colorfix.photos.metadata import exif
from colorfix.photos.metadata.embedded_previews import without_xmp_previews
from colorfix.photos.picture import Strip, to_8_bits

if TYPE_CHECKING:
    from collections.abc import Callable

    from PIL import Image

    from colorfix.photos.photo import Photo, Writing
    from colorfix.photos.picture import Change


class Metadata(NamedTuple):
    """What a file says about its photo, besides the profile and the resolution.

    Attributes:
        exif: a block without a prefix.
        xmp: a packet.
        captions: Photoshop's image resources, IPTC captions among them.
        comments: bytes as a JPEG has them; text in UTF-8 where the encoding is known.
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
    ) -> tuple[Metadata, tuple[str, ...]]:
        """Return what is true of the corrected photo, and a sentence for each thing that could not be kept.

        Args:
            change_preview: the correction of an 8-bit grey or RGB image.
            software: for the software tag; None writes none.
            strip: keep only the orientation; no software is named.

        >>> Metadata(comments=(b"hi",)).corrected(lambda image: image, None)
        (Metadata(exif=b'', xmp=b'', captions=b'', comments=(b'hi',)), ())
        """
        if strip:
            return Metadata(exif=exif.stripped(self.exif) or b""), ()
        block, warnings = exif.corrected_or_new(self.exif, change_preview, software)
        captions = photoshop.without_thumbnails(self.captions)
        return self._replace(exif=block, xmp=without_xmp_previews(self.xmp), captions=captions), warnings


def preview_change(photo: Photo, change: Change) -> Callable[[Image.Image], Image.Image]:
    """Return the correction of a small copy of the photo; a grey one has no colour to correct."""

    def of(image: Image.Image) -> Image.Image:
        if image.mode != "RGB":
            return image
        return to_8_bits(change(Strip(image, scaled_from=photo.size)))

    return of


def updated(exif: bytes, xmp: bytes, photo: Photo, change: Change, writing: Writing) -> tuple[bytes, bytes]:
    """Return EXIF and XMP as the corrected file is to hold them; empty where it holds none.

    Args:
        exif: a block without a prefix; empty where the photo has none.
        xmp: a packet, likewise.
        photo: whose they are.
        change: of the thumbnail.
        writing: whether they are stripped, and what the software tag says.
    """
    blocks = Metadata(exif=exif, xmp=xmp)
    fresh, _ = blocks.corrected(preview_change(photo, change), writing.software, strip=writing.strip)
    return fresh.exif, fresh.xmp
