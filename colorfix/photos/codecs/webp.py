"""WebP, animated or not: pixels re-encoded, every other chunk byte for byte.

A lossless picture or frame stays lossless. The quality of a lossy one is not recorded in the file, so it is
``QUALITY`` unless the user gives one.
"""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

from colorfix.photos import contents
from colorfix.photos.codecs.pillow import QUALITY, frames_of, save
from colorfix.photos.containers import riff
from colorfix.photos.metadata.convert import metadata_arguments
from colorfix.photos.metadata.metadata import updated
from colorfix.photos.photo import Photo, Strip, to_8_bits
from colorfix.photos.pillow_open import open_image, refuse, refuse_frames

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import BinaryIO

    from PIL import Image

    from colorfix.photos.containers.riff import Chunk
    from colorfix.photos.photo import Change, Data, Writing

_MODES = {"RGB", "RGBA"}


def read(data: Data, name: str, max_pixels: int) -> Photo:
    """Decode a WebP; the pictures of an animation are its frames as displayed."""
    stored = bytes(data)
    kinds = {part.kind for part in riff.chunks(stored)}  # raises ValueError if the file is cut short
    image = open_image(stored, "WEBP")
    refuse(image, name, max_pixels, many=True)
    refuse_frames(image, len(data), name, max_pixels)
    removed = (contents.CREDENTIALS,) if riff.CREDENTIALS in kinds else ()
    photo = Photo(name, data, frames_of(image), "WEBP", image.info.get("icc_profile"), opened=image)
    return photo.with_contents(removed, contents.kinds_in(riff.trailer(stored)))


def rewrite(photo: Photo, change: Change, file: BinaryIO, writing: Writing) -> tuple[str, ...]:
    """Write the same file with its pixels changed.

    ``strip`` preserves the profile, the frames and their order. Data behind the last chunk follows it.
    """
    parts = [part for part in riff.chunks(bytes(photo.data)) if part.kind != riff.CREDENTIALS]
    left, top, (width, height) = 0, 0, photo.size
    still = [part for part in parts if part.kind in riff.PIXELS]
    body: list[Chunk] = []
    for part in parts:
        if part.kind == riff.FRAME:
            frame = riff.Frame.of(part)
            left, top, width, height = frame.box
            body.append(frame.with_pixels(_changed(frame.parts, frame.box, change, writing)))
        elif part.kind in riff.PIXELS:
            if part is still[-1]:
                body += _changed(still, (left, top, width, height), change, writing)
        else:
            body.append(part)
    described, warnings = _described(photo, body, change, writing)
    file.write(riff.packed(described))
    if not writing.strip:
        file.write(riff.trailer(bytes(photo.data)))
    return warnings


def _changed(
    parts: Sequence[Chunk], box: tuple[int, int, int, int], change: Change, writing: Writing
) -> list[Chunk]:
    """Return the chunks of one picture, re-encoded."""
    left, top, width, height = box
    image: Image.Image = open_image(riff.single_image(parts, width, height), "WEBP")
    image.load()
    lossless = any(part.kind == b"VP8L" for part in parts)
    encoded = BytesIO()
    after = to_8_bits(change(Strip(image, left, top)))
    after.save(encoded, "WEBP", **_settings(writing, lossless=lossless))
    return [part for part in riff.chunks(encoded.getvalue()) if part.kind in riff.PIXELS]


def _settings(writing: Writing, *, lossless: bool) -> dict[str, Any]:
    if lossless and writing.quality is None:
        return {"lossless": True, "exact": True, "icc_profile": b""}
    return {"quality": writing.quality or QUALITY, "icc_profile": b""}


def _described(
    photo: Photo, body: list[Chunk], change: Change, writing: Writing
) -> tuple[list[Chunk], tuple[str, ...]]:
    """Return the chunks with the corrected metadata, and a VP8X chunk if one is needed; and the losses."""
    source = {part.kind: part.content for part in body}
    exif, xmp, warnings = updated(
        source.get(riff.EXIF, b""), source.get(riff.XMP, b""), photo, change, writing
    )
    fresh = {riff.EXIF: exif, riff.XMP: xmp}
    order = [part for part in body if part.kind != riff.FEATURES and _stays(part, writing)]
    result = [riff.Chunk(part.kind, fresh.pop(part.kind, part.content)) for part in order]
    result += [riff.Chunk(kind, block) for kind, block in fresh.items()]
    result = [part for part in result if part.content or part.kind not in {riff.EXIF, riff.XMP}]
    return _with_features(result, source.get(riff.FEATURES), photo.size), warnings


def _stays(part: Chunk, writing: Writing) -> bool:
    known = {*riff.PIXELS, riff.PROFILE, riff.FRAME, riff.EXIF, riff.XMP, b"ANIM"}
    return not writing.strip or part.kind in known


def _with_features(parts: list[Chunk], before: bytes | None, size: tuple[int, int]) -> list[Chunk]:
    bits = {riff.EXIF: riff.HAS_EXIF, riff.XMP: riff.HAS_XMP}
    present = {part.kind for part in parts}
    flags = sum(bit for kind, bit in bits.items() if kind in present)
    if before:
        flags |= before[0] & ~sum(bits.values())
        return [riff.Chunk(riff.FEATURES, bytes([flags]) + before[1:]), *parts]
    if not flags and b"ALPH" not in present:
        return parts
    if _has_alpha(parts):
        flags |= riff.HAS_ALPHA
    return [riff.features(flags, *size), *parts]


def _has_alpha(parts: list[Chunk]) -> bool:
    lossless = next((part.content for part in parts if part.kind == b"VP8L"), bytes(5))
    return any(part.kind == b"ALPH" for part in parts) or bool(lossless[4] & 0x10)


def write(photo: Photo, change: Change, file: BinaryIO, writing: Writing) -> tuple[str, ...]:
    """Write a photo of another format."""
    metadata, warnings = metadata_arguments(photo, change, writing)
    save(photo, change, file, "WEBP", _MODES, {"quality": writing.quality or QUALITY, **metadata})
    return warnings
