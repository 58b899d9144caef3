"""Photos: read safely, measured, corrected and written back as they were stored. Codecs are known only here.

    read → Photo → counts                three histograms
                 → grid                  a few thousand of its pixels
                 → encode(change)        its pixels, changed strip by strip, in a file

All errors that leave this room are those of ``colorfix.core.errors``.
"""

from __future__ import annotations

from colorfix.photos.color_spaces.profiles import curve_of, in_space_of, in_srgb, is_srgb, without_timestamp
from colorfix.photos.contents import listed
from colorfix.photos.display import thumbnails, view, views
from colorfix.photos.formats import READ_ONLY_SUFFIXES, SUFFIXES, format_of
from colorfix.photos.metadata.convert import losses, lost_contents, upright
from colorfix.photos.photo import Data, Photo, Picture, Strip, Writing, assemble, pieces
from colorfix.photos.pixels.content import has_no_colors, is_gray_content, is_toned
from colorfix.photos.pixels.frame import Frame, frame_of, without_frame
from colorfix.photos.pixels.gains import GainChange
from colorfix.photos.pixels.histogram import (
    CountingChange,
    corrected_points,
    counts,
    counts_and_white,
    grid,
    grid_in_srgb_tones,
)
from colorfix.photos.pixels.selection import EVERYTHING, Region, Selection
from colorfix.photos.read import decode, read, read_bytes, read_file, read_open_file
from colorfix.photos.write import encode, header_of

__all__ = [
    "EVERYTHING",
    "READ_ONLY_SUFFIXES",
    "SUFFIXES",
    "CountingChange",
    "Data",
    "Frame",
    "GainChange",
    "Photo",
    "Picture",
    "Region",
    "Selection",
    "Strip",
    "Writing",
    "assemble",
    "corrected_points",
    "counts",
    "counts_and_white",
    "curve_of",
    "decode",
    "encode",
    "format_of",
    "frame_of",
    "grid",
    "grid_in_srgb_tones",
    "has_no_colors",
    "header_of",
    "in_space_of",
    "in_srgb",
    "is_gray_content",
    "is_srgb",
    "is_toned",
    "listed",
    "losses",
    "lost_contents",
    "pieces",
    "read",
    "read_bytes",
    "read_file",
    "read_open_file",
    "thumbnails",
    "upright",
    "view",
    "views",
    "without_frame",
    "without_timestamp",
]
