"""Names of what a file holds beside its picture and metadata, for the user whose output loses it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

VIDEO, SOUND, LAYERS = "a video", "sound", "layers"
GAIN_MAP, DEPTH_MAP, CREDENTIALS = "an HDR gain map", "a depth map", "Content Credentials"
HDR_DATA, SEQUENCE, MATTES = "HDR data", "a sequence of pictures", "mattes"


def pictures(count: int) -> tuple[str, ...]:
    """Return the name of pictures beside the first; none for 0.

    >>> pictures(1), pictures(2)
    (('a second picture',), ('2 further pictures',))
    """
    if not count:
        return ()
    return ("a second picture",) if count == 1 else (f"{count} further pictures",)


def listed(names: Sequence[str]) -> str:
    """Return names as a list in a sentence.

    >>> listed(["a video", "sound", "layers"])
    'a video, sound and layers'
    """
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last


def lost(names: Sequence[str]) -> tuple[str, ...]:
    """Return the sentence about contents that an output loses; none for none.

    >>> lost(["a video"])
    ('holds a video; only the photo itself is kept',)
    """
    return (f"holds {listed(names)}; only the photo itself is kept",) if names else ()


def kinds_in(trailer: bytes) -> tuple[str, ...]:
    """Return the names of contents in the bytes behind a picture, found by their marks.

    >>> kinds_in(b"....ftypmp42"), kinds_in(b"SEFT")
    (('a video',), ())
    """
    is_sound = b"SoundShot" in trailer or (b"RIFF" in trailer and b"WAVE" in trailer)
    found = {VIDEO: b"ftyp" in trailer and not is_sound, SOUND: is_sound, DEPTH_MAP: b"DepthMap" in trailer}
    return tuple(name for name, is_there in found.items() if is_there)
