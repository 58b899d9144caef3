"""A look: gains saved for other photos, as a readable JSON file."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, get_args

import numpy as np

from colorfix import __version__, photos
from colorfix.color.temperature import warmed
from colorfix.core.defaults import Highlights, Space
from colorfix.core.errors import SettingError, UnreadableLook, UnreadablePhoto
from colorfix.core.text import printable

if TYPE_CHECKING:
    from colorfix.color.statistics import Curve, Floats
    from colorfix.correction.correct import Correction
    from colorfix.correction.settings import Settings

FORMAT: Final = "colorfix/look/1"
LOWEST, HIGHEST = 1 / 256, 256.0
"""Limits of gains in a file: beyond them 8 bits are black or blown; learned gains lie well within."""

_REMEDY = "write one with 'colorfix correct --save-gains'"


@dataclass(frozen=True, eq=False)
class Look:
    """A correction that applies to any photo: without a region, and without the record of learning.

    Attributes:
        gains: shape (3,), red, green, blue.
        space: of the product.
        highlights: treatment of blown highlights.
        dither: whether fine noise hides banding.
        origin: for information: names of source and target, version.

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
        """Return the look of a correction, without its region."""
        names = correction.source.name, correction.target.name
        return cls.learned(correction.gains, correction.settings, *names)

    @classmethod
    def learned(cls, gains: Floats, settings: Settings, source: str, target: str) -> Look:
        """Return the look of learned gains.

        Args:
            gains: shape (3,), red, green, blue.
            settings: used for learning.
            source: name of the photo.
            target: name of the target.
        """
        origin = {"source": printable(source), "target": printable(target), "version": __version__}
        return cls(gains, settings.space, settings.highlights, settings.dither, origin)

    def warmed(self, warmth: float) -> Look:
        """Return the look for a white that is warmer by some mired, or cooler.

        Raises:
            SettingError: the white, or a gain, would be out of range.
        """
        gains = warmed(self.gains, warmth, self.space)
        if not (gains.min() >= LOWEST and gains.max() <= HIGHEST):
            raise SettingError(
                f"a gain would leave {LOWEST:g} to {HIGHEST:g}; give a smaller --warmer or --cooler"
            )
        return replace(self, gains=gains)

    def change(self, curve: Curve) -> photos.GainChange:
        """Return the change of pixels for a photo with this transfer curve."""
        return photos.GainChange(
            self.gains, self.space, curve, highlights=self.highlights, dither=self.dither
        )


def look_text(look: Look) -> str:
    """Return a look as indented JSON whose gains read back exactly."""
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
        UnreadableLook: the file is missing or not a look.
    """
    try:
        text = bytes(photos.read_bytes(name))
    except UnreadablePhoto as error:
        reason = error.reason.partition(";")[0]  # the remedy after it is for photos
        raise UnreadableLook(printable(name), f"cannot be read as a look ({reason}); {_REMEDY}") from error
    return parse_look(text, name)


def parse_look(text: str | bytes, name: str) -> Look:
    """Parse a look.

    Args:
        text: JSON.
        name: of the file, for messages.

    Raises:
        UnreadableLook: the text is not a look, or has invalid values.
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
    """Return the first error in a look's content, or None."""
    missing = [key for key in ("gains", "space", "highlights", "dither", "origin") if key not in saved]
    if missing:
        return f"lacks {' and '.join(missing)}"
    gains, origin = saved["gains"], saved["origin"]
    if not are_gains(gains):
        return f"its gains must be three numbers from {LOWEST:g} to {HIGHEST:g}, red, green, blue"
    for key, words in (("space", get_args(Space)), ("highlights", get_args(Highlights))):
        if saved[key] not in words:
            return f"its {key} must be one of {', '.join(words)}"
    if not isinstance(saved["dither"], bool):
        return "its dither must be true or false"
    if not (isinstance(origin, dict) and all(isinstance(text, str) for text in origin.values())):
        return "its origin must hold texts only"
    return None


def are_gains(value: object) -> bool:
    """Whether a value of a file is three numbers in the range of gains.

    >>> are_gains([0.5, 1, 2.0]), are_gains([0.5, "1", 2.0]), are_gains(None)
    (True, False, False)
    """
    return isinstance(value, list) and len(value) == len("RGB") and all(map(_is_gain, value))


def _is_gain(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return LOWEST <= value <= HIGHEST  # NaN is not, nor is infinity
