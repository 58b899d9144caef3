"""What a GPU's libraries say when they fail, or do not say: told short, and told apart."""

from __future__ import annotations

import os
import subprocess
import sys
from io import BytesIO

import pytest
import torch
from PIL import Image

from colorfix.photos.gpu import codec as codecs
from colorfix.photos.gpu.pixels import device_errors
from colorfix.photos.gpu_pixels import DeviceFailed, DeviceLost, DeviceOutOfMemory

ON_THE_PROCESSOR = pytest.mark.parametrize("device", ["cpu"])
PATH = "/home/builder/nvimagecodec/extensions/nvjpeg/cuda_decoder.cpp"
LOST, FULL = f"CUDA Runtime failure: '#700' at {PATH}:559", f"CUDA Runtime failure: '#2' at {PATH}:80"


@pytest.mark.parametrize(
    ("error", "kind", "text"),
    [
        (RuntimeError(LOST), DeviceLost, "CUDA Runtime failure: '#700'"),
        (RuntimeError("CUDA error: misaligned address"), DeviceLost, "CUDA error: misaligned address"),
        (RuntimeError(FULL), DeviceOutOfMemory, "the GPU is out of memory"),
        (torch.OutOfMemoryError("CUDA out of memory."), DeviceOutOfMemory, "the GPU is out of memory"),
        (RuntimeError("Memory allocator error"), DeviceOutOfMemory, "the GPU is out of memory"),
        # the driver is too old: another process would not fare better
        (RuntimeError(f"CUDA Runtime failure: '#35' at {PATH}:7"), DeviceFailed,
         "the GPU's codec failed (CUDA Runtime failure: '#35')"),
        (RuntimeError("CUDA error: no kernel image is available for execution on the device"), DeviceFailed,
         "the GPU's codec failed (CUDA error: no kernel image is available for execution on the device)"),
    ],
)  # fmt: skip
def test_an_error_fails_one_photo_or_the_process_without_build_paths_in_the_message(error, kind, text):
    with pytest.raises(kind) as raised, device_errors():
        raise error
    assert (raised.type, str(raised.value)) == (kind, text)


class Silent:
    """A decoder that returns nothing, and says why on stderr, as nvImageCodec does from C."""

    def __init__(self, words: str) -> None:
        self.words = words

    def decode(self, *_, **__) -> None:
        """Decode nothing."""
        os.write(2, f"\x1b[0;31m[ERROR] \x1b[0m[nvjpeg] {self.words}\n".encode())


@ON_THE_PROCESSOR
@pytest.mark.parametrize(
    ("words", "kind"), [(LOST, DeviceLost), (FULL, DeviceOutOfMemory), ("unsupported marker", DeviceFailed)]
)
def test_the_reason_of_an_empty_result_is_read_from_stderr(words, kind, codec, amber, monkeypatch, capfd):
    monkeypatch.setattr(codec, "_decoder", Silent(words))
    with pytest.raises(kind, match=r"marker\)$" if kind is DeviceFailed else None) as raised:
        codec.decoded(amber())
    assert (raised.type, capfd.readouterr().err) == (kind, "")


@ON_THE_PROCESSOR
def test_damage_inside_a_scan_is_decoded_as_pillow_does_and_nothing_is_printed(codec, amber, near, capfd):
    """The library libjpeg warns of it on stderr, and goes on."""
    whole = amber()
    data = whole[:3000] + b"\x07" * 400 + whole[3400:]
    ours = codec.decoded(data).pixels
    assert capfd.readouterr().err == ""
    near(ours, Image.open(BytesIO(data)))


@pytest.mark.parametrize(("error", "tries"), [(DeviceOutOfMemory("full"), 2), (DeviceFailed("no nvJPEG"), 1)])
def test_a_codec_is_tried_again_after_out_of_memory(error, tries, monkeypatch):
    made = []

    def failed(device):
        made.append(device)
        raise error

    monkeypatch.setattr(codecs, "Codec", failed)
    codecs._made_once.cache_clear()
    assert [codecs.codec_on("cpu") for _ in range(2)] == [str(error)] * 2
    codecs._made_once.cache_clear()
    assert len(made) == tries


@ON_THE_PROCESSOR
def test_a_closed_stderr_is_no_error(codec, device):
    script = f"""
from colorfix.core.stderr import captured_stderr
from colorfix.photos.gpu.codec import codec_on
with captured_stderr() as output: pass
assert output == ['']; print(codec_on({device!r}))"""
    command = ["sh", "-c", 'exec "$0" "$@" 2>&-', sys.executable, "-P", "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, "Codec object" in done.stdout) == (0, True), done.stdout


def test_without_nvjpeg_the_extra_is_named(monkeypatch):
    """NvImageCodec is imported without it all the same, and only says so."""
    monkeypatch.setattr(codecs, "_library", lambda: (None, "Failed to load nvjpeg library! Please install"))
    with pytest.raises(DeviceFailed, match=r"^nvJPEG cannot be loaded; pip install 'colorfix\[cuda12\]'"):
        codecs.Codec("cuda")
