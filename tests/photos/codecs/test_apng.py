"""PNG beyond one picture of 8 bits: sixteen bits, palettes of every depth, animations, interlacing."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

import numpy as np
import pytest
from animations import TIMES, frames, rewritten, seen, wanted
from imagecodecs import apng_encode, png_decode, png_encode
from PIL import Image

from colorfix import photos
from colorfix.core.errors import UnreadablePhoto, UnsupportedPhoto
from colorfix.photos.codecs import apng
from colorfix.photos.containers.png_chunks import chunks, content


@pytest.fixture
def path(write):
    return lambda data: write("a.png", data)


@pytest.fixture(scope="session")
def sixteen():
    """Shape (30, 40, 4), every value of 16 bits alike likely."""
    return np.random.default_rng(5).integers(0, 65536, (30, 40, 4), np.uint16)


@pytest.fixture
def animated(astronaut, packed):
    """Frames of 40 x 30, the middle one a small patch of the first."""

    def pack(mode, **settings):
        first, _, last = frames(astronaut, "RGB")
        patched = first.copy()
        patched.paste((200, 150, 90), (10, 6, 22, 19))
        turned = [frame.convert(mode) for frame in (first, patched, last)]
        settings = {"duration": TIMES, "loop": 3, **settings}
        return packed(turned[0], "PNG", save_all=True, append_images=turned[1:], **settings)

    return pack


def _controls(data):
    """What every frame's control chunk says but for its number, and the numbers of all chunks."""
    found = [(kind, content(whole)) for kind, whole in chunks(data)]
    numbered = [held for kind, held in found if kind in {b"fcTL", b"fdAT"}]
    return [held[4:] for kind, held in found if kind == b"fcTL"], [
        int.from_bytes(held[:4]) for held in numbered
    ]


# sixteen bits


@pytest.mark.parametrize("channels", [3, 4])
def test_sixteen_bits_are_corrected_as_float64_would(channels, sixteen, path):
    pixels = np.ascontiguousarray(sixteen[..., :channels])
    photo, result = rewritten(png_encode(pixels), path)
    assert photo.mode == ("RGB;16" if channels == 3 else "RGBA;16")
    assert result[24:26] == bytes([16, 2 if channels == 3 else 6])
    assert np.array_equal(png_decode(result), wanted(pixels))


@pytest.mark.parametrize("channels", [3, 4])
def test_gains_of_one_leave_every_deep_pixel(channels, sixteen, path):
    pixels = np.ascontiguousarray(sixteen[..., :channels])
    assert np.array_equal(png_decode(rewritten(png_encode(pixels), path, gains=[1, 1, 1])[1]), pixels)


def test_sixteen_bits_keep_their_chunks(sixteen, chunk, path):
    ahead = [chunk(b"gAMA", struct.pack(">I", 45455)), chunk(b"tEXt", b"Title\0deep")]
    made = png_encode(np.ascontiguousarray(sixteen[..., :3]))
    _, result = rewritten(made[:33] + b"".join(ahead) + made[33:], path)
    assert [bytes(whole) for kind, whole in chunks(result) if kind in {b"gAMA", b"tEXt"}] == ahead


def test_a_transparent_color_of_sixteen_bits_becomes_alpha(sixteen, chunk, path):
    """The first pixel's colour is declared transparent; after a correction others may have it."""
    pixels = np.ascontiguousarray(sixteen[..., :3])
    key = chunk(b"tRNS", pixels[0, 0].astype(">u2").tobytes())
    made = png_encode(pixels)
    _, result = rewritten(made[:33] + key + made[33:], path)
    alpha = np.full((30, 40, 1), 65535, np.uint16)
    alpha[0, 0] = 0
    assert b"tRNS" not in [kind for kind, _ in chunks(result)]
    assert np.array_equal(png_decode(result), wanted(np.concatenate([pixels, alpha], axis=-1)))


@pytest.mark.parametrize("rows", [0, 3])
def test_deep_pixels_that_end_early_are_an_error(rows, sixteen, png_file, path):
    row = b"\0" + sixteen[0, :, :3].astype(">u2").tobytes()
    with pytest.raises(UnreadablePhoto, match="cannot be decoded"):
        photos.read(path(png_file((40, 30), 16, 2, rows * row)))


def test_the_size_of_a_deep_photo_is_checked_by_its_header(png_file, path):
    with pytest.raises(UnsupportedPhoto, match="10,000,000,000 pixels"):
        photos.read(path(png_file((100_000, 100_000), 16, 2, b"")))


def test_interlaced_sixteen_bits_are_read(png_file, path):
    """One pixel is the first pass alone; written, it is not interlaced."""
    data = png_file((1, 1), 16, 2, b"\0" + struct.pack(">HHH", 1000, 2000, 40000), interlace=1)
    _, result = rewritten(data, path)
    assert png_decode(result).ravel().tolist() == [500, 2000, 50000]
    assert result[28] == 0


def test_a_deep_photo_of_another_format_becomes_a_png_of_sixteen_bits(sixteen):
    picture = photos.Picture.of(np.ascontiguousarray(sixteen[..., :3] / 65535, np.float64))
    photo = photos.Photo("a.tif", b"", (picture,), "TIFF", None)
    file = BytesIO()
    photos.encode(photo, lambda strip: strip.raster, "PNG", file)
    assert np.array_equal(png_decode(file.getvalue()), sixteen[..., :3])


# palettes


@pytest.mark.parametrize("depth", [1, 2, 4, 8])
@pytest.mark.parametrize("interlace", [0, 1])
def test_only_the_colors_of_a_palette_change(depth, interlace, png_file, chunk, path):
    """One pixel, whatever the bits of its number; the palette has two colours at every depth."""
    palette = chunk(b"PLTE", bytes([200, 10, 160, 20, 100, 20]))
    data = png_file((1, 1), depth, 3, b"\0\0", ahead=[palette], interlace=interlace)
    _, result = rewritten(data, path)
    changed = {
        kind: (old, content(new)) for (kind, old), (_, new) in zip(chunks(data), chunks(result), strict=True)
    }
    assert changed[b"PLTE"][1] == bytes([100, 10, 200, 10, 100, 25])
    assert all(content(old) == new for kind, (old, new) in changed.items() if kind != b"PLTE")


def test_an_animation_with_a_palette_keeps_every_byte_but_its_palette(astronaut, packed, path):
    first, *rest = frames(astronaut)
    first = first.quantize(8)
    rest = [frame.quantize(palette=first) for frame in rest]
    data = packed(first, "PNG", save_all=True, append_images=rest, duration=TIMES)
    assert data[25] == 3
    _, result = rewritten(data, path)
    kinds = [kind for (kind, old), (_, new) in zip(chunks(data), chunks(result), strict=True) if old != new]
    assert kinds == [b"PLTE"]
    assert [time for _, time, _ in seen(result)] == TIMES
    for (old, *_), (new, *_) in zip(seen(data), seen(result), strict=True):
        assert np.array_equal(new, wanted(old))


# animations


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
@pytest.mark.parametrize("hidden", [False, True])
def test_every_frame_of_an_animation_is_corrected_exactly(mode, hidden, animated, path):
    data = animated(mode, default_image=hidden, disposal=1, blend=1)
    _, result = rewritten(data, path)
    before, after = seen(data), seen(result)
    assert [entry[1:] for entry in after] == [entry[1:] for entry in before]
    for (old, *_), (new, *_) in zip(before, after, strict=True):
        assert np.array_equal(new, wanted(old))
    controls, numbers = _controls(result)
    assert controls == _controls(data)[0]
    assert numbers == list(range(len(numbers)))


def test_gains_of_one_leave_every_frame(animated, path):
    data = animated("RGBA")
    for (old, *_), (new, *_) in zip(seen(data), seen(rewritten(data, path, gains=[1, 1, 1])[1]), strict=True):
        assert np.array_equal(new, old)


def test_the_fallback_picture_is_not_counted(animated, path):
    shown = np.concatenate(
        [frame.reshape(-1, 4) for frame, *_ in seen(animated("RGB", default_image=True))[1:]]
    )
    histograms = [np.bincount(channel, minlength=256) for channel in shown[:, :3].T]
    assert np.array_equal(photos.counts(photos.read(path(animated("RGB", default_image=True)))), histograms)


def test_every_deep_frame_is_corrected_exactly(sixteen, path):
    stack = np.stack([np.ascontiguousarray(sixteen[..., :3])] * 2)
    stack[1] //= 2
    data = apng_encode(stack, delay=70)
    photo, result = rewritten(data, path)
    assert [picture.size for picture in photo.pictures] == [(40, 30)] * 2
    assert result[24] == 16
    for old, new in zip(apng.frames(data), apng.frames(result), strict=True):
        assert np.array_equal(png_decode(new.data), wanted(png_decode(old.data)))
    assert _controls(result)[0] == _controls(data)[0]


def test_a_transparent_color_becomes_alpha_in_every_frame(animated, chunk, path, astronaut):
    made = animated("RGB")
    key = bytes(np.array([200, 150, 90], ">u2"))
    data = made[:33] + chunk(b"tRNS", key) + made[33:]
    _, result = rewritten(data, path)
    assert result[25] == 6
    for old, new in zip(apng.frames(data), apng.frames(result), strict=True):
        with Image.open(BytesIO(old.data)) as before, Image.open(BytesIO(new.data)) as after:
            assert np.array_equal(np.asarray(after), wanted(np.asarray(before.convert("RGBA"))))


def test_an_animation_of_one_frame_stays_one(png_file, chunk, path):
    ahead = [
        chunk(b"acTL", struct.pack(">II", 1, 0)),
        chunk(b"fcTL", struct.pack(">IIIIIHHBB", 0, 2, 1, 0, 0, 1, 1, 0, 0)),
    ]
    _, result = rewritten(png_file((2, 1), 8, 2, b"\0\1\2\3\4\5\6", ahead=ahead), path)
    assert [bytes(whole) for kind, whole in chunks(result) if kind in {b"acTL", b"fcTL"}] == ahead


def test_a_frame_that_ends_early_is_an_error(animated, chunk, path):
    """The last frame has one row of thirty."""
    data = animated("RGB")
    found = [(kind, bytes(whole)) for kind, whole in chunks(data)]
    last = max(n for n, (kind, _) in enumerate(found) if kind == b"fdAT")
    row = zlib.compress(b"\0" + bytes(3 * 40))
    found[last] = (b"fdAT", chunk(b"fdAT", content(found[last][1])[:4] + row))
    with pytest.raises(UnreadablePhoto):
        photos.read(path(data[:8] + b"".join(whole for _, whole in found)))


@pytest.mark.parametrize("place", [(40, 30, 1, 0), (40, 31, 0, 0), (0, 30, 0, 0)])
def test_a_frame_beyond_the_picture_is_an_error(place, animated, chunk, path):
    data = animated("RGB")
    found = [(kind, bytes(whole)) for kind, whole in chunks(data)]
    last = max(n for n, (kind, _) in enumerate(found) if kind == b"fcTL")
    held = content(found[last][1])
    found[last] = (b"fcTL", chunk(b"fcTL", held[:4] + struct.pack(">IIII", *place) + held[20:]))
    with pytest.raises(UnreadablePhoto):
        photos.read(path(data[:8] + b"".join(whole for _, whole in found)))


@pytest.mark.parametrize("kept", [0.2, 0.5, 0.8, -12])
def test_a_truncated_animation_is_an_error(kept, animated, path):
    data = animated("RGB")
    with pytest.raises(UnreadablePhoto):
        photos.read(path(data[: int(kept * len(data)) if isinstance(kept, float) else kept]))
