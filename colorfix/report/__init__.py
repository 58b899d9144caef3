"""What a correction did, for machines and for people."""

from __future__ import annotations

from colorfix.report.applied import applied_document, applied_schema
from colorfix.report.document import document, schema, text_of
from colorfix.report.figures import Figures
from colorfix.report.files import File, digest, digest_of, versions

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
