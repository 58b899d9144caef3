"""What this room needs and a plain installation has not."""

from __future__ import annotations

from colorfix.errors import SettingError


def needed() -> None:
    """See that Ray and pyarrow are there.

    Raises:
        SettingError: one of them is not; the extra is named.
    """
    try:
        import pyarrow  # noqa: F401, ICN001, PLC0415 - looked for only where it is asked for
        import ray.data  # noqa: F401, PLC0415 - likewise
    except ImportError as error:
        raise SettingError(f"--ray needs Ray Data: pip install 'colorfix[ray]' ({error})") from error
