"""JPEG decoder and encoder of nvImageCodec, on a GPU or, for tests, on the processor.

The decoder interpolates subsampled chroma as libjpeg-turbo does (``fancy_upsampling``). Hardware decoders of
GPUs are not known to do that, so they are not used: decoding runs in CUDA. Orientation is left to its tag.

Source: https://docs.nvidia.com/cuda/nvimagecodec/, version 0.9.
"""

from __future__ import annotations

import os
import re
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal, NoReturn, TypeAlias

import numpy as np
import torch

from colorfix.core.imports import install
from colorfix.core.stderr import captured_stderr
from colorfix.core.text import one_line
from colorfix.photos.gpu.pixels import (
    device_errors,
    histograms,
    mapped,
    multiplied,
    protect,
    thinned,
    without_paths,
)
from colorfix.photos.gpu_pixels import DeviceFailed, DeviceOutOfMemory, is_device_lost, is_out_of_memory
from colorfix.photos.pixels.histogram import counts_on_grid

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from torch import Tensor

    from colorfix.photos import Data
    from colorfix.photos.gpu_pixels import PointChange

DeviceKind: TypeAlias = Literal["cuda", "cpu"]
"""A GPU, or the processor in its place, on which the same code runs without a GPU."""

BACK_ENDS = {"cuda": ("GPU_ONLY", "HYBRID_CPU_GPU"), "cpu": ("CPU_ONLY",)}
"""Kinds of nvImageCodec back ends in use, by device."""

DECODER_OPTIONS = ":fancy_upsampling=1"
"""Decoder options of nvImageCodec."""

_NO_JPEG = f"nvJPEG cannot be loaded; {install('cuda12', 'cuda13')}"
_LOADING = "load nvjpeg library"
_SUBSAMPLINGS = ("CSS_444", "CSS_422", "CSS_420")


def codec_on(device: DeviceKind) -> Codec | str:
    """Return this process's codec for a device, created once; or why there is none.

    If the device has too little free memory, the next call tries again.
    """
    try:
        return _made_once(device)
    except DeviceOutOfMemory as error:
        return str(error)


@cache
def _made_once(device: DeviceKind) -> Codec | str:
    try:
        return Codec(device)
    except DeviceOutOfMemory:  # an exception is not cached
        raise
    except DeviceFailed as error:
        return str(error)


class Codec:
    r"""A decoder of JPEGs into a device's memory, and an encoder from there.

    Args:
        device: where.

    Raises:
        DeviceFailed: the codec cannot be created, for example because nvJPEG is missing.

    >>> from io import BytesIO
    >>> from PIL import Image
    >>> file = BytesIO()
    >>> Image.new("RGB", (3, 2), (90, 90, 90)).save(file, "JPEG", quality=92)
    >>> photo = Codec("cpu").decoded(file.getvalue())
    >>> photo.pixels[0, 0].tolist(), photo.encoded(92, 2)[:3]
    ([90, 90, 90], b'\xff\xd8\xff')
    """

    def __init__(self, device: DeviceKind) -> None:
        self._device = device
        self._library, complaints = _library()
        if device == "cuda" and _LOADING in complaints:
            raise DeviceFailed(_NO_JPEG)
        kinds = [
            self._library.Backend(getattr(self._library.BackendKind, kind)) for kind in BACK_ENDS[device]
        ]
        with device_errors():
            with captured_stderr() as output:
                self._make(kinds)
            error = RuntimeError(output[0])
            # nvImageCodec makes a codec without nvJPEG then, and raises nothing
            if is_out_of_memory(error) or is_device_lost(error):
                raise error

    def _make(self, kinds: Sequence[Any]) -> None:
        here = self._library.NVIMGCODEC_DEVICE_CPU_ONLY
        place = torch.cuda.current_device() if self._device == "cuda" else here
        settings = {"device_id": place, "max_num_cpu_threads": 1, "backends": kinds}
        self._decoder = self._library.Decoder(**settings, options=DECODER_OPTIONS)
        self._encoder = self._library.Encoder(**settings)

    def decoded(self, data: Data) -> TorchPixels:
        """Decode a JPEG.

        Raises:
            DeviceFailed: the device cannot.
        """
        library = self._library
        as_stored = library.DecodeParams(
            apply_exif_orientation=False,
            color_spec=library.ColorSpec.SRGB,
            sample_format=library.SampleFormat.I_RGB,
        )
        with device_errors():
            with captured_stderr() as output:
                stream = library.CodeStream(bytes(data))
                image = self._decoder.decode(stream, params=as_stored, cuda_stream=self._stream)
            if image is None:
                self._refuse("decoder", output[0])
            return TorchPixels(self._tensor(image).contiguous(), self)

    def encoded(self, pixels: Tensor, quality: int, subsampling: int) -> bytes:
        """Encode pixels as a baseline JPEG with the standard's Huffman tables.

        Args:
            pixels: uint8, shape [H, W, 3], on the codec's device.
            quality: 1 to 100.
            subsampling: 0 for 4:4:4, 1 for 4:2:2, 2 for 4:2:0.

        Raises:
            DeviceFailed: the device cannot.
        """
        library = self._library
        parameters = library.EncodeParams(
            quality_type=library.QualityType.QUALITY,
            quality_value=quality,
            color_spec=library.ColorSpec.SYCC,
            chroma_subsampling=getattr(library.ChromaSubsampling, _SUBSAMPLINGS[subsampling]),
            jpeg_encode_params=library.JpegEncodeParams(progressive=False, optimized_huffman=False),
        )
        with device_errors():
            source = pixels if self._device == "cuda" else pixels.numpy()
            kind = library.SampleFormat.I_RGB
            with captured_stderr() as output:
                image = library.as_image(source, cuda_stream=self._stream, sample_format=kind)
                stream = self._encoder.encode(image, "jpeg", params=parameters, cuda_stream=self._stream)
            if stream is None:
                self._refuse("encoder", output[0])
            return bytes(stream)

    def _refuse(self, codec: str, output: str) -> NoReturn:
        """Raise the reason of a missing result: the library's message, or the GPU's state."""
        error = RuntimeError(output)
        if is_out_of_memory(error) or is_device_lost(error):
            raise error
        if self._device == "cuda":
            torch.cuda.synchronize()  # raises if this process has lost its GPU
        why = re.search(r"\[nvjpeg[^]]*\] *(.+)", output)
        reason = f" ({without_paths(one_line(ValueError(why[1])))})" if why else ""
        raise DeviceFailed(f"the GPU's {codec} refuses it{reason}")

    @property
    def _stream(self) -> int:
        """The CUDA stream of torch, so that neither library reads pixels that the other still writes."""
        return int(torch.cuda.current_stream().cuda_stream) if self._device == "cuda" else 0

    def _tensor(self, image: Any) -> Tensor:  # noqa: ANN401 - nvImageCodec ships no types
        if self._device == "cuda":
            return torch.utils.dlpack.from_dlpack(image)
        return torch.from_numpy(np.array(image))


@cache
def _library() -> tuple[Any, str]:
    """Return the module, and its messages about codecs that it does not find."""
    os.environ.setdefault("PYNVIMGCODEC_VERBOSITY", "1")  # errors, which are captured
    try:
        with captured_stderr() as output:
            module = import_module("nvidia.nvimgcodec")
    except ImportError as error:
        raise DeviceFailed(f"nvImageCodec cannot be loaded ({one_line(error)})") from error
    return module, output[0]


class TorchPixels:
    """The pixels of one picture on a device; see :class:`colorfix.photos.gpu_pixels.DevicePixels`.

    Args:
        pixels: uint8, shape [H, W, 3], red, green, blue, contiguous.
        codec: encodes them.
    """

    def __init__(self, pixels: Tensor, codec: Codec) -> None:
        self.pixels = pixels
        self._codec = codec

    def counts(self, white: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return histograms of the grid that ``photos.counts`` uses, and of its white pixels."""
        height, width, _ = self.pixels.shape
        with device_errors():
            return counts_on_grid((width, height), lambda step: histograms(thinned(self.pixels, step), white))

    def points(self, rows: NDArray[np.int64], columns: NDArray[np.int64]) -> NDArray[np.uint8]:
        """Return the pixels where rows and columns cross, uint8, shape [len(rows), len(columns), 3]."""
        with device_errors():
            down, across = (torch.as_tensor(places, device=self.pixels.device) for places in (rows, columns))
            found: NDArray[np.uint8] = self.pixels[down[:, None], across].cpu().numpy()
            return found

    def changed(self, change: PointChange) -> TorchPixels:
        """Return new pixels: these changed, highlights protected if the change says so."""
        if change.leaves_codes:
            return self
        with device_errors():
            if change.light is None:
                after = mapped(self.pixels, change.tables)
            else:
                after = multiplied(self.pixels, change.light.packed)
            if change.highlights == "protect":
                protect(self.pixels, after, change.protection.channels)
            return TorchPixels(after, self._codec)

    def encoded(self, quality: int, subsampling: int) -> bytes:
        """Return them as a baseline JPEG without metadata."""
        return self._codec.encoded(self.pixels, quality, subsampling)
