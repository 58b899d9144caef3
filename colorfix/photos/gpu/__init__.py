"""Decode, count, change and encode JPEGs on a GPU; the processor does the rest.

    DeviceDecoder("cuda")               decodes photos for worker processes, in place of ``photos.decode``
      └─ Codec                          nvImageCodec's decoder and encoder
           └─ TorchPixels               torch: counts, points, the change

Nothing of torch or nvImageCodec is imported before a photo is decoded.
"""

from __future__ import annotations

from colorfix.photos.gpu.decoding import DeviceDecoder, missing_library

__all__ = ["DeviceDecoder", "missing_library"]
