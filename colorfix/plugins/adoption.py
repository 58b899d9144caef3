"""A function of one's own, written in torch, made to serve NumPy; and the one that was forgotten."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from colorfix.color.scene import Scene
from colorfix.color.statistics import Statistics
from colorfix.core.errors import SettingError
from colorfix.plugins.guard import told
from colorfix.regularizers import BUILT_IN, Weighted


def adopt(regularizer: Weighted) -> Weighted:
    """Hold a function of your own, written in torch, to the contract, and let NumPy call it too.

    Raises:
        SettingError: its name is a built-in regularizer's.
        BrokenRegularizer: it breaks the contract; the message says how.

    >>> def keep_green(gains, scene, *, wanted=1.0):
    ...     return (gains[:, 1] - wanted) ** 2
    >>> adopt(Weighted("keep-green", keep_green, 50.0, {"wanted": 1.05})).name
    'keep-green'
    """
    from colorfix.plugins.bridge import Bridge  # noqa: PLC0415 - only a third party's function needs torch
    from colorfix.plugins.contract import check  # noqa: PLC0415 - likewise

    name, function = regularizer.name, regularizer.function
    if name in BUILT_IN:
        raise SettingError(
            f"the regularizer {name!r} has two owners, {function!r} and colorfix itself; rename yours"
        )
    check(name, function, dict(regularizer.parameters))
    return replace(regularizer, function=Bridge(name, function))


def refuse_unadopted(regularizer: Weighted) -> None:
    """Refuse a function that NumPy cannot call, as one in torch that was not adopted.

    It is called with two gains of one photo, complex, as slopes are taken.

    Raises:
        SettingError: it raises, or does not return one penalty for each.

    >>> in_torch = Weighted("keep-green", lambda gains, scene: (gains[:, 1] - 1) ** 2, 50.0)
    >>> refuse_unadopted(in_torch)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    colorfix.core.errors.SettingError: the regularizer 'keep-green' cannot be called with arrays ...
    """
    name, function = regularizer.name, regularizer.function
    if BUILT_IN.get(name) is function or getattr(function, "adopted", False):
        return

    def refused(why: str) -> SettingError:
        return SettingError(
            f"the regularizer {name!r} cannot be called with arrays of shape [..., P, 3] ({why}); "
            "one written in torch must pass through colorfix.plugins.adopt"
        )

    photo = Statistics(np.ones((3, 256), np.int64))
    gains = np.ones((2, 1, 3), np.complex128)
    with told(refused), np.errstate(all="ignore"):
        penalties = regularizer(gains, Scene.of([photo], [photo]))
    if np.shape(penalties) != gains.shape[:-1]:
        raise refused(f"for shape {gains.shape} it returned {np.shape(penalties)}")
