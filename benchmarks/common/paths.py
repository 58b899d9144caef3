"""Folders of the checkout that benchmarks read and write."""

from __future__ import annotations

import tempfile
from pathlib import Path

BENCHMARKS = Path(__file__).parent.parent
ROOT = BENCHMARKS.parent
DOCS = ROOT / "docs"
RECIPES = BENCHMARKS / "recipes"
RESULTS = BENCHMARKS / "results"

SAMPLES = ROOT / "sample_images"
PAIRS = SAMPLES / "pairs.json"
GUIDE = SAMPLES / "cat" / "guide.jpg"
"""Target of every correction where speed is measured."""

DATA = Path(tempfile.gettempdir()) / "colorfix-folder"
"""Default folder of synthetic photos and of outputs."""
