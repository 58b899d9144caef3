"""A corrected GIF is the same file but for its tables of colours."""

from __future__ import annotations

import numpy as np
import pytest
from animations import GAINS, TIMES, frames, rewritten, seen, wanted
from PIL import Image

from colorfix import photos
from colorfix.core.errors import OutputError, UnreadablePhoto, UnsupportedPhoto
from colorfix.photos.codecs import gif


@pytest.fixture
def path(write):
    return lambda data: write("a.gif", data)


@pytest.fixture
def animated(astronaut, packed):
    first, *rest = frames(astronaut)
    return packed(
        first, "GIF", save_all=True, append_images=rest, duration=TIMES, loop=3, comment=b"hand made"
    )


@pytest.fixture
def still(astronaut, packed):
    return packed(astronaut.quantize(16), "GIF", transparency=3)


def test_every_frame_is_corrected_and_durations_and_loop_count_stay(animated, path):
    _, result = rewritten(animated, path)
    before, after = seen(animated), seen(result)
    assert [(time, loop) for _, time, loop in after] == [(time, 3) for time in TIMES]
    for (old, *_), (new, *_) in zip(before, after, strict=True):
        shown = old[..., 3] > 0
        assert np.array_equal(new[shown], wanted(old)[shown])
        assert np.array_equal(new[..., 3], old[..., 3])


@pytest.mark.parametrize("kind", ["animated", "still"])
def test_only_color_tables_differ(kind, request, path):
    data = request.getfixturevalue(kind)
    _, result = rewritten(data, path)
    tables = [part.table for part in gif.blocks(data)]
    same = [n for n in range(len(data)) if not any(t.start <= n < t.stop for t in tables)]
    assert len(result) == len(data)
    assert [result[n] for n in same] == [data[n] for n in same]
    assert result != data


@pytest.mark.parametrize("kind", ["animated", "still"])
def test_gains_of_one_give_the_same_bytes(kind, request, path):
    data = request.getfixturevalue(kind) + b"behind the trailer"
    assert rewritten(data, path, gains=[1, 1, 1])[1] == data


def test_the_transparent_color_keeps_its_entry(still, path):
    _, result = rewritten(still, path)
    control = next(part for part in gif.blocks(still) if part.label == 0xF9)
    at = 13 + 3 * still[control.start + 6]
    assert result[at : at + 3] == still[at : at + 3]
    assert result[13:16] != still[13:16]


def test_a_color_that_is_transparent_in_one_frame_only_is_corrected(path):
    """Two frames share the global table of black and amber; amber is transparent in the second alone."""
    table = bytes([0, 0, 0, 200, 150, 90])
    screen = b"GIF89a" + bytes([1, 0, 1, 0, 0x80, 0, 0]) + table
    amber = b"\x2c" + bytes([0, 0, 0, 0, 1, 0, 1, 0, 0]) + b"\2\2\x4c\1\0"
    hidden = b"\x21\xf9\4\1\0\0\1\0"
    _, result = rewritten(screen + amber + hidden + amber + b";", path)
    assert list(result[13:19]) == [0, 0, 0, 100, 150, 112]


def test_the_statistics_count_visible_pixels_of_every_frame_as_shown(animated, still, path):
    for data in (animated, still):
        pixels = np.concatenate([frame[frame[..., 3] > 0] for frame, *_ in seen(data)])
        histograms = [np.bincount(channel, minlength=256) for channel in pixels[:, :3].T]
        assert np.array_equal(photos.counts(photos.read(path(data))), histograms)


def test_a_software_tag_is_a_comment_written_once_and_strip_removes_the_others(animated, path):
    _, signed = rewritten(animated, path, software="colorfix 1")
    assert len(signed) == len(animated) + len("colorfix 1") + 4
    assert len(rewritten(signed, path, software="colorfix 1")[1]) == len(signed)
    _, stripped = rewritten(animated, path, strip=True)
    assert b"hand made" not in stripped
    assert [entry[1:] for entry in seen(stripped)] == [entry[1:] for entry in seen(animated)]


@pytest.mark.parametrize("kept", [12, 20, 0.3, 0.9, -1])
@pytest.mark.parametrize("kind", ["animated", "still"])
def test_a_truncated_gif_is_an_error(kind, kept, request, path):
    data = request.getfixturevalue(kind)
    with pytest.raises(UnreadablePhoto, match="ends early"):
        photos.read(path(data[: int(kept * len(data)) if isinstance(kept, float) else kept]))


def test_a_frame_larger_than_the_screen_counts_with_its_own_size(still, path):
    part = next(part for part in gif.blocks(still) if part.kind == 0x2C)
    huge = still[: part.start + 5] + b"\xff\xff\xff\xff" + still[part.start + 9 :]
    with pytest.raises(UnsupportedPhoto, match="4,294,836,225 pixels"):
        photos.read(path(huge))


def test_another_format_becomes_a_gif_of_256_colors(astronaut, packed, write, path):
    photo = photos.read(write("a.png", packed(astronaut, "PNG")))
    with open(path(b""), "w+b") as file:
        photos.encode(photo, photos.GainChange(GAINS, highlights="clip"), "GIF", file)
        file.seek(0)
        ((pixels, *_),) = seen(file.read())
    difference = pixels.astype(int) - wanted(np.asarray(astronaut.convert("RGBA")))
    assert np.abs(difference[..., :3]).mean() < 8


def test_several_frames_are_refused_by_a_format_of_one_frame(animated, path):
    photo = photos.read(path(animated))
    with open(path(b""), "w+b") as file, pytest.raises(OutputError, match="3 pictures and JPEG one"):
        photos.encode(photo, photos.GainChange(GAINS, highlights="clip"), "JPEG", file)


def test_a_change_that_depends_on_the_position_is_refused(still, path):
    photo = photos.read(path(still))
    with open(path(b""), "w+b") as file, pytest.raises(OutputError, match="table of colors"):
        photos.encode(photo, lambda strip: strip.raster.convert("RGB"), "GIF", file)


def test_frames_are_decoded_one_at_a_time(packed, path):
    """Sixty frames of 100 x 100 pixels in RGBA would be 2.4 MB; the pictures hold none of them."""
    pictures = [Image.new("RGB", (100, 100), (n, 2 * n, 90)) for n in range(60)]
    photo = photos.read(
        path(packed(pictures[0], "GIF", save_all=True, append_images=pictures[1:], duration=50))
    )
    assert len(photo.pictures) == 60
    first, again = (next(iter(photo.pictures[5].strips())).raster for _ in range(2))
    assert first is not again
    assert first.tobytes() == again.tobytes()
