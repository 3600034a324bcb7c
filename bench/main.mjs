// Measures Superphase and its peers, all in one run, and reports it: bench/run, make bench. See README.md.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { cpus } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { DIST } from "../e2e/serve.mjs";
import { findChromium } from "../e2e/chromium.mjs";
import * as native from "./lib/native.mjs";
import * as page from "./lib/page.mjs";
import * as peers from "./lib/peers.mjs";
import { report } from "./lib/report.mjs";
import { median, summary } from "./lib/statistics.mjs";
import { TASK, exact, sampled, study, studyLink } from "./lib/task.mjs";

const BENCH = fileURLToPath(new URL(".", import.meta.url));

/** Parts of a run, and what each needs installed. */
const PARTS = {
  page: { about: "the page's speed, sampled and exact, on WebGPU and on workers" },
  native: { about: "the command's speed, on the CPU and through Vulkan" },
  jaxjs: { about: "jax-js, webgpu and wasm", needs: "npm" },
  tfjs: { about: "TensorFlow.js, webgpu", needs: "npm" },
  jax: { about: "JAX on the CPU", needs: "python" },
  warp: { about: "NVIDIA Warp on the CPU", needs: "python" },
  torch: { about: "PyTorch on the CPU", needs: "torch" },
  study: { about: "80 features in 20 dimensions, against jax-js and PyTorch", needs: ["npm", "torch"] },
  transformer: { about: "the published transformer, against jax-js and PyTorch", needs: ["npm", "torch"] },
  runs: { about: "whole runs on the page: time to the first diagram, 500 steps, 1,048,576 models" },
  scaling: { about: "time and memory against models and features" },
  peak: { about: "the machine's peak", needs: "python" },
};

const { values: options } = parseArgs({
  options: {
    only: { type: "string" },
    skip: { type: "string" },
    seconds: { type: "string", default: "1" },
    repetitions: { type: "string", default: "5" },
    dist: { type: "string", default: DIST },
    help: { type: "boolean", default: false },
  },
});
if (options.help) {
  console.log(`usage: bench/run [--only PART,...] [--skip PART,...] [--seconds 1] [--repetitions 5] [--dist DIR]

Prints a table of medians; progress goes to standard error. A run of all parts writes bench/RESULTS.md,
any run bench/results/. Parts:`);
  for (const [name, { about }] of Object.entries(PARTS)) console.log(`  ${name.padEnd(9)}${about}`);
  process.exit(0);
}
const list = (text) => text?.split(",").map((name) => name.trim());
for (const name of [...(list(options.only) ?? []), ...(list(options.skip) ?? [])]) {
  if (!Object.hasOwn(PARTS, name)) {
    console.error(`there is no part called ${name}; there are ${Object.keys(PARTS).join(", ")}`);
    process.exit(2);
  }
}
const chosen = (list(options.only) ?? Object.keys(PARTS)).filter((name) => !list(options.skip)?.includes(name));
const timing = { seconds: Number(options.seconds), repetitions: Number(options.repetitions) };
const long = { seconds: 1.5 * timing.seconds, repetitions: Math.min(3, timing.repetitions) };
// On the page a run is asked for, set up, shown and measured at its end, which should weigh no more than it does for a
// person, whose runs take longer than a repetition.
const onPage = { ...long, seconds: 6 * timing.seconds };

const say = (text) => console.error(`bench: ${text}`);
const needs = [...new Set(chosen.flatMap((name) => PARTS[name].needs ?? []))];
if (needs.length) execFileSync(join(BENCH, "setup"), needs, { stdio: "inherit" });
page.setDist(resolve(options.dist));
if (["page", "study", "transformer", "runs", "scaling"].some((part) => chosen.includes(part)) && !existsSync(join(options.dist, "index.html"))) {
  say(`there is no page in ${options.dist}: make dist`);
  process.exit(1);
}
if (["native", "study", "transformer", "scaling"].some((part) => chosen.includes(part))) native.command();

// Each peer at a number of models that suits it: of 64, 256 and 1,024 models the best, or the smallest if none is better.
const GRIDS = { "jaxjs webgpu": 16, "jaxjs wasm": 32, tfjs: 8, jax: 16, warp: 16, torch: 16 };
const request = (who, n) => ({ n, grid: GRIDS[who], ...timing });

// --- Measuring ----------------------------------------------------------------
const measured = {};
const failures = [];
async function row(part, key, measure) {
  if (!chosen.includes(part)) return;
  const start = performance.now();
  try {
    measured[key] = await measure();
    const { median } = measured[key];
    const figure = median ? `${Math.round(median).toLocaleString("en")} model-steps/s, ` : "";
    say(`${key}: ${figure}${((performance.now() - start) / 1000).toFixed(0)} s`);
  } catch (error) {
    failures.push({ key, error: error.message });
    say(`${key} FAILED: ${error.message}`);
  }
}

/** Measures several rows in turns: a machine that changes its speed by the minute does so to all of them. */
async function turns(part, count, rows) {
  for (let i = 0; i < count; i++) {
    for (const [key, measure] of Object.entries(rows)) {
      await row(part, key, async () => {
        const before = measured[key];
        const now = await measure(before);
        const [values, medians] = [[...(before?.values ?? []), ...now.values], [...(before?.turns ?? []), now.median]];
        const memory = Math.max(before?.memory ?? 0, now.memory ?? 0) || null;
        return { ...now, ...summary(values), memory, turns: medians };
      });
    }
  }
}

const begun = Date.now();
for (const n of [2, 3]) {
  for (const engine of ["gpu", "cpu"]) {
    await row("page", `sampled ${n} page ${engine}`, () => page.speed(engine, sampled(n), onPage));
    await row("native", `sampled ${n} native ${engine}`, () => native.speed(engine, sampled(n), timing));
  }
  for (const device of ["webgpu", "wasm"]) {
    const who = `jaxjs ${device}`;
    await row("jaxjs", `sampled ${n} ${who}`, () => peers.web("jaxjs", { ...request(who, n), device }));
  }
  // A step takes seconds.
  await row("tfjs", `sampled ${n} tfjs`, () => peers.web("tfjs", { ...request("tfjs", n), repetitions: Math.min(3, timing.repetitions) }));
  for (const who of ["jax", "warp", "torch"]) {
    await row(who, `sampled ${n} ${who}`, () => peers.python(who, request(who, n)));
  }
  for (const engine of ["gpu", "cpu"]) {
    await row("page", `exact ${n} page ${engine}`, () => page.speed(engine, exact(n), onPage));
    await row("native", `exact ${n} native ${engine}`, () => native.speed(engine, exact(n), timing));
  }
}
await row("native", "exact 2 native core", () => native.speed("cpu", exact(2), { ...timing, threads: 1 }));

const link = studyLink();
const jaxjs = (device, repetitions) => peers.web("jaxjs", { study: true, device, ...long, repetitions });
await row("study", "study page gpu", () => page.speed("gpu", link, onPage));
await row("study", "study jaxjs webgpu", () => jaxjs("webgpu", long.repetitions));
await row("study", "study native cpu", () => native.speed("cpu", { study: true, ...study() }, timing));
// The nearest rival of all.
const onPageHere = (before) => page.speed("cpu", link, { ...onPage, repetitions: 2, steps: before?.steps });
await turns("study", 3, { "study page cpu": onPageHere, "study jaxjs wasm": () => jaxjs("wasm", 1) });
await row("study", "study torch", () => peers.python("torch", { study: true, ...timing }));

// The published transformer: eight models and 64 beside PyTorch's one after the other.
const { preset: network } = TASK.transformer;
// A run of 64 begins and ends with all of them measured, which takes a tenth of a second.
const transformers = (repeats, seconds = timing.seconds) =>
  native.speed("cpu", { study: true, preset: network, repeats }, { seconds, repetitions: 2 });
await turns("transformer", 3, {
  "transformer torch": () => peers.python("torch_transformer", { ...timing, repetitions: 2 }),
  "transformer native 8": () => transformers(8),
  "transformer native 64": () => transformers(64, onPage.seconds),
});
await turns("transformer", 3, {
  "transformer page cpu": (before) => {
    const link = { view: "transformer", network, repeats: 8, models: 8 };
    return page.speed("cpu", link, { ...onPage, repetitions: 2, steps: before?.steps });
  },
  "transformer jaxjs wasm": () => peers.web("jaxjs-transformer", { device: "wasm", ...long, repetitions: 1 }),
});

await row("runs", "first diagram", () => page.wholeRuns("", {}, { repetitions: timing.repetitions }));
await row("runs", "500 steps", () => page.wholeRuns("", { ...exact(2), repeats: 16, steps: 500 }, { repetitions: 3 }));
const million = { ...exact(2), grid: 256, repeats: 16, steps: 1000 };
await row("runs", "1048576 models", () => page.wholeRuns("", million, { repetitions: 1, memory: true }));
await row("runs", "1048576 models still", () => page.untilStill(million, { repetitions: 2 }));

const short = { seconds: 0.5 * timing.seconds, repetitions: Math.min(3, timing.repetitions) };
const scale = (grid) => ({ ...exact(2), grid, repeats: 16 });
for (const grid of [8, 16, 32, 128]) {
  const models = 16 * grid ** 2;
  await row("scaling", `models ${models} native`, () => native.speed("cpu", scale(grid), short));
  await row("scaling", `models ${models} page cpu`, () => page.pace("cpu", { ...scale(grid), steps: 200 }, { repetitions: 2 }));
}
// These two are compared: in turns, and with the same steps, so that what a run costs besides them counts alike.
for (const [who, steps, measure] of [
  ["native", 1000, (sweep) => native.speed("cpu", sweep, { ...short, repetitions: 1 })],
  ["page cpu", 200, (sweep) => page.pace("cpu", sweep, { repetitions: 1 })],
  ["page gpu", 10, (sweep) => page.pace("gpu", sweep, { repetitions: 1 })],
]) {
  const sizes = [64, 256].map((grid) => [`models ${16 * grid ** 2} ${who}`, () => measure({ ...scale(grid), steps })]);
  await turns("scaling", 3, Object.fromEntries(sizes));
}
// By the workers' clock: the losses of models with more than four features take longer to measure than a short run does.
for (const n of [2, 3, 4, 5, 6, 7, 8]) {
  for (const [word, sweep, top] of [["exact", exact(n), 4], ["sampled", sampled(n), 8]]) {
    if (n > top) continue;
    const key = `features ${n} ${word}`;
    await row("scaling", `${key} native`, () => native.speed("cpu", { ...sweep, grid: 32 }, short));
    const rate = measured[`${key} native`]?.median ?? 1e5;
    const steps = Math.max(20, Math.round((0.2 * timing.seconds * rate) / (32 * 32 * sweep.repeats)));
    await row("scaling", `${key} page cpu`, () => page.pace("cpu", { ...sweep, grid: 32, steps }, { repetitions: 2, clock: "workers" }));
  }
}

if (chosen.includes("peak")) {
  mkdirSync(join(BENCH, "results"), { recursive: true });
  const assembler = join(BENCH, "../e2e/node_modules/.bin/wasm-as");
  execFileSync(assembler, [join(BENCH, "web/peak.wat"), "--enable-simd", "-o", join(BENCH, "results/peak.wasm")]);
}
await row("peak", "peak native", () => peers.python("peak", {}));
await row("peak", "peak wasm", () => peers.web("peak", {}));

const machine = {
  cpu: cpus()[0]?.model.trim(),
  cores: cpus().length,
  system: `${process.platform} ${process.arch}`,
  browser: execFileSync(findChromium(), ["--version"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim(),
  date: new Date().toISOString().slice(0, 10),
  minutes: Math.round((Date.now() - begun) / 6000) / 10,
};
const complete = chosen.length === Object.keys(PARTS).length && !failures.length;
console.log(report({ measured, failures, machine, timing, grids: GRIDS, complete }));
process.exitCode = failures.length ? 1 : 0;
