"""JPEGs in CMYK through the whole room, judged by littleCMS in float and by Pillow."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from encoded import encoded
from PIL import Image, ImageCms

from colorfix import photos
from colorfix.core.errors import UnsupportedPhoto


@pytest.fixture(scope="module")
def profile():
    """A real press: the profile that libvips brings along."""
    vips = pytest.importorskip("pyvips")
    return bytes(vips.Operation.call("profile_load", "cmyk"))


@pytest.fixture
def printed(astronaut, packed, profile):
    """A photo as a printing press wants it."""
    own = ImageCms.getOpenProfile(BytesIO(profile))
    inks = ImageCms.profileToProfile(astronaut, ImageCms.createProfile("sRGB"), own, outputMode="CMYK")
    return packed(inks, "JPEG", quality=95, icc_profile=profile)


def test_a_cmyk_photo_stays_cmyk_and_has_the_corrected_colors(printed, profile):
    photo = photos.decode(printed, "a.jpg")
    assert (photo.mode, photo.profile) == ("RGB", None)
    wanted = photos.assemble(
        photo.pictures[0], photos.GainChange(np.array([0.8, 1.0, 1.1]), highlights="clip")
    )
    file = encoded(photo, wanted, None)
    again = Image.open(BytesIO(file))
    assert (again.mode, again.info["icc_profile"]) == ("CMYK", profile)
    seen = np.asarray(photos.decode(file, "b.jpg").image).astype(int)
    assert np.abs(seen - np.asarray(wanted)).mean() < 4


def test_cmyk_without_a_profile_is_refused(packed):
    with pytest.raises(UnsupportedPhoto, match="CMYK without a color profile"):
        photos.decode(packed(Image.new("CMYK", (8, 8)), "JPEG"), "a.jpg")


def test_a_warning_says_that_inks_are_separated_again(printed):
    assert any("separated again" in warning for warning in photos.decode(printed, "a.jpg").warnings)
