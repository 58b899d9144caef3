"""An EXIF block laid out by hand like a Canon's: positions in its maker note count from the block's start."""

from __future__ import annotations

import struct

SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 7: 1}
NOTE = (
    (0x0006, 2, b"Canon EOS 5D, hand-made\0"),
    (0x0007, 2, b"Firmware 1.2.3\0"),
    (0x0009, 2, b"me myself\0"),
)


def text_of(block, tag):
    """A text tag of IFD0; None without it."""
    sign = "<" if block[:2] == b"II" else ">"
    (at,) = struct.unpack_from(sign + "L", block, 4)
    (count,) = struct.unpack_from(sign + "H", block, at)
    for place in range(at + 2, at + 2 + 12 * count, 12):
        number, _, size, start = struct.unpack_from(sign + "HHLL", block, place)
        if number == tag:
            return block[start : start + size].rstrip(b"\0").decode()
    return None


def directory(sign, rows, at, following=0):
    """A directory that is to stand at ``at``, its contents behind it; and where they end."""
    heads, contents = [], b""
    start = at + 2 + 12 * len(rows) + 4
    for tag, kind, content in rows:
        count = len(content) // SIZES[kind]
        if len(content) > 4:
            last = struct.pack(sign + "L", start + len(contents))
            contents += content + bytes(len(content) % 2)
        else:
            last = content.ljust(4, b"\0")
        heads.append(struct.pack(sign + "HHL", tag, kind, count) + last)
    packed = struct.pack(sign + "H", len(rows)) + b"".join(heads) + struct.pack(sign + "L", following)
    return packed + contents, start + len(contents)


def camera_exif(thumbnail, sign="<", orientation=6, preview=b"", start=8):
    """IFD0 with EXIF and GPS, a maker note with absolute positions and a preview, IFD1 with a thumbnail."""
    long, short = struct.Struct(sign + "L").pack, struct.Struct(sign + "H").pack

    def build(exif_at, gps_at, second_at, note_at):
        rows = [
            (0x010F, 2, b"Canon\0"),
            (0x0110, 2, b"Canon EOS 5D\0"),
            (0x0112, 3, short(orientation)),
            (0x011A, 5, long(300) + long(1)),
            (0x0131, 2, b"the camera's own\0"),
            (0x013B, 2, b"me\0"),
            (0x8769, 4, long(exif_at)),
            (0x8825, 4, long(gps_at)),
        ]
        first, exif = directory(sign, rows, start, second_at)
        note, _ = directory(sign, NOTE, note_at)
        rows = [
            (0x829A, 5, long(1) + long(60)),
            (0x8827, 3, short(100)),
            (0x927C, 7, note + preview),
            (0x9286, 7, b"ASCII\0\0\0a comment"),
            (0xA002, 4, long(200)),
        ]
        photo, gps = directory(sign, rows, exif)
        degrees = long(12) + long(1) + long(30) + long(1) + long(0) + long(1)
        place, second = directory(sign, [(1, 2, b"N\0"), (2, 5, degrees)], gps)
        note_start = exif + photo.index(note)
        size = 2 + 3 * 12 + 4
        rows = [
            (0x0103, 3, short(6)),
            (0x0201, 4, long(second + size)),
            (0x0202, 4, long(len(thumbnail))),
        ]
        behind, _ = directory(sign, rows, second)
        header = (b"II*\0" if sign == "<" else b"MM\0*") + long(start) + bytes(start - 8)
        return header + first + photo + place + behind + thumbnail, (exif, gps, second, note_start)

    places = (0, 0, 0, 0)
    for _ in range(3):  # until the places stand still
        block, places = build(*places)
    assert build(*places)[1] == places
    return block
