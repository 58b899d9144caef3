"""Fixtures: the listing of a folder, and a small file system that can be full or read-only."""

from __future__ import annotations

import shutil
import subprocess
from contextlib import contextmanager
from pathlib import Path

import pytest


@pytest.fixture
def listing(tmp_path):
    """Return the names in the test's folder."""
    return lambda: sorted(path.name for path in Path(tmp_path).iterdir())


@pytest.fixture
def mounted(tmp_path):
    """A small file system; skips if mounting is not permitted."""

    @contextmanager
    def mount(options):
        folder = tmp_path / "disk"
        folder.mkdir()
        command = ["mount", "-t", "tmpfs", "-o", options, "colorfix-test", str(folder)]
        if (
            shutil.which("mount") is None
            or subprocess.run(command, capture_output=True, check=False).returncode
        ):
            pytest.skip("mounting is not permitted here")
        try:
            yield folder
        finally:
            subprocess.run(["umount", str(folder)], check=True)

    return mount
