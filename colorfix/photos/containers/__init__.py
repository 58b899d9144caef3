"""File structures without pixels: TIFF directories, JPEG markers, PNG and RIFF chunks, boxes of ISO BMFF."""
