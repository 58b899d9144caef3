"""Photos: read safely, described, corrected and written back as they were stored. Only here is Pillow known.

    read → Photo → counts                what it looks like, as three histograms
                 → grid                         and as a few thousand of its pixels
                 → apply → encode → publish     tables in, a file out

The errors are ``colorfix.errors``' own; no other exception is meant to leave this room.
"""

from __future__ import annotations

from colorfix.photos.applying import apply
from colorfix.photos.describing import counts
from colorfix.photos.encoding import QUALITY, SUFFIXES, encode, format_of
from colorfix.photos.photo import Photo
from colorfix.photos.profiles import in_space_of, in_srgb, is_srgb
from colorfix.photos.publishing import check_writable, publish
from colorfix.photos.reading import bytes_of, decoded, read
from colorfix.photos.refusing import MAX_PIXELS
from colorfix.photos.sampling import grid

__all__ = [
    "MAX_PIXELS",
    "QUALITY",
    "SUFFIXES",
    "Photo",
    "apply",
    "bytes_of",
    "check_writable",
    "counts",
    "decoded",
    "encode",
    "format_of",
    "grid",
    "in_space_of",
    "in_srgb",
    "is_srgb",
    "publish",
    "read",
]
