"""The few bits of a JPEG XL codestream's header that tell its size, and whether it was packed without loss.

Source: ISO/IEC 18181-1, annexes A and D (SizeHeader, ImageMetadata).
"""

from __future__ import annotations

from dataclasses import dataclass

_SIGNATURE = 16  # bits
_MOST = 64  # bytes that the header may take
_RATIOS = ((1, 1), (6, 5), (4, 3), (3, 2), (16, 9), (5, 4), (2, 1))  # of width to height
_SIZES = ((0, 9), (0, 13), (0, 18), (0, 30))
_INTEGER_DEPTHS = ((8, 0), (10, 0), (12, 0), (1, 6))
_FLOAT_DEPTHS = ((32, 0), (16, 0), (24, 0), (1, 6))
_EXTRA_CHANNELS = ((0, 0), (1, 0), (2, 4), (1, 12))


@dataclass
class _Bits:
    data: bytes
    at: int = 0

    def take(self, count: int) -> int:
        if self.at + count > 8 * len(self.data):
            raise ValueError("the header ends early")
        taken = sum(
            (self.data[n >> 3] >> (n & 7) & 1) << n - self.at for n in range(self.at, self.at + count)
        )
        self.at += count
        return taken

    def choose(self, ranges: tuple[tuple[int, int], ...]) -> int:
        """A number whose first two bits choose the least one and how many bits are added."""
        least, count = ranges[self.take(2)]
        return least + self.take(count)


def is_lossless(codestream: bytes) -> bool:
    r"""Whether a codestream keeps the numbers that it was made from, instead of XYB, which loses.

    Unsure cases (a preview, an animation, unusual extra channels) are taken for lossy.

    Args:
        codestream: begins with ``FF 0A``; 64 bytes suffice.

    >>> from imagecodecs import jpegxl_encode
    >>> import numpy as np
    >>> pixels = np.zeros((3, 2, 3), np.uint8)
    >>> packed = [jpegxl_encode(pixels, lossless=kept, usecontainer=False) for kept in (True, False)]
    >>> [is_lossless(codestream) for codestream in packed]
    [True, False]
    """
    bits = _Bits(codestream[:_MOST], _SIGNATURE)
    try:
        _size(bits)
        all_default = bits.take(1)
        return not all_default and _is_original(bits)
    except ValueError:
        return False


def size(codestream: bytes) -> tuple[int, int]:
    r"""Return width and height, pixels, as they are stored; raises ValueError where the header ends early.

    >>> size(b"\xff\x0a\x03\x00")
    (8, 16)
    """
    return _size(_Bits(codestream[:_MOST], _SIGNATURE))


def _size(bits: _Bits) -> tuple[int, int]:
    eights = bits.take(1)
    height = 8 * (1 + bits.take(5)) if eights else 1 + bits.choose(_SIZES)
    ratio = bits.take(3)
    if ratio:
        across, down = _RATIOS[ratio - 1]
        return height * across // down, height
    return 8 * (1 + bits.take(5)) if eights else 1 + bits.choose(_SIZES), height


def _is_original(bits: _Bits) -> bool:
    if bits.take(1):  # extra fields
        bits.take(3)  # the orientation
        if bits.take(1):
            _size(bits)
        if bits.take(1) or bits.take(1):  # a preview, an animation
            return False
    if bits.take(1):
        bits.choose(_FLOAT_DEPTHS)
        bits.take(4)
    else:
        bits.choose(_INTEGER_DEPTHS)
    bits.take(1)  # whether 16 bits suffice meanwhile
    plain_alphas = all(bits.take(1) for _ in range(bits.choose(_EXTRA_CHANNELS)))
    return plain_alphas and not bits.take(1)
