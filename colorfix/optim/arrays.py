"""Arithmetic for NumPy arrays and torch tensors alike."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np

Array: TypeAlias = Any
"""A NumPy array or a torch tensor. The array API standard has no static type yet."""

_NAMESPACES: dict[type, Any] = {np.ndarray: np, np.float64: np, np.complex128: np}
"""Namespaces by type. NumPy 2 is its own; others come from ``array_api_compat``."""


def namespace(array: Array) -> Any:  # noqa: ANN401 - a module, which has no narrower type
    """Return the array API namespace of an array.

    Cached by type: the look-up costs ten times as much as an operation on a small array.

    >>> import numpy as np
    >>> float(namespace(np.ones(1)).sqrt(np.array(9.0)))
    3.0
    """
    kind = type(array)
    if kind not in _NAMESPACES:
        if hasattr(kind, "__array_namespace__"):  # recorded arrays and Taylor models
            return array.__array_namespace__()
        import array_api_compat

        _NAMESPACES[kind] = array_api_compat.array_namespace(array)
    return _NAMESPACES[kind]


def log_sum_exp(logits: Array) -> Array:
    """Return ln Σ_k exp(z_k) over the last axis: a smooth maximum without overflow or underflow.

    A namespace's own ``logsumexp`` is used if there is one. On NumPy, complex numbers work too.

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
    """Reshape one number a problem, [P], to broadcast over the problem's parameters, [P, ...].

    >>> import numpy as np
    >>> per_problem(np.array([1.0, 2.0]), np.zeros((2, 4, 3))).shape
    (2, 1, 1)
    """
    return figures.reshape((-1,) + (1,) * (like.ndim - 1))


def total(figures: Array) -> Array:
    """Return the sum over all but the first dimension, shape [P], in an order that depends on nothing else.

    Halves are added, element by element, until one element is left. A library's own sum depends on the batch,
    the threads and the device, so that a problem would be rounded differently alone and in a batch.

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
