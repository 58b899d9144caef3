"""Global minima found by Hill-ADAM's ray rule, the value of its parts, and other optimizers.

Measures the sections named (networks, gains, photos, landscapes, minima, ablation; all by default) and saves
each in ``benchmarks/results/exploration/``. Needs the ``benchmark`` extra.

    OMP_NUM_THREADS=1 python -m benchmarks.learning.exploration [SECTION...]
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from benchmarks.common.results import save
from benchmarks.learning import exploration_sections as sections

if TYPE_CHECKING:
    from collections.abc import Callable

SECTIONS: dict[str, Callable[[], list[dict[str, Any]]]] = {
    "networks": sections.networks,
    "gains": sections.gains,
    "photos": sections.photos,
    "landscapes": sections.landscapes,
    "minima": sections.minima,
    "ablation": sections.ablation,
}


def main() -> None:
    """Measure the sections and save each."""
    for name in sys.argv[1:] or SECTIONS:
        save("exploration", name, SECTIONS[name]())


if __name__ == "__main__":
    main()
