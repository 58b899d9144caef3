"""Counted, picked and changed on a device, pixels give what Pillow and NumPy give, to the code."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from PIL import Image

from colorfix import photos
from colorfix.photos.gpu.codec import TorchPixels
from colorfix.photos.gpu.pixels import multiplied
from colorfix.photos.pixels.highlights import FIRST_CODE
from colorfix.photos.pixels.histogram import NO_WHITE, grid


def held(pixels, device):
    return TorchPixels(torch.from_numpy(pixels).to(device), None)


@pytest.mark.parametrize("size", [(64, 48), (1201, 1500), (4001, 3007)], ids=str)
def test_counts_and_grid_points_equal_those_of_the_cpu(size, device):
    """Of the larger ones a grid is looked at, 3 and 7 pixels wide, which ends before their edges do."""
    pixels = np.random.default_rng(0).integers(0, 256, (*size[::-1], 3), np.uint8)
    photo, ours = photos.read(pixels), held(pixels, device)
    np.testing.assert_array_equal(ours.counts(np.full(3, 230)), photos.counts_and_white(photo))
    rows, columns = ((2 * np.arange(n) + 1) * side // (2 * n) for side, n in ((size[1], 48), (size[0], 64)))
    np.testing.assert_array_equal(ours.points(rows, columns), pixels[np.ix_(rows, columns)])
    if size[1] == 48:
        np.testing.assert_array_equal(ours.points(rows, columns), grid(photo)[..., :3])


def test_all_pixels_are_counted_if_the_grid_has_one_value(device):
    pixels = np.full((1224, 1632, 3), 100, np.uint8)
    pixels[0, 0] = 50  # no point of the grid
    every, white = held(pixels, device).counts(NO_WHITE)
    np.testing.assert_array_equal(every, photos.counts(photos.read(pixels)))
    assert every[:, 50].tolist() == [1, 1, 1]
    assert not white.any()


@pytest.mark.parametrize("highlights", ["protect", "clip"])
@pytest.mark.parametrize("space", ["srgb", "linear", "sensor"])
@pytest.mark.parametrize(
    "gains", [(0.6, 1.0, 1.8), (1.9, 1.2, 0.4), (0.9, 0.95, 0.97), (1.0, 1.0, 1.0)], ids=str
)
def test_changed_pixels_equal_those_of_the_cpu(gains, space, highlights, device):
    """Half of the pixels are near the top, where they are protected, a quarter of them but for green."""
    random = np.random.default_rng(1)
    pixels = random.integers(0, 256, (400, 400, 3), np.uint8)
    pixels[:200] = random.integers(FIRST_CODE - 3, 256, (200, 400, 3), np.uint8)
    pixels[:100, :, 1] = random.integers(0, 256, (100, 400), np.uint8)
    change = photos.GainChange(np.array(gains), space, highlights=highlights)
    theirs = np.asarray(change(photos.Strip(Image.fromarray(pixels))))
    np.testing.assert_array_equal(held(pixels, device).changed(change).pixels.cpu().numpy(), theirs)


@pytest.mark.parametrize("gains", [(0.6, 1.0, 1.8), (0.3, 1.0, 18.0), (1.9, 1.2, 0.4)], ids=str)
def test_the_sensors_space_on_torch_is_that_of_the_cpu_to_the_code(gains):
    """Torch on the processor: integers are the same on a GPU."""
    pixels = np.random.default_rng(1).integers(0, 256, (300, 400, 3), np.uint8)
    change = photos.GainChange(np.array(gains), "sensor", highlights="clip")
    theirs = np.asarray(change(photos.Strip(Image.fromarray(pixels))))
    ours = multiplied(torch.from_numpy(pixels), change.light.packed).numpy()
    np.testing.assert_array_equal(ours, theirs)
