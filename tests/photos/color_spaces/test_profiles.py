"""A target is brought into its source's colour space."""

from __future__ import annotations

import struct
import subprocess
import sys
from dataclasses import replace
from io import BytesIO

import numpy as np
import pytest
from PIL import Image, ImageCms

from colorfix import photos


@pytest.fixture
def photo(astronaut):
    def with_profile(profile, mode="RGB"):
        image = astronaut.convert(mode)
        if profile:
            image.info["icc_profile"] = profile
        return photos.read(image)

    return with_profile


def test_equal_profiles_change_nothing(photo, swapped_profile):
    target = photo(swapped_profile)
    assert photos.in_space_of(target, photo(swapped_profile)) is target


def test_a_target_is_expressed_in_the_sources_space(photo, swapped_profile, astronaut):
    """In the swapped space red and green have changed places, so the histograms must."""
    moved = photos.in_space_of(photo(None), photo(swapped_profile))
    expected = np.asarray(astronaut).astype(int)[..., [1, 0, 2]]
    assert np.abs(np.asarray(moved.image).astype(int) - expected).max() <= 1
    assert moved.profile == swapped_profile
    assert moved.warnings == ()


def test_a_photo_with_a_profile_is_converted_to_srgb(photo, swapped_profile, astronaut):
    moved = photos.in_space_of(photo(swapped_profile), photo(None))
    expected = np.asarray(astronaut).astype(int)[..., [1, 0, 2]]
    assert np.abs(np.asarray(moved.image).astype(int) - expected).max() <= 1
    assert moved.profile is None


def test_no_profile_means_srgb(photo, srgb):
    target = photo(None)
    assert photos.in_space_of(target, photo(srgb)) is target
    assert photos.in_space_of(photo(srgb), target).profile == srgb  # nothing to be done the other way either


@pytest.mark.parametrize("tilt", [0.0, 1e-4, 2e-3])
def test_versions_of_a_profile_are_compared_by_their_colors(tilt, srgb):
    """LittleCMS judges: where the target is left alone, it would have moved no colour by more than a code."""
    at = srgb.index(b"rXYZ")
    start = int.from_bytes(srgb[at + 4 : at + 8]) + 8
    red = [value + round(65536 * tilt) for value in struct.unpack(">3i", srgb[start : start + 12])]
    other = srgb[:start] + struct.pack(">3i", *red) + srgb[start + 12 :]
    levels = np.arange(0, 256, 15, np.uint8)
    cube = np.stack(np.meshgrid(levels, levels, levels), axis=-1).reshape(1, -1, 3)
    both = (ImageCms.ImageCmsProfile(BytesIO(profile)) for profile in (srgb, other))
    judged = np.asarray(ImageCms.profileToProfile(Image.fromarray(cube), *both, 1)).astype(int)
    target, source = photos.read(cube), photos.read(cube)
    left_alone = photos.in_space_of(target, replace(source, profile=other)) is target
    assert left_alone == (tilt < 1e-3)
    assert not left_alone or np.abs(judged - cube).max() <= 1


@pytest.mark.parametrize(("mode", "becomes"), [("RGBA", "RGBA"), ("L", "RGB"), ("LA", "RGBA"), ("P", "RGB")])
def test_every_mode_can_be_a_target(photo, swapped_profile, mode, becomes):
    assert photos.in_space_of(photo(None, mode), photo(swapped_profile)).image.mode == becomes


def test_alpha_survives(swapped_profile, noise, photo):
    moved = photos.in_space_of(photos.read(noise), photo(swapped_profile))
    assert np.array_equal(np.asarray(moved.image)[..., 3], noise[..., 3])


def _with_space(space):
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    profile[16:20] = space
    return bytes(profile)


@pytest.mark.parametrize(
    "broken",
    [b"no profile", _with_space(b"GRAY"), _with_space(b"R\x80B ")],
    ids=["broken", "grey", "not ASCII"],
)
def test_an_unusable_profile_is_treated_as_srgb_with_a_warning(broken, photo, swapped_profile, astronaut):
    moved = photos.in_space_of(photo(broken), photo(swapped_profile))
    assert moved.warnings == ("the color profile of <image> cannot be used; its colors are taken for sRGB",)
    expected = np.asarray(astronaut).astype(int)[..., [1, 0, 2]]
    assert np.abs(np.asarray(moved.image).astype(int) - expected).max() <= 1


def test_an_unusable_profile_of_the_source_gives_a_warning(photo):
    target = photo(None)
    moved = photos.in_space_of(target, photo(b"no profile"))
    assert len(moved.warnings) == 1
    assert moved.image is target.image


def test_a_profile_that_cannot_transform_gives_a_warning(photo, swapped_profile):
    """Without its green primary the profile is still one for RGB, but leads nowhere."""
    halved = swapped_profile.replace(b"gXYZ", b"xxxx", 1).replace(b"rXYZ", b"yyyy", 1)
    target = photo(None)
    moved = photos.in_space_of(target, photo(halved))
    assert len(moved.warnings) == 1
    assert moved.image is target.image


ADOBE = (0.60974, 0.31111, 0.01947), (0.20528, 0.62567, 0.06087), (0.14919, 0.06322, 0.74457)


@pytest.fixture(scope="session")
def adobe(srgb):
    """SRGB's profile with Adobe RGB (1998)'s published primaries and gamma."""
    data = bytearray(srgb)
    bodies = {
        name: b"XYZ " + bytes(4) + struct.pack(">3i", *(round(65536 * v) for v in xyz))
        for name, xyz in zip((b"rXYZ", b"gXYZ", b"bXYZ"), ADOBE, strict=True)
    }
    bodies |= dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), struct.pack(">4sIIHH", b"curv", 0, 1, 563, 0))
    for at in range(132, 132 + 12 * data[131], 12):
        body = bodies.get(bytes(data[at : at + 4]))
        if body:
            data[at + 4 : at + 12] = struct.pack(">II", len(data), len(body))
            data += body
    data[:4] = len(data).to_bytes(4)
    return bytes(data)


def deep_photo(raster, profile):
    return photos.Photo("deep.tif", b"", (photos.Picture.of(raster),), "TIFF", profile)


@pytest.mark.parametrize("kind", ["uint16", "float32"])
@pytest.mark.parametrize("way", ["to adobe", "from adobe"])
def test_deep_targets_are_converted_as_littlecms_converts_8_bits(kind, way, adobe, noise):
    """In 8 bits, where littleCMS rounds its curves and its matrix; dark codes differ most."""
    profiles = (None, adobe) if way == "to adobe" else (adobe, None)
    deep = noise.astype(np.uint16) * 257 if kind == "uint16" else noise / np.float32(255)
    own, other = deep_photo(deep, profiles[0]), photos.read(Image.new("RGB", (1, 1)))
    moved = photos.in_space_of(own, replace(other, profile=profiles[1])).first_raster
    theirs = photos.in_space_of(
        replace(own, pictures=(photos.Picture.of(Image.fromarray(noise)),)),
        replace(other, profile=profiles[1]),
    )
    assert moved.dtype == kind
    assert np.abs(moved / (257 if kind == "uint16" else 1 / 255) - np.asarray(theirs.image)).max() <= 1.5


def test_deep_targets_are_not_rounded_to_8_bits(adobe):
    """There and back is the same to a few codes of 65536, where 8 bits would miss by up to 128."""
    deep = np.random.default_rng(8).integers(6000, 60000, (20, 30, 3), np.uint16)
    there = photos.in_space_of(deep_photo(deep, None), deep_photo(deep, adobe))
    back = photos.in_space_of(there, deep_photo(deep, None)).first_raster
    assert np.abs(back.astype(int) - deep).max() <= 4


def test_nan_stays_nan_and_gray_becomes_three_channels(adobe):
    grey = np.array([[[0.25], [np.nan], [1.5]]], np.float32)
    moved = photos.in_space_of(deep_photo(grey, None), deep_photo(grey, adobe)).first_raster
    assert moved.shape == (1, 3, 3)
    assert np.isnan(moved[0, 1]).all()
    assert moved[0, 2] == pytest.approx(1, abs=1e-4)
    assert np.ptp(moved[0, 0]) < 1e-3


def test_a_deep_photo_can_be_srgb_or_not(adobe, srgb):
    deep = np.zeros((1, 1, 3), np.uint16)
    assert [photos.is_srgb(deep_photo(deep, p)) for p in (None, srgb, adobe)] == [True, True, False]


def test_color_management_is_loaded_only_if_profiles_differ():
    code = (
        "import sys; from PIL import Image; from colorfix import photos; "
        "p = photos.read(Image.new('RGB', (2, 2))); photos.in_space_of(p, p); "
        "sys.exit('PIL.ImageCms' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_image_given_is_not_modified(photo, swapped_profile):
    target = photo(None)
    before = target.image.tobytes()
    photos.in_space_of(target, photo(swapped_profile))
    assert target.image.tobytes() == before
    assert isinstance(target.image, Image.Image)


def test_a_source_profile_without_its_tables_is_named_and_the_target_still_converted(
    photo, srgb, swapped_profile, astronaut
):
    """It opens, but a transform needs the curve that it lacks: the source is then taken for sRGB."""
    lacking = srgb.replace(b"rTRC", b"xTRC")
    moved = photos.in_space_of(photo(swapped_profile), photo(lacking))
    expected = np.asarray(astronaut).astype(int)[..., [1, 0, 2]]
    assert np.abs(np.asarray(moved.image).astype(int) - expected).max() <= 1
    assert len(moved.warnings) == 1
