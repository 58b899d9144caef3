"""A corrected WebP has new pixels; every other chunk, and every frame's head, is as it was."""

from __future__ import annotations

import json
import shutil
import subprocess

import numpy as np
import pytest
from animations import TIMES, frames, rewritten, seen, wanted
from PIL import Image

from colorfix import photos
from colorfix.core.errors import UnreadablePhoto
from colorfix.photos.containers import riff


@pytest.fixture
def path(write):
    return lambda data: write("a.webp", data)


@pytest.fixture
def animated(astronaut, packed, srgb):
    """Frames of 40 x 30; the middle one is small, lies inside the first and lets it through in places."""

    def pack(mode, **settings):
        first, _, last = frames(astronaut, mode)
        patched = first.copy()
        patched.paste((200, 150, 90, 255) if mode == "RGBA" else (200, 150, 90), (10, 6, 22, 19))
        rest = [patched, last]
        settings |= {"duration": TIMES, "loop": 3, "icc_profile": srgb, "minimize_size": True}
        return packed(first, "WEBP", save_all=True, append_images=rest, **settings)

    return pack


def _others(data):
    """Chunks without pixels, the features' byte of flags aside, and the heads of frames."""
    found = []
    for chunk in riff.chunks(data):
        if chunk.kind == b"ANMF":
            found.append(riff.Frame.of(chunk).head)
        elif chunk.kind not in riff.PIXELS:
            found.append((chunk.kind, chunk.content))
    return found


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_a_lossless_animation_is_corrected_exactly(mode, animated, path):
    data = animated(mode, lossless=True)
    _, result = rewritten(data, path)
    before, after = seen(data), seen(result)
    assert [entry[1:] for entry in after] == [entry[1:] for entry in before]
    assert [time for _, time, _ in after] == TIMES
    for (old, *_), (new, *_) in zip(before, after, strict=True):
        assert np.array_equal(new, wanted(old))
    assert _others(result) == _others(data)
    assert riff.Frame.of(riff.chunks(data)[4]).box[2:] < (40, 30)  # a frame that is smaller than the whole


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_a_lossy_animation_stays_lossy_and_close(mode, animated, path):
    data = animated(mode, quality=90)
    _, result = rewritten(data, path)
    for (old, *_), (new, *_) in zip(seen(data), seen(result), strict=True):
        assert np.abs(new.astype(int) - wanted(old).astype(int))[..., :3].mean() < 4
        assert np.array_equal(new[..., 3], old[..., 3])
    assert b"VP8L" not in result
    assert _others(result) == _others(data)


@pytest.mark.parametrize("settings", [{"lossless": True, "exact": True}, {"quality": 80}])
@pytest.mark.parametrize("alpha", [True, False])
def test_chunks_of_a_still_photo_are_carried_in_order(settings, alpha, noise, packed, srgb, path):
    """An alpha that is noise, a profile, EXIF, XMP and an unknown chunk."""
    image = Image.fromarray(noise if alpha else noise[..., :3].copy())
    made = packed(
        image, "WEBP", icc_profile=srgb, exif=b"MM\0*\0\0\0\x08" + bytes(6), xmp=b"<x/>", **settings
    )
    data = riff.packed([*riff.chunks(made), riff.Chunk(b"mine", b"odd")])
    _, result = rewritten(data, path)
    assert _others(result) == _others(data)
    (old, *_), (new, *_) = seen(data)[0], seen(result)[0]
    assert np.array_equal(new[..., 3], old[..., 3])
    if "lossless" in settings:
        assert np.array_equal(new, wanted(old))


@pytest.mark.parametrize("settings", [{"lossless": True}, {"quality": 80}])
@pytest.mark.parametrize("alpha", [True, False])
def test_a_simple_webp_stays_simple(settings, alpha, noise, packed, path):
    data = packed(Image.fromarray(noise if alpha else noise[..., :3].copy()), "WEBP", **settings)
    _, result = rewritten(data, path)
    assert [chunk.kind for chunk in riff.chunks(result)] == [chunk.kind for chunk in riff.chunks(data)]


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_gains_of_one_leave_every_lossless_pixel(mode, animated, noise, packed, path):
    still = Image.fromarray(noise).convert(mode)
    for data in (animated(mode, lossless=True), packed(still, "WEBP", lossless=True, exact=True)):
        _, result = rewritten(data, path, gains=[1, 1, 1])
        for (old, *_), (new, *_) in zip(seen(data), seen(result), strict=True):
            assert np.array_equal(new, old)


def test_strip_keeps_the_profile_and_the_pixels(astronaut, packed, srgb, path):
    data = packed(astronaut, "WEBP", icc_profile=srgb, exif=b"MM\0*\0\0\0\x08" + bytes(6), xmp=b"<x/>")
    odd = riff.packed([*riff.chunks(data), riff.Chunk(b"mine", b"odd")])
    _, result = rewritten(odd, path, strip=True)
    parts = riff.chunks(result)
    assert [part.kind for part in parts] == [b"VP8X", b"ICCP", b"VP8 "]
    assert parts[0].content[0] == riff.HAS_PROFILE


def test_the_statistics_count_every_frame_as_shown(animated, path):
    data = animated("RGB", lossless=True)
    pixels = np.concatenate([frame.reshape(-1, 4) for frame, *_ in seen(data)])
    histograms = [np.bincount(channel, minlength=256) for channel in pixels[:, :3].T]
    assert np.array_equal(photos.counts(photos.read(path(data))), histograms)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_a_truncated_webp_is_an_error(share, animated, path):
    data = animated("RGB", quality=90)
    with pytest.raises(UnreadablePhoto, match="cannot be decoded"):
        photos.read(path(data[: int(share * len(data))]))


@pytest.mark.skipif(shutil.which("exiftool") is None, reason="exiftool is not installed")
def test_exiftool_finds_every_tag_unchanged(animated, tmp_path, path):
    source = path(animated("RGB", quality=90))
    tags = ["-Make=Canon", "-Orientation#=6", "-GPSLatitude=12.5", "-XMP:Title=t"]
    subprocess.run(["exiftool", "-q", "-overwrite_original", *tags, source], check=True)
    out = tmp_path / "out.webp"
    with open(source, "rb") as file:
        out.write_bytes(rewritten(file.read(), path)[1])

    def found(file):
        output = subprocess.run(["exiftool", "-j", "-G1", "-a", file], capture_output=True, check=True).stdout
        every = json.loads(output)[0]
        return {tag: every[tag] for tag in every if not tag.startswith(("SourceFile", "System", "ExifTool"))}

    assert found(out) == found(source)
    assert len(found(source)) > 25
