"""One kind of arithmetic for two kinds of array: NumPy arrays and torch tensors."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np

Array: TypeAlias = Any
"""A NumPy array or a torch tensor. The standard has no static type yet; shapes are told in words."""

_NAMESPACES: dict[type, Any] = {np.ndarray: np, np.float64: np, np.complex128: np}
"""NumPy from 2 on is its own namespace of the standard; other libraries' are made by ``array_api_compat``."""


def namespace(array: Array) -> Any:  # noqa: ANN401 - a module, which has no narrower type
    """Return the array API namespace of an array.

    Remembered by type: the look-up costs ten times one operation on a small array.

    >>> import numpy as np
    >>> float(namespace(np.ones(1)).sqrt(np.array(9.0)))
    3.0
    """
    kind = type(array)
    if kind not in _NAMESPACES:
        if hasattr(kind, "__array_namespace__"):  # colorfix's own numbers know theirs
            return array.__array_namespace__()
        import array_api_compat

        _NAMESPACES[kind] = array_api_compat.array_namespace(array)
    return _NAMESPACES[kind]


def log_sum_exp(logits: Array) -> Array:
    """Return ln Σ_k exp(z_k) over the last axis: a smooth maximum that neither overflows nor underflows.

    Where a namespace has a function of its own, that one serves; NumPy's is complex too, so that the complex
    step passes through it.

    >>> import numpy as np
    >>> float(log_sum_exp(np.array([-2000.0, -2000.0])).round(6))
    -1999.306853
    """
    xp = namespace(logits)
    if hasattr(xp, "logsumexp"):
        return xp.logsumexp(logits, -1)
    highest = logits.real.max(-1)
    return highest + xp.log(xp.exp(logits - highest[..., None]).sum(-1))


def per_problem(figures: Array, like: Array) -> Array:
    """Shape one figure a problem, [P], so that it broadcasts over that problem's parameters, [P, ...].

    >>> import numpy as np
    >>> per_problem(np.array([1.0, 2.0]), np.zeros((2, 4, 3))).shape
    (2, 1, 1)
    """
    return figures.reshape((-1,) + (1,) * (like.ndim - 1))


def total(figures: Array) -> Array:
    """Return the sum over all but the first dimension, shape [P], always in the same order.

    Halves are added to each other, element by element, until one element is left: a library's own sum
    chooses its order by the shape of the whole batch, the number of threads and the device, and then the same
    problem rounds differently alone and among others.

    >>> import numpy as np
    >>> total(np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])).tolist()
    [6.0, 15.0]
    """
    xp = namespace(figures)
    flat = figures.reshape((figures.shape[0], -1))
    while (size := flat.shape[1]) > 1:
        half = size // 2
        added = flat[:, :half] + flat[:, half : 2 * half]
        flat = added if size % 2 == 0 else xp.concat([added, flat[:, 2 * half :]], axis=1)
    return flat[:, 0]


def largest(figures: Array) -> Array:
    """Return the largest absolute value over all but the first dimension, shape [P].

    >>> import numpy as np
    >>> largest(np.array([[1.0, -2.0], [0.5, 0.0]])).tolist()
    [2.0, 0.5]
    """
    xp = namespace(figures)
    return xp.max(xp.abs(figures.reshape((figures.shape[0], -1))), axis=1)
