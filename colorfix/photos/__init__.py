"""Photos: read safely, described, corrected and written back as they were stored. Only here are codecs known.

    read → Photo → counts                what it looks like, as three histograms
                 → grid                         and as a few thousand of its pixels
                 → encode(change)               its pixels changed, strip by strip, into a file
                 → publishing                   that appears whole or not at all

The errors are ``colorfix.core.errors``' own; no other exception is meant to leave this room.
"""

from __future__ import annotations

from colorfix.photos.color_spaces.icc_curves import curve_of, undated
from colorfix.photos.color_spaces.profiles import in_space_of, in_srgb, is_srgb
from colorfix.photos.display import (
    beside,
    in_palette,
    in_these,
    jpeg_of,
    png_of,
    recoloured,
    sheet,
    small_png_of,
    stencil_of,
    thumbnails,
    view,
    views,
)
from colorfix.photos.formats import READ_ONLY_SUFFIXES, SUFFIXES, format_of
from colorfix.photos.metadata.convert import losses
from colorfix.photos.photo import Data, Photo, Writing, pieces
from colorfix.photos.picture import Picture, Strip, is_grey, whole
from colorfix.photos.pixels.gains import GREY, GainChange, apply
from colorfix.photos.pixels.grid import corrected, grid, toned
from colorfix.photos.pixels.histogram import Counting, counts
from colorfix.photos.pixels.selection import EVERYTHING, Region, Selection
from colorfix.photos.read import bytes_of, contents_of, decoded, file_of, read
from colorfix.photos.write import Header, encode, header_of

__all__ = [
    "EVERYTHING",
    "GREY",
    "READ_ONLY_SUFFIXES",
    "SUFFIXES",
    "Counting",
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
    "beside",
    "bytes_of",
    "contents_of",
    "corrected",
    "counts",
    "curve_of",
    "decoded",
    "encode",
    "file_of",
    "format_of",
    "grid",
    "header_of",
    "in_palette",
    "in_space_of",
    "in_srgb",
    "in_these",
    "is_grey",
    "is_srgb",
    "jpeg_of",
    "losses",
    "pieces",
    "png_of",
    "read",
    "recoloured",
    "sheet",
    "small_png_of",
    "stencil_of",
    "thumbnails",
    "toned",
    "undated",
    "view",
    "views",
    "whole",
]
