"""Fingerprint of everything that changes an output: if it differs, the photo is processed again."""

from __future__ import annotations

import inspect
import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from colorfix import __version__
from colorfix.looks.look import Look

if TYPE_CHECKING:
    from colorfix.batch.job import Order
    from colorfix.correction.settings import Settings

_LENGTH = 32  # hexadecimal digits: 128 bits
_WITHOUT_EFFECT = {"overwrite", "trace", "verify", "allow_loss"}

_LATER = {"count_white": True, "follow": "auto", "warmth": 0.0}
"""Settings that 0.1.0 did not have, with the values that do what it did: its journals still hold."""

_FIRST_MODULES = {
    "blue_hinge": "blue",
    "clipping": "clipping",
    "double_wells": "paper",
    "gain_spread": "spread",
    "gray_edge": "grey",
    "gray_world": "grey",
    "illuminants": "illuminant",
    "luminance": "exposure",
    "neutral_pixels": "neutral",
    "same_scene": "guide",
    "shades_of_gray": "grey",
    "temperature": "illuminant",
    "tint": "illuminant",
}
"""The module of each built-in penalty in the journals of 0.1.0: files may move, and journals still hold."""


def fingerprint(order: Order, target: str) -> str:
    """Return a text that is equal for equal version, settings, writing and target.

    Args:
        order: the settings of the run.
        target: the pipeline's digest of the target.

    >>> from colorfix.batch.job import Order, Writing
    >>> from colorfix.correction.settings import Settings
    >>> soft = Order(Settings(strength=0.5))
    >>> fingerprint(Order(Settings()), "neutral") == fingerprint(Order(Settings()), "neutral")
    True
    >>> fingerprint(Order(Settings()), "neutral") == fingerprint(soft, "neutral")
    False
    >>> fingerprint(soft, "neutral") == fingerprint(Order(soft.settings, Writing(overwrite=True)), "neutral")
    True
    """
    writing = {
        field.name: json_value(getattr(order.writing, field.name))
        for field in fields(order.writing)
        if field.name not in _WITHOUT_EFFECT
    }
    shared = None if order.shared is None else order.shared.gains.tolist()
    settings = replace(order.settings, origin={}) if isinstance(order.settings, Look) else order.settings
    known = [__version__, _of_settings(settings), writing, target, shared]
    known += [] if order.only_casts is None else [order.only_casts]
    return sha256(json.dumps(known, sort_keys=True).encode()).hexdigest()[:_LENGTH]


def _of_settings(settings: Settings | Look) -> dict[str, Any]:
    """Return settings as plain JSON, without later ones that change nothing."""
    values: dict[str, Any] = json_value(settings)
    return {name: value for name, value in values.items() if _LATER.get(name, ...) != value}


def json_value(value: Any) -> Any:  # noqa: ANN401 - settings hold anything
    """Return a value as plain JSON, pixels and files as their digests."""
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, tuple | list):
        return [json_value(each) for each in value]
    if isinstance(value, Mapping):
        return {str(key): json_value(each) for key, each in value.items()}
    if is_dataclass(value):
        return {field.name: json_value(getattr(value, field.name)) for field in fields(value)}
    if hasattr(value, "tobytes"):  # an array or an image
        kind = str(getattr(value, "shape", None) or value.size)
        return [kind, sha256(value.tobytes()).hexdigest()]
    return _of_function(value)


def _of_function(function: Any) -> list[str]:  # noqa: ANN401 - any callable
    """Return the name of a function, and the digest of its file if it is not colorfix's."""
    inner = inspect.unwrap(function)
    name = f"{inner.__module__}.{getattr(inner, '__qualname__', type(inner).__qualname__)}"
    if name.startswith("colorfix."):  # its code is known by the version
        module = _FIRST_MODULES.get(inner.__qualname__)
        return [f"colorfix.regularizers.{module}.{inner.__qualname__}" if module else name]
    try:
        source = Path(inspect.getsourcefile(inner) or "").read_bytes()
    except (OSError, TypeError):  # typed in, or compiled
        return [name]
    return [name, sha256(source).hexdigest()]
