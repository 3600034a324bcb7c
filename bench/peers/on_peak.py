"""The most arithmetic this machine is seen to do: multiplication of large matrices of 32-bit floats."""

import json
import time

import jax
import jax.numpy as jnp
import numpy as np

jax.config.update("jax_platforms", "cpu")
SIZE = 2048
rng = np.random.default_rng(0)
a, b = (rng.random((SIZE, SIZE), np.float32) for _ in range(2))
ways = {"NumPy": (lambda: a @ b), "JAX": (lambda: jax.block_until_ready(ja @ jb))}
ja, jb = jnp.array(a), jnp.array(b)
best = {}
for name, multiply in ways.items():
    multiply()
    for _ in range(5):
        start = time.perf_counter()
        multiply()
        best[name] = max(best.get(name, 0), 2 * SIZE**3 / (time.perf_counter() - start))
name = max(best, key=best.get)
print(json.dumps({"flops": best[name], "device": f"{name}, {SIZE} x {SIZE} matrices", "all": best}))
