"""One file per format, dispatched by name from `formats.py`."""
