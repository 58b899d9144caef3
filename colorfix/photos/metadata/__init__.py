"""EXIF, XMP, previews: carry them through a correction, or into another format."""
