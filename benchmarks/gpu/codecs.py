"""Decoding and encoding alone, by nvImageCodec in a plain loop: what a GPU's throughput is held against."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING, Any

from benchmarks.common.synthetic_photos import QUALITY
from colorfix.core.stderr import captured_stderr
from colorfix.photos.gpu.codec import BACK_ENDS, DECODER_OPTIONS

if TYPE_CHECKING:
    from collections.abc import Sequence

_KINDS = {
    "cuda": {"CUDA": BACK_ENDS["cuda"], "any": ("HW_GPU_ONLY", *BACK_ENDS["cuda"])},
    "cpu": {"CPU": BACK_ENDS["cpu"]},
}
"""Back ends by name: CUDA's are colorfix's; any takes a GPU's hardware decoder too, where it has one."""


def looped(files: Sequence[bytes], device: str, batches: Sequence[int], rounds: int) -> list[dict[str, Any]]:
    """Decode and encode all files, several at a time, with each set of back ends, all cores helping.

    Returns:
        A record a round; the round before the first warms up.
    """
    with captured_stderr():
        from nvidia import nvimgcodec  # noqa: PLC0415 - it talks while it is imported

    records = []
    for name, kinds in _KINDS[device].items():
        loop = Loop(nvimgcodec, device, kinds)
        for batch in batches:
            for number in range(rounds + 1):
                begun = perf_counter()
                loop.run(files, batch)
                taken = perf_counter() - begun
                if number:
                    records.append(
                        {"back ends": name, "batch": batch, "photos": len(files), "seconds": taken}
                    )
    return records


class Loop:
    """A decoder and an encoder with some back ends; the quality and subsampling are the photos' own."""

    def __init__(self, library: Any, device: str, kinds: Sequence[str]) -> None:  # noqa: ANN401 - a module
        self._library = library
        backends = [library.Backend(getattr(library.BackendKind, kind)) for kind in kinds]
        place = library.NVIMGCODEC_DEVICE_CPU_ONLY if device == "cpu" else 0
        with captured_stderr():
            self._decoder = library.Decoder(device_id=place, backends=backends, options=DECODER_OPTIONS)
            self._encoder = library.Encoder(device_id=place, backends=backends)
        self._asked = library.EncodeParams(
            quality_type=library.QualityType.QUALITY,
            quality_value=QUALITY,
            color_spec=library.ColorSpec.SYCC,
            chroma_subsampling=library.ChromaSubsampling.CSS_420,
        )

    def run(self, files: Sequence[bytes], batch: int) -> None:
        """Decode and encode files, so many at a time.

        Raises:
            SystemExit: one cannot be done.
        """
        for start in range(0, len(files), batch):
            streams = [self._library.CodeStream(data) for data in files[start : start + batch]]
            written = self._encoder.encode(self._decoder.decode(streams), "jpeg", params=self._asked)
            if any(stream is None for stream in written):
                raise SystemExit("nvImageCodec cannot decode and encode the photos")
