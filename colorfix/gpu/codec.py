"""nvImageCodec's JPEG decoder and encoder, on a GPU or, to be tested, on the processor.

The decoder interpolates colour between subsampled pixels as libjpeg-turbo does (``fancy_upsampling``). GPUs'
hardware decoders are not known to do that: they are left out, and decoding is CUDA's. Orientation stays with
its tag.

Source: https://docs.nvidia.com/cuda/nvimagecodec/, version 0.9.
"""

from __future__ import annotations

import os
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np
import torch

from colorfix.gpu.failing import failing
from colorfix.gpu.pixels import HeldPixels
from colorfix.gpu.quiet import overheard
from colorfix.photos.device import DeviceFailed
from colorfix.wording import said

if TYPE_CHECKING:
    from torch import Tensor

    from colorfix.photos import Data

DeviceKind: TypeAlias = Literal["cuda", "cpu"]
"""A GPU, or the processor in its place, which runs all of this code where there is no GPU."""

_NO_JPEG = "nvJPEG cannot be loaded; pip install 'colorfix[cuda12]' or 'colorfix[cuda13]'"
_LOADING = "load nvjpeg library"
_KINDS = {"cuda": ("GPU_ONLY", "HYBRID_CPU_GPU"), "cpu": ("CPU_ONLY",)}
_SUBSAMPLINGS = ("CSS_444", "CSS_422", "CSS_420")
_OPTIONS = ":fancy_upsampling=1"


@cache
def codec_on(device: DeviceKind) -> Codec | str:
    """Return this process's codec for a device, made once, as it keeps memory there; or why there is none."""
    try:
        return Codec(device)
    except DeviceFailed as error:
        return str(error)


class Codec:
    r"""Decodes JPEGs into a device's memory, and encodes them from there.

    Args:
        device: which.

    Raises:
        DeviceFailed: they cannot be made; on a GPU, because there is no nvJPEG, say.

    >>> from io import BytesIO
    >>> from PIL import Image
    >>> file = BytesIO()
    >>> Image.new("RGB", (3, 2), (90, 90, 90)).save(file, "JPEG", quality=92)
    >>> held = Codec("cpu").decoded(file.getvalue())
    >>> held.pixels[0, 0].tolist(), held.encoded(92, 2)[:3]
    ([90, 90, 90], b'\xff\xd8\xff')
    """

    def __init__(self, device: DeviceKind) -> None:
        self._device = device
        with overheard() as heard:
            self._library = _library()
            kinds = [
                self._library.Backend(getattr(self._library.BackendKind, kind)) for kind in _KINDS[device]
            ]
            with failing():
                here = self._library.NVIMGCODEC_DEVICE_CPU_ONLY
                place = torch.cuda.current_device() if device == "cuda" else here
                settings = {"device_id": place, "max_num_cpu_threads": 1, "backends": kinds}
                self._decoder = self._library.Decoder(**settings, options=_OPTIONS)
                self._encoder = self._library.Encoder(**settings)
        if device == "cuda" and _LOADING in heard[0]:
            raise DeviceFailed(_NO_JPEG)

    def decoded(self, data: Data) -> HeldPixels:
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
        with failing():
            stream = library.CodeStream(bytes(data))
            image = self._decoder.decode(stream, params=as_stored, cuda_stream=self._stream)
            if image is None:
                raise DeviceFailed("the GPU's decoder refuses it")
            return HeldPixels(self._tensor(image).contiguous(), self)

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
        asked = library.EncodeParams(
            quality_type=library.QualityType.QUALITY,
            quality_value=quality,
            color_spec=library.ColorSpec.SYCC,
            chroma_subsampling=getattr(library.ChromaSubsampling, _SUBSAMPLINGS[subsampling]),
            jpeg_encode_params=library.JpegEncodeParams(progressive=False, optimized_huffman=False),
        )
        with failing():
            source = pixels if self._device == "cuda" else pixels.numpy()
            kind = library.SampleFormat.I_RGB
            image = library.as_image(source, cuda_stream=self._stream, sample_format=kind)
            stream = self._encoder.encode(image, "jpeg", params=asked, cuda_stream=self._stream)
            if stream is None:
                raise DeviceFailed("the GPU's encoder refuses it")
            return bytes(stream)

    @property
    def _stream(self) -> int:
        """The CUDA stream on which torch works, so that neither reads what the other still writes."""
        return int(torch.cuda.current_stream().cuda_stream) if self._device == "cuda" else 0

    def _tensor(self, image: Any) -> Tensor:  # noqa: ANN401 - nvImageCodec ships no types
        if self._device == "cuda":
            return torch.utils.dlpack.from_dlpack(image)
        return torch.from_numpy(np.array(image))


@cache
def _library() -> Any:  # noqa: ANN401 - a module
    os.environ.setdefault("PYNVIMGCODEC_VERBOSITY", "0")  # what fails is told by a result that is None
    try:
        return import_module("nvidia.nvimgcodec")
    except ImportError as error:
        raise DeviceFailed(f"nvImageCodec cannot be loaded ({said(error)})") from error
