"""What figures were measured with: versions, processor, memory."""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from timeit import repeat
from typing import Any

from PIL import features

PACKAGES = (
    "colorfix",
    "pillow",
    "numpy",
    "torch",
    "imagecodecs",
    "color-matcher",
    "colorcast",
    "colortrans",
    "opencv-python-headless",
    "scikit-image",
    "nvidia-nvimgcodec-cu12",
    "nvidia-nvimgcodec-cu13",
    "nvidia-nvjpeg-cu12",
    "nvidia-nvjpeg",
)
PROGRAMS = {
    "ImageMagick": ("mogrify", "-version", r"Magick (\S+)"),
    "GraphicsMagick": ("gm", "version", r"Magick (\S+)"),
    "libvips": ("vips", "--version", r"vips-(\S+)"),
    "G'MIC": ("gmic", "-version", r"Version ([\d.]+)"),
}
"""Name to the command that says its version, and where it says it."""


def specification() -> dict[str, Any]:
    """Return what this machine is, how busy it was in the last minute, and what is installed.

    *call* is what a NumPy addition of three numbers takes, microseconds: what learning is made of.
    """
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "processor": _processor(),
        "call": round(1e6 * min(repeat("a + a", "import numpy; a = numpy.ones(3)", number=9999)) / 9999, 2),
        "cores": len(os.sched_getaffinity(0)),
        "memory": f"{pages / 2**30:.0f} GiB",
        "system": f"{platform.system()} {platform.release()}",
        "load": os.getloadavg()[0],
        "versions": {"python": platform.python_version(), **_packages(), **_libraries(), **_programs()},
    }


def _processor() -> str:
    """Name, family and model: of one name there are quick ones and slow ones."""
    told = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    found = [
        re.search(rf"^{key}\s*: (.*)", told, re.MULTILINE) for key in ("model name", "cpu family", "model")
    ]
    if not all(found):
        return platform.machine()
    name, family, model = (one[1] for one in found if one)
    return f"{name}, family {family}, model {model}"


def _programs() -> dict[str, str]:
    found = {}
    for name, (*command, pattern) in PROGRAMS.items():
        if shutil.which(command[0]):
            told = subprocess.run(command, check=True, capture_output=True, text=True)
            found[name] = re.findall(pattern, told.stdout + told.stderr)[0]
    return found


def _packages() -> dict[str, str]:
    found = {}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def _libraries() -> dict[str, str]:
    jpeg = features.version_feature("libjpeg_turbo")
    found = {"libjpeg-turbo": jpeg, "zlib-ng": features.version_feature("zlib_ng")}
    return {name: text for name, text in found.items() if text}
