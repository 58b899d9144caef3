"""Names, reasons and times as one printable line: a file's name may hold anything but NUL."""

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


def time_of(seconds: float) -> str:
    """A span of time as a person would say it.

    >>> time_of(4.25), time_of(64.2), time_of(7384.9)
    ('4.2 s', '1 min 4 s', '2 h 3 min')
    """
    minutes, hours = int(seconds // 60), int(seconds // 3600)
    if hours:
        return f"{hours} h {minutes % 60} min"
    return f"{minutes} min {int(seconds % 60)} s" if minutes else f"{seconds:.1f} s"
