"""The target of a run that is no file."""

from __future__ import annotations

import pytest

from colorfix.cluster.target import TargetFile
from colorfix.core.errors import SettingError


def test_a_temperature_is_a_target_without_a_file(tmp_path):
    day, evening, neutral = (TargetFile.of(name, 1000) for name in ("5500K", "3200K", "neutral"))
    assert len({day.digest, evening.digest, neutral.digest}) == 3
    path, targets = day.unpack(tmp_path, 1000)
    assert (path, targets[path].name) == ("5500K", "5500K")
    assert list(tmp_path.iterdir()) == []


def test_a_temperature_out_of_range_is_refused_before_anything_starts():
    with pytest.raises(SettingError, match="800K is no white"):
        TargetFile.of("800K", 1000)
