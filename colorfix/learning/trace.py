"""The record of a run: losses with their points."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from colorfix.color.statistics import Floats


class Trace(NamedTuple):
    """The record of T steps of P problems.

    Attributes:
        losses: shape [T, P]; they may be NaN or infinite.
        points: output of the model, shape [T, P, D]: the gains, D = 3.
        climbing: shape [T, P], whether the next step climbed.
        turns: shape [P], critical points met.
        dead_ends: shape [P], dead ends entered.
        ends: shape [P], steps of each problem, if these differ.

    >>> losses = np.array([[3.0], [1.0], [np.nan]])
    >>> trace = Trace(losses, np.arange(9.0).reshape(3, 1, 3), losses > 5, np.zeros(1), np.zeros(1))
    >>> trace.best_steps.tolist(), trace.best_losses.tolist(), trace.best_points.tolist()
    ([1], [1.0], [[3.0, 4.0, 5.0]])
    """

    losses: Floats
    points: Floats
    climbing: NDArray[np.bool_]
    turns: NDArray[np.int64]
    dead_ends: NDArray[np.int64]
    ends: NDArray[np.int64] | None = None

    @classmethod
    def of_steps(
        cls,
        losses: Floats,
        points: Floats,
        climbing: NDArray[np.bool_],
        turns: NDArray[Any],
        dead_ends: NDArray[Any],
        ends: NDArray[np.int64] | None = None,
    ) -> Trace:
        """Return the trace of records of each step, shapes [T, P, ...].

        Args:
            losses: as above.
            points: as above.
            climbing: as above.
            turns: their number after each step, shape [T, P].
            dead_ends: the same of dead ends.
            ends: steps of each problem, shape [P]; its later losses, while others went on, become NaN.
        """
        own = np.full(losses.shape[1], len(losses)) if ends is None else ends
        waiting = np.arange(len(losses))[:, None] >= own
        last = (own - 1, np.arange(len(own)))
        return cls(
            losses=np.where(waiting, np.nan, losses) if ends is not None else losses,
            points=points,
            climbing=climbing,
            turns=turns[last].astype(np.int64),
            dead_ends=dead_ends[last].astype(np.int64),
            ends=ends,
        )

    @property
    def best_steps(self) -> NDArray[np.int64]:
        """The step of each problem's lowest finite loss, shape [P]; 0 if no loss was finite."""
        steps: NDArray[np.int64] = np.where(np.isfinite(self.losses), self.losses, np.inf).argmin(axis=0)
        return steps

    @property
    def best_losses(self) -> Floats:
        """Each problem's lowest finite loss, shape [P]; not finite if none was."""
        losses: Floats = np.take_along_axis(self.losses, self.best_steps[None], axis=0)[0]
        return losses

    @property
    def best_points(self) -> Floats:
        """The points of the best losses, shape [P, D]."""
        points: Floats = np.take_along_axis(self.points, self.best_steps[None, :, None], axis=0)[0]
        return points

    def of(self, problem: int) -> Trace:
        """Return the trace of one problem, as a batch of one."""
        one = slice(problem, problem + 1)
        taken = slice(None if self.ends is None else int(self.ends[problem]))
        return Trace(
            losses=self.losses[taken, one],
            points=self.points[taken, one],
            climbing=self.climbing[taken, one],
            turns=self.turns[one],
            dead_ends=self.dead_ends[one],
        )
