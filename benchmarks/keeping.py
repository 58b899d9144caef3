"""What was measured: JSON files in ``benchmarks/results``, a folder a suite, a file a section."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results"


def keep(suite: str, section: str, result: dict[str, Any]) -> None:
    """Keep a result, a line a record; one of the same name is replaced."""
    folder = RESULTS / suite
    folder.mkdir(parents=True, exist_ok=True)
    entries = (f"{json.dumps(name)}: {_lines(value)}" for name, value in result.items())
    text = "{\n" + ",\n".join(entries) + "\n}\n"
    (folder / f"{section}.json").write_text(text, encoding="utf-8")


def _lines(value: object) -> str:
    if not isinstance(value, list):
        return json.dumps(value)
    return "[\n" + ",\n".join(json.dumps(record) for record in value) + "\n]"


def kept(suite: str) -> dict[str, Any]:
    """Return what is kept of a suite, by section in the order of names."""
    paths = sorted((RESULTS / suite).glob("*.json"))
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in paths}
