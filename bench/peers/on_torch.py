"""PyTorch: all models in one batched einsum, the shape that the published reproductions use."""

import math

import torch

from task import BATCH, DENSITY, IMPORTANCE, INIT, M, MODELS, N, TASK, measure

torch.manual_seed(0)
density = torch.tensor(DENSITY)[None, :, None]
importance = torch.tensor(IMPORTANCE)
w = (torch.randn(MODELS, N, M) * INIT).requires_grad_()
b = torch.zeros(MODELS, N, requires_grad=True)


def batch_loss():
    shape = (BATCH, MODELS, N)
    x = torch.rand(shape) * (torch.rand(shape) <= density)
    hidden = torch.einsum("bif,ifh->bih", x, w)
    y = torch.relu(torch.einsum("bih,ifh->bif", hidden, w) + b)
    return (importance * (x - y) ** 2).mean(dim=(0, 2)).sum()


def train(steps):
    betas = (TASK["beta1"], TASK["beta2"])
    adam = torch.optim.AdamW(
        [w, b], lr=TASK["lr"], betas=betas, eps=TASK["epsilon"], weight_decay=TASK["weightDecay"]
    )
    for step in range(steps):
        adam.param_groups[0]["lr"] = TASK["lr"] * math.cos(math.pi / 2 * step / max(steps - 1, 1))
        loss = batch_loss()
        adam.zero_grad(set_to_none=True)
        loss.backward()
        adam.step()


measure(
    train,
    lambda: batch_loss().item() / MODELS,
    version=torch.__version__,
    device=f"CPU, {torch.get_num_threads()} threads",
)
