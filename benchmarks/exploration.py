"""How well Hill-ADAM's ray rule finds global minima, what its parts are worth, and what peers do.

Measures the sections named (networks, gains, photos, landscapes, minima, ablation; all, if none is), keeps
each in ``benchmarks/results/exploration/`` and writes the tables of ``docs/hill-adam.md`` from what is kept.
``write`` writes the tables alone. Needs the ``benchmark`` extra.

    OMP_NUM_THREADS=1 python benchmarks/exploration.py [SECTION...]
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import exploration_sections as sections
from exploration_tables import TABLES

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parent.parent
RESULTS = ROOT / "benchmarks" / "results" / "exploration"
PAGE = ROOT / "docs" / "hill-adam.md"

SECTIONS: dict[str, Callable[[], object]] = {
    "networks": sections.networks,
    "gains": sections.gains,
    "photos": sections.photos,
    "landscapes": sections.landscapes,
    "minima": sections.minima,
    "ablation": sections.ablation,
}


def main() -> None:
    """Measure what is asked for, keep it, and write the page."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    asked = sys.argv[1:] or list(SECTIONS)
    for name in asked if asked != ["write"] else []:
        found = SECTIONS[name]()
        (RESULTS / f"{name}.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    page = PAGE.read_text(encoding="utf-8")
    for name, (section, table) in TABLES.items():
        kept = RESULTS / f"{section}.json"
        if kept.exists():
            page = written(page, name, table(json.loads(kept.read_text(encoding="utf-8"))))
    PAGE.write_text(page, encoding="utf-8")


def written(page: str, name: str, text: str) -> str:
    """Return the page with what stands between a table's two markers replaced."""
    start, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
    before, rest = page.split(start)
    return f"{before}{start}\n{text}\n{end}{rest.split(end)[1]}"


if __name__ == "__main__":
    main()
