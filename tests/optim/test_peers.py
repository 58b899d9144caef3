"""What Hill-ADAM is compared with, against formulas and torch's own functions."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from colorfix.learning.torch_backend import clip_gradients
from colorfix.optim.peers import Lion


def test_lion_moves_as_its_paper_says():
    """With c = 0.9 m + 0.1 g, x -= 0.01 sign(c), m = 0.99 m + 0.01 g, in NumPy on L = sum of (x - a)^2."""
    goals = np.array([0.3, -0.02, 0.5])
    x, m = np.zeros(3), np.zeros(3)
    parameter = torch.zeros(3, dtype=torch.float64, requires_grad=True)
    optimizer = Lion([parameter], lr=0.01)
    for _ in range(60):
        optimizer.zero_grad()
        ((parameter - torch.tensor(goals)) ** 2).sum().backward()
        optimizer.step()
        g = 2 * (x - goals)
        x = x - 0.01 * np.sign(0.9 * m + 0.1 * g)
        m = 0.99 * m + 0.01 * g
        np.testing.assert_allclose(parameter.detach(), x, rtol=1e-12, atol=1e-15)
    assert np.abs(x - goals).max() < 0.2


@pytest.mark.parametrize(("lr", "betas"), [(0.0, (0.9, 0.99)), (0.1, (1.0, 0.99)), (0.1, (0.9, -0.1))])
def test_lion_refuses_settings_out_of_range(lr, betas):
    with pytest.raises(ValueError, match="must"):
        Lion([torch.zeros(1, requires_grad=True)], lr, betas)


def test_each_problems_gradient_is_clipped_as_torch_clips_it_alone():
    """Over two parameters of three problems: one long gradient, one short, one zero."""
    size = torch.tensor([100.0, 1e-3, 0.0])
    generator = torch.Generator().manual_seed(1)
    gradients = [
        torch.randn(3, 4, 2, generator=generator) * size[:, None, None],
        torch.randn(3, 5, generator=generator) * size[:, None],
    ]
    batch = [torch.zeros_like(g, requires_grad=True) for g in gradients]
    for parameter, gradient in zip(batch, gradients, strict=True):
        parameter.grad = gradient.clone()
    clip_gradients(batch, 1.0)
    for problem in range(3):
        alone = [torch.zeros_like(g[problem], requires_grad=True) for g in gradients]
        for parameter, gradient in zip(alone, gradients, strict=True):
            parameter.grad = gradient[problem].clone()
        torch.nn.utils.clip_grad_norm_(alone, 1.0)
        for together, parameter in zip(batch, alone, strict=True):
            torch.testing.assert_close(together.grad[problem], parameter.grad, rtol=1e-5, atol=0)
