"""Libraries that only some formats need, and that are installed on request."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from colorfix.errors import UnsupportedPhoto
from colorfix.wording import shown


def extra(module: str, of: str, name: str) -> Any:  # noqa: ANN401 - a module
    """Return a library's module.

    Args:
        module: what to import.
        of: the extra of colorfix that installs it.
        name: the photo that needs it.

    Raises:
        UnsupportedPhoto: it is not installed.

    >>> extra("nowhere_to_be_found", "heif", "a.heic")
    Traceback (most recent call last):
    colorfix.errors.UnsupportedPhoto: a.heic: needs a library that is not installed; pip install 'colorfix[heif]'
    """  # noqa: E501 - a message is one line
    try:
        return import_module(module)
    except ImportError as error:
        reason = f"needs a library that is not installed; pip install 'colorfix[{of}]'"
        raise UnsupportedPhoto(shown(name), reason) from error
