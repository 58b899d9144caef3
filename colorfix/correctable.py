"""Whether a photo can be corrected at all, and what is said of one that tells too little."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from colorfix import photos
from colorfix.errors import BrokenRegularizer, UncorrectablePhoto

if TYPE_CHECKING:
    from collections.abc import Iterator

    from colorfix.colour import Counts

CHANNELS = ("red", "green", "blue")


def counts_of(photo: photos.Photo) -> Counts:
    """Return the photo's histograms.

    Raises:
        UncorrectablePhoto: no gain can correct it: it is grey, fully transparent, or has a channel of zeros.
    """
    if photo.image.mode in {"L", "LA"}:
        raise UncorrectablePhoto(
            photo.name, "is a grey photo and has no colour to correct; leave it as it is"
        )
    counts = photos.counts(photo)
    if not counts.any():
        raise UncorrectablePhoto(photo.name, "is fully transparent and has no visible colour to correct")
    dark = [name for name, row in zip(CHANNELS, counts, strict=True) if not row[1:].any()]
    if len(dark) == len(CHANNELS):
        raise UncorrectablePhoto(photo.name, "is all black; there is no colour to correct")
    if dark:
        raise UncorrectablePhoto(
            photo.name, f"its {' and '.join(dark)} channel is all zero, which no gain can bring back"
        )
    return counts


def doubts(counts: Counts) -> tuple[str, ...]:
    """Return what a photo's histograms make doubtful, a sentence each.

    >>> import numpy as np
    >>> one_colour = np.zeros((3, 256), np.int64)
    >>> one_colour[[0, 1, 2], [200, 150, 90]] = 16
    >>> doubts(one_colour)
    ('the photo is of one colour: nothing tells the colour of its light from its own',)
    """
    if ((counts > 0).sum(axis=1) == 1).all():
        return ("the photo is of one colour: nothing tells the colour of its light from its own",)
    return ()


@contextmanager
def told_of(photo: photos.Photo) -> Iterator[None]:
    """Let a regularizer that breaks its contract on a photo be that photo's error, and not the others'."""
    try:
        yield
    except BrokenRegularizer as error:
        raise UncorrectablePhoto(photo.name, str(error)) from error
