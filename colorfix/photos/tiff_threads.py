"""Segments side by side: the codecs let go of Python's lock while they work."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

from colorfix.photos.tiff_page import NONE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from colorfix.photos.tiff_page import Page

Item = TypeVar("Item")
Result = TypeVar("Result")


def each(page: Page, work: Callable[[Item], Result], items: Sequence[Item]) -> Iterable[Result]:
    """Return what the work gives for each item, in their order; the first error is raised.

    Args:
        page: whose segments are worked on; uncompressed ones take no time worth a thread.
        work: decodes or encodes.
        items: segments, or what goes with each.
    """
    if page.compression == NONE or len(items) == 1:
        return map(work, items)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(work, items))
