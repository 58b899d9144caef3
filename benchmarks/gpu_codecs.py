"""Decoding and encoding alone, by nvImageCodec in a plain loop: what a GPU's throughput is held against."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING, Any

from colorfix.gpu.quiet import overheard

if TYPE_CHECKING:
    from collections.abc import Sequence

QUALITY = 92

_KINDS = {
    "cuda": {"CUDA": ("GPU_ONLY", "HYBRID_CPU_GPU"), "any": ("HW_GPU_ONLY", "GPU_ONLY", "HYBRID_CPU_GPU")},
    "cpu": {"CPU": ("CPU_ONLY",)},
}
"""Back ends by name: CUDA's are colorfix's; any takes a GPU's hardware decoder too, where it has one."""


def looped(files: Sequence[bytes], device: str, batches: Sequence[int], rounds: int) -> list[dict[str, Any]]:
    """Decode and encode all files, several at a time, with each set of back ends, all cores helping."""
    with overheard():
        from nvidia import nvimgcodec  # noqa: PLC0415 - it talks while it is imported

        place = nvimgcodec.NVIMGCODEC_DEVICE_CPU_ONLY if device == "cpu" else 0
        asked = nvimgcodec.EncodeParams(
            quality_type=nvimgcodec.QualityType.QUALITY,
            quality_value=QUALITY,
            color_spec=nvimgcodec.ColorSpec.SYCC,
            chroma_subsampling=nvimgcodec.ChromaSubsampling.CSS_420,
        )
        records = []
        for name, kinds in _KINDS[device].items():
            backends = [nvimgcodec.Backend(getattr(nvimgcodec.BackendKind, kind)) for kind in kinds]
            settings = {"device_id": place, "backends": backends}
            decoder = nvimgcodec.Decoder(**settings, options=":fancy_upsampling=1")
            encoder = nvimgcodec.Encoder(**settings)
            for batch in batches:
                for number in range(rounds + 1):
                    begun = perf_counter()
                    for start in range(0, len(files), batch):
                        some = [nvimgcodec.CodeStream(data) for data in files[start : start + batch]]
                        written = encoder.encode(decoder.decode(some), "jpeg", params=asked)
                        if any(stream is None for stream in written):
                            raise SystemExit(f"nvImageCodec could not do a photo with {name}")
                    taken = perf_counter() - begun
                    if number:
                        records.append(
                            {"back ends": name, "batch": batch, "photos": len(files), "seconds": taken}
                        )
    return records
