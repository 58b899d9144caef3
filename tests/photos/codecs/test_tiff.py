from __future__ import annotations

import mmap
import struct
from io import BytesIO

import imagecodecs
import numpy as np
import pytest
import tifffile
from PIL import Image, ImageCms

from colorfix import photos
from colorfix.core.errors import UnreadablePhoto, UnsupportedPhoto
from colorfix.photos.codecs import tiff
from colorfix.photos.codecs.tiff.layout import layout_of
from colorfix.photos.codecs.tiff.segments import block_samples, blocks
from colorfix.photos.photo import Strip, Writing

PLAIN = {"photometric": "rgb", "metadata": None}
GAINS = np.array([0.5, 1.0, 1.25])
LOSSLESS = {
    "uncompressed": {},
    "LZW": {"compression": "lzw"},
    "deflate": {"compression": "deflate"},
    "old deflate": {"compression": 32946},
    "PackBits": {"compression": "packbits"},
    "Zstandard": {"compression": "zstd"},
    "LZMA": {"compression": "lzma"},
    "LZW, predictor": {"compression": "lzw", "predictor": 2},
    "deflate, predictor": {"compression": "deflate", "predictor": 2},
    "tiles": {"tile": (16, 32)},
    "deflated tiles": {"tile": (16, 32), "compression": "deflate", "predictor": 2},
    "planes": {"planarconfig": "separate", "rowsperstrip": 10},
    "LZW planes in tiles": {"planarconfig": "separate", "tile": (16, 16), "compression": "lzw"},
    "big endian": {"byteorder": ">", "compression": "deflate", "predictor": 2},
    "BigTIFF": {"bigtiff": True, "compression": "lzw"},
    "big-endian BigTIFF, tiles": {"bigtiff": True, "byteorder": ">", "tile": (16, 16)},
    "strips of 5 rows": {"rowsperstrip": 5, "compression": "deflate"},
}
IMAGE_CODECS = {
    "WebP": {"compression": "webp", "compressionargs": {"lossless": True}},
    "JPEG XL": {"compression": "jpegxl"},
    "JPEG 2000": {"compression": "jpeg2000"},
}
TYPES = {
    "8": np.uint8,
    "16": np.uint16,
    "32": np.uint32,
    "F16": np.float16,
    "F32": np.float32,
    "F64": np.float64,
}


def packed(array, **settings):
    """Encode by tifffile alone; planes come first in the array where they are separate."""
    file = BytesIO()
    order = settings.pop("byteorder", "<")
    big = settings.pop("bigtiff", False)
    if settings.get("planarconfig") == "separate":
        array = np.moveaxis(array, -1, 0)
    with tifffile.TiffWriter(file, byteorder=order, bigtiff=big) as writer:
        writer.write(array, **(PLAIN | settings))
    return file.getvalue()


def unpacked(data, page=0):
    """Decode by tifffile alone: shape [H, W, samples]."""
    with tifffile.TiffFile(BytesIO(data)) as file:
        found = file.pages[page]
        array = found.asarray()
        return np.moveaxis(array, 0, -1) if found.planarconfig == 2 else array


def noise(kind, channels=3, shape=(37, 53)):
    """Every bit of every sample in use."""
    rng = np.random.default_rng(5)
    if np.dtype(kind).kind == "f":
        return rng.random((*shape, channels)).astype(kind)
    return rng.integers(0, np.iinfo(kind).max, (*shape, channels), kind, endpoint=True)


def multiplied(strip):
    """Multiply colors in float64, as a reference would; alpha and grays stay."""
    array = np.array(strip.raster)
    colors = array[..., :3].astype(np.float64) * GAINS
    if array.dtype.kind == "u":
        colors = np.clip(np.rint(colors), 0, np.iinfo(array.dtype).max)
    array[..., :3] = colors.astype(array.dtype)
    return Image.fromarray(array) if isinstance(strip.raster, Image.Image) else array


def same(strip):
    return strip.raster


def again(data, change=multiplied, **writing):
    """Read and rewrite."""
    file = BytesIO()
    tiff.rewrite(tiff.read(data, "a.tif", 1 << 28), change, file, Writing(**writing))
    return file.getvalue()


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("settings", LOSSLESS.values(), ids=list(LOSSLESS))
def test_pixels_are_those_of_float64_arithmetic(kind, settings):
    array = noise(TYPES[kind])
    if settings.get("predictor") and array.dtype.kind == "f":
        settings = settings | {"predictor": 3}
    limit = 1 if array.dtype.kind == "f" else np.iinfo(array.dtype).max
    expected = array.astype(np.float64) * GAINS
    if array.dtype.kind == "u":
        expected = np.clip(np.rint(expected), 0, limit)
    if kind == "F16":
        expected = expected.astype(np.float32)  # what it is corrected in
    written = unpacked(again(packed(array, **settings)))
    assert written.dtype == array.dtype
    assert np.abs(written - expected.astype(array.dtype).astype(np.float64)).max() <= (
        1 if kind == "32" else 0
    )


@pytest.mark.parametrize(
    "settings", [*LOSSLESS.values(), *IMAGE_CODECS.values()], ids=[*LOSSLESS, *IMAGE_CODECS]
)
def test_gains_of_one_change_no_byte(settings):
    data = packed(noise(np.uint8), **settings)
    assert again(data, same) == data


@pytest.mark.parametrize("settings", IMAGE_CODECS.values(), ids=list(IMAGE_CODECS))
def test_image_codecs_write_the_corrected_pixels(settings):
    array = noise(np.uint8)
    expected = np.clip(np.rint(array * GAINS), 0, 255)
    assert (unpacked(again(packed(array, **settings))) == expected).all()


@pytest.mark.parametrize("bits", [4, 9, 10, 12, 14, 15])
def test_samples_of_odd_depths_are_written_exactly(bits):
    array = noise(np.uint16) >> (16 - bits)
    data = packed(array.astype(np.uint8 if bits < 8 else np.uint16))
    data = with_bits(data, array, bits)
    photo = tiff.read(data, "a.tif", 1 << 28)
    most, limit = (1 << bits) - 1, 255 if bits < 8 else 65535
    assert (np.asarray(photo.first_raster) == np.rint(array / most * limit)).all()
    written = tiff.read(again(data), "a.tif", 1 << 28)
    expected = np.rint(np.clip(np.rint(np.asarray(photo.first_raster) * GAINS), 0, limit) / limit * most)
    assert (np.rint(np.asarray(written.first_raster) / limit * most) == expected).all()
    every_sample_touched = again(data, lambda strip: multiplied(strip) if strip.top else strip.raster)
    assert every_sample_touched == data


def with_bits(data, array, bits):
    """Return a file whose samples are packed into fewer bits, as tifffile does not write three of them."""
    kind = np.uint8 if bits < 8 else np.uint16
    stream = b"".join(bytes(imagecodecs.packints_encode(row.ravel().astype(kind), bits)) for row in array)
    written = bytearray(data)
    with tifffile.TiffFile(BytesIO(data)) as file:
        page = file.pages[0]
        struct.pack_into("<3H", written, page.tags["BitsPerSample"].valueoffset, bits, bits, bits)
        tags = page.tags
        for name, value in (("StripOffsets", len(data)), ("StripByteCounts", len(stream))):
            struct.pack_into("<HII", written, tags[name].offset + 2, 4, 1, value)
    return bytes(written) + stream


def test_pillow_reads_the_same_pixels(astronaut, packed_by_pillow):
    for compression in ("raw", "tiff_lzw", "tiff_adobe_deflate", "packbits", "jpeg"):
        data = packed_by_pillow(astronaut, compression)
        photo = tiff.read(data, "a.tif", 1 << 28)
        difference = np.abs(np.asarray(photo.image, int) - np.asarray(Image.open(BytesIO(data)), int))
        assert difference.max() <= 1, compression  # libjpeg may upsample otherwise within libtiff


@pytest.fixture
def packed_by_pillow():
    def pack(image, compression, **settings):
        file = BytesIO()
        image.save(file, "TIFF", compression=compression, **settings)
        return file.getvalue()

    return pack


@pytest.mark.parametrize("tiled", [False, True])
@pytest.mark.parametrize("sampling", [(1, 1), (2, 1), (2, 2)])
def test_jpeg_segments_keep_their_tables(astronaut, tiled, sampling):
    settings = {"tile": (64, 64)} if tiled else {"rowsperstrip": 32}
    data = packed(
        np.asarray(astronaut),
        compression="jpeg",
        compressionargs={"level": 80},
        subsampling=sampling,
        photometric="ycbcr",
        tile=settings.get("tile"),
        rowsperstrip=settings.get("rowsperstrip"),
    )
    written = again(data)
    for name in ("YCbCrSubSampling", "PhotometricInterpretation", "Compression"):
        assert tag(written, name) == tag(data, name)
    assert tables(written) == tables(data)
    expected = np.clip(np.rint(unpacked(data) * GAINS), 0, 255)
    by_pillow = BytesIO()
    settings = {"qtables": tables(data), "subsampling": "{}:{}:{}".format(*SUBSAMPLINGS[sampling])}
    Image.fromarray(expected.astype(np.uint8)).save(by_pillow, "JPEG", **settings)
    least = np.abs(np.asarray(Image.open(by_pillow)) - expected).mean()
    assert np.abs(unpacked(written) - expected).mean() < 1.05 * least


SUBSAMPLINGS = {(1, 1): (4, 4, 4), (2, 1): (4, 2, 2), (2, 2): (4, 2, 0)}


def tag(data, name):
    with tifffile.TiffFile(BytesIO(data)) as file:
        return file.pages[0].tags[name].value


def tables(data):
    """Return the quantization tables of the first segment."""
    with tifffile.TiffFile(BytesIO(data)) as file:
        page = file.pages[0]
        start, length = page.dataoffsets[0], page.databytecounts[0]
    return Image.open(BytesIO(data[start : start + length])).quantization


def test_a_segment_that_grows_is_moved_to_the_end_of_the_file():
    flat = np.full((64, 64, 3), 100, np.uint8)
    data = packed(flat, compression="deflate", rowsperstrip=16)
    mess = noise(np.uint8, shape=(64, 64))
    written = again(data, lambda strip: Image.fromarray(mess))
    assert len(written) > len(data)
    assert (unpacked(written) == mess).all()


def test_lengths_of_16_bits_grow_wider():
    """Pillow and others store byte counts in 16 bits where those are enough for the old ones."""
    flat = np.full((200, 200, 3), 100, np.uint8)
    data = bytearray(packed(flat, compression="deflate", rowsperstrip=200))
    with tifffile.TiffFile(BytesIO(data)) as file:
        entry = file.pages[0].tags["StripByteCounts"].offset
    _, count, value = struct.unpack_from("<HII", data, entry + 2)
    struct.pack_into("<HIHH", data, entry + 2, 3, count, value, 0)
    mess = noise(np.uint8, shape=(200, 200))
    assert (unpacked(again(bytes(data), lambda strip: Image.fromarray(mess))) == mess).all()


def test_a_palette_is_corrected_and_its_indexes_do_not_change(astronaut, packed_by_pillow):
    data = packed_by_pillow(astronaut.quantize(64), "tiff_lzw")
    photo = tiff.read(data, "a.tif", 1 << 28)
    assert photo.mode == "P"
    expected = np.asarray(Image.open(BytesIO(data)).convert("RGB").point(lambda value: 255 - value))
    written = again(data, inverted_palette)
    assert len(written) == len(data)
    assert (np.asarray(Image.open(BytesIO(written)).convert("RGB")) == expected).all()
    assert again(data, same) == data


def inverted_palette(strip):
    image = strip.raster.copy()
    image.putpalette(bytes(255 - value for value in strip.raster.getpalette("RGB")), "RGB")
    return image


@pytest.mark.parametrize("kind", ["8", "16", "F32"])
def test_alpha_and_extra_samples_do_not_change(kind):
    array = noise(TYPES[kind], 5)
    data = packed(array, extrasamples=["unassalpha", "unspecified"], compression="lzw")
    photo = tiff.read(data, "a.tif", 1 << 28)
    assert (np.asarray(photo.first_raster) == array[..., :4]).all()
    written = unpacked(again(data))
    assert (written[..., 3:] == array[..., 3:]).all()
    assert (written[..., :3] != array[..., :3]).any()


@pytest.mark.parametrize("kind", ["8", "16", "F32"])
def test_premultiplied_colors_are_divided_by_alpha_for_the_correction(kind):
    """A stored sample is color times alpha, so the corrected one is corrected color times alpha."""
    array = noise(TYPES[kind], 4)
    most = 1 if kind == "F32" else np.iinfo(array.dtype).max
    alpha = array[..., 3:].astype(np.float64) / most
    array[..., :3] = (array[..., :3] * alpha).astype(array.dtype)
    array[0, 0] = 0
    data = packed(array, extrasamples=["assocalpha"])
    assert again(data, same) == data
    expected = np.minimum(array[..., :3] * GAINS, alpha * most) if kind != "F32" else array[..., :3] * GAINS
    written = unpacked(again(data))
    rounding = 1e-6 if kind == "F32" else 1.25 / 2 + 1 / 2 + 1 / 2  # of the color, its change, their product
    assert np.abs(written[..., :3] - expected).max() <= rounding
    assert (written[..., 3] == array[..., 3]).all()


def test_every_page_is_corrected_except_masks_and_gray_pages():
    first, second, gray = noise(np.uint8), noise(np.uint16), noise(np.uint8, 1)[..., 0]
    file = BytesIO()
    with tifffile.TiffWriter(file) as writer:
        writer.write(first, **PLAIN, subifds=1)
        writer.write(first[::2, ::2], **PLAIN, subfiletype=1)
        writer.write(second, **PLAIN, compression="deflate")
        writer.write(gray > 128, photometric="minisblack", metadata=None, subfiletype=4)
        writer.write(gray, photometric="minisblack", metadata=None)
    photo = tiff.read(file.getvalue(), "a.tif", 1 << 28)
    assert [picture.in_statistics for picture in photo.pictures] == [True, True, False]
    written = again(file.getvalue())
    expect = lambda array: np.clip(np.rint(array * GAINS), 0, np.iinfo(array.dtype).max)  # noqa: E731
    assert (unpacked(written) == expect(first)).all()
    assert (unpacked(written, 1) == expect(second)).all()
    assert (unpacked(written, 2)[..., None].squeeze() == (gray > 128)).all()
    assert (unpacked(written, 3) == gray).all()
    with tifffile.TiffFile(BytesIO(written)) as found:
        assert (found.pages[0].pages[0].asarray() == expect(first[::2, ::2])).all()


def test_a_gray_photo_is_read_as_gray():
    for kind, mode in ((np.uint8, "L"), (np.uint16, "L;16"), (np.float32, "L;F32")):
        data = packed(noise(kind, 1)[..., 0], photometric="minisblack")
        assert tiff.read(data, "a.tif", 1 << 28).mode == mode


@pytest.mark.parametrize(
    ("photometric", "kind", "reason"),
    [
        ("icclab", np.uint8, "Lab"),
        ("cielab", np.uint16, "Lab"),
        ("rgb", np.int16, "signed"),
        ("rgb", np.uint64, "kinds"),
    ],
)
def test_pages_that_cannot_be_corrected_are_refused_with_a_reason(photometric, kind, reason):
    data = packed(np.ones((4, 4, 3), kind), photometric=photometric)
    with pytest.raises(UnsupportedPhoto, match=reason):
        photos.decode(data, "a.tif")


def test_lab_is_corrected_in_srgb():
    """Only the changed half is moved there and back; the other keeps every bit."""
    array = noise(np.uint8, shape=(32, 32)) // 4 + [120, 0, 0]
    data = packed(array.astype(np.uint8), photometric="cielab", compression="lzw")
    photo = tiff.read(data, "a.tif", 1 << 28)
    assert (photo.mode, photo.profile) == ("RGB", None)
    by_pillow = Image.open(BytesIO(data))
    profiles = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
    expected = ImageCms.applyTransform(by_pillow, ImageCms.buildTransform(*profiles, "LAB", "RGB", 1))
    assert np.abs(np.asarray(photo.image, int) - np.asarray(expected, int)).max() <= 1
    assert again(data, same) == data

    def left_half(strip):
        changed = np.array(strip.raster)
        changed[:, :16] //= 2
        return Image.fromarray(changed)

    written = again(data, left_half)
    assert (unpacked(written)[:, 16:] == array[:, 16:]).all()
    after = np.asarray(tiff.read(written, "a.tif", 1 << 28).image, int)
    wanted = np.asarray(left_half(Strip(photo.image)), int)
    assert np.abs(after - wanted).mean() < 2  # 8 bits of Lab are coarse


def test_cmyk_without_a_profile_is_refused():
    data = packed(noise(np.uint8, 4), photometric="separated")
    with pytest.raises(UnsupportedPhoto, match="CMYK"):
        photos.decode(data, "a.tif")


@pytest.mark.parametrize(
    "settings",
    [*LOSSLESS.values(), *IMAGE_CODECS.values(), {"compression": "jpeg"}],
    ids=[*LOSSLESS, *IMAGE_CODECS, "JPEG"],
)
def test_a_segment_cut_short_or_missing_is_an_error(settings, capfd):
    data = packed(noise(np.uint8), **settings)
    for shorter in (
        shortened(data, lambda length: length // 2),
        shortened(data, lambda length: 0),
        data[:-9],
        data[: len(data) // 2],
    ):
        if shorter == data:
            continue
        with pytest.raises(UnreadablePhoto):
            photos.decode(shorter, "a.tif")
    assert capfd.readouterr() == ("", "")


def shortened(data, length_of):
    """Return the file with the last segment's length changed."""
    with tifffile.TiffFile(BytesIO(data)) as file:
        found = file.pages[0].tags.get("TileByteCounts") or file.pages[0].tags["StripByteCounts"]
        size = {3: 2, 4: 4, 16: 8}[int(found.dtype)]
        order = "little" if file.byteorder == "<" else "big"
        place = found.valueoffset + (found.count - 1) * size
    old = int.from_bytes(data[place : place + size], order)
    return data[:place] + length_of(old).to_bytes(size, order) + data[place + size :]


def test_blocks_cover_the_page_once():
    data = packed(noise(np.uint8), rowsperstrip=4)
    page = layout_of(data, "a.tif", 1 << 28).main[0]
    for most, tops in ((1, range(0, 37, 4)), (53 * 3 * 10, range(0, 37, 8)), (1 << 30, (0,))):
        found = list(blocks(page, most))
        assert [block.top for block in found] == list(tops)
        assert (
            np.concatenate([block_samples(page, data, block) for block in found]) == noise(np.uint8)
        ).all()


@pytest.mark.parametrize(
    "settings", [{}, {"rowsperstrip": 2000}, {"tile": (256, 256)}], ids=["strips", "strip", "tiles"]
)
def test_a_large_page_is_changed_block_by_block(settings):
    """Each block learns where it lies, and the pixels come out as if they had been changed at once."""
    array = np.random.default_rng(1).integers(0, 256, (3000, 2500, 3), np.uint8)
    tops = []

    def change(strip):
        tops.append(strip.top)
        rows = np.arange(strip.top, strip.top + strip.raster.height) % 2 == 0
        pixels = np.array(strip.raster)
        pixels[rows] = 255 - pixels[rows]
        return Image.fromarray(pixels)

    written = unpacked(again(packed(array, **settings), change))
    array[::2] = 255 - array[::2]
    assert len(tops) > 1
    assert (written == array).all()


@pytest.mark.parametrize(
    "settings", [{}, {"tile": (256, 256), "compression": "deflate"}], ids=["strips", "tiles"]
)
def test_a_mapped_file_has_the_pixels_of_its_bytes(settings, tmp_path):
    data = packed(noise(np.uint8, shape=(600, 500)), **settings)
    path = tmp_path / "a.tif"
    path.write_bytes(data)
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        photo = tiff.read(mapped, "a.tif", 1 << 28)
        assert photo.opened.size == photo.size
        out = BytesIO()
        tiff.rewrite(photo, multiplied, out, Writing())
        photo.opened.close()
    assert out.getvalue() == again(data)
