"""NVIDIA Warp: a fused kernel, one model a thread of the launch, as one would write it in CUDA.
Warp runs the threads of a launch one after the other on a CPU, so this row uses one core."""

import math

import numpy as np
import warp as wp

from task import BATCH, DENSITY, INIT, LAST_IMPORTANCE, M, MODELS, N, TASK, measure

wp.config.quiet = True
wp.init()
SIZE = N * M + N
state_t = wp.types.vector(length=SIZE, dtype=float)
features_t = wp.types.vector(length=N, dtype=float)
hidden_t = wp.types.vector(length=M, dtype=float)
FEATURES, HIDDEN, LENGTH = wp.constant(N), wp.constant(M), wp.constant(SIZE)
BIAS, LAST, SAMPLES = wp.constant(N * M), wp.constant(N - 1), wp.constant(BATCH)
B1, B2, EPS = (wp.constant(float(TASK[k])) for k in ("beta1", "beta2", "epsilon"))
DECAY = wp.constant(float(TASK["weightDecay"]))


@wp.kernel
def train_kernel(
    states: wp.array(dtype=state_t),
    firsts: wp.array(dtype=state_t),
    seconds: wp.array(dtype=state_t),
    density: wp.array(dtype=float),
    last: wp.array(dtype=float),
    rates: wp.array(dtype=float),
    losses: wp.array(dtype=float),
    seed: int,
):
    i = wp.tid()
    p = states[i]
    first = firsts[i]
    second = seconds[i]
    s = density[i]
    random = wp.rand_init(seed, i)
    power1 = float(1.0)
    power2 = float(1.0)
    loss = float(0.0)
    for t in range(rates.shape[0]):
        gradient = state_t()
        loss = float(0.0)
        for k in range(SAMPLES):
            x = features_t()
            error = features_t()
            h = hidden_t()
            back = hidden_t()
            for f in range(FEATURES):
                u = wp.randf(random)
                x[f] = wp.where(u < s, u / s, 0.0)
                for d in range(HIDDEN):
                    h[d] += p[f * HIDDEN + d] * x[f]
            for f in range(FEATURES):
                z = p[BIAS + f]
                for d in range(HIDDEN):
                    z += p[f * HIDDEN + d] * h[d]
                importance = float(1.0)
                if f == LAST:
                    importance = last[i]
                residual = wp.max(z, 0.0) - x[f]
                loss += importance * residual * residual
                error[f] = wp.where(z > 0.0, importance * residual, 0.0)
                gradient[BIAS + f] += error[f]
                for d in range(HIDDEN):
                    back[d] += error[f] * p[f * HIDDEN + d]
            for f in range(FEATURES):
                for d in range(HIDDEN):
                    gradient[f * HIDDEN + d] += error[f] * h[d] + back[d] * x[f]
        gradient *= 2.0 / float(SAMPLES * FEATURES)
        first = first * B1 + gradient * (1.0 - B1)
        second = second * B2 + wp.cw_mul(gradient, gradient) * (1.0 - B2)
        power1 *= B1
        power2 *= B2
        for j in range(LENGTH):
            up = first[j] / (1.0 - power1) / (wp.sqrt(second[j] / (1.0 - power2)) + EPS)
            p[j] = p[j] - rates[t] * (up + DECAY * p[j])
    states[i] = p
    firsts[i] = first
    seconds[i] = second
    losses[i] = loss / float(SAMPLES * FEATURES)


def array(values, dtype=float):
    return wp.array(values, dtype=dtype, device="cpu")


start = np.zeros((MODELS, SIZE), np.float32)
start[:, : N * M] = INIT * np.random.default_rng(0).normal(size=(MODELS, N * M))
density, last = array(DENSITY), array(LAST_IMPORTANCE)
losses = wp.zeros(MODELS, dtype=float, device="cpu")


def train(steps):
    rates = [TASK["lr"] * math.cos(math.pi / 2 * t / max(steps - 1, 1)) for t in range(steps)]
    moments = [wp.zeros(MODELS, dtype=state_t, device="cpu") for _ in range(2)]
    inputs = [array(start, state_t), *moments, density, last, array(rates), losses, 7]
    wp.launch(train_kernel, MODELS, inputs, device="cpu")
    wp.synchronize()


def loss():
    train(1)
    return float(losses.numpy().mean())


measure(train, loss, version=wp.config.version, device="CPU, 1 thread")
