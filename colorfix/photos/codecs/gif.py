"""GIF, animated or not: its color tables are changed in place, and nothing else.

Pixels, timing, loops, disposal, comments and transparent colors are preserved byte for byte.

Source: GIF89a specification (CompuServe, 1990), sections 17 to 26.
"""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

from PIL import Image

from colorfix.core.errors import UnreadablePhoto
from colorfix.core.text import printable
from colorfix.photos import contents
from colorfix.photos.codecs import pillow
from colorfix.photos.codecs.pillow import frames_of, only_picture
from colorfix.photos.metadata.convert import upright
from colorfix.photos.photo import Photo, to_8_bits
from colorfix.photos.pillow_open import open_image, refuse, refuse_frames, refuse_if, too_large

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    from colorfix.photos.photo import Change, Data, Writing

_SCREEN, _IMAGE = 13, 10  # bytes ahead of the global table, and of a local one
_PICTURE, _EXTENSION, _TRAILER = 0x2C, 0x21, 0x3B
_CONTROL, _COMMENT, _APPLICATION = 0xF9, 0xFE, 0xFF
_ICC = b"ICCRGBG1012"
_TIMING = (b"NETSCAPE2.0", b"ANIMEXTS1.0", _ICC)  # loop counts; the ICC profile
_HAS_TABLE, _TRANSPARENT = 0x80, 1
_MOST_TEXT = 255  # bytes of a block


@dataclass(frozen=True)
class Block:
    """One block of a GIF.

    Attributes:
        kind: its first byte: image, extension or trailer; 0 for the header.
        label: the kind of extension.
        start, end: its position in the file.
        table: the position of its color table; empty for none.
    """

    kind: int
    label: int
    start: int
    end: int
    table: slice


def blocks(data: bytes) -> Iterator[Block]:
    """Yield the header, every image and extension, and the trailer.

    Raises:
        ValueError: the file ends early, or an unknown block begins.
    """
    at = _SCREEN + _table_bytes(_byte(data, 10))
    yield Block(0, 0, 0, at, slice(_SCREEN, at))
    while True:
        kind, label = _byte(data, at), 0
        if kind == _TRAILER:
            yield Block(kind, 0, at, at + 1, slice(0, 0))
            return
        table = slice(0, 0)
        if kind == _PICTURE:
            table = slice(at + _IMAGE, at + _IMAGE + _table_bytes(_byte(data, at + 9)))
            body = table.stop + 1  # one byte: the code size of the pixels
        elif kind == _EXTENSION:
            label, body = _byte(data, at + 1), at + 2
        else:
            raise ValueError(f"no part of a GIF begins with {kind:#04x}")
        end = _after_blocks(data, body)
        yield Block(kind, label, at, end, table)
        at = end


def _byte(data: bytes, at: int) -> int:
    if at >= len(data):
        raise ValueError("the file ends early")
    return data[at]


def _table_bytes(flags: int) -> int:
    return 3 << (flags & 7) + 1 if flags & _HAS_TABLE else 0


def _after_blocks(data: bytes, at: int) -> int:
    while size := _byte(data, at):
        at += 1 + size
    return at + 1


def read(data: Data, name: str, max_pixels: int) -> Photo:
    """Decode a GIF; its pictures are its frames as displayed."""
    stored = bytes(data)
    parts = list(blocks(stored))
    if all(part.kind != _PICTURE for part in parts):
        raise UnreadablePhoto(printable(name), "is a GIF without a picture; choose another photo")
    refuse_if(too_large(*_extent(stored, parts), max_pixels), name)
    image = open_image(stored, "GIF")
    refuse(image, name, max_pixels, many=True)
    refuse_frames(image, len(data), name, max_pixels)
    removed = (contents.CREDENTIALS,) if any(_is_signature(stored, part) for part in parts) else ()
    photo = Photo(name, data, frames_of(image), "GIF", _profile(stored, parts), opened=image)
    return photo.with_contents(removed, contents.kinds_in(stored[parts[-1].end :]))


def _extent(data: bytes, parts: list[Block]) -> tuple[int, int]:
    """Return the width and height that contain the screen and every frame; frames may exceed the screen."""
    places = [data[part.start + 1 : part.start + 9] for part in parts if part.kind == _PICTURE]
    places.append(bytes(4) + data[6:10])
    numbers = [[int.from_bytes(place[at : at + 2], "little") for at in (0, 2, 4, 6)] for place in places]
    return max(n[0] + n[2] for n in numbers), max(n[1] + n[3] for n in numbers)


def rewrite(photo: Photo, change: Change, file: BinaryIO, writing: Writing) -> tuple[str, ...]:
    """Write the same file with its color tables changed.

    A color that is transparent in every frame that uses its table is unchanged. ``strip`` removes comments
    and application data except loop count and profile; ``software`` is written as a comment.
    """
    data = bytes(photo.data)
    parts = list(blocks(data))
    transparent = _always_transparent(data, parts)
    signed = _comment(writing.software)
    for part in parts:
        if (writing.strip and _is_metadata(data, part)) or _is_signature(data, part):
            continue
        if part.kind == _TRAILER and signed not in data:
            file.write(signed)
        file.write(_with_table(data, part, change, photo.name, transparent.get(part.table.start, set())))
    if not writing.strip:
        file.write(data[parts[-1].end :])
    return ()


def _with_table(data: bytes, part: Block, change: Change, name: str, unchanged: set[int]) -> bytes:
    colors = data[part.table]
    if not colors:
        return data[part.start : part.end]
    after = bytearray(pillow.change_palette(colors, change, name))
    for index in unchanged:
        after[3 * index : 3 * index + 3] = colors[3 * index : 3 * index + 3]
    return data[part.start : part.table.start] + after + data[part.table.stop : part.end]


def _always_transparent(data: bytes, parts: list[Block]) -> dict[int, set[int]]:
    """Return the colors of each table, by its start, that are transparent wherever it is used."""
    hidden: dict[int, set[int]] = {}
    transparent: set[int] = set()
    for part in parts:
        if part.label == _CONTROL and part.end - part.start == 8:  # bytes, its only size
            transparent = {data[part.start + 6]} if data[part.start + 3] & _TRANSPARENT else set()
        elif part.kind == _PICTURE:
            used = part.table.start if data[part.table] else _SCREEN
            hidden[used] = hidden.get(used, transparent) & transparent
            transparent = set()
    return hidden


def _profile(data: bytes, parts: list[Block]) -> bytes | None:
    """Return the ICC profile of an application extension; None without one."""
    for part in parts:
        if part.label == _APPLICATION and data[part.start + 3 : part.start + 14] == _ICC:
            at, joined = part.start + 14, b""
            while size := data[at]:
                joined += data[at + 1 : at + 1 + size]
                at += 1 + size
            return joined
    return None


def _is_signature(data: bytes, part: Block) -> bool:
    """Whether a block holds Content Credentials, which sign the old pixels."""
    return part.label == _APPLICATION and data[part.start + 3 : part.start + 11] == b"C2PA_GIF"


def _is_metadata(data: bytes, part: Block) -> bool:
    is_kept = data[part.start + 3 : part.start + 14] in _TIMING
    return part.label == _COMMENT or (part.label == _APPLICATION and not is_kept)


def _comment(text: str | None) -> bytes:
    if text is None:
        return b""
    encoded = text.encode()[:_MOST_TEXT]
    return bytes([_EXTENSION, _COMMENT, len(encoded)]) + encoded + b"\0"


def write(photo: Photo, change: Change, file: BinaryIO, writing: Writing) -> tuple[str, ...]:
    """Write a photo of another format, upright, in 256 near colors with error diffusion."""
    image = upright(photo, to_8_bits(only_picture(photo, "GIF", change)))
    if image.mode == "LA":
        image = image.convert("RGBA")
    if image.mode in {"RGB", "RGBA"} and not image.has_transparency_data:
        image = image.convert("RGB").quantize(256, dither=Image.Dither.FLOYDSTEINBERG)
    encoded = BytesIO()
    image.save(encoded, "GIF", comment=(writing.software or "").encode()[:_MOST_TEXT])
    file.write(encoded.getbuffer())
    return ()
