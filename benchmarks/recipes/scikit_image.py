"""Give each channel a target's distribution with scikit-image: python scikit_image.py OUT TARGET PHOTO..."""

import sys
from pathlib import Path

from skimage import io
from skimage.exposure import match_histograms

out, target, *photos = sys.argv[1:]
reference = io.imread(target)
for photo in photos:
    matched = match_histograms(io.imread(photo), reference, channel_axis=-1)
    io.imsave(Path(out) / Path(photo).name, matched, check_contrast=False)
