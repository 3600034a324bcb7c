"""Models as PyTorch's users write them: FOLDER, where models.npz has W of (models, n, m) and b of (models, n), and
two.npz a model with two layers. Run by a Python that has PyTorch; writes torch-*.safetensors and torch-*.npz."""

import sys
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from torch import nn

folder = Path(sys.argv[1])


class Packed(nn.Module):
    """All models in one parameter, as the published notebook has them."""

    def __init__(self, models, n, m):
        super().__init__()
        self.W = nn.Parameter(torch.empty(models, n, m))
        self.b_final = nn.Parameter(torch.zeros(models, n))
        nn.init.xavier_normal_(self.W)

    def forward(self, x):
        hidden = torch.einsum("bin,inm->bim", x, self.W)
        return torch.relu(torch.einsum("bim,inm->bin", hidden, self.W) + self.b_final)


class Tied(nn.Module):
    """One model: a linear layer, and its transpose."""

    def __init__(self, n, m):
        super().__init__()
        self.down = nn.Linear(n, m, bias=False)
        self.bias = nn.Parameter(torch.zeros(n))

    def forward(self, x):
        return torch.relu(self.down(x) @ self.down.weight + self.bias)


def layers(w, b):
    """Models with a layer each, their state_dicts stacked."""
    all = []
    for one, bias in zip(w, b):
        model = Tied(*one.shape)
        model.load_state_dict({"down.weight": one.T, "bias": bias})
        all.append(model.state_dict())
    return {name: torch.stack([state[name] for state in all]) for name in all[0]}


def save(name, state):
    """A state_dict in both formats."""
    save_file({key: value.detach().contiguous() for key, value in state.items()}, folder / f"{name}.safetensors")
    np.savez(folder / f"{name}.npz", **{key: value.detach().numpy() for key, value in state.items()})


arrays = np.load(folder / "models.npz")
w, b = (torch.from_numpy(arrays[name]) for name in ("W", "b"))
packed = Packed(*w.shape)
packed.load_state_dict({"W": w, "b_final": b})
save("torch-packed", packed.state_dict())
save("torch-layers", layers(w, b))

arrays = np.load(folder / "two.npz")
encoder, decoder, bias = (torch.from_numpy(arrays[name][0, 0]) for name in ("encoder", "decoder", "b"))
n, m = encoder.shape
two = nn.Sequential()
two.add_module("encoder", nn.Linear(n, m, bias=False))
two.add_module("relu", nn.ReLU())
two.add_module("decoder", nn.Linear(m, n))
two.load_state_dict({"encoder.weight": encoder.T, "decoder.weight": decoder, "decoder.bias": bias})
save("torch-two", two.state_dict())

# Trained here, by autograd.
torch.manual_seed(0)
own = Packed(3, 5, 2)
optimiser = torch.optim.AdamW(own.parameters(), lr=0.01)
for _ in range(200):
    x = torch.rand(64, 3, 5) * (torch.rand(64, 3, 5) < 0.2)
    loss = ((own(x) - x) ** 2).mean()
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
save("torch-trained", own.state_dict())
np.savez(folder / "torch-norms.npz", norms=own.W.detach().norm(dim=-1).numpy())
