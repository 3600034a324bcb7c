"""safetensors, npz and tables hold the same values, and weights that Python writes are measured as ours."""

import json

import ml_dtypes
import numpy as np
from common import FILES, Case, refused, superphase, table
from safetensors import safe_open
from safetensors.numpy import load_file, save_file

SWEEP = "sweep --features 3 --hidden 2 --grid 4 --repeats 2 --steps 60 --engine cpu".split()
STUDY = "study --preset five-in-two --instances 3 --repeats 2 --steps 60 --batch 64 --engine cpu".split()


class Diagrams(Case):
    @classmethod
    def setUpClass(cls):
        files = {"--out": "grid.csv", "--models": "models.csv", "--npz": "grid.npz"}
        flags = [word for flag, name in files.items() for word in (flag, FILES / name)]
        superphase(*SWEEP, *flags, "--weights", FILES / "sweep.safetensors")
        superphase(*SWEEP, "--out", FILES / "again.csv", "--weights", FILES / "sweep.npz")
        cls.grid, cls.models = table("grid.csv"), table("models.csv")

    def weights(self):
        columns = [f"w_{i}_{k}" for i in range(3) for k in range(2)]
        biases = [f"b_{i}" for i in range(3)]
        # Tables are columns one after the other in memory, which safetensors would write as they stand.
        return [np.ascontiguousarray(self.models[c]) for c in (columns, biases)]

    def test_diagram_as_npz(self):
        npz = np.load(FILES / "grid.npz")
        for name, column in {
            "norm": "last_norm",
            "superposition": "last_superposition",
            "polysemanticity": "last_polysemanticity",
            "loss": "loss",
        }.items():
            self.assertEqual(npz[name].shape, (4, 4))
            self.same(npz[name], self.grid[column], name)
        self.assertEqual(npz["phase"].ravel().tolist(), self.grid["phase"].tolist())
        self.same(np.repeat(npz["log_density"], 4), self.grid["log_sparsity"])
        self.same(np.tile(npz["log_importance"], 4), self.grid["log_weight"])
        self.assertTrue(np.allclose(np.log10(npz["density"]), npz["log_density"]))
        self.assertIn("v=1", npz["link"].item())
        self.assertEqual(json.loads(npz["spec"].item())["features"], 3)

    def test_weights_as_safetensors_and_npz(self):
        tensors, npz = load_file(FILES / "sweep.safetensors"), np.load(FILES / "sweep.npz")
        w, b = self.weights()
        for arrays in tensors, npz:
            self.assertEqual(arrays["W"].shape, (4, 4, 2, 3, 2))
            self.same(arrays["W"], w)
            self.same(arrays["b"], b)
        with safe_open(FILES / "sweep.safetensors", "np") as file:
            metadata = file.metadata()
        self.assertEqual(metadata["link"], npz["link"].item())
        self.assertEqual(metadata["format"], "superphase-weights")
        self.assertEqual(json.loads(metadata["spec"])["repeats"], 2)

    def measured(self, file, *flags):
        superphase("measure", file, *flags, "--out", FILES / "m.csv", "--models", FILES / "mm.csv")
        self.assertEqual((FILES / "m.csv").read_bytes(), (FILES / "grid.csv").read_bytes())
        self.assertEqual((FILES / "mm.csv").read_bytes(), (FILES / "models.csv").read_bytes())

    def test_our_own_weights_are_measured_to_the_table(self):
        for name in "sweep.safetensors", "sweep.npz":
            self.measured(FILES / name)

    def test_weights_from_python_are_measured_to_the_table(self):
        w, b = (a.astype(np.float32) for a in self.weights())
        w = w.reshape(32, 3, 2)
        link = np.load(FILES / "sweep.npz")["link"].item()
        # PyTorch: a packed parameter, or a linear layer's weight of (out, in) = (m, n).
        save_file({"W": w, "b_final": b}, FILES / "packed.safetensors")
        turned = np.ascontiguousarray(w.swapaxes(1, 2))
        save_file({"model.weight": turned, "model.bias": b}, FILES / "linear.safetensors")
        # JAX: a tree of kernels of (in, out) = (n, m), flattened; any order and width.
        np.savez(FILES / "kernel.npz", **{"params/kernel": w, "params/bias": b})
        np.savez_compressed(FILES / "wide.npz", W=np.asfortranarray(w.astype(">f8")), b=b)
        for name in "packed.safetensors", "linear.safetensors", "kernel.npz", "wide.npz":
            self.measured(FILES / name, "--link", link)

    def test_half_floats_are_read(self):
        half, brain = np.array([[1, -1], [0.5, 2], [0, 4]], "f2"), ml_dtypes.bfloat16
        for name, w in {"half": half, "brain": half.astype(brain), "double": half.astype("f8")}.items():
            save_file({"W": w, "b": np.zeros(3, w.dtype)}, FILES / f"{name}.safetensors")
            superphase("measure", FILES / f"{name}.safetensors", "--density", "0.5", "--by-feature",
                       FILES / f"{name}.csv", "--out", FILES / "rest.csv")
            self.same(table(f"{name}.csv")["norm"], np.linalg.norm(half.astype("f8"), axis=1))

    def test_bad_files_are_refused_with_a_sentence(self):
        np.savez(FILES / "complex.npz", W=np.zeros((2, 3), complex))
        np.savez(FILES / "objects.npz", W=np.array([None, {}]))
        whole = (FILES / "sweep.npz").read_bytes()
        (FILES / "cut.npz").write_bytes(whole[: len(whole) // 2])
        for name, sentence in {
            "complex.npz": "W is of type <c16; floats of",
            "objects.npz": "W is of type |O; floats of",
            "cut.npz": "no whole zip archive",
            "grid.csv": "neither an npz file nor a whole safetensors file",
        }.items():
            self.assertIn(sentence, refused("measure", FILES / name))
        save_file({"W": np.zeros((5, 2), "f4")}, FILES / "five.safetensors")
        self.assertIn("1 models of 5 features", refused("measure", FILES / "five.safetensors", "--link", "?v=1"))


class Studies(Case):
    def test_study(self):
        flags = ["--out", FILES / "study.csv", "--by-feature", FILES / "features.csv"]
        flags += ["--losses", FILES / "losses.csv", "--npz", FILES / "study.npz"]
        superphase(*STUDY, *flags, "--weights", FILES / "study.safetensors")
        models, features, losses = table("study.csv"), table("features.csv"), table("losses.csv")
        npz = np.load(FILES / "study.npz")
        for name in "loss", "dimensions_per_feature", "capacity", "represented", "overlap", "polysemantic":
            self.same(npz[name], models[name], name)
        for name in "norm", "superposition", "dimensionality":
            self.assertEqual(npz[name].shape, (6, 5))
            self.same(npz[name], features[name], name)
        self.same(npz["curve"], losses["loss"])
        self.same(npz["density"], models["density"])
        self.assertEqual(npz["step"].tolist(), losses["step"][:60].tolist())
        superphase("measure", FILES / "study.safetensors", "--out", FILES / "measured.csv",
                   "--by-feature", FILES / "by.csv")
        self.assertEqual((FILES / "measured.csv").read_bytes(), (FILES / "study.csv").read_bytes())
        self.assertEqual((FILES / "by.csv").read_bytes(), (FILES / "features.csv").read_bytes())

    def test_models_with_two_layers(self):
        words = "study --preset absolute-3 --steps 60 --engine cpu".split()
        superphase(*words, "--out", FILES / "two.csv", "--weights", FILES / "two.npz")
        ours = np.load(FILES / "two.npz")
        encoder, decoder, b = (ours[name][0, 0] for name in ("encoder", "decoder", "b"))
        # A state_dict of two linear layers, the first without a bias.
        state = {"encoder.weight": encoder.T, "decoder.weight": decoder, "decoder.bias": b}
        save_file({name: np.ascontiguousarray(a) for name, a in state.items()}, FILES / "two.safetensors")
        tree = {"params/Dense_0/kernel": encoder, "params/Dense_1/kernel": decoder.T, "params/Dense_1/bias": b}
        np.savez(FILES / "flax.npz", **tree)
        for name in "two.npz", "two.safetensors", "flax.npz":
            words = ["--preset", "absolute-3"] if name != "two.npz" else []
            superphase("measure", FILES / name, *words, "--out", FILES / "measured.csv")
            self.assertEqual((FILES / "measured.csv").read_bytes(), (FILES / "two.csv").read_bytes())
