"""The task of every row, as Python programs see it, and how they are timed.

A program is called with a JSON object (features n, grid, seconds, repetitions), trains grid x grid
models and prints a JSON object on its last line. With `"study": true` the models are those of
task.json's study instead.
"""

import json
import math
import statistics
import sys
import time
from pathlib import Path

TASK = json.loads((Path(__file__).parent.parent / "task.json").read_text())
REQUEST = json.loads(sys.argv[1]) if len(sys.argv) > 1 else {}
STUDY = TASK["study"] if REQUEST.get("study") else None


def log_spaced(ends, count):
    low, high = (math.log(end) for end in ends)
    return [math.exp(low + (high - low) * i / (count - 1)) for i in range(count)]


# Densities and importances have one entry a model.
if STUDY:
    N, M = STUDY["features"], STUDY["hidden"]
    DENSITY = [s for s in log_spaced(STUDY["density"], STUDY["instances"]) for _ in range(STUDY["repeats"])]
    IMPORTANCE = [[STUDY["ratio"] ** i for i in range(N)] for _ in DENSITY]
else:
    N = REQUEST.get("n", 2)
    M = N - 1
    GRID = REQUEST.get("grid", 32)
    # Rows of densities, columns of importances.
    DENSITY = [s for s in log_spaced(TASK["density"], GRID) for _ in range(GRID)]
    IMPORTANCE = [[1.0] * (N - 1) + [r] for _ in range(GRID) for r in log_spaced(TASK["importance"], GRID)]
MODELS = len(DENSITY)
LAST_IMPORTANCE = [r[-1] for r in IMPORTANCE]
BATCH = TASK["batch"]
INIT = math.sqrt(2 / (M * (N + TASK["initInstances"])))
# Mean over models, batch and features of the loss of models whose output is 0.
NOTHING = statistics.fmean(s / 3 * statistics.fmean(r) for s, r in zip(DENSITY, IMPORTANCE))


def measure(train, loss, **facts):
    """`train(steps)` takes that many steps of every model and waits for them; `loss()` is the mean
    loss of a batch before training, which shows that data and importances are the right ones."""
    start = loss()
    if not abs(start / NOTHING - 1) < 0.05:
        sys.exit(f"the untrained loss is {start}, expected about {NOTHING}: not the same task")
    time_it(train, MODELS, **facts)


def time_it(train, models, **facts):
    """Times `train(steps)` of so many models and prints the result."""
    target = REQUEST.get("seconds", 1)
    train(2)  # compiles
    steps = 1
    took = timed(train, steps)
    while took < target / 2:
        steps = max(steps + 1, math.ceil(steps * min(4, 0.7 * target / max(took, 1e-3))))
        took = timed(train, steps)
    steps = max(1, round(steps * target / took))
    seconds = [timed(train, steps) for _ in range(REQUEST.get("repetitions", 3))]
    rates = [models * steps / s for s in seconds]
    print(json.dumps({"models": models, "steps": steps, "seconds": seconds, "rates": rates, **facts}))


def timed(train, steps):
    start = time.perf_counter()
    train(steps)
    return time.perf_counter() - start
