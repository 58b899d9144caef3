"""A guide in a report: whether it shows the same scene, how far it counted, and the sentence that says so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from colorfix.correction.correct import Correction

MOSTLY, HARDLY = 0.9, 0.1
"""Shares from which a guide is said to be followed, and up to which it is said not to be."""

_SCENES = {"same": "the same scene", "unsure": "perhaps the same scene", "other": "another scene"}


def guide_entry(correction: Correction) -> dict[str, Any] | None:
    """Return the report's entry on a correction's guide; None for the target ``neutral``."""
    likeness, followed = correction.likeness, correction.followed
    if correction.target.is_neutral:
        return None
    return {
        "likeness": likeness.value,
        "framing": likeness.framing,
        "basis": likeness.basis,
        "scene": likeness.scene,
        "too_blue": likeness.is_too_blue,
        "colors": followed.colors,
        "brightness": followed.brightness,
    }


def sentence_of(correction: Correction) -> str | None:
    """Return what a correction's guide shows and what was made of it; None for the target ``neutral``."""
    names = [{"name": regularizer.name} for regularizer in correction.settings.regularizers]
    settings = {"follow": correction.settings.follow, "regularizers": names}
    return guide_sentence({"guide": guide_entry(correction), "settings": settings})


def guide_sentence(report: dict[str, Any]) -> str | None:
    """Return what the guide shows and what was made of it; None for a report without one.

    Args:
        report: of a correction.

    >>> entry = {"likeness": 0.03, "basis": "structure", "scene": "other", "too_blue": False}
    >>> entry |= {"colors": 0.0, "brightness": 0.0}
    >>> settings = {"follow": "auto", "regularizers": [{"name": "same-scene"}]}
    >>> guide_sentence({"guide": entry, "settings": settings})
    'guide: another scene (likeness 0.03), a hint only; --follow 1 follows it'
    """
    guide = report.get("guide")
    if guide is None:
        return None
    basis = "" if guide["basis"] == "structure" else " of histograms"
    blue = ", too blue" if guide["too_blue"] else ""
    scene = f"{_SCENES[guide['scene']]} (likeness{basis} {guide['likeness']:.2f}){blue}"
    return f"guide: {scene}, {_made_of(guide, report['settings'])}"


def _made_of(guide: dict[str, Any], settings: dict[str, Any]) -> str:
    """Return what was made of a guide."""
    follow = settings["follow"]
    if follow == 0:
        return "ignored (--follow 0)"
    if all(regularizer["name"] != "same-scene" for regularizer in settings["regularizers"]):
        return f"matched; {_brightness(guide['brightness'])}"
    if follow != "auto":
        share = "" if follow == 1 else f" by {follow:g}"
        return f"followed{share} (--follow {follow:g}); {_brightness(guide['brightness'])}"
    if guide["colors"] < HARDLY:
        return "a hint only; --follow 1 follows it"
    if guide["colors"] < MOSTLY:
        return f"its colors count by {guide['colors']:.2f}; --follow 1 follows it"
    return f"followed; {_brightness(guide['brightness'])}"


def _brightness(share: float) -> str:
    if share < HARDLY:
        return "the photo's brightness is kept"
    return "its brightness too" if share > MOSTLY else f"its brightness by {share:.2f}"
