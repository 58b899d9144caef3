"""JPEGs decoded and encoded on a device: as Pillow does it, with the source's tables and subsampling."""

from __future__ import annotations

import subprocess
import sys
from io import BytesIO

import numpy as np
import pytest
import torch
from PIL import Image
from PIL.JpegImagePlugin import get_sampling

from colorfix.photos.codecs.jpeg import quality_of, tables_of
from colorfix.photos.gpu.decoding import not_plain_reason
from colorfix.photos.gpu_pixels import DeviceFailed
from colorfix.photos.pillow_open import open_image

TOP_ROWS = ([16, 11, 10, 16, 24, 40, 51, 61], [17, 18, 24, 47, 99, 99, 99, 99])  # ITU-T T.81, K.1 and K.2


def test_the_quality_is_derived_from_the_standard_tables_and_their_scaling(amber):
    """The Independent JPEG Group's rule: (s t + 50) / 100 in whole numbers, t of quality 50, in a byte."""
    base = [np.array(table) for table in tables_of(open_image(amber(quality=50), "JPEG"))]
    assert [table[:8].tolist() for table in base] == [TOP_ROWS[0], TOP_ROWS[1], TOP_ROWS[1]]
    for quality in range(1, 101):
        scale = 5000 // quality if quality < 50 else 200 - 2 * quality
        scaled = tuple(tuple(np.clip((table * scale + 50) // 100, 1, 255).tolist()) for table in base)
        assert quality_of(scaled) == quality
    own = [list(range(1, 65))] * 2
    assert quality_of(tables_of(open_image(amber(qtables=own), "JPEG"))) is None


def kinds(amber):
    """A JPEG of every kind, and what keeps it from being a plain one."""
    whole = amber()
    half = amber((1200, 800))
    grey, inks, red = (BytesIO() for _ in range(3))
    image = Image.open(BytesIO(whole))
    image.convert("L").save(grey, "JPEG")
    image.convert("CMYK").save(inks, "JPEG")
    image.save(red, "JPEG", keep_rgb=True)
    return [
        (whole, None),
        (whole + b"behind the picture", None),
        (amber(restart_marker_rows=1, optimize=True, quality=75, subsampling=1), None),
        (amber(subsampling=0, comment=b"\xff\xd9"), None),
        (amber(progressive=True), "a progressive JPEG"),
        (grey.getvalue(), "a JPEG of other channels"),
        (inks.getvalue(), "a JPEG of other channels"),
        (red.getvalue(), "a JPEG of other channels"),
        (amber(qtables=[list(range(1, 65))] * 2), "a JPEG with tables of its own"),
        (half[: len(half) // 2], "a JPEG cut short, or of several scans"),
        (whole[:-2], "a JPEG cut short, or of several scans"),
    ]


def test_only_plain_jpegs_are_decoded_on_the_device(amber):
    for data, reason in kinds(amber):
        assert not_plain_reason(data, open_image(data, "JPEG")) == reason


@pytest.mark.parametrize("subsampling", [0, 1, 2])
def test_a_device_decodes_what_pillow_decodes(subsampling, codec, amber, near):
    """Odd sizes: the last blocks and the last halves of colour are cut."""
    data = amber((637, 411), subsampling=subsampling)
    pixels = codec.decoded(data).pixels
    assert (pixels.dtype, pixels.is_contiguous()) == (torch.uint8, True)
    near(pixels.cpu(), Image.open(BytesIO(data)))


def test_orientation_stays_with_its_tag(codec, amber, near):
    exif = Image.Exif()
    exif[0x0112] = 6  # a quarter turn
    data = amber((90, 60), exif=exif)
    near(codec.decoded(data).pixels.cpu(), Image.open(BytesIO(data)))


def error_of(image, held) -> float:
    """Mean squared error to the pixels that were encoded; 0.3 dB are a factor of 10**0.03."""
    return float(np.mean((np.asarray(image, float) - held.pixels.cpu().numpy()) ** 2))


@pytest.mark.parametrize("subsampling", [0, 1, 2])
@pytest.mark.parametrize("quality", [30, 75, 92, 100])
def test_a_device_encodes_with_the_given_tables_and_subsampling(quality, subsampling, codec, amber):
    data = amber((333, 222), quality=quality, subsampling=subsampling)
    held = codec.decoded(data)
    written, again = held.encoded(quality, subsampling), BytesIO()
    Image.fromarray(held.pixels.cpu().numpy()).save(again, "JPEG", quality=quality, subsampling=subsampling)
    ours, theirs = Image.open(BytesIO(written)), Image.open(again)
    assert tables_of(ours) == tables_of(theirs)
    assert get_sampling(ours) == get_sampling(theirs) == subsampling
    if held.pixels.device.type == "cpu":
        assert written == again.getvalue()  # libjpeg-turbo, both
    else:  # a coefficient that is rounded otherwise is many codes, but no worse
        assert error_of(ours, held) <= 10**0.03 * error_of(theirs, held)


@pytest.mark.parametrize("junk", [b"", b"not a photo", b"\xff\xd8\xff\xe0\x00\x10JFIF"], ids=len)
def test_a_jpeg_that_the_device_cannot_decode_goes_to_the_cpu(junk, codec):
    with pytest.raises(DeviceFailed, match="GPU"):
        codec.decoded(junk)


def test_messages_of_the_library_stay_off_the_terminal(codec, device):
    """On its import nvImageCodec complains to stderr, from C, of every codec that is not installed."""
    script = (
        f"from colorfix.photos.gpu.codec import codec_on; assert not isinstance(codec_on({device!r}), str)"
    )
    done = subprocess.run([sys.executable, "-P", "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout + done.stderr == ""
