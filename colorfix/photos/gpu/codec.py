"""nvImageCodec's JPEG decoder and encoder, on a GPU or, to be tested, on the processor.

The decoder interpolates colour between subsampled pixels as libjpeg-turbo does (``fancy_upsampling``). GPUs'
hardware decoders are not known to do that: they are left out, and decoding is CUDA's. Orientation stays with
its tag.

Source: https://docs.nvidia.com/cuda/nvimagecodec/, version 0.9.

Libraries that write to the terminal by themselves: what they say is kept from it, and can be read.
"""

from __future__ import annotations

import os
import re
import sys
import tempfile
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal, NoReturn, TypeAlias

import numpy as np
import torch

from colorfix.core.imports import install
from colorfix.core.text import one_line
from colorfix.photos.gpu.pixels import failing, histograms, mapped, protect, thinned, without_places
from colorfix.photos.gpu_pixels import DeviceFailed, DeviceFull, is_full, is_lost
from colorfix.photos.pixels.histogram import on_grid

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray
    from torch import Tensor

    from colorfix.photos import Data
    from colorfix.photos.gpu_pixels import TableChange

_STDERR = 2


@contextmanager
def overheard() -> Iterator[list[str]]:
    """Keep what is written to stderr, by C libraries too, from whoever sees it.

    Yields:
        A list that holds the text once the block is done; an empty one where stderr is closed.

    >>> with overheard() as heard:
    ...     _ = os.write(2, b"cannot load a library")
    >>> heard
    ['cannot load a library']
    """
    heard: list[str] = []
    if sys.stderr is None:  # closed: there is nobody to keep it from
        yield heard
        heard.append("")
        return
    sys.stderr.flush()
    kept = os.dup(_STDERR)
    with tempfile.TemporaryFile() as file:
        os.dup2(file.fileno(), _STDERR)
        try:
            yield heard
        finally:
            os.dup2(kept, _STDERR)
            os.close(kept)
            file.seek(0)
            heard.append(file.read().decode(errors="replace"))


DeviceKind: TypeAlias = Literal["cuda", "cpu"]
"""A GPU, or the processor in its place, which runs all of this code where there is no GPU."""

BACK_ENDS = {"cuda": ("GPU_ONLY", "HYBRID_CPU_GPU"), "cpu": ("CPU_ONLY",)}
"""nvImageCodec's kinds of back ends that are used, by device."""

DECODING = ":fancy_upsampling=1"
"""nvImageCodec's options of decoding."""

_NO_JPEG = f"nvJPEG cannot be loaded; {install('cuda12', 'cuda13')}"
_LOADING = "load nvjpeg library"
_SUBSAMPLINGS = ("CSS_444", "CSS_422", "CSS_420")


def codec_on(device: DeviceKind) -> Codec | str:
    """Return this process's codec for a device, made once, as it keeps memory there; or why there is none.

    Where the device has too little memory free, the next call tries again.
    """
    try:
        return _made_once(device)
    except DeviceFull as error:
        return str(error)


@cache
def _made_once(device: DeviceKind) -> Codec | str:
    try:
        return Codec(device)
    except DeviceFull:  # what is raised is not kept
        raise
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
        self._library, complaints = _library()
        if device == "cuda" and _LOADING in complaints:
            raise DeviceFailed(_NO_JPEG)
        kinds = [
            self._library.Backend(getattr(self._library.BackendKind, kind)) for kind in BACK_ENDS[device]
        ]
        with failing():
            with overheard() as heard:
                self._make(kinds)
            told = RuntimeError(heard[0])
            if is_full(told) or is_lost(told):  # it makes a codec without nvJPEG then, and raises nothing
                raise told

    def _make(self, kinds: Sequence[Any]) -> None:
        here = self._library.NVIMGCODEC_DEVICE_CPU_ONLY
        place = torch.cuda.current_device() if self._device == "cuda" else here
        settings = {"device_id": place, "max_num_cpu_threads": 1, "backends": kinds}
        self._decoder = self._library.Decoder(**settings, options=DECODING)
        self._encoder = self._library.Encoder(**settings)

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
            with overheard() as heard:
                stream = library.CodeStream(bytes(data))
                image = self._decoder.decode(stream, params=as_stored, cuda_stream=self._stream)
            if image is None:
                self._refuse("decoder", heard[0])
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
            with overheard() as heard:
                image = library.as_image(source, cuda_stream=self._stream, sample_format=kind)
                stream = self._encoder.encode(image, "jpeg", params=asked, cuda_stream=self._stream)
            if stream is None:
                self._refuse("encoder", heard[0])
            return bytes(stream)

    def _refuse(self, codec: str, heard: str) -> NoReturn:
        """Say why there is no result, from what the library has said of it, and from the GPU's state."""
        told = RuntimeError(heard)
        if is_full(told) or is_lost(told):
            raise told
        if self._device == "cuda":
            torch.cuda.synchronize()  # raises where this process has lost its GPU
        why = re.search(r"\[nvjpeg[^]]*\] *(.+)", heard)
        reason = f" ({without_places(one_line(ValueError(why[1])))})" if why else ""
        raise DeviceFailed(f"the GPU's {codec} refuses it{reason}")

    @property
    def _stream(self) -> int:
        """The CUDA stream on which torch works, so that neither reads what the other still writes."""
        return int(torch.cuda.current_stream().cuda_stream) if self._device == "cuda" else 0

    def _tensor(self, image: Any) -> Tensor:  # noqa: ANN401 - nvImageCodec ships no types
        if self._device == "cuda":
            return torch.utils.dlpack.from_dlpack(image)
        return torch.from_numpy(np.array(image))


@cache
def _library() -> tuple[Any, str]:
    """The module, and what it says of codecs that it does not find."""
    os.environ.setdefault("PYNVIMGCODEC_VERBOSITY", "1")  # errors, which are overheard
    try:
        with overheard() as heard:
            module = import_module("nvidia.nvimgcodec")
    except ImportError as error:
        raise DeviceFailed(f"nvImageCodec cannot be loaded ({one_line(error)})") from error
    return module, heard[0]


class HeldPixels:
    """The pixels of one picture on a device; see :class:`colorfix.photos.gpu_pixels.DevicePixels`.

    Args:
        pixels: uint8, shape [H, W, 3], red, green, blue, contiguous.
        codec: encodes them.
    """

    def __init__(self, pixels: Tensor, codec: Codec) -> None:
        self.pixels = pixels
        self._codec = codec

    def counts(self) -> NDArray[np.int64]:
        """How many pixels have each value, on the grid that ``photos.counts`` looks at, shape (3, 256)."""
        height, width, _ = self.pixels.shape
        with failing():
            return on_grid((width, height), lambda step: histograms(thinned(self.pixels, step)))

    def points(self, rows: NDArray[np.int64], columns: NDArray[np.int64]) -> NDArray[np.uint8]:
        """The pixels where rows and columns cross, uint8, shape [len(rows), len(columns), 3]."""
        with failing():
            down, across = (torch.as_tensor(places, device=self.pixels.device) for places in (rows, columns))
            found: NDArray[np.uint8] = self.pixels[down[:, None], across].cpu().numpy()
            return found

    def changed(self, change: TableChange) -> HeldPixels:
        """Other pixels: what a change that is a table makes of these, highlights protected."""
        if change.leaves_codes:
            return self
        with failing():
            after = mapped(self.pixels, change.tables)
            if change.highlights == "protect":
                protect(self.pixels, after, change.protection.behind)
            return HeldPixels(after, self._codec)

    def encoded(self, quality: int, subsampling: int) -> bytes:
        """A JPEG file of them in baseline order, without metadata."""
        return self._codec.encoded(self.pixels, quality, subsampling)
