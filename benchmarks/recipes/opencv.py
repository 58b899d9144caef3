"""Match mean and deviation in CIE Lab with OpenCV (Reinhard 2001): python opencv.py OUT TARGET PHOTO..."""

import sys
from pathlib import Path

import cv2
import numpy as np

out, target, *photos = sys.argv[1:]


def lab(path: str) -> np.ndarray:
    """Return a photo in Lab, float32."""
    return cv2.cvtColor(cv2.imread(path).astype(np.float32) / 255, cv2.COLOR_BGR2LAB)


mean, deviation = (figure.ravel() for figure in cv2.meanStdDev(lab(target)))
for photo in photos:
    values = lab(photo)
    own_mean, own_deviation = (figure.ravel() for figure in cv2.meanStdDev(values))
    gain = deviation / own_deviation
    values = (values * gain + (mean - own_mean * gain)).astype(np.float32)
    bgr = cv2.cvtColor(values, cv2.COLOR_LAB2BGR)
    cv2.imwrite(str(Path(out) / Path(photo).name), np.rint(255 * np.clip(bgr, 0, 1)).astype(np.uint8))
