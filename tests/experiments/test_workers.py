"""Runs in separate processes."""

from __future__ import annotations

import math
import os

from colorfix.experiments.contenders import each


def test_outcomes_come_in_the_order_of_the_runs():
    jobs = [float(k) for k in range(20)]
    assert list(each(math.sqrt, jobs, workers=2)) == [math.sqrt(job) for job in jobs]


def test_a_worker_uses_one_thread(monkeypatch):
    """Two workers with two threads each would wait for one another on two cores."""
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    assert set(each(os.getenv, ["OMP_NUM_THREADS"] * 3, workers=2)) == {"1"}
    assert list(each(os.getenv, ["OMP_NUM_THREADS"], workers=1)) == ["7"]
