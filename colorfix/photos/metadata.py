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
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from colorfix.photos import exif, photoshop
from colorfix.photos.previews import without_xmp_previews

if TYPE_CHECKING:
    from collections.abc import Callable

    from PIL import Image


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
