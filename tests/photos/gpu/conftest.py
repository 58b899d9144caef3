"""Every claim about a GPU is checked on the processor, and by the same lines on a GPU where there is one."""

from __future__ import annotations

from importlib.util import find_spec
from io import BytesIO

import numpy as np
import pytest
import torch
from PIL import Image

NO_GPU = pytest.mark.skipif(not torch.cuda.is_available(), reason="torch finds no CUDA device here")
NO_CODEC = find_spec("nvidia") is None or find_spec("nvidia.nvimgcodec") is None


@pytest.fixture(params=["cpu", pytest.param("cuda", marks=[pytest.mark.gpu, NO_GPU])])
def device(request) -> str:
    return request.param


@pytest.fixture
def codec(device):
    """The codec of the device; on the processor nvImageCodec has libjpeg-turbo, as Pillow has."""
    if NO_CODEC:
        pytest.skip("nvImageCodec is not installed")
    from colorfix.photos.gpu.codec import Codec

    return Codec(device)


@pytest.fixture
def amber(cat):
    """Make the cat of a size as a JPEG of quality 92, or whatever else is asked of Pillow."""

    def make(size=(240, 160), **settings) -> bytes:
        file = BytesIO()
        with Image.open(cat.source) as image:
            image.resize(size).save(file, "JPEG", **({"quality": 92, "subsampling": 2} | settings))
        return file.getvalue()

    return make


@pytest.fixture
def near(device):
    """Hold pixels to the processor's: equal on the processor, where both decoders are libjpeg-turbo.

    On a GPU, nvJPEG's cosine transform, interpolation and colour conversion each round otherwise, so a few
    codes are allowed, and less than half a code on average. What it really is was not measured: no GPU could
    be had.
    """
    most, mean = {"cpu": (0, 0.0), "cuda": (8, 0.5)}[device]

    def hold(ours, theirs) -> None:
        gap = np.abs(np.asarray(ours, np.int16) - np.asarray(theirs, np.int16))
        assert gap.max() <= most
        assert gap.mean() <= mean

    return hold
