"""A whole run of ``colorfix correct`` over a folder, as its worker processes do it, on a device.

    python benchmarks/gpu_way.py FOLDER OUT [--device cpu|cuda|rehearsed] [--workers 4]

``rehearsed`` runs the GPU's code on the processor, with nvImageCodec's CPU back end; the command cannot be
asked for that. Ends with status 1 where a photo fails, or where a device has not decoded and encoded it.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from folder_photos import GUIDE

from colorfix import Settings, folder
from colorfix.folder.guides import Guides
from colorfix.gpu import OnDevice


def corrected(photos: list[Path], out: Path, device: str, workers: int) -> bool:
    """Correct photos; return whether all was done where it was to be."""
    settings = Settings(device="cuda" if device == "cuda" else "cpu")
    decoder = OnDevice("cpu") if device == "rehearsed" else folder.decoder_of(settings)
    out.mkdir()
    jobs = [folder.Job(str(path), str(out / path.name), None, str(GUIDE)) for path in photos]
    order = folder.Order(settings, workers=workers, decoder=decoder)
    wanted = None if decoder is None else {"decode": "gpu", "encode": "gpu", "reason": None}
    done = True
    for outcome in folder.run(jobs, Guides((str(GUIDE),)), order):
        if not isinstance(outcome, folder.Corrected) or outcome.report.get("codecs") != wanted:
            print(outcome.error if isinstance(outcome, folder.Failed) else outcome.report.get("codecs"))
            done = False
    return done


def main() -> None:
    """Correct a folder."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--device", choices=["cpu", "cuda", "rehearsed"], default="cpu")
    parser.add_argument("--workers", type=int, default=4)
    asked = parser.parse_args()
    photos = sorted(asked.folder.iterdir())
    raise SystemExit(0 if corrected(photos, asked.out, asked.device, asked.workers) else 1)


if __name__ == "__main__":
    main()
