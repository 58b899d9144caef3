"""Only decode and encode photos, their tables, EXIF and profile kept: python decode_encode.py OUT PHOTO...

What correcting one photo is held against: the least that a Python program with Pillow takes.
"""

import sys

from PIL import Image

out, *photos = sys.argv[1:]
for photo in photos:
    with Image.open(photo) as image:
        name = photo.rpartition("/")[2]
        image.save(f"{out}/{name}", quality="keep", exif=image.info.get("exif", b""))
