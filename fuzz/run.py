"""Fuzz the readers for a while: with atheris where it is installed, else with mutations of the seeds.

    python -m fuzz.run --seconds 120             photos, metadata and texts, a process each
    python -m fuzz.run --seconds 600 jpeg tiff   some targets, a process each

Inputs that break a promise are written to ``findings/``; the exit status is 1 if there are any. Coverage of
atheris is that of colorfix's Python, not of libraries in C.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from fuzz.seeds import write_seeds
from fuzz.targets import METADATA, PHOTOS, TARGETS, TEXTS

_TIMEOUT = 10  # seconds for one input
_MEMORY = 4096  # MiB
_EXECUTIONS = re.compile(r"(?:Done |stat::number_of_executed_units: )(\d+)")


def main() -> int:
    """Fuzz the targets of the command line; return the exit status."""
    parser = argparse.ArgumentParser("python -m fuzz.run", description=(__doc__ or "").split(":")[0])
    parser.add_argument("names", nargs="*", metavar="TARGET", help=", ".join(TARGETS))
    parser.add_argument("--seconds", type=float, default=120, help="of all targets together")
    parser.add_argument("--corpus", type=Path, default=Path("corpus"))
    parser.add_argument("--findings", type=Path, default=Path("findings"))
    arguments = parser.parse_args()
    write_seeds(arguments.corpus)
    arguments.findings.mkdir(exist_ok=True)
    groups = [[name] for name in arguments.names] or [[*PHOTOS], [*METADATA], [*TEXTS]]
    share = arguments.seconds / len(groups)
    return max(_fuzz(group, arguments.corpus, arguments.findings, share) for group in groups)


def _fuzz(names: list[str], corpus: Path, findings: Path, seconds: float) -> int:
    """Run targets in a process; print its executions, and return 1 if a promise was broken."""
    module = "fuzz.one" if find_spec("atheris") else "fuzz.mutations"
    limits = [f"-max_total_time={max(1, round(seconds))}", f"-timeout={_TIMEOUT}", f"-rss_limit_mb={_MEMORY}"]
    outcome = [f"-artifact_prefix={findings / names[0]}-", "-print_final_stats=1"]
    folders = [str(corpus / name) for name in names]
    command = [sys.executable, "-m", module, ",".join(names), *folders, *limits, *outcome]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - this Python
    executions = max(map(int, _EXECUTIONS.findall(done.stderr)), default=0)
    label = names[0] if len(names) == 1 else f"{names[0]} to {names[-1]}"
    print(f"{label:28} {executions:>9} executions{'  FOUND' if done.returncode else ''}", flush=True)
    if done.returncode:
        print(done.stderr[-3000:], file=sys.stderr)
    return int(done.returncode != 0)


if __name__ == "__main__":
    sys.exit(main())
