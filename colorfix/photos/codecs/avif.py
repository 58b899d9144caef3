"""AVIF, animated or not: encoded anew in 8 bits a channel, with the source's subsampling and metadata.

The file does not tell the quality it was written with, so it is ``QUALITY`` unless another is asked for. Of
an animation all frames are in memory while it is written, their times are kept in milliseconds, and how
often it repeats is for the viewer to decide.
"""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

from PIL import ExifTags, Image

from colorfix.core.errors import OutputError, UnsupportedPhoto
from colorfix.core.text import printable
from colorfix.photos.codecs.pillow import QUALITY, save
from colorfix.photos.codecs.pillow import frames_of as frames_shown
from colorfix.photos.containers import bmff
from colorfix.photos.metadata.convert import corrected_metadata
from colorfix.photos.metadata.exif import orientation_of, oriented
from colorfix.photos.metadata.metadata import updated
from colorfix.photos.photo import Photo
from colorfix.photos.picture import assemble, to_8_bits
from colorfix.photos.pillow_open import open_image
from colorfix.photos.refusals import refuse

if TYPE_CHECKING:
    from typing import BinaryIO

    from colorfix.photos.containers.bmff import BmffInfo
    from colorfix.photos.photo import Data, Writing
    from colorfix.photos.picture import Change

_PREFIX = b"Exif\0\0"
_EIGHT = 8  # bits
_HDR = {16: "PQ", 18: "HLG"}  # transfers of ISO/IEC 23091-2
_MODES = {"RGB", "RGBA", "L"}
_DEEP = "has {} bits a channel; AVIF is written with 8"
_GAIN_MAP = "holds an HDR gain map; only the photo itself is kept"
_CROP = "says how its picture is to be cropped; the whole picture is kept"
_SPEED = 8  # of 10: half the time of Pillow's own 6, for 1 % more bytes and 0.04 dB less
_TURNED = "is an animation that is turned by a tag, which cannot be written; turn its frames themselves first"
_FILLER = 0x9999  # a tag that nobody uses


def read(data: Data, name: str, max_pixels: int) -> Photo:
    """Decode an AVIF; the pictures of an animation are its frames."""
    stored = bytes(data)
    said = bmff.bmff_info(stored)
    if said.cicp is not None and said.cicp[1] in _HDR:
        reason = f"is an HDR picture ({_HDR[said.cicp[1]]}); export it in SDR first"
        raise UnsupportedPhoto(printable(name), reason)
    image = open_image(stored, "AVIF")
    refuse(image, name, max_pixels, many=True)
    pictures, profile = frames_shown(image), image.info.get("icc_profile")
    return Photo(name, data, pictures, "AVIF", profile, _losses(said), opened=image)


def _losses(said: BmffInfo) -> tuple[str, ...]:
    deep = (_DEEP.format(said.bits),) if said.bits > _EIGHT else ()
    gain_map = (_GAIN_MAP,) if b"tmap" in said.kinds else ()
    return (*deep, *gain_map, *((_CROP,) if b"clap" in said.kinds else ()))


def rewrite(photo: Photo, change: Change, file: BinaryIO, writing: Writing) -> None:
    """Write the same pictures changed, with the same EXIF, XMP, profile, orientation and times."""
    said = bmff.bmff_info(bytes(photo.data))
    opened_as = photo.opened or Image.new("L", (1, 1))
    exif, xmp = updated(said.exif, opened_as.info.get("xmp", b""), photo, change, writing)
    orientation = opened_as.getexif().get(ExifTags.Base.Orientation, 1)
    if len(photo.pictures) > 1 and orientation != 1:  # libavif ends the whole process over it
        raise OutputError(printable(photo.name), _TURNED)
    placeholder, stored = _placeholder_exif(orientation, len(exif) and len(_PREFIX + exif))
    settings = {
        "quality": writing.quality or QUALITY,
        "subsampling": said.subsampling,
        "speed": _SPEED,
        "icc_profile": photo.profile or b"",
        "exif": placeholder,
        "xmp": xmp,
    }
    encoded = _encoded(photo, change, settings)
    file.write(_with_colours(_with_source_exif(encoded, stored, exif), said.cicp))


def _encoded(photo: Photo, change: Change, settings: dict[str, Any]) -> bytes:
    file, times, frames = BytesIO(), [], []
    for picture in photo.pictures:
        frames.append(to_8_bits(assemble(picture, change)))
        times.append(photo.opened.info.get("duration", 0) if photo.opened is not None else 0)
    if len(frames) > 1:
        settings |= {"save_all": True, "append_images": frames[1:], "duration": times}
    frames[0].save(file, "AVIF", **settings)
    return file.getvalue()


def _placeholder_exif(orientation: int, size: int) -> tuple[Image.Exif, bytes]:
    """EXIF for Pillow, and what it writes of it: a block as long as the photo's own, which takes its place.

    Pillow turns the orientation into AVIF's own. It would serialise the photo's block anew meanwhile, which
    destroys maker notes.
    """
    exif = Image.Exif()
    if size:
        exif[_FILLER] = b"\0"
        exif[_FILLER] = bytes(n * 37 % 251 for n in range(max(size - len(exif.tobytes()), 8)))
    stored = exif.tobytes() if size else b""
    if orientation != 1:
        exif[ExifTags.Base.Orientation] = orientation
    return exif, stored


def _with_colours(encoded: bytes, colours: tuple[int, int] | None) -> bytes:
    """With the source's numbers of primaries and transfer; the matrix is the encoder's."""
    if colours is None:
        return encoded
    head, numbers = b"colrnclx", b"".join(number.to_bytes(2) for number in colours)
    pieces = encoded.split(head)
    return head.join([pieces[0], *(numbers + piece[4:] for piece in pieces[1:])])


def write(photo: Photo, change: Change, file: BinaryIO, writing: Writing) -> None:
    """Write a photo of another format, without subsampling: nothing was subsampled yet."""
    metadata = corrected_metadata(photo, change, writing)
    orientation = orientation_of(metadata.exif)
    exif = oriented(metadata.exif, 1)  # AVIF has a turn of its own; a viewer that heeds both would turn twice
    placeholder, stored = _placeholder_exif(orientation, len(exif) and len(_PREFIX + exif))
    settings = {"quality": writing.quality or QUALITY, "subsampling": "4:4:4", "speed": _SPEED}
    encoded = BytesIO()
    save(photo, change, encoded, "AVIF", _MODES, settings | {"exif": placeholder, "xmp": metadata.xmp})
    file.write(_with_source_exif(encoded.getvalue(), stored, exif))


def _with_source_exif(encoded: bytes, stored: bytes, exif: bytes) -> bytes:
    """The file with EXIF in the place that was kept for it."""
    return encoded.replace(stored, (_PREFIX + exif).ljust(len(stored), b"\0"), 1) if exif else encoded
