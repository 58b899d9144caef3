"""A look: gains kept for other photos, as a file that people can read."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, get_args

import numpy as np

from colorfix import __version__, photos
from colorfix.core.defaults import Highlights, Space
from colorfix.core.errors import UnreadableLook, UnreadablePhoto
from colorfix.core.text import printable

if TYPE_CHECKING:
    from colorfix.color.statistics import Curve, Floats
    from colorfix.correction.result import Correction
    from colorfix.correction.settings import Settings

FORMAT: Final = "colorfix/look/1"
LOWEST, HIGHEST = 1 / 256, 256.0
"""Gains that a file may hold: beyond them 8 bits are black or blown; learned ones lie well within."""

_REMEDY = "write one with 'colorfix correct --save-gains'"


@dataclass(frozen=True, eq=False)
class Look:
    """What a correction does to any photo; not where it lies in one (a region), nor how it was learned.

    Attributes:
        gains: shape (3,), red, green, blue.
        space: where the product is taken.
        highlights: what becomes of blown ones.
        dither: whether fine noise hides bands.
        origin: how it came about, for people to read: names of source and target, the version.

    >>> look = Look(np.array([0.7, 1.0, 1.9]), "linear")
    >>> parse_look(look_text(look), "look.json").gains.tolist()
    [0.7, 1.0, 1.9]
    """

    gains: Floats
    space: Space
    highlights: Highlights = "protect"
    dither: bool = False
    origin: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, correction: Correction) -> Look:
        """Return what a correction does, without its region."""
        names = correction.source.name, correction.target.name
        return cls.learned(correction.gains, correction.settings, *names)

    @classmethod
    def learned(cls, gains: Floats, settings: Settings, source: str, target: str) -> Look:
        """Return a look of gains that were learned.

        Args:
            gains: shape (3,), red, green, blue.
            settings: with which they were learned.
            source: name of the photo from which.
            target: name of what guided it.
        """
        origin = {"source": printable(source), "target": printable(target), "version": __version__}
        return cls(gains, settings.space, settings.highlights, settings.dither, origin)

    def change(self, curve: Curve) -> photos.GainChange:
        """Return what it does to the pixels of a photo with this transfer curve."""
        return photos.GainChange(
            self.gains, self.space, curve, highlights=self.highlights, dither=self.dither
        )


def look_text(look: Look) -> str:
    """Return a look as the text of a file: indented JSON whose gains read back exactly."""
    document = {
        "format": FORMAT,
        "gains": look.gains.tolist(),
        "space": look.space,
        "highlights": look.highlights,
        "dither": look.dither,
        "origin": look.origin,
    }
    return json.dumps(document, indent=1, allow_nan=False) + "\n"


def read_look(name: str) -> Look:
    """Read a look file.

    Args:
        name: its path, or ``-`` for stdin.

    Raises:
        UnreadableLook: it is missing, or no look.
    """
    try:
        text = bytes(photos.read_bytes(name))
    except UnreadablePhoto as error:
        reason = error.reason.partition(";")[0]  # what follows is said to those who named a photo
        raise UnreadableLook(printable(name), f"cannot be read as a look ({reason}); {_REMEDY}") from error
    return parse_look(text, name)


def parse_look(text: str | bytes, name: str) -> Look:
    """Return the look that a text holds.

    Args:
        text: JSON.
        name: what errors call it.

    Raises:
        UnreadableLook: it holds none, or one that makes no sense.
    """
    try:
        saved = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UnreadableLook(printable(name), f"is not JSON, so no look; {_REMEDY}") from error
    known = saved.get("format") if isinstance(saved, dict) else None
    if known != FORMAT:
        what = f"is {printable(known)}" if isinstance(known, str) else "names no format"
        raise UnreadableLook(printable(name), f"{what}, not {FORMAT}; {_REMEDY}")
    fault = _fault(saved)
    if fault is not None:
        raise UnreadableLook(printable(name), f"{fault}; mend the file or {_REMEDY}")
    return Look(
        np.array(saved["gains"], np.float64),
        saved["space"],
        saved["highlights"],
        saved["dither"],
        saved["origin"],
    )


def _fault(saved: dict[str, Any]) -> str | None:
    """Say what is wrong with a look's content, if anything is."""
    missing = [key for key in ("gains", "space", "highlights", "dither", "origin") if key not in saved]
    if missing:
        return f"lacks {' and '.join(missing)}"
    gains, origin = saved["gains"], saved["origin"]
    if not (isinstance(gains, list) and len(gains) == len("RGB") and all(map(_is_gain, gains))):
        return f"its gains must be three numbers from {LOWEST:g} to {HIGHEST:g}, red, green, blue"
    for key, words in (("space", get_args(Space)), ("highlights", get_args(Highlights))):
        if saved[key] not in words:
            return f"its {key} must be one of {', '.join(words)}"
    if not isinstance(saved["dither"], bool):
        return "its dither must be true or false"
    if not (isinstance(origin, dict) and all(isinstance(text, str) for text in origin.values())):
        return "its origin must hold texts only"
    return None


def _is_gain(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return LOWEST <= value <= HIGHEST  # NaN is not, nor is infinity
