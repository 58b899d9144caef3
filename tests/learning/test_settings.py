"""What is asked for: devices, optimizers, and rooms that keep torch out."""

from __future__ import annotations

import math
import subprocess
import sys

import pytest
import torch

from colorfix.core.errors import SettingError, UnknownName
from colorfix.learning import Optimizer
from colorfix.learning.options import WORTH_A_GPU, Device, choose_device


@pytest.mark.parametrize(
    "room",
    [
        "colorfix.learning",
        "colorfix.learning.objective",
        "colorfix.regularizers",
        "colorfix.learning.models",
        "colorfix.optim",
    ],
)
def test_the_package_is_imported_without_torch(room):
    """Importing torch takes seconds, and free gains on NumPy need none of it."""
    seen = subprocess.run(
        [sys.executable, "-c", f"import sys, {room}; print('torch' in sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert seen.stdout.split() == ["False"]


def test_a_run_on_numpy_goes_from_start_to_end_without_torch():
    program = """
import sys
import numpy as np
from colorfix.color.statistics import Statistics
from colorfix.learning import Device, Optimizer, solve
from colorfix.learning.objective import Objective
from colorfix.learning.models import FreeGains
from colorfix.regularizers import DEFAULT
from colorfix.color.scene import Scene
photo = Statistics(np.ones((3, 256), np.int64))
objective = Objective(Scene.of([photo], [photo]), "mean-std", DEFAULT)
solve(objective, FreeGains(np.full((1, 3), 1.5)), Optimizer(), 20, device=Device("numpy"))
print("torch" in sys.modules)
"""
    seen = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert seen.stdout.split() == ["False"]


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA device")
def test_a_missing_gpu_is_refused_by_name():
    with pytest.raises(SettingError, match="no cuda device here"):
        choose_device("cuda", problems=1, torch_needed=False)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device")
def test_an_available_gpu_is_used():
    assert choose_device("cuda", problems=1, torch_needed=False) == Device("torch", "cuda")
    assert choose_device("auto", problems=WORTH_A_GPU, torch_needed=False) == Device(
        "torch", "cuda", chosen=True
    )


@pytest.mark.parametrize(
    ("asked", "torch_needed", "expected"),
    [
        ("auto", False, Device("numpy", "cpu", chosen=True)),
        ("auto", True, Device("torch", "cpu", chosen=True)),
        ("cpu", False, Device("numpy", "cpu")),
        ("cpu", True, Device("torch", "cpu")),
    ],
)
def test_one_photo_stays_on_the_cpu_and_on_numpy_where_it_can(asked, torch_needed, expected):
    assert choose_device(asked, problems=1, torch_needed=torch_needed) == expected


@pytest.mark.parametrize("gpus", [[], ["cuda"], ["mps"]])
def test_thousands_of_photos_use_an_available_gpu(monkeypatch, gpus):
    monkeypatch.setattr("colorfix.learning.options._available_gpus", lambda: gpus)
    assert choose_device("auto", problems=WORTH_A_GPU, torch_needed=False).name == (
        gpus[0] if gpus else "cpu"
    )
    assert choose_device("auto", problems=WORTH_A_GPU - 1, torch_needed=False).name == "cpu"


def test_an_unknown_device_is_refused_and_the_nearest_suggested():
    with pytest.raises(UnknownName, match="no device is called 'cudo'; did you mean 'cuda'"):
        choose_device("cudo", problems=1, torch_needed=False)


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ({"lr": 0.0}, "lr must be a number above 0, got 0.0"),
        ({"lr": math.nan}, "lr must be a number above 0, got nan"),
        ({"lr": math.inf}, "lr must be a number above 0, got inf"),
        ({"temperature": 0.0}, "temperature must be a number above 0, got 0.0"),
        ({"cooling": 1.5}, "cooling must lie above 0 and at most at 1, got 1.5"),
        ({"delta": -1e-4}, "delta must be a number of at least 0, got -0.0001"),
        ({"delta": math.nan}, "delta must be a number of at least 0, got nan"),
        ({"gamma": -2e4}, "gamma must lie above the floor of -10000.0, got -20000.0"),
        ({"gamma": math.nan}, "gamma must lie above the floor of -10000.0, got nan"),
        ({"name": "hill-adm"}, "no optimizer is called 'hill-adm'; did you mean 'hill-adam'"),
    ],
    ids=str,
)
def test_a_bad_setting_is_refused_with_its_value(setting, message):
    with pytest.raises(SettingError, match=message):
        Optimizer(**setting)
