"""Markers of a JPEG are those that its encoder wrote, whatever lies between them."""

from __future__ import annotations

from itertools import pairwise

import pytest
from PIL import Image

from colorfix.photos.containers.jpeg_markers import END, SCAN, frame_of, markers, segments


@pytest.mark.parametrize("progressive", [False, True], ids=["baseline", "progressive"])
def test_segments_cover_a_jpeg_and_its_scans(progressive, astronaut, packed):
    """Every gap between two segments is the compressed pixels behind a scan's header."""
    data = packed(astronaut, "JPEG", progressive=progressive, restart_marker_rows=1)
    found = list(markers(data))
    scans = [marker for marker, _, _ in found].count(SCAN)
    assert (scans > 1) is progressive
    assert found[-1] == (END, len(data) - 2, len(data))
    gaps = [(one[0], two[1] - one[2]) for one, two in pairwise(found) if one[2] != two[1]]
    assert [marker for marker, _ in gaps] == [SCAN] * scans
    assert all(length > 0 for _, length in gaps)


def test_fill_bytes_and_garbage_between_segments_are_skipped(astronaut, packed):
    data = packed(astronaut, "JPEG", comment=b"a comment")
    at = data.index(b"\xff\xfe")
    filled = data[:at] + b"\xff\xff\xff" + data[at:]
    assert list(segments(filled)) == list(segments(data))
    assert frame_of(filled) == ((200, 160), 3, frame_of(data)[2] + 3)
    assert list(segments(data[:at] + b"garbage" + data[at:])) == list(segments(data))


@pytest.mark.parametrize("size", range(2, 40))
def test_a_truncated_jpeg_has_no_frame(size, packed):
    data = packed(Image.new("RGB", (8, 8)), "JPEG")
    assert frame_of(data[:size]) is None
