"""Weights that PyTorch and JAX themselves have written, measured to the numbers of our tables."""

import os
import subprocess
import unittest

import jax
import jax.numpy as jnp
import numpy as np
from common import FILES, Case, superphase, table
from safetensors.flax import save_file

HERE = os.path.dirname(os.path.abspath(__file__))
SWEEP = "sweep --features 3 --hidden 2 --columns 4 --rows 3 --repeats 2 --steps 60 --engine cpu".split()


class Frameworks(Case):
    @classmethod
    def setUpClass(cls):
        out = ["--out", FILES / "pixels.csv", "--models", FILES / "models-of-pixels.csv"]
        superphase(*SWEEP, *out, "--weights", FILES / "own.npz")
        two = ["--out", FILES / "layers.csv", "--weights", FILES / "two.npz"]
        superphase(*"study --preset absolute-3 --steps 60 --engine cpu".split(), *two)
        own = np.load(FILES / "own.npz")
        cls.link = own["link"].item()
        cls.w, cls.b = own["W"].reshape(24, 3, 2), own["b"].reshape(24, 3)
        np.savez(FILES / "models.npz", W=cls.w, b=cls.b)

    def diagram(self, name):
        superphase("measure", FILES / name, "--link", self.link, "--out", FILES / "measured.csv",
                   "--models", FILES / "measured-models.csv")
        self.equal("measured.csv", "pixels.csv", name)
        self.equal("measured-models.csv", "models-of-pixels.csv", name)

    def layers(self, name):
        superphase("measure", FILES / name, "--preset", "absolute-3", "--out", FILES / "measured.csv")
        self.equal("measured.csv", "layers.csv", name)

    def equal(self, found, wanted, what):
        self.assertEqual((FILES / found).read_bytes(), (FILES / wanted).read_bytes(), what)

    @unittest.skipUnless(os.environ.get("TORCH"), "no PyTorch here")
    def test_pytorch(self):
        start = os.environ["TORCH"].split()
        subprocess.run(["env", *start, os.path.join(HERE, "torch_models.py"), FILES], check=True)
        for ending in "safetensors", "npz":
            self.diagram(f"torch-packed.{ending}")
            self.diagram(f"torch-layers.{ending}")
            self.layers(f"torch-two.{ending}")
            superphase("measure", FILES / f"torch-trained.{ending}", "--density", "0.2",
                       "--by-feature", FILES / "trained-features.csv", "--out", FILES / "trained.csv")
            norms = np.load(FILES / "torch-norms.npz")["norms"].ravel()
            np.testing.assert_allclose(table("trained-features.csv")["norm"], norms, rtol=1e-6)

    def test_jax(self):
        self.assertEqual(jax.default_backend(), "cpu")
        w, b = jnp.asarray(self.w), jnp.asarray(self.b)
        two = np.load(FILES / "two.npz")
        encoder, decoder, bias = (jnp.asarray(two[name][0, 0]) for name in ("encoder", "decoder", "b"))
        # Trees of parameters, a model each and stacked by vmap, with the paths that Flax gives them.
        stack = jax.vmap(lambda w, b: {"params": {"kernel": w, "bias": b}})(w, b)
        net = {"params": {"Dense_0": {"kernel": encoder}, "Dense_1": {"kernel": decoder.T, "bias": bias}}}
        for name, tree, measured in ("jax-stack", stack, self.diagram), ("jax-net", net, self.layers):
            leaves, _ = jax.tree_util.tree_flatten_with_path(tree)
            flat = {"/".join(key.key for key in path): leaf for path, leaf in leaves}
            save_file(flat, FILES / f"{name}.safetensors")
            jnp.savez(FILES / f"{name}.npz", **flat)
            for ending in "safetensors", "npz":
                measured(f"{name}.{ending}")
