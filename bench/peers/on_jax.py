"""JAX: one model's training, vmapped over models, all steps in one compiled loop."""

from functools import partial

import jax
import jax.numpy as jnp

from task import BATCH, DENSITY, INIT, LAST_IMPORTANCE, M, MODELS, N, TASK, measure

jax.config.update("jax_platforms", "cpu")
B1, B2, EPS = TASK["beta1"], TASK["beta2"], TASK["epsilon"]


def sample(key, density):
    value, gate = jax.random.split(key)
    return jax.random.uniform(value, (BATCH, N)) * (jax.random.uniform(gate, (BATCH, N)) <= density)


def loss(parameters, x, importance):
    w, b = parameters
    y = jax.nn.relu(x @ w @ w.T + b)
    return jnp.mean(importance * (x - y) ** 2)


def importances(last):
    return jnp.ones(N).at[-1].set(last)


def step(t, carry, density, importance, steps):
    key, parameters, first, second = carry
    key, now = jax.random.split(key)
    gradient = jax.grad(loss)(parameters, sample(now, density), importance)
    first = jax.tree.map(lambda a, g: B1 * a + (1 - B1) * g, first, gradient)
    second = jax.tree.map(lambda a, g: B2 * a + (1 - B2) * g * g, second, gradient)
    lr = TASK["lr"] * jnp.cos(jnp.pi / 2 * t / jnp.maximum(steps - 1, 1))
    c1, c2 = 1 - B1 ** (t + 1.0), 1 - B2 ** (t + 1.0)
    update = lambda p, a, v: p - lr * (a / c1 / (jnp.sqrt(v / c2) + EPS) + TASK["weightDecay"] * p)
    return key, jax.tree.map(update, parameters, first, second), first, second


@partial(jax.jit)
@partial(jax.vmap, in_axes=(0, 0, 0, 0, None))
def train(key, density, last, w, steps):
    parameters = (w, jnp.zeros(N))
    zero = jax.tree.map(jnp.zeros_like, parameters)
    body = partial(step, density=density, importance=importances(last), steps=steps)
    return jax.lax.fori_loop(0, steps, body, (key, parameters, zero, zero))[1]


keys = jax.random.split(jax.random.key(0), MODELS)
w = INIT * jax.random.normal(jax.random.key(1), (MODELS, N, M))
density, last = jnp.array(DENSITY), jnp.array(LAST_IMPORTANCE)
first_loss = jax.jit(jax.vmap(lambda k, s, r, w: loss((w, jnp.zeros(N)), sample(k, s), importances(r))))
measure(
    lambda steps: jax.block_until_ready(train(keys, density, last, w, steps)),
    lambda: float(first_loss(keys, density, last, w).mean()),
    version=jax.__version__,
    device=str(jax.devices()[0]),
)
