"""What this room needs and a plain installation has not."""

from __future__ import annotations

from importlib import import_module

from colorfix.errors import SettingError


def needed() -> None:
    """See that Ray and pyarrow are there.

    Raises:
        SettingError: one of them is not; the extra is named.
    """
    try:
        import_module("pyarrow")
        import_module("ray.data")
    except ImportError as error:
        raise SettingError(f"--ray needs Ray Data: pip install 'colorfix[ray]' ({error})") from error
