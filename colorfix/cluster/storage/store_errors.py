"""Errors of a store in the user's words."""

from __future__ import annotations

import errno
import tempfile

from colorfix.cluster.storage.uris import is_uri, split_uri
from colorfix.core.atomic import reason_of
from colorfix.core.errors import OutputError, SettingError, UnreadablePhoto
from colorfix.core.text import one_line, printable

FULL = (errno.ENOSPC, errno.EDQUOT)

_KNOWN = {
    "NO_SUCH_BUCKET": "there is no such bucket; check the name",
    "ACCESS_DENIED": "access is denied; check the credentials (AWS_ACCESS_KEY_ID, AWS_PROFILE, ...)",
    "INVALID_ACCESS_KEY_ID": "the access key is unknown; check the credentials (AWS_ACCESS_KEY_ID, ...)",
    "SIGNATURE_DOES_NOT_MATCH": "the secret key is wrong; check the credentials (AWS_SECRET_ACCESS_KEY, ...)",
    "NETWORK_CONNECTION": "its store cannot be reached; check the network, or AWS_ENDPOINT_URL",
}


def unreadable(name: str, error: OSError | ValueError) -> UnreadablePhoto:
    """Return the error of a file that cannot be read."""
    if isinstance(error, FileNotFoundError):
        return UnreadablePhoto(printable(name), "is not there; check the name")
    return UnreadablePhoto(printable(name), reason(name, error))


def unwritable(name: str, error: OSError | ValueError) -> OutputError:
    """Return the error of a result that cannot be written."""
    return OutputError(printable(name), reason(name, error))


def reason(name: str, error: OSError | ValueError) -> str:
    """Return the reason of an error, and a remedy.

    >>> reason("s3://photos/a.jpg", OSError("AWS Error NO_SUCH_BUCKET during PutObject operation"))
    's3://photos: there is no such bucket; check the name'
    >>> reason("s3://photos/a//b.jpg", ValueError("Empty path component"))
    'is no possible name there (Empty path component); choose another one'
    """
    if isinstance(error, SettingError):
        return str(error)
    if not is_uri(name):
        return reason_of(error)
    if isinstance(error, ValueError):
        return f"is no possible name there ({one_line(error)}); choose another one"
    if error.errno in FULL:  # stores have no errno: this is the copy on this machine
        return f"no space in {tempfile.gettempdir()}; free some, or set TMPDIR to another folder"
    known = next((text for word, text in _KNOWN.items() if word in str(error)), None)
    if known is not None:
        return f"{printable(split_uri(name)[0])}: {known}"
    return f"its store failed ({one_line(error)}); try again"
