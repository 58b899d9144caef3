"""The extra of colorfix that brings nvImageCodec: whether it is there, and how it gets there."""

from __future__ import annotations

from importlib.util import find_spec

INSTALL = "pip install 'colorfix[cuda12]' or 'colorfix[cuda13]'"
"""What brings nvImageCodec and nvJPEG."""

MISSING = f"nvImageCodec is not installed; {INSTALL}"


def is_installed() -> bool:
    """Whether nvImageCodec is there; nothing of it is imported."""
    return find_spec("nvidia") is not None and find_spec("nvidia.nvimgcodec") is not None
