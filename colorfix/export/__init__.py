"""A look as other programs take it: a format a file, all of them in one table."""

from __future__ import annotations

from colorfix.export.table import FORMATS, Format, format_called

__all__ = ["FORMATS", "Format", "format_called"]
