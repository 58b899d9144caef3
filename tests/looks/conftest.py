"""The hard picture, in a folder of its own."""

from __future__ import annotations

import pytest
from judging import hard_picture
from PIL import Image


@pytest.fixture(scope="session")
def room(tmp_path_factory):
    folder = tmp_path_factory.mktemp("export")
    Image.fromarray(hard_picture()).save(folder / "hard.png")
    return folder


@pytest.fixture
def here(room, monkeypatch):
    """The folder of the hard picture, as the current one."""
    monkeypatch.chdir(room)
    return room
