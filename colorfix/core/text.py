"""Names, errors and times as printable text: a file name may contain anything but NUL."""

from __future__ import annotations

_LONGEST = 120  # characters of a library's message that are kept


def printable(text: str) -> str:
    r"""Return the text with unprintable characters escaped.

    >>> printable("holiday\n.jpg")
    'holiday\\n.jpg'
    >>> printable("caf\udce9.jpg")  # a name that is no UTF-8
    'caf\\udce9.jpg'
    """
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text)


def one_line(error: BaseException) -> str:
    r"""Return the text of a library's exception as one short line.

    >>> one_line(ValueError("broken\n  data"))
    'broken data'
    >>> one_line(MemoryError())
    'MemoryError'
    """
    words = " ".join(str(error).split()) or type(error).__name__
    return printable(words[:_LONGEST])


def named(error: BaseException) -> str:
    """Return the type and the text of an exception as one short line.

    >>> named(KeyError("gains")), named(FileNotFoundError(2, "No such file or directory"))
    ("KeyError: 'gains'", 'no such file or directory')
    """
    if isinstance(error, OSError) and error.strerror:
        return printable(error.strerror.lower())
    return f"{type(error).__name__}: {one_line(error)}"


def duration(seconds: float) -> str:
    """Return a span of time as readable text.

    >>> duration(4.25), duration(64.2), duration(7384.9)
    ('4.2 s', '1 min 4 s', '2 h 3 min')
    """
    minutes, hours = int(seconds // 60), int(seconds // 3600)
    if hours:
        return f"{hours} h {minutes % 60} min"
    return f"{minutes} min {int(seconds % 60)} s" if minutes else f"{seconds:.1f} s"
