"""URIs such as ``s3://bucket/a.jpg``, split as they are spelled: nothing is decoded.

In a bucket ``%``, ``#``, ``?`` and blanks are letters of a name, as in the tools of object stores. An object
has one spelling, so that two names are of one object only if they are equal.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from colorfix.batch.resume.file_stamp import FileStamp

_ADDRESS = re.compile(r"(?:ray://)?(?P<host>\[[0-9a-fA-F:]+\]|[\w.-]+):(?P<port>\d{1,5})")
_WORDS = {"local", "auto"}
_PLAIN = {"file", "local"}
_SAME = {"s3a": "s3", "s3n": "s3", "gcs": "gs"}
_HOSTLESS = {"hdfs", "viewfs"}  # they have a default host
_URI = re.compile(r"(?P<top>[A-Za-z][A-Za-z0-9+.-]+://[^/]*)/*(?P<rest>.*)", re.DOTALL)


def is_uri(name: str) -> bool:
    """Whether a name has a scheme.

    >>> is_uri("s3://bucket/a.jpg"), is_uri("shoot/a.jpg"), is_uri("c:/a.jpg")
    (True, False, False)
    """
    return _URI.fullmatch(name) is not None


def split_uri(uri: str) -> tuple[str, str]:
    """Return scheme and bucket, and the name in it.

    >>> split_uri("s3://bucket/day 1/a#1.jpg")
    ('s3://bucket', 'day 1/a#1.jpg')
    >>> split_uri("s3://bucket")
    ('s3://bucket', '')
    """
    found = _URI.fullmatch(uri)
    return (found["top"], found["rest"]) if found else ("", uri)


def spelling_error(name: str) -> str | None:
    """Return the error in the spelling of a name; None for a path and for a correct URI.

    >>> spelling_error("s3://bucket/photos/"), spelling_error("shoot//a.jpg")
    (None, None)
    >>> spelling_error("S3://bucket/a.jpg")
    'is spelled s3:// here'
    >>> spelling_error("s3:///photos")
    'names no bucket; write it as s3://bucket/photos'
    >>> spelling_error("s3://bucket//a.jpg") == spelling_error("s3://bucket/b/../a.jpg")
    True
    >>> spelling_error("file:///photos/a.jpg")
    'is on a disk; write its path alone'
    """
    if not is_uri(name):
        return None
    scheme, _, rest = name.partition("://")
    one = _SAME.get(scheme.lower(), scheme.lower())
    if one in _PLAIN:
        return "is on a disk; write its path alone"
    if scheme != one:
        return f"is spelled {one}:// here"
    bucket, *parts = rest.removesuffix("/").split("/")
    if not bucket and one not in _HOSTLESS:
        return f"names no bucket; write it as {one}://bucket/photos"
    if {"", ".", ".."} & {*parts}:
        return "has an empty part, or . or .. for one; leave it out"
    return None


def without_root_marker(name: str) -> str:
    """Return a name without ``/./``, which marks the root of the tree that outputs repeat.

    >>> without_root_marker("s3://bucket/shoot/./day 1/a.jpg")
    's3://bucket/shoot/day 1/a.jpg'
    """
    return name.replace("/./", "/", 1)


def is_cluster_address(word: str) -> bool:
    """Whether a word names a cluster.

    >>> [is_cluster_address(word) for word in ("10.0.0.1:6379", "ray://head:10001", "auto", "a.jpg")]
    [True, True, True, False]
    """
    return word in _WORDS or host_of(word) is not None


def host_of(address: str) -> tuple[str, int] | None:
    """Return host and port of an address that has them.

    >>> host_of("ray://[::1]:10001"), host_of("auto")
    (('::1', 10001), None)
    """
    found = _ADDRESS.fullmatch(address)
    return None if found is None else (found["host"].strip("[]"), int(found["port"]))


class StoreEntry(NamedTuple):
    """Entry of a folder of a store.

    Attributes:
        name: the last part of its path.
        stamp: of a file; None for a folder.
    """

    name: str
    stamp: FileStamp | None

    def is_dir(self, *, follow_symlinks: bool = True) -> bool:  # noqa: ARG002 - as a disk's entries have it
        """Whether it is a folder."""
        return self.stamp is None

    def is_file(self) -> bool:
        """Whether it is a file."""
        return self.stamp is not None


class AttributeSource(NamedTuple):
    """File on this machine whose attributes another file gets.

    Attributes:
        path: of the file.
        exactly: copy all permissions and times, as ``cp -p`` does.
    """

    path: str
    exactly: bool
