"""How often learning ends in the certified global minimum.

Every sample photo with guides of its own and of other pairs, for every preset with regularizers: the share
of runs whose loss is within 1e-6 of the lowest that any gains allow (``colorfix.certificate``), for colorfix
as it runs (several starts), and from no change alone for Hill-ADAM by either rule and for Adam. Prints a
Markdown table.

    OMP_NUM_THREADS=1 python -m benchmarks.learning.minima [GUIDES]
"""

from __future__ import annotations

import json
import sys
from dataclasses import replace

from benchmarks.common.paths import PAIRS, SAMPLES
from colorfix import Settings, correct
from colorfix.learning import Optimizer
from colorfix.regularizers import PRESETS

GUIDES = 4
GAP = 1e-6

LOSSES = {
    "default": Settings(certify=True),
    "illuminants": Settings(regularizers=PRESETS["illuminants"], certify=True),
    "paper": Settings(regularizers=PRESETS["paper"], exposure="match", space="srgb", certify=True),
}
WAYS = {
    "colorfix": {},
    "Hill-ADAM from no change": {"starts": "one"},
    "with --exploration ray": {"starts": "one", "optimizer": Optimizer(exploration="ray")},
    "Adam from no change": {"starts": "one", "optimizer": Optimizer("adam")},
}


def main() -> None:
    """Run every photo with every guide every way, and print the shares."""
    guides = int(sys.argv[1]) if len(sys.argv) > 1 else GUIDES
    pairs = json.loads(PAIRS.read_text(encoding="utf-8"))
    print("| preset | problems | certified | gap, most |", " | ".join(WAYS), "|")
    print("| --- |" + " --: |" * (3 + len(WAYS)))
    for name, settings in LOSSES.items():
        reached, proven, gaps = dict.fromkeys(WAYS, 0), 0, []
        problems = [
            (pair, pairs[(i + k) % len(pairs)]) for i, pair in enumerate(pairs) for k in range(guides)
        ]
        for pair, other in problems:
            paths = SAMPLES / pair["source"], SAMPLES / other["target"]
            ours = correct(*paths, settings=settings)
            certificate = ours.certificate
            if certificate is None or certificate.lower_bound is None:
                continue
            proven += certificate.kind == "proof"
            lowest = min(certificate.loss, certificate.minima[0].loss)
            gaps.append(certificate.loss - certificate.lower_bound)
            for way, changes in WAYS.items():
                loss = ours.minima[0].loss
                if changes:
                    loss = (
                        correct(*paths, settings=replace(settings, certify=False, **changes)).minima[0].loss
                    )
                reached[way] += loss <= lowest + GAP
        shares = " | ".join(f"{count / len(problems):.1%}" for count in reached.values())
        print(
            f"| {name} | {len(problems)} | {proven / len(problems):.1%} | {max(gaps):.1e} | {shares} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
