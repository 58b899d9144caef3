"""Shared by every room: errors, defaults, printable text, atomic files, imports on demand."""
