"""An outcome as one line: for people, and of JSON for programs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from colorfix.batch import Checked, Corrected, Failed
from colorfix.core.text import shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from colorfix.batch import Outcome, Skipped


def line_of(done: Corrected | Skipped | Checked) -> str:
    """Say what became of a photo."""
    if isinstance(done, Corrected):
        return f"{done.job.source} -> {done.job.output}  {_gains(done.report['gains'])}"
    if isinstance(done, Checked):
        verdict = "a cast" if done.cast else "no cast"
        return f"{done.job.source}: {verdict}, corrected by dE {done.delta_e:.1f}  {_gains(done.gains)}"
    return f"{done.job.source}: skipped, {done.reason}"


def warnings_of(outcome: Outcome) -> Sequence[str]:
    """Return what had to be assumed, or cannot be kept, a sentence each."""
    if isinstance(outcome, Corrected):
        found: list[str] = outcome.report["warnings"]
        return found
    return outcome.warnings if isinstance(outcome, Checked) else ()


def json_of(outcome: Outcome) -> str:
    """Return one line of JSON: of a photo that was corrected its report, else what became of it."""
    return json.dumps(_described(outcome), allow_nan=False)


def _described(outcome: Outcome) -> dict[str, Any]:
    if isinstance(outcome, Corrected):
        return outcome.report
    source = {"path": shown(outcome.job.source)}
    if isinstance(outcome, Failed):
        return {"source": source, "error": str(outcome.error)}
    if isinstance(outcome, Checked):
        return {
            "source": source,
            "delta_e": round(outcome.delta_e, 4),
            "cast": outcome.cast,
            "gains": outcome.gains,
            "warnings": list(outcome.warnings),
        }
    return {"source": source, "skipped": outcome.reason}


def _gains(gains: Sequence[float]) -> str:
    return f"gains {' '.join(f'{gain:.3f}' for gain in gains)}"
