"""Whether a JPEG XL codestream was packed without loss: the few bits of its header that tell.

Source: ISO/IEC 18181-1, annexes A and D (SizeHeader, ImageMetadata).
"""

from __future__ import annotations

from dataclasses import dataclass

_SIGNATURE = 16  # bits
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
    bits = _Bits(codestream[:64], _SIGNATURE)
    try:
        _skip_size(bits)
        all_default = bits.take(1)
        return not all_default and _is_original(bits)
    except ValueError:
        return False


def _skip_size(bits: _Bits) -> None:
    small = bits.take(1)
    for side in ("height", "width"):
        if side == "width" and bits.take(3):  # a ratio to the height
            return
        if small:
            bits.take(5)
        else:
            bits.choose(_SIZES)


def _is_original(bits: _Bits) -> bool:
    if bits.take(1):  # extra fields
        bits.take(3)  # the orientation
        if bits.take(1):
            _skip_size(bits)
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
