"""PyTorch: the published transformer, as the published script shapes it; its models one after the other."""

import math
import sys

import torch
from torch import nn
from torch.nn import functional as F

from task import TASK, log_spaced, time_it

T = TASK["transformer"]
N, D, HEADS = T["features"], T["width"], T["heads"]
DENSITY = torch.tensor(log_spaced(T["density"], T["instances"]))
IMPORTANCE = torch.tensor([T["ratio"] ** i for i in range(N)])

torch.manual_seed(0)


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(D), nn.LayerNorm(D)
        self.qkv, self.mix = nn.Linear(D, 3 * D), nn.Linear(D, D)
        self.up, self.down = nn.Linear(D, T["mlp"]), nn.Linear(T["mlp"], D)
        self.drop = nn.Dropout(T["dropout"])

    def forward(self, h):
        rows, tokens, _ = h.shape
        parts = self.qkv(self.norm1(h)).split(D, dim=2)
        q, k, v = (part.view(rows, tokens, HEADS, -1).transpose(1, 2) for part in parts)
        rate = T["dropout"] if self.training else 0.0
        seen = F.scaled_dot_product_attention(q, k, v, dropout_p=rate, is_causal=True)
        h = h + self.drop(self.mix(seen.transpose(1, 2).reshape(rows, tokens, D)))
        return h + self.drop(self.down(F.gelu(self.up(self.norm2(h)), approximate="tanh")))


class Transformer(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed, self.position = nn.Linear(N, D), nn.Parameter(torch.zeros(1, 1, D))
        self.drop = nn.Dropout(T["dropout"])
        self.blocks = nn.Sequential(*(Block() for _ in range(T["layers"])))
        self.norm, self.output = nn.LayerNorm(D), nn.Linear(D, N)
        for name, weight in self.blocks.named_parameters():
            if weight.dim() == 2:
                residual = math.sqrt(2 * T["layers"]) if "mix" in name or "down" in name else 1
                nn.init.normal_(weight, std=T["initStd"] / residual)

    def forward(self, x):
        h = self.drop(self.embed(x) + self.position)
        return torch.relu(self.output(self.norm(self.blocks(h))))


def batch():
    shape = (T["instances"], T["batch"], N)
    x = torch.rand(shape) * (torch.rand(shape) <= DENSITY[:, None, None])
    return x.view(-1, 1, N)


def loss_of(model, x):
    return (IMPORTANCE * (x - model(x)) ** 2).mean()


def train(steps):
    model = Transformer()
    adam = torch.optim.AdamW(model.parameters(), lr=T["lr"], weight_decay=TASK["weightDecay"])
    for _ in range(steps):
        loss = loss_of(model, batch())
        adam.zero_grad(set_to_none=True)
        loss.backward()
        adam.step()


parameters = sum(weight.numel() for weight in Transformer().parameters())
if parameters != T["parameters"]:
    sys.exit(f"the transformer has {parameters} parameters, not {T['parameters']}: not the same task")
time_it(train, 1, version=torch.__version__, device=f"CPU, {torch.get_num_threads()} threads")
