"""The table of docs/photos.md is what a run finds."""

from __future__ import annotations

from fidelity import PAGE, held, tables


def test_the_pages_table_is_what_becomes_of_every_kind_of_photo():
    assert held(PAGE.read_text(encoding="utf-8")) == tables()
