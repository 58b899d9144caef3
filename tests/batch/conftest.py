"""What tests of plans share: a folder of small photos, and plans without the command."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from PIL import Image

from colorfix import batch


@pytest.fixture(scope="session")
def small(cat) -> bytes:
    """An amber photo of a few thousand pixels, as a JPEG."""
    from io import BytesIO

    file = BytesIO()
    with Image.open(cat.source) as image:
        image.resize((60, 40)).save(file, "JPEG")
    return file.getvalue()


@pytest.fixture
def shoot(tmp_path, monkeypatch):
    """Make files of these names below the folder in which the test then runs; photos only by name."""

    def make(*names: str | bytes, content: bytes = b"not decoded") -> Path:
        for name in map(os.fsdecode, names):
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        return tmp_path

    monkeypatch.chdir(tmp_path)
    return make


@pytest.fixture
def planned():
    """Plan as the command does; options are named as there."""

    def plan(
        *names: str, output: str | None = "out/", target: str | None = "neutral", **options
    ) -> batch.Plan:
        filters = batch.Filters(tuple(options.pop("include", ())), tuple(options.pop("exclude", ())))
        taken = {key: options.pop(key) for key in ("recursive", "files_from", "null") if key in options}
        guides = {key: options.pop(key) for key in ("target_for", "pairs") if key in options}
        return batch.plan_jobs(
            batch.Sources(names, filters=filters, **taken),
            batch.Pairing(None if guides else target, **guides),
            batch.Destination(output, **options),
        )

    return plan


@pytest.fixture
def outputs(planned):
    """Plan, and give what becomes of what: source -> output."""

    def plan(*names, **options) -> dict[str, str]:
        return {job.source: job.output for job in planned(*names, **options).jobs}

    return plan
