"""Targets, and their conversion to the source's color space."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, ImageCms

import colorfix

STORED = colorfix.Settings(space="srgb")
LUMA = np.array([0.2126, 0.7152, 0.0722])


def with_profile(pixels: np.ndarray, profile: bytes | None) -> Image.Image:
    """A photo read from PNG bytes with a profile."""
    buffer = io.BytesIO()
    Image.fromarray(pixels.astype(np.uint8)).save(buffer, "PNG", icc_profile=profile)
    return Image.open(buffer)


@pytest.fixture(scope="module")
def swapped() -> bytes:
    """A profile as sRGB's with red and blue swapped."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return profile.replace(b"rXYZ", b"tmp_").replace(b"bXYZ", b"rXYZ").replace(b"tmp_", b"bXYZ")


def test_a_neutral_target_has_equal_means_at_the_sources_luminance(cat):
    correction = colorfix.correct(cat.source, "neutral")
    assert correction.guide.means == pytest.approx([correction.before.luminance] * 3)


def test_a_target_in_another_space_is_expressed_in_the_sources(swapped):
    """The target's numbers (200, 120, 60) mean what sRGB calls (60, 120, 200) under the swapped profile."""
    plain = np.full((4, 4, 3), (90, 90, 90))
    target = with_profile(np.full((4, 4, 3), (200, 120, 60)), swapped)
    means = colorfix.correct(plain.astype(np.uint8), target, settings=STORED).guide.means * 255
    assert means == pytest.approx([60, 120, 200], abs=1.5)


def test_equal_profiles_do_not_convert_the_target(swapped):
    source, target = (with_profile(np.full((4, 4, 3), c), swapped) for c in ((90, 80, 70), (200, 120, 60)))
    assert colorfix.correct(source, target, settings=STORED).guide.means * 255 == pytest.approx(
        [200, 120, 60]
    )


def test_saved_statistics_are_refused_for_a_photo_that_is_not_srgb(swapped, cat, tmp_path):
    from colorfix import photos
    from colorfix.correction.targets import statistics_file

    saved = tmp_path / "guide.json"
    saved.write_text(statistics_file(photos.read(cat.target)))
    with pytest.raises(colorfix.ColorfixError, match="give the target photo itself"):
        colorfix.correct(with_profile(np.full((4, 4, 3), (90, 80, 70)), swapped), str(saved))


def test_a_broken_profile_is_treated_as_srgb_with_a_warning(cat):
    source = np.full((4, 4, 3), (90, 80, 70), np.uint8)
    target = with_profile(np.full((4, 4, 3), (200, 120, 60)), b"broken")
    correction = colorfix.correct(source, target, settings=STORED)
    assert correction.guide.means * 255 == pytest.approx([200, 120, 60])
    assert any("taken for sRGB" in warning for warning in correction.warnings)


def test_a_strongly_colored_guide_of_another_scene_brightens_no_photo_in_the_sensors_space(cat):
    """Exact matching of pure green would need means beyond white; gains are near those of linear light."""
    green = np.tile(np.array([30, 200, 5], np.uint8), (8, 8, 1))
    plain, mixed = (
        colorfix.correct(cat.source, green, settings=colorfix.Settings(space=space)).gains
        for space in ("linear", "sensor")
    )
    assert mixed == pytest.approx(plain, rel=0.02)
