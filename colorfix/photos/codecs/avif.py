"""AVIF, animated or not: re-encoded in 8 bits a channel, with the source's subsampling and metadata.

The quality is not recorded in the file, so it is ``QUALITY`` unless the user gives one. All frames of an
animation are in memory while it is written; their durations are preserved in milliseconds, its number of
repetitions is not.
"""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

from PIL import ExifTags, Image

from colorfix.core.errors import OutputError
from colorfix.core.text import printable
from colorfix.photos import contents
from colorfix.photos.codecs.pillow import QUALITY, frames_of, save
from colorfix.photos.color_spaces.coded import hdr_reason
from colorfix.photos.containers import bmff
from colorfix.photos.metadata import bmff_contents
from colorfix.photos.metadata.convert import corrected_metadata
from colorfix.photos.metadata.exif import orientation_of, oriented
from colorfix.photos.metadata.metadata import updated
from colorfix.photos.photo import Photo, assemble, to_8_bits
from colorfix.photos.pillow_open import open_image, refuse, refuse_frames, refuse_if

if TYPE_CHECKING:
    from typing import BinaryIO

    from colorfix.photos.containers.bmff import BmffInfo
    from colorfix.photos.photo import Change, Data, Writing

_PREFIX = b"Exif\0\0"
_EIGHT = 8  # bits
_MODES = {"RGB", "RGBA", "L"}
_DEEP = "has {} bits a channel; AVIF is written with 8"
_DEPTH = b"urn:mpeg:mpegB:cicp:systems:auxiliary:depth"
_CROP = "says how its picture is to be cropped; the whole picture is kept"
_SPEED = 8  # of 10: half the time of Pillow's own 6, for 1 % more bytes and 0.04 dB less
_TURNED = "is an animation that is turned by a tag, which cannot be written; turn its frames themselves first"
_FILLER = 0x9999  # an unassigned tag


def read(data: Data, name: str, max_pixels: int) -> Photo:
    """Decode an AVIF; the pictures of an animation are its frames."""
    stored = bytes(data)
    info = bmff.bmff_info(stored)
    refuse_if(None if info.cicp is None else hdr_reason(info.cicp[1]), name)
    image = open_image(stored, "AVIF")
    refuse(image, name, max_pixels, many=True)
    refuse_frames(image, len(data), name, max_pixels)
    pictures, profile = frames_of(image), image.info.get("icc_profile")
    packet = image.info.get("xmp") or b""
    removed = (
        *((contents.GAIN_MAP,) if b"tmap" in info.kinds else ()),
        *((contents.DEPTH_MAP,) if _DEPTH in stored else ()),
        *bmff_contents.removed(stored, packet),
    )
    photo = Photo(name, data, pictures, "AVIF", profile, _warnings(info), opened=image)
    return photo.with_contents(removed, contents.kinds_in(bmff_contents.carried(stored, packet)))


def _warnings(info: BmffInfo) -> tuple[str, ...]:
    deep = (_DEEP.format(info.bits),) if info.bits > _EIGHT else ()
    return (*deep, *((_CROP,) if b"clap" in info.kinds else ()))


def rewrite(photo: Photo, change: Change, file: BinaryIO, writing: Writing) -> tuple[str, ...]:
    """Write the same pictures changed, with the same EXIF, XMP, profile, orientation, times, boxes."""
    info = bmff.bmff_info(bytes(photo.data))
    opened_as = photo.opened or Image.new("L", (1, 1))
    packet = opened_as.info.get("xmp") or b""
    exif, xmp, warnings = updated(info.exif, packet, photo, change, writing)
    orientation = opened_as.getexif().get(ExifTags.Base.Orientation, 1)
    if len(photo.pictures) > 1 and orientation != 1:  # libavif aborts the process
        raise OutputError(printable(photo.name), _TURNED)
    exif_for_pillow, placeholder = _placeholder_exif(orientation, len(exif) and len(_PREFIX + exif))
    settings = {
        "quality": writing.quality or QUALITY,
        "subsampling": info.subsampling,
        "speed": _SPEED,
        "icc_profile": opened_as.info.get("icc_profile") or b"",
        "exif": exif_for_pillow,
        "xmp": xmp,
    }
    encoded = _encoded(photo, change, settings)
    file.write(_with_colors(_with_source_exif(encoded, placeholder, exif), info.cicp))
    if not writing.strip:
        file.write(bmff_contents.carried(bytes(photo.data), packet))
    return warnings


def _encoded(photo: Photo, change: Change, settings: dict[str, Any]) -> bytes:
    file, times, frames = BytesIO(), [], []
    for picture in photo.pictures:
        frames.append(to_8_bits(assemble(picture, change)))
        times.append(photo.opened.info.get("duration", 0) if photo.opened is not None else 0)
    if len(frames) > 1:
        settings |= {"save_all": True, "append_images": frames[1:], "duration": times}
    frames[0].save(file, "AVIF", **settings)
    return file.getvalue()


def _with_colors(encoded: bytes, colors: tuple[int, int] | None) -> bytes:
    """Return the file with the source's primaries and transfer; the matrix is the encoder's."""
    if colors is None:
        return encoded
    head, numbers = b"colrnclx", b"".join(number.to_bytes(2) for number in colors)
    pieces = encoded.split(head)
    return head.join([pieces[0], *(numbers + piece[4:] for piece in pieces[1:])])


def write(photo: Photo, change: Change, file: BinaryIO, writing: Writing) -> tuple[str, ...]:
    """Write a photo of another format, without chroma subsampling."""
    metadata, warnings = corrected_metadata(photo, change, writing)
    orientation = orientation_of(metadata.exif)
    exif = oriented(
        metadata.exif, 1
    )  # AVIF has a rotation of its own; a viewer that applies both would rotate twice
    exif_for_pillow, placeholder = _placeholder_exif(orientation, len(exif) and len(_PREFIX + exif))
    settings = {"quality": writing.quality or QUALITY, "subsampling": "4:4:4", "speed": _SPEED}
    encoded = BytesIO()
    save(photo, change, encoded, "AVIF", _MODES, settings | {"exif": exif_for_pillow, "xmp": metadata.xmp})
    file.write(_with_source_exif(encoded.getvalue(), placeholder, exif))
    return warnings


# EXIF. Pillow turns its orientation into AVIF properties, but would re-serialize the rest, which
# destroys maker notes. So Pillow is given a placeholder block of the source's length, and the source's bytes
# replace the placeholder in the encoded file.


def _placeholder_exif(orientation: int, size: int) -> tuple[Image.Exif, bytes]:
    """Return EXIF for Pillow's encoder, and the block that it will write.

    Args:
        orientation: 1 to 8, which Pillow turns into AVIF's own.
        size: of the source's block, bytes; 0 for none.
    """
    exif = Image.Exif()
    if size:
        exif[_FILLER] = b"\0"
        exif[_FILLER] = bytes(n * 37 % 251 for n in range(max(size - len(exif.tobytes()), 8)))
    stored = exif.tobytes() if size else b""
    if orientation != 1:
        exif[ExifTags.Base.Orientation] = orientation
    return exif, stored


def _with_source_exif(encoded: bytes, placeholder: bytes, exif: bytes) -> bytes:
    """Return the file with the source's EXIF in place of the placeholder."""
    if not exif:
        return encoded
    return encoded.replace(placeholder, (_PREFIX + exif).ljust(len(placeholder), b"\0"), 1)
