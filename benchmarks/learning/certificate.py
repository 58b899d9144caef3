"""What a certificate costs: time and boxes of every loss, over the sample pairs, on one core.

Prints a Markdown table: for each loss the median and the greatest time of ``certify`` (CPU seconds), the
median and the greatest number of boxes, the greatest gap between the reported loss and the proven bound,
how many minima were found, and on how many pairs the proof succeeded.

    OMP_NUM_THREADS=1 python -m benchmarks.learning.certificate
"""

from __future__ import annotations

import json
import time

import numpy as np

from benchmarks.common.paths import PAIRS, SAMPLES
from colorfix import Settings, correct
from colorfix.certificate import certify
from colorfix.color.scene import EXPONENTS
from colorfix.learning.models import limits_in
from colorfix.regularizers import PRESETS
from colorfix.regularizers.plugins import choose_regularizers

PAPER = Settings(regularizers=PRESETS["paper"], exposure="match", space="srgb")
LOSSES = {
    **{name: Settings(regularizers=members) for name, members in PRESETS.items() if name != "paper"},
    "paper": PAPER,
    "default, -R clipping=10": Settings(regularizers=choose_regularizers("clipping=10")),
    "-R luminance=10 -R neutral-pixels=10": Settings(
        regularizers=choose_regularizers("luminance=10", "neutral-pixels=10", preset="plain")
    ),
}


def main() -> None:
    """Correct every pair with every loss, certify, and print the table."""
    pairs = json.loads(PAIRS.read_text(encoding="utf-8"))
    print("| loss | s, median | s, most | boxes, median | boxes, most | gap, most | minima | proven |")
    print("| --- |" + " --: |" * 7)
    for name, settings in LOSSES.items():
        seconds, found = [], []
        for pair in pairs:
            done = correct(SAMPLES / pair["source"], SAMPLES / pair["target"], settings=settings)
            begun = time.process_time()
            limits = limits_in(EXPONENTS[settings.space])
            found.append(certify(done.objective, np.array(done.minima[0].gains), limits=limits))
            seconds.append(time.process_time() - begun)
        boxes = [certificate.boxes for certificate in found]
        minima = sorted(len(certificate.minima) for certificate in found)
        gap = max(c.loss - c.lower_bound for c in found if c.lower_bound is not None)
        print(
            f"| {name} | {np.median(seconds):.2f} | {max(seconds):.2f} "
            f"| {np.median(boxes):.0f} | {max(boxes)} | {gap:.1e} | {minima[0]} to {minima[-1]} "
            f"| {sum(c.certified and c.kind == 'proof' for c in found)} of {len(found)} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
