"""What a photo is called while it lies in a temporary folder gives way to what its user calls it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from colorfix.core.text import shown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from colorfix.core.errors import OutputError, PhotoError


class Names:
    """Paths of a temporary folder, which nothing else is called, and the names that stand for them.

    Args:
        known: path to name.

    >>> names = Names({"/tmp/x/1": "s3://photos/a.jpg"})
    >>> names.given({"path": "/tmp/x/1", "bytes": 3, "warnings": ["/tmp/x/1: is flat"]})
    {'path': 's3://photos/a.jpg', 'bytes': 3, 'warnings': ['s3://photos/a.jpg: is flat']}
    """

    def __init__(self, known: Mapping[str, str]) -> None:
        # the longest first: /tmp/x/1 begins /tmp/x/10
        self._known = [(path, shown(known[path])) for path in sorted(known, key=len, reverse=True)]

    def given(self, value: Any) -> Any:  # noqa: ANN401 - whatever JSON can hold
        """Return a document with the user's names in it."""
        if isinstance(value, str):
            for path, name in self._known:
                value = value.replace(path, name)
            return value
        if isinstance(value, dict):
            return {key: self.given(each) for key, each in value.items()}
        return [self.given(each) for each in value] if isinstance(value, list | tuple) else value

    def renamed(self, error: PhotoError | OutputError) -> PhotoError | OutputError:
        """Return an error that names what the user named."""
        return type(error)(self.given(error.name), self.given(error.reason))
