// The task of every row, as browser libraries see it, and how they are timed; the counterpart of peers/task.py.
const query = new URLSearchParams(location.search);
const number = (name, otherwise) => Number(query.get(name) ?? otherwise);

export const TASK = await (await fetch("../task.json")).json();
const study = query.has("study") && TASK.study;
const grid = number("grid", 8);
export const axis = ([from, to], count) => Array.from({ length: count }, (_, i) => from * (to / from) ** (i / (count - 1)));
const each = (values, count) => values.flatMap((value) => Array(count).fill(value));

export const n = study ? study.features : number("n", 2);
export const m = study ? study.hidden : n - 1;
/** One entry a model: rows of densities, columns of importances; or the densities of task.json's study, with `study`. */
export const density = study ? each(axis(study.density, study.instances), study.repeats) : each(axis(TASK.density, grid), grid);
export const importance = density.map((_, i) =>
  study ? Array.from({ length: n }, (_, i) => study.ratio ** i) : [...Array(n - 1).fill(1), axis(TASK.importance, grid)[i % grid]],
);
export const models = density.length;
export const batch = TASK.batch;
export const init = Math.sqrt(2 / (m * (n + TASK.initInstances)));
export const device = query.get("device") ?? "webgpu";

/** Learning rate and Adam's two bias corrections at a step. */
export function rates(t, steps) {
  const lr = TASK.lr * Math.cos(((Math.PI / 2) * t) / Math.max(steps - 1, 1));
  return [1 / (1 - TASK.beta1 ** (t + 1)), 1 / (1 - TASK.beta2 ** (t + 1)), lr];
}

/** Times `train(steps)`, which waits for its last step; `loss()` is the mean loss of a batch before training. */
export async function measure(train, loss, facts) {
  try {
    const mean = (values) => values.reduce((a, b) => a + b, 0) / values.length;
    const expected = mean(density.map((s, i) => ((s / 3) * importance[i].reduce((a, b) => a + b, 0)) / n));
    const start = await loss();
    if (!(Math.abs(start / expected - 1) < 0.05)) throw Error(`the untrained loss is ${start}, expected about ${expected}: not the same task`);
    return timeIt(train, models, facts);
  } catch (error) {
    window.result = { error: String(error?.stack ?? error) };
  }
}

/** Times `train(steps)` of so many models. */
export async function timeIt(train, models, facts) {
  try {
    const timed = async (steps) => {
      const begin = performance.now();
      await train(steps);
      return (performance.now() - begin) / 1000;
    };
    const target = number("seconds", 1);
    const compiling = (await timed(2)) / 2;
    let steps = 1;
    let took = compiling < 2 * target ? await timed(steps) : compiling;
    while (took < target / 2) {
      steps = Math.max(steps + 1, Math.ceil(steps * Math.min(4, (0.7 * target) / took)));
      took = await timed(steps);
    }
    steps = Math.max(1, Math.round((steps * target) / took));
    const seconds = [];
    for (let i = 0; i < number("repetitions", 3); i++) seconds.push(await timed(steps));
    window.result = { models, steps, seconds, rates: seconds.map((s) => (models * steps) / s), ...facts };
  } catch (error) {
    window.result = { error: String(error?.stack ?? error) };
  }
}
