"""Photos: read safely, described, corrected and written back as they were stored. Only here are codecs known.

    read → Photo → counts                what it looks like, as three histograms
                 → grid                         and as a few thousand of its pixels
                 → encode(change)               its pixels changed, strip by strip, into a file
                 → publishing                   that appears whole or not at all

The errors are ``colorfix.core.errors``' own; no other exception is meant to leave this room.
"""

from __future__ import annotations

from colorfix.photos.color_spaces.icc_curves import curve_of, without_timestamp
from colorfix.photos.color_spaces.profiles import in_space_of, in_srgb, is_srgb
from colorfix.photos.display import (
    contact_sheet,
    dither_to_palette,
    jpeg_of,
    overlay_png_of,
    png_of,
    quantized,
    recolored_view,
    side_by_side,
    small_png_of,
    thumbnails,
    view,
    views,
)
from colorfix.photos.formats import READ_ONLY_SUFFIXES, SUFFIXES, format_of
from colorfix.photos.metadata.convert import losses
from colorfix.photos.photo import Data, Photo, Writing, pieces
from colorfix.photos.picture import Picture, Strip, assemble, is_gray
from colorfix.photos.pixels.gains import GRAY, GainChange, apply
from colorfix.photos.pixels.grid import corrected_points, grid, grid_in_srgb_tones
from colorfix.photos.pixels.histogram import CountingChange, counts
from colorfix.photos.pixels.selection import EVERYTHING, Region, Selection
from colorfix.photos.read import decode, read, read_bytes, read_file, read_open_file
from colorfix.photos.write import Header, encode, header_of

__all__ = [
    "EVERYTHING",
    "GRAY",
    "READ_ONLY_SUFFIXES",
    "SUFFIXES",
    "CountingChange",
    "Data",
    "GainChange",
    "Header",
    "Photo",
    "Picture",
    "Region",
    "Selection",
    "Strip",
    "Writing",
    "apply",
    "assemble",
    "contact_sheet",
    "corrected_points",
    "counts",
    "curve_of",
    "decode",
    "dither_to_palette",
    "encode",
    "format_of",
    "grid",
    "grid_in_srgb_tones",
    "header_of",
    "in_space_of",
    "in_srgb",
    "is_gray",
    "is_srgb",
    "jpeg_of",
    "losses",
    "overlay_png_of",
    "pieces",
    "png_of",
    "quantized",
    "read",
    "read_bytes",
    "read_file",
    "read_open_file",
    "recolored_view",
    "side_by_side",
    "small_png_of",
    "thumbnails",
    "view",
    "views",
    "without_timestamp",
]
