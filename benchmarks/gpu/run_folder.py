"""A whole run of ``colorfix correct`` over a folder, as its worker processes do it, on a device.

    python -m benchmarks.gpu.run_folder FOLDER OUT [--device cpu|cuda|rehearsed] [--workers 4] [--told FILE]

``rehearsed`` runs the GPU's code on the processor, with nvImageCodec's CPU back end; the command cannot be
asked for that. Photos that fall back to the processor are counted by their reasons, as JSON in a file. Ends
with status 1 where a photo fails.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from pathlib import Path
from typing import Any

from benchmarks.common.paths import GUIDE
from colorfix import Settings, batch
from colorfix.batch.process.learn import LazyTargets
from colorfix.photos.gpu import DeviceDecoder


def corrected(photos: list[Path], out: Path, device: str, workers: int) -> Counter[str]:
    """Correct photos; return why how many of them fell back to the processor.

    Raises:
        SystemExit: a photo has failed.
    """
    settings = Settings(device="cuda" if device == "cuda" else "cpu")
    decoder = DeviceDecoder("cpu") if device == "rehearsed" else batch.decoder_of(settings)
    out.mkdir()
    jobs = [batch.Job(str(path), str(out / path.name), None, str(GUIDE)) for path in photos]
    order = batch.Order(settings, workers=workers, decoder=decoder)
    fallbacks: Counter[str] = Counter()
    for outcome in batch.run_jobs(jobs, LazyTargets((str(GUIDE),)), order):
        if not isinstance(outcome, batch.Corrected):
            raise SystemExit(str(outcome.error if isinstance(outcome, batch.Failed) else outcome))
        fallbacks.update(reasons(outcome.report))
    return fallbacks


def reasons(report: dict[str, Any]) -> list[str]:
    """Return why the processor encoded or learned what a GPU was options to."""
    codecs = report.get("codecs", {"encode": "gpu"})
    encoded = [codecs["reason"] or "nothing changes"] if codecs["encode"] == "cpu" else []
    return encoded + [text for text in report["warnings"] if text.startswith("learned on the CPU")]


def main() -> None:
    """Correct a folder."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--device", choices=["cpu", "cuda", "rehearsed"], default="cpu")
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--told", type=Path, help="where fallbacks are written")
    options = parser.parse_args()
    fallbacks = corrected(sorted(options.folder.iterdir()), options.out, options.device, options.workers)
    if options.told is not None:
        options.told.write_text(json.dumps(fallbacks), encoding="utf-8")


if __name__ == "__main__":
    main()
