"""What a correction did, for machines and for people."""

from __future__ import annotations

from colorfix.report.document import (
    File,
    applied_document,
    applied_schema,
    digest,
    digest_of,
    document,
    schema,
    text_of,
    versions,
)
from colorfix.report.summary import Figures

__all__ = [
    "Figures",
    "File",
    "applied_document",
    "applied_schema",
    "digest",
    "digest_of",
    "document",
    "schema",
    "text_of",
    "versions",
]
