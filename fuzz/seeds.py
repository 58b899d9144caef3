"""The seed corpus: small photos of every format with metadata, and the texts of a run, made by this script.

python -m fuzz.seeds corpus/
"""

from __future__ import annotations

import json
import struct
import sys
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageCms

from colorfix.photos.containers.jpeg_markers import segments
from colorfix.photos.containers.photoshop import with_iptc
from colorfix.photos.metadata import exif, jpeg
from fuzz.targets import METADATA, TARGETS

if TYPE_CHECKING:
    from collections.abc import Iterator

_XMP = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    b'<rdf:Description rdf:about="" xmp:Rating="5" GCamera:MotionPhoto="1"/></rdf:RDF></x:xmpmeta>'
)
_ENTRY = (
    '{"output":"a.jpg","bytes":1,"modified":1,"inode":1,"report_file":null,'
    '"source":{"path":"a.jpg","bytes":1,"modified":1,"sha256":"00"},"made":"00","report":{"gains":[1,1,1]}}'
)
_LOOK = {
    "format": "colorfix/look/1",
    "gains": [0.5, 1.0, 2.0],
    "space": "srgb",
    "highlights": "clip",
    "dither": False,
    "origin": {"source": "a.jpg"},
}
_TEXTS = {
    "failed-list": b"a.jpg\nb.jpg\n",
    "files-from": b"a.jpg\r\nb c.jpg\n",
    "glob": b"raw/**/[a-c]*.jpg",
    "journal": b'{"format": "colorfix/journal/1"}\n' + _ENTRY.encode(),
    "look": json.dumps(_LOOK).encode(),
    "page": b"<a&b>.jpg",
    "pairs": b"source,target,output\na.jpg,b.jpg,c.jpg\n",
    "region": b"100,80,640,480",
    "regularizer": b"blue-hinge=0.5,margin=0.1",
    "statistics": json.dumps(
        {"format": "colorfix/statistics/1", "name": "a", "counts": [[1] * 256] * 3}
    ).encode(),
    "template": b"out/{folder}/{stem}-new{suffix}",
}


def _scene(*, alpha: bool = False) -> Image.Image:
    random = np.random.default_rng(0)
    pixels = random.integers(20, 230, (12, 16, 4 if alpha else 3), np.uint8)
    return Image.fromarray(pixels)


def _saved(image: Image.Image, kind: str, **settings: object) -> bytes:
    file = BytesIO()
    image.save(file, kind, **settings)
    return file.getvalue()


def _metadata() -> dict[str, bytes]:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return {"exif": exif.PREFIX + exif.new_block("camera", 6), "icc_profile": profile}


def photo_seeds() -> Iterator[tuple[str, bytes]]:
    """Yield the format and the bytes of each photo."""
    small, more = _scene(), {"save_all": True, "append_images": [_scene().rotate(9)], "duration": 40}
    described = _metadata()
    jpeg_file = _saved(small, "JPEG", **described, xmp=_XMP)
    iptc = jpeg.photoshop_segments(with_iptc(b"", b"\x1c\x02\x78\0\1a"))
    yield "jpeg", jpeg_file[:2] + b"".join(iptc) + jpeg_file[2:] + b"trailer"
    yield "jpeg", _saved(small, "JPEG", progressive=True)
    yield "jpeg", _saved(small, "MPO", save_all=True, append_images=[small])
    yield "png", _saved(_scene(alpha=True), "PNG", **described)
    yield "png", _saved(small.quantize(9), "PNG", transparency=3)
    yield "apng", _saved(small, "PNG", **more)
    yield "gif", _saved(small.quantize(9), "GIF", save_all=True, append_images=[small.quantize(5)])
    yield "webp", _saved(small, "WEBP", **described, xmp=_XMP)
    yield "webp", _saved(small, "WEBP", **more)
    for compression in ("raw", "tiff_lzw", "tiff_adobe_deflate", "jpeg"):
        yield "tiff", _saved(small, "TIFF", compression=compression, icc_profile=described["icc_profile"])
    yield "bmp", _saved(small, "BMP")
    yield "avif", _saved(small, "AVIF", **described)
    yield from _of_extras(small)


def _of_extras(small: Image.Image) -> Iterator[tuple[str, bytes]]:
    import imagecodecs
    import tifffile

    deep = np.asarray(small, np.uint16) * 257
    yield "png", bytes(imagecodecs.png_encode(deep))
    yield "jxl", bytes(imagecodecs.jpegxl_encode(np.asarray(small), lossless=True, usecontainer=True))
    for settings in ({"compression": "zstd"}, {"bigtiff": True}, {"tile": (16, 16)}):
        file = BytesIO()
        tifffile.imwrite(file, deep, photometric="rgb", **settings)
        yield "tiff", file.getvalue()
    yield "raw", b"II*\0\x08\0\0\0" + struct.pack("<HHHLL", 1, 50706, 1, 4, 0x0401) + bytes(64)
    try:
        import pillow_heif
    except ImportError:
        return
    file = BytesIO()
    pillow_heif.from_pillow(small).save(file)
    yield "heif", file.getvalue()


def parser_seeds() -> Iterator[tuple[str, bytes]]:
    """Yield the name of a parser and the bytes of a seed: texts, parts of photos, and the photos."""
    yield from _TEXTS.items()
    described = _metadata()
    block = described["exif"].removeprefix(exif.PREFIX)
    for name in ("exif", "exif-orientation", "exif-to-tiff", "ifd", "tiff-to-exif"):
        yield name, block
    yield "icc-profile", described["icc_profile"]
    yield "xmp", _XMP
    yield "photoshop", with_iptc(b"8BIM\x04\x0c\0\0\0\0\0\3abc\0", b"abc")
    yield "jpeg-trailer", b"AXS!\0\1\0\1\0\0\0\0" + b"IPTC\0\0\0\1\0\0\3\xe8" + b"AXS!\0\0\3\xe8\0\0\0\0"
    for kind, data in photo_seeds():
        for name in METADATA:
            if name.startswith((kind, "recognized", "boxes", "riff", "bmff", "raw")):
                yield name, data
        if kind == "jpeg":
            yield "jpeg-segments", b"\xff\xd8" + b"".join(segments(data)) + b"\xff\xda\0\2"


def write_seeds(folder: Path) -> int:
    """Write the seeds, a folder for each target; return their number."""
    count = 0
    for name, data in (*photo_seeds(), *parser_seeds()):
        target = folder / name
        target.mkdir(parents=True, exist_ok=True)
        (target / f"seed-{count:03d}").write_bytes(data)
        count += 1
    for name in TARGETS:
        (folder / name).mkdir(parents=True, exist_ok=True)
    return count


if __name__ == "__main__":
    print(write_seeds(Path(sys.argv[1])), "seeds")
