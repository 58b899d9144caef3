"""A page of a TIFF: sizes, samples, and where its segments lie.

A page's pixels come in **segments**, strips or tiles, which are compressed one by one.
"""

from __future__ import annotations

from dataclasses import dataclass

GREY = (0, 1)
WHITE_IS_ZERO, RGB, PALETTE, MASK, SEPARATED, YCBCR, LAB = 0, 2, 3, 4, 5, 6, 8
NONE, JPEG = 1, 7
ASSOCIATED, UNASSOCIATED = 1, 2
UNSIGNED, FLOAT = 1, 3


@dataclass(frozen=True)
class Numbers:
    """Where whole numbers stand in the file that a changed page has new ones of.

    Attributes:
        entry: position of the directory's entry.
        at: the first one's position.
        size: bytes of each.
    """

    entry: int
    at: int
    size: int


@dataclass(frozen=True, eq=False)
class Page:
    """One picture of the file.

    Attributes:
        width, height: pixels.
        samples: stored for each pixel, colours first.
        bits: of a sample.
        sample_format: ``UNSIGNED``, ``FLOAT`` or another number of the specification.
        photometric: what the colours are.
        compression, predictor, bit_order: how segments are packed.
        separate: whether each sample has planes, and so segments, of its own.
        extra: kinds of the samples behind the colours.
        sign: the file's byte order, ``<`` or ``>``.
        segment: height and width of a segment, pixels.
        tiled: whether segments have that size even at the edges.
        starts, lengths: of the segments, bytes.
        offsets, counts: where those numbers stand.
        palette: of a palette picture, 3 * 2^bits numbers of 16 bits, all red ones first.
        palette_at: where it stands.
        tables: of the JPEG segments, if they share any.
        profile: the ICC profile.
        offset: where the directory starts.
        is_copy: whether it is a smaller copy of another page.
        is_mask: whether its pixels are no colours.
    """

    width: int
    height: int
    samples: int
    bits: int
    sample_format: int
    photometric: int
    compression: int
    predictor: int
    bit_order: int
    separate: bool
    extra: tuple[int, ...]
    sign: str
    segment: tuple[int, int]
    tiled: bool
    starts: tuple[int, ...]
    lengths: tuple[int, ...]
    offsets: Numbers | None
    counts: Numbers | None
    palette: tuple[int, ...]
    palette_at: Numbers | None
    tables: bytes
    profile: bytes | None
    offset: int
    is_copy: bool
    is_mask: bool

    @property
    def across(self) -> int:
        """Segments side by side."""
        return -(-self.width // self.segment[1])

    @property
    def down(self) -> int:
        """Segments below each other."""
        return -(-self.height // self.segment[0])

    @property
    def planes(self) -> int:
        """Times that the page is covered by segments."""
        return self.samples if self.separate else 1

    @property
    def colours(self) -> int:
        """Samples that are a colour, the others being extra."""
        return self.samples - len(self.extra)

    @property
    def alpha(self) -> int | None:
        """Which sample is the opacity, if any is."""
        kinds = (ASSOCIATED, UNASSOCIATED)
        return next((self.colours + n for n, kind in enumerate(self.extra) if kind in kinds), None)

    @property
    def model(self) -> str | None:
        """``CMYK`` or ``LAB``, whose pixels become sRGB for their correction; None for others."""
        return {SEPARATED: "CMYK", LAB: "LAB"}.get(self.photometric)

    @property
    def is_grey(self) -> bool:
        """Whether there are no red, green and blue."""
        return self.photometric in GREY
