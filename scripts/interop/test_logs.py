"""Training logs: TensorBoard reads our event and projector files, pandas the table, and all say the same."""

import json
import urllib.request

import numpy as np
from common import FILES, Case, superphase, table
from tensorboard import program
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator


def events(folder):
    """Everything in a folder's event files."""
    found = EventAccumulator(str(folder), size_guidance={"scalars": 0, "histograms": 0})
    found.Reload()
    return found


class Logs(Case):
    def scalars(self, name):
        """The event files' scalars against the table's; the former."""
        found, csv = events(FILES / name), table(f"{name}/scalars.csv")
        self.assertEqual(set(found.Tags()["scalars"]), set(csv["tag"]))
        for tag, rows in csv.groupby("tag"):
            self.assertEqual([e.step for e in found.Scalars(tag)], rows["step"].tolist(), tag)
            self.same([e.value for e in found.Scalars(tag)], rows["value"], tag)
        return found

    def test_a_diagram_s_log(self):
        words = "sweep --grid 4 --repeats 2 --steps 100 --engine cpu".split()
        out = ["--models", FILES / "log-models.csv", "--out", FILES / "log-grid.csv"]
        superphase(*words, *out, "--log", FILES / "sweep-log")
        found, models = self.scalars("sweep-log"), table("log-models.csv")
        last = found.Scalars("Loss/train")[-1]
        self.assertEqual(last.step, 100)
        self.assertAlmostEqual(last.value, models["loss"].mean(), places=6)
        w = models[["w_0_0", "w_1_0"]].to_numpy()
        spread = found.Histograms("Weights/W")[-1].histogram_value
        self.assertEqual((spread.num, sum(spread.bucket)), (w.size, w.size))
        self.same([spread.min, spread.max], [w.min(), w.max()])
        self.assertAlmostEqual(spread.sum, w.sum(), places=4)
        self.same([found.Scalars("LR")[0].value], [0.03])

    def test_networks_log(self):
        words = "study --preset transformer --instances 3 --steps 200 --engine cpu".split()
        out = ["--losses", FILES / "log-networks-losses.csv", "--out", FILES / "log-networks.csv"]
        superphase(*words, *out, "--log", FILES / "networks-log")
        found, losses = self.scalars("networks-log"), table("log-networks-losses.csv")
        self.assertEqual(losses["model"].nunique(), 3)
        for model, rows in losses.groupby("model"):
            curve = found.Scalars(f"Loss/model-{model}")
            self.assertEqual([e.step for e in curve], rows["step"].tolist())
            self.same([e.value for e in curve], rows["loss"])

    def test_a_study_s_log_and_projector(self):
        words = "study --preset five-in-two --instances 3 --steps 300 --batch 64 --engine cpu".split()
        out = ["--losses", FILES / "log-losses.csv", "--by-feature", FILES / "log-features.csv"]
        weights = ["--weights", FILES / "log.npz", "--out", FILES / "log.csv"]
        superphase(*words, *out, *weights, "--log", FILES / "study-log")
        found, losses = self.scalars("study-log"), table("log-losses.csv")
        for instance, rows in losses.groupby("instance"):
            curve = found.Scalars(f"Loss/instance-{instance}-repeat-0")
            self.assertEqual([e.step for e in curve], rows["step"].tolist())
            self.same([e.value for e in curve], rows["loss"])
        mean = losses.groupby("step")["loss"].mean()
        np.testing.assert_allclose([e.value for e in found.Scalars("Loss/train")], mean, rtol=1e-6)

        # TensorBoard itself, as it serves the projector's page.
        board = program.TensorBoard()
        board.configure(argv=[None, "--logdir", str(FILES), "--port", "0", "--load_fast", "false"])
        url = board.launch() + "data/plugin/projector/"

        def get(what):
            with urllib.request.urlopen(url + what, timeout=60) as answer:
                return answer.read()

        runs = json.loads(get("runs"))
        self.assertIn("study-log", runs)
        info = json.loads(get("info?run=study-log"))["embeddings"][0]
        self.assertEqual((info["tensorName"], info["tensorShape"]), ("features", [15, 3]))
        points = np.frombuffer(get("tensor?run=study-log&name=features"), np.float32).reshape(15, 3)
        self.same(points[:, :2], np.load(FILES / "log.npz")["W"])
        labels = [line.split("\t") for line in get("metadata?run=study-log&name=features").decode().split("\n")]
        labels = {name: column for name, *column in zip(*[row for row in labels if len(row) > 1])}
        features = table("log-features.csv")
        for name in "feature", "norm", "dimensionality":
            self.same(np.array(labels[name], "f8"), features[name], name)
