"""Summary of a correction for an index: seven numbers, small enough for a million photos."""

from __future__ import annotations

from dataclasses import astuple, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Summary:
    """A correction in seven numbers.

    Attributes:
        loss: at the gains used; None if not finite.
        delta_e: mean CIEDE2000 between the photo and its correction.
        clipped: largest share of pixels at the top value of a channel after the correction, 0 to 1.
        added_clipping: largest increase of that share in a channel; negative if it fell in all.
        blue_excess: excess of blue's mean over both others after the correction, 0 to 1.
        width, height: of the photo's thumbnails, pixels.
    """

    loss: float | None
    delta_e: float
    clipped: float
    added_clipping: float
    blue_excess: float
    width: int
    height: int

    @classmethod
    def of(cls, report: dict[str, Any], delta_e: float, thumbnail: tuple[int, int]) -> Summary:
        """Return the summary of a loss report.

        Args:
            report: :func:`colorfix.report.document`.
            delta_e: of the correction.
            thumbnail: width and height, pixels.
        """
        before, after = (report["statistics"][which] for which in ("before", "after"))
        added = (late - early for early, late in zip(before["clipped"], after["clipped"], strict=True))
        loss = report["loss"]["polished"]["total"]
        return cls(
            None if loss is None else _short(loss),
            _short(delta_e),
            _short(max(after["clipped"])),
            _short(max(added)),
            _short(after["blue_excess"]),
            *thumbnail,
        )

    @property
    def as_list(self) -> list[float | None]:
        """The numbers as a list, for a journal.

        >>> Summary.from_list(Summary(0.25, 7.0, 0.1, 0.0, 0.0, 320, 213).as_list).delta_e
        7.0
        """
        return [*astuple(self)]

    @classmethod
    def from_list(cls, plain: Sequence[Any]) -> Summary:
        """Return the summary of a list made by :attr:`as_list`.

        Raises:
            TypeError, ValueError: the list is invalid.
        """
        loss, delta_e, clipped, added, blue_excess, width, height = plain
        shares = float(delta_e), float(clipped), float(added), float(blue_excess)
        return cls(None if loss is None else float(loss), *shares, int(width), int(height))


def _short(number: float) -> float:
    """A number rounded to six digits: journal lines are short, and equal for equal results."""
    return float(f"{number:.6g}")
