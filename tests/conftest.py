"""What every test may use: the sample pairs, and the command, in a process of its own or in this one."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from colorfix.core.imports import one_thread

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

one_thread()  # before NumPy and torch are imported, as the command does; a test worker keeps a core busy

ROOT = Path(__file__).parent.parent
SAMPLES = ROOT / "sample_images"
EXAMPLE = ROOT / "docs/example-plugin"
CACHES = {"__pycache__", ".hypothesis", ".mypy_cache", ".pytest_cache", ".ruff_cache"}

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # in a shell's background job; children would too
    signal.signal(signal.SIGINT, signal.default_int_handler)


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


@pytest.fixture(scope="session", autouse=True)
def nothing_is_written_into_the_checkout() -> Iterator[None]:
    """A worker on another machine, or one that outlives its test, once wrote into the folder it began in."""
    before = set(os.listdir(ROOT))
    yield
    assert set(os.listdir(ROOT)) - before - CACHES == set()


@pytest.fixture(scope="session")
def pairs() -> list[Pair]:
    return all_pairs()


@pytest.fixture(scope="session")
def cat(pairs: list[Pair]) -> Pair:
    return next(pair for pair in pairs if pair.name == "cat")


@pytest.fixture(scope="session")
def example_plugin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder into which pip installed docs/example-plugin; on PYTHONPATH it is an installed package."""
    into = tmp_path_factory.mktemp("installed")
    pip = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-index",
        "--no-deps",
        "--no-build-isolation",
    ]
    subprocess.run([*pip, "--target", into, EXAMPLE], check=True, capture_output=True)
    return into


@pytest.fixture
def colorfix(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run the real command in ``tmp_path``, its output captured as text."""

    def run(*arguments: object, **options: object) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-P", "-m", "colorfix", *map(str, arguments)]
        settings = {"cwd": tmp_path, "capture_output": True, "text": True, "errors": "surrogateescape"}
        return subprocess.run(command, check=False, timeout=120, **(settings | options))

    return run


@pytest.fixture
def invoke(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run the command line in ``tmp_path`` within this process, as Typer's own test runner does.

    For a claim on what is printed and written; a tenth of the time that a process takes to start.
    """
    from colorfix.cli.app import run

    def invoke(*arguments: object) -> subprocess.CompletedProcess[str]:
        monkeypatch.chdir(tmp_path)
        capfd.readouterr()
        status = run([str(each) for each in arguments])
        return subprocess.CompletedProcess(arguments, status, *capfd.readouterr())

    return invoke
