"""What every test may use: the sample pairs, and the real program in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

SAMPLES = Path(__file__).parent.parent / "sample_images"


@dataclass(frozen=True)
class Pair:
    """One sample: an amber photo, a guide that is too blue, and the neutral truth."""

    name: str
    source: Path
    target: Path
    truth: Path


def all_pairs() -> list[Pair]:
    pairs = json.loads((SAMPLES / "pairs.json").read_text(encoding="utf-8"))
    return [Pair(p["name"], *(SAMPLES / p[key] for key in ("source", "target", "truth"))) for p in pairs]


@pytest.fixture(scope="session")
def pairs() -> list[Pair]:
    return all_pairs()


@pytest.fixture(scope="session")
def cat(pairs: list[Pair]) -> Pair:
    return next(pair for pair in pairs if pair.name == "cat")


@pytest.fixture
def colorfix(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run the real command in ``tmp_path``, its output captured as text."""

    def run(*arguments: object, **options: object) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-P", "-m", "colorfix", *map(str, arguments)]
        settings = {"cwd": tmp_path, "capture_output": True, "text": True, "errors": "surrogateescape"}
        return subprocess.run(command, check=False, timeout=120, **(settings | options))

    return run
