"""What an encoder wrote is looked at by its header: cut short or of another size, it does not count."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image

from colorfix import photos
from colorfix.photos.containers.jpeg_markers import frame_of


@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
@pytest.mark.parametrize("progressive", [False, True])
def test_a_jpeg_frame_has_the_values_that_pillow_reads(mode, progressive):
    file = BytesIO()
    Image.new(mode, (37, 21)).save(file, "JPEG", progressive=progressive)
    header = photos.header_of(file, photos.read(Image.new("RGB", (5, 5))))
    opened = Image.open(file)
    assert (header.format, header.size, header.mode) == ("JPEG", opened.size, opened.mode)
    assert header.bytes == len(file.getvalue())


def test_the_frames_of_the_samples_have_the_values_that_pillow_reads(pairs):
    for pair in pairs:
        with Image.open(pair.source) as image:
            assert frame_of(pair.source.read_bytes())[:2] == (image.size, 3)


def test_a_jpeg_without_its_end_or_its_frame_is_an_error(cat):
    data, photo = cat.source.read_bytes(), photos.read(cat.source)
    for broken in (data[:-2], data[:400], b"\xff\xd8\xff\xd9"):
        with pytest.raises(OSError, match="no frame or no end"):
            photos.header_of(BytesIO(broken), photo)
