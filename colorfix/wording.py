"""Names and reasons as one printable line: a file's name may hold anything but NUL, a library's text too."""

from __future__ import annotations

_LONGEST = 120  # characters of a library's text that still help


def shown(text: str) -> str:
    r"""The text with everything that could break a line, a terminal or an encoder spelled out.

    >>> shown("holiday\n.jpg")
    'holiday\\n.jpg'
    >>> shown("caf\udce9.jpg")  # a name that is no UTF-8
    'caf\\udce9.jpg'
    """
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text)


def said(error: BaseException) -> str:
    r"""What a library's exception says, as one short line.

    >>> said(ValueError("broken\n  data"))
    'broken data'
    >>> said(MemoryError())
    'MemoryError'
    """
    words = " ".join(str(error).split()) or type(error).__name__
    return shown(words[:_LONGEST])
