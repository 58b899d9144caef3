"""Two regularizers for colorfix, as an example of a package that offers some."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from colorfix.regularizers import Need, needs, ranges

if TYPE_CHECKING:
    from torch import Tensor

    from colorfix.color.scene import Scene

WARM = Need(
    lambda scene: scene.source_means[:, 0] > scene.source_means[:, 2],
    "the photo is not warm: its mean red is no greater than its mean blue",
)


@ranges(red=(1, 255), green=(1, 255), blue=(1, 255))
def gray_point(
    gains: Tensor, scene: Scene, /, *, red: float = 128, green: float = 128, blue: float = 128
) -> Tensor:
    r"""Penalize gains that leave a color, picked from the photo by hand, other than gray.

    Σ_c (z_c - z̄)², z_c = ln(g_c x_c)

    The eyedropper of a photo editor. A bowl in the plane of log gains:

        \           /
         \         /
          \_     _/        along ln g_c; at its bottom the picked color x is gray
            \___/

    Units: ``red``, ``green`` and ``blue`` are the color's values in the photo, 1 to 255.
    Source: the gray point that is set by hand; the measure is gray-world's.
    """
    codes = torch.tensor([red, green, blue], device=gains.device).round().long()
    logs = torch.log(gains * scene.values[codes])  # in the scene's own space: as stored, or linear light
    return ((logs - logs.mean(-1, keepdim=True)) ** 2).sum(-1)


@needs(WARM)
@ranges(share=(0, 1))
def keep_warmth(gains: Tensor, scene: Scene, /, *, share: float = 0.5) -> Tensor:
    r"""Penalize a correction that takes more than a part of the photo's warmth.

    max(0, share · w - w')², w = ln(μ_R / μ_B), w' = ln(g_R μ_R / (g_B μ_B))

    A sunset should not become noon. Flat while enough is left:

        \
         \
          \________        along w'
         share · w

    Left out where the photo is not warm.

    Units: natural logarithms, squared; ``share`` of the photo's own warmth stays, 0 to 1.
    Source: this example.
    """
    red, _, blue = scene.source_means.unbind(-1)
    warmth = torch.log(red / blue)
    warmth_left = warmth + torch.log(gains[:, 0] / gains[:, 2])
    return WARM.met(scene) * torch.relu(share * warmth - warmth_left) ** 2
