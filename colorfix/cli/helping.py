"""Typer's help, imported without what ours has none of."""

from __future__ import annotations

import sys
from types import ModuleType

_UNUSED = {"rich.markdown": "Markdown", "rich.traceback": "Traceback"}
"""Modules that Typer's help imports for texts in Markdown and for tracebacks, and what it takes from them."""


def import_help() -> None:
    """Import Typer's help with stand-ins for the unused, which would take a quarter of ``--help``.

    The stand-ins stay in Typer's help alone: who imports these modules later gets the real ones.
    """
    absent = {module: name for module, name in _UNUSED.items() if module not in sys.modules}
    for module, name in absent.items():
        sys.modules[module] = ModuleType(module)
        setattr(sys.modules[module], name, type(name, (), {}))
    try:
        import typer.rich_utils  # noqa: F401 - Typer imports it itself once help is asked for
    finally:
        for module in absent:
            del sys.modules[module]
