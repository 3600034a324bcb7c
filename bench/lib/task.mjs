// What is trained, as links and flags name it: ../task.json, and the sweeps of repro-superposition.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Everything as the peers train it. */
export const TASK = JSON.parse(readFileSync(fileURLToPath(new URL("../task.json", import.meta.url)), "utf8"));

// Both grids have all densities and importances of repro-superposition.
const shape = (n) => ({ features: n, hidden: n - 1 });
export const sampled = (n) => ({ preset: "repro-superposition", ...shape(n), grid: 64, repeats: 1 });
export const exact = (n) => ({ data: "exact", ...shape(n), grid: 64, repeats: 4 });

/** The study of the task, or one of another shape. */
export const study = (shape = {}) => ({
  ...TASK.study,
  ...shape,
  density: TASK.study.density.join(".."),
  lr: TASK.lr,
  schedule: "cosine",
  "weight-decay": TASK.weightDecay,
  "init-std": `packed:${TASK.initInstances}`,
});

/** A link to studies alone: a view that trains these models and no others. */
export const studyLink = (shape) => ({ view: "dimensionality", study: "eighty-in-twenty", ...study(shape) });
