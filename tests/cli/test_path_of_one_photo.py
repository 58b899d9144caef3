"""The table of docs/architecture.md that follows one photo through the code, held against a run."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROW = re.compile(r"^\| \d+ \| `([\w/]+\.py)` \| `(\w+)` \|", re.MULTILINE)

FOLLOW = """
import os, sys
import colorfix
from colorfix.cli import main

root, first = os.path.dirname(colorfix.__file__), {}

def note(frame, event, _):
    code = frame.f_code
    if event == "call" and code.co_filename.startswith(root):
        first.setdefault((os.path.relpath(code.co_filename, root), code.co_name), len(first))

def leave(status=0):
    raise SystemExit(status)

os._exit = leave
sys.setprofile(note)
try:
    main()
finally:
    sys.setprofile(None)
    print(*(f"{file} {name}" for file, name in first), sep="\\n")
"""


def test_the_functions_of_the_table_are_first_called_in_its_order(cat, tmp_path):
    """A function of a file is known by its name; the first call of each counts."""
    options = ["correct", cat.source, "-t", cat.target, "-o", tmp_path / "out.jpg", "-q"]
    done = subprocess.run(
        [sys.executable, "-c", FOLLOW, *options], capture_output=True, text=True, check=True
    )
    called = done.stdout.splitlines()
    rows = [
        f"{file} {name}" for file, name in ROW.findall((ROOT / "docs/architecture.md").read_text("utf-8"))
    ]
    assert len(rows) > 20
    assert [row for row in rows if row not in called] == []
    assert rows == sorted(rows, key=called.index)
