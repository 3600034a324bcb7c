"""Trains the larger published transformer anew, as its script does: transformers' own GPT-2 between two linear maps.

Prints the mean training loss of every tenth of 1,000 steps, a line a seed, and their means: what docs/networks.md
compares the published log and our networks with. Needs torch and transformers (requirements.txt beside this file).

    python scripts/published/losses.py SEEDS
"""

import sys

import torch
from torch import nn
from transformers import GPT2Config, GPT2Model

FEATURES, WIDTH, DENSITIES, ROWS, STEPS, TENTHS = 128, 64, 10, 32, 1_000, 10


def batch(density):
    """Features that are active with their row's density, with values uniform on [0, 1)."""
    shape = (ROWS, DENSITIES, FEATURES)
    return torch.rand(shape) * (torch.rand(shape) <= density)


def losses(seed):
    """Mean losses of the tenths of a run."""
    torch.manual_seed(seed)
    density = 20.0 ** -torch.linspace(0, 1, DENSITIES)[:, None]
    importance = 0.9 ** torch.arange(FEATURES)
    # Its dictionary is never used; with one word it is small.
    config = GPT2Config(vocab_size=1, n_positions=32, n_embd=WIDTH, n_layer=4, n_head=4, n_inner=4 * WIDTH)
    embed, body, output = nn.Linear(FEATURES, WIDTH), GPT2Model(config), nn.Linear(WIDTH, FEATURES)
    optimiser = torch.optim.AdamW([p for part in (embed, body, output) for p in part.parameters()], lr=1e-4)
    sums = [0.0] * TENTHS
    for step in range(STEPS):
        x = batch(density)
        hidden = body(inputs_embeds=embed(x.view(-1, 1, FEATURES))).last_hidden_state
        loss = (importance * (x - torch.relu(output(hidden)).view_as(x)) ** 2).mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        sums[step * TENTHS // STEPS] += loss.item()
    return [total * TENTHS / STEPS for total in sums]


def main():
    torch.set_num_threads(1)
    runs = []
    for seed in range(int(sys.argv[1])):
        runs.append(losses(seed))
        print(seed, *(f"{loss:.5f}" for loss in runs[-1]), flush=True)
    print("mean", *(f"{sum(column) / len(column):.5f}" for column in zip(*runs)))


if __name__ == "__main__":
    main()
