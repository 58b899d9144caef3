"""Palette and edges, judged by their formulas in float64."""

from __future__ import annotations

import numpy as np
import pytest

from colorfix.color.scene import CELL, Sample

LUMA = np.array([0.2126, 0.7152, 0.0722])


def _linear(stored):
    return np.where(stored <= 0.04045, stored / 12.92, ((stored + 0.055) / 1.055) ** 2.4)


def _palette(pixels, space):
    """Color by color in a dictionary of cells, by the formula of the docstring."""
    cells = {}
    for *stored, alpha in pixels.reshape(-1, 4) / 255:
        if alpha == 0 or not 0.08 < max(stored) < 0.98 or min(stored) <= 0.015:
            continue
        logs = np.log(stored) if space == "srgb" else np.log(_linear(np.array(stored))) / 2.2
        chroma = np.array([logs[0] - logs[1], logs[2] - logs[1]])
        light, total = cells.setdefault(tuple(np.rint(chroma / CELL)), [0.0, np.zeros(2)])
        cells[tuple(np.rint(chroma / CELL))] = [light + LUMA @ stored, total + LUMA @ stored * chroma]
    whole = sum(light for light, _ in cells.values())
    return sorted((light / whole, *(total / light)) for light, total in cells.values())


@pytest.mark.parametrize("space", ["srgb", "linear"])
@pytest.mark.parametrize("spread", [6, 18], ids=["few cells", "many cells"])
def test_a_palette_is_its_formula(space, spread):
    rng = np.random.default_rng(spread)
    pixels = rng.normal((150, 110, 70, 255), (spread, spread, spread, 0), (40, 50, 4))
    pixels[0, :10, :3], pixels[1, :10, :3], pixels[2, :10, 3] = 255, 3, 0
    pixels = np.clip(pixels, 0, 255).astype(np.uint8)
    expected = _palette(pixels, space)
    assert len(expected) < 256
    chromas, shares = Sample(pixels, space).palette
    found = sorted(zip(shares, *chromas.T, strict=True))[-len(expected) :]
    assert np.allclose(found, expected, atol=1e-12)
    assert np.isclose(shares.sum(), 1)


def test_a_palette_has_the_256_colors_of_the_largest_shares():
    pixels = np.full((64, 64, 4), 255, np.uint8)
    pixels[..., :3] = np.random.default_rng(0).integers(4, 249, (64, 64, 3))
    every = _palette(pixels, "srgb")
    heaviest = np.array(every[-256:])[:, 0]
    _, shares = Sample(pixels).palette
    assert len(every) > 256
    assert np.allclose(np.sort(shares), heaviest / heaviest.sum(), atol=1e-12)


def test_without_counted_colors_all_shares_are_zero():
    for nothing in (np.zeros((8, 8, 4), np.uint8), np.zeros((0, 0, 4), np.uint8)):
        chromas, shares = Sample(nothing).palette
        assert chromas.shape == (256, 2)
        assert not chromas.any()
        assert not shares.any()


@pytest.mark.parametrize("space", ["srgb", "linear"])
def test_edges_are_their_formula(space):
    pixels = np.random.default_rng(1).integers(0, 256, (20, 30, 4), np.uint8)
    pixels[..., 3] *= pixels[..., 3] > 60
    values = pixels[..., :3] / 255 if space == "srgb" else _linear(pixels[..., :3] / 255)
    lengths = [
        np.hypot(values[y + 1, x] - values[y, x], values[y, x + 1] - values[y, x])
        for y in range(19)
        for x in range(29)
        if pixels[[y, y + 1, y], [x, x, x + 1], 3].all()
    ]
    assert 0 < len(lengths) < 19 * 29
    assert np.allclose(Sample(pixels, space).edges, np.mean(lengths, axis=0), rtol=1e-12)


def test_without_neighbors_there_are_no_edges():
    assert Sample(np.full((1, 9, 4), 255, np.uint8)).edges.tolist() == [0, 0, 0]
