"""Reports of a correction: JSON documents, HTML pages, an index, charts of its loss."""

from __future__ import annotations

from colorfix.report.document import (
    ReportedFile,
    Summary,
    applied_document,
    applied_schema,
    document,
    photo_sha256,
    report_text,
    schema,
    sha256_of,
    versions,
)

__all__ = [
    "ReportedFile",
    "Summary",
    "applied_document",
    "applied_schema",
    "document",
    "photo_sha256",
    "report_text",
    "schema",
    "sha256_of",
    "versions",
]
