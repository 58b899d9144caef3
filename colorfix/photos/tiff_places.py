"""New segments in an old file: each in its old place if it fits, else at the end, and the numbers follow.

Nothing else of the file moves, so that every position in it, a maker note's included, stays right.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from colorfix.photos.tiff_directories import SIZES, Form

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import BinaryIO

    from colorfix.photos.tiff_pages import Numbers, Page

_LONG, _LONG8 = 4, 16  # kinds of numbers


class Places:
    """Where the segments of a file go.

    Args:
        file: a copy of the photo's file.
        form: of its numbers.
        pages: all of them: segments that several share are not overwritten.
    """

    def __init__(self, file: BinaryIO, form: Form, pages: Iterable[Page]) -> None:
        self._file = file
        self._form = form
        used = Counter(start for page in pages for start in page.starts)
        self._shared = {start for start, times in used.items() if times > 1}

    def put(self, page: Page, number: int, packed: bytes) -> tuple[int, int]:
        """Write a segment; return where it starts and its length.

        Raises:
            OverflowError: the file would be larger than its positions reach.
        """
        start, length = page.starts[number], page.lengths[number]
        if len(packed) <= length and start not in self._shared:
            self._file.seek(start)
        else:
            start = self._form.end(self._file)
        self._file.write(packed)
        return start, len(packed)

    def point(self, page: Page, placed: Mapping[int, tuple[int, int]]) -> None:
        """Write the positions and lengths of a page's segments that changed.

        Args:
            page: its layout before.
            placed: number of a segment to what ``put`` returned.
        """
        moved = {number: start for number, (start, _) in placed.items() if start != page.starts[number]}
        resized = {number: length for number, (_, length) in placed.items() if length != page.lengths[number]}
        self._store(page.offsets, page.starts, moved)
        self._store(page.counts, page.lengths, resized)

    def _store(self, numbers: Numbers | None, before: tuple[int, ...], changed: dict[int, int]) -> None:
        if not changed:
            return
        if numbers is None:
            raise ValueError("its directory does not say where the pixels are")
        if max(changed.values()) >> 8 * numbers.size:
            self._widen(numbers, [changed.get(number, old) for number, old in enumerate(before)])
            return
        for number, value in changed.items():
            self._file.seek(numbers.at + number * numbers.size)
            self._file.write(value.to_bytes(numbers.size, self._form.order))

    def _widen(self, numbers: Numbers, values: list[int]) -> None:
        """Put all of them at the end as larger numbers: 16 bits were enough for the old ones."""
        kind = _LONG8 if self._form.big else _LONG
        stored = b"".join(value.to_bytes(SIZES[kind], self._form.order) for value in values)
        self._form.set_entry(self._file, numbers.entry, kind, stored)
