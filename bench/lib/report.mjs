// Turns measurements into one table, files in results/ and, for a complete run, RESULTS.md.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { EXACT_2, activeSampled, plainSampled } from "./operations.mjs";
import { svg } from "./plot.mjs";
import { section } from "./static.mjs";
import { over } from "./statistics.mjs";
import { TASK } from "./task.mjs";

const BENCH = fileURLToPath(new URL("..", import.meta.url));

/** Three significant digits with an SI prefix. */
function si(value) {
  if (!Number.isFinite(value)) return "–";
  const [size, prefix] = [[1e12, "T"], [1e9, "G"], [1e6, "M"], [1e3, "k"], [1, ""]].find(([size]) => value >= size * 0.9995) ?? [1, ""];
  return `${Number((value / size).toPrecision(3))} ${prefix}`.trim();
}
const seconds = (value) => (Number.isFinite(value) ? `${value < 10 ? value.toFixed(2) : value.toFixed(0)} s` : "–");
const megabytes = (value) => (value ? `${Math.round(value / 1e6).toLocaleString("en")} MB` : "–");
const count = (value) => value?.toLocaleString("en") ?? "–";
const times = (value) => (Number.isFinite(value) ? `${value < 10 ? value.toFixed(1) : count(Math.round(value))}x` : "–");

const HEADS = ["task", "who", "models x steps", "median", "range", "compared", "must be", ""];
const verdict = (ok) => (ok === null ? "" : ok ? "yes" : "NO");

/** Rows of the one table, as lists of cells. */
function rows(measured) {
  const table = [];
  const get = (key) => measured[key] ?? {};
  const size = ({ models, steps }) => (models ? `${count(models)} x ${count(steps)}` : "");
  const add = (task, who, of, { compared = "", must = "", ok = null } = {}) => {
    if (!of.median) return;
    table.push([task, who, size(of), `${si(of.median)}/s`, `${si(of.min)} to ${si(of.max)}`, compared, must, verdict(ok)]);
  };
  const least = (of, bound) => (of.median ? { must: `at least ${si(bound)}/s`, ok: of.median >= bound } : {});
  const compare = (task, peer, name, ours, word, bound) => {
    const ratio = over(ours, peer);
    const must = bound && Number.isFinite(ratio) ? { must: `at least ${count(bound)}x`, ok: ratio >= bound } : {};
    const compared = Number.isFinite(ratio) ? `${word} ${times(ratio)}` : "";
    add(task, `${name}${peer.version ? ` ${peer.version}` : ""}`, peer, { compared, ...must });
  };
  const faster = (a, b) => ((b.median ?? 0) > (a.median ?? 0) ? b : a);

  for (const n of [2, 3]) {
    const task = `sampled, n = ${n}`;
    const [pageGpu, pageCpu] = [get(`sampled ${n} page gpu`), get(`sampled ${n} page cpu`)];
    const native = get(`sampled ${n} native cpu`);
    const onPage = faster(pageGpu, pageCpu);
    add(task, "Superphase, page, WebGPU", pageGpu);
    add(task, "Superphase, page, workers", pageCpu);
    add(task, "Superphase, native CPU", native);
    add(task, "Superphase, native Vulkan", get(`sampled ${n} native gpu`));
    const against = (who, name, ours, word, bound) => compare(task, get(`sampled ${n} ${who}`), name, ours, word, n === 2 && bound);
    against("jaxjs webgpu", "jax-js webgpu", onPage, "page", 300);
    against("jaxjs wasm", "jax-js wasm", onPage, "page", 80);
    against("tfjs", "TF.js webgpu", onPage, "page", 10_000);
    against("warp", "Warp, CPU", native, "native", 20);
    against("jax", "JAX, CPU", native, "native", 80);
    against("torch", "PyTorch, CPU", native, "native", 350);
  }
  for (const n of [2, 3]) {
    const task = `exact, n = ${n}`;
    const [gpu, cpu] = [get(`exact ${n} page gpu`), get(`exact ${n} page cpu`)];
    const must = (of) => (n === 2 && of === faster(gpu, cpu) ? least(of, 10e6) : {});
    add(task, "Superphase, page, WebGPU", gpu, must(gpu));
    add(task, "Superphase, page, workers", cpu, must(cpu));
    add(task, "Superphase, native CPU", get(`exact ${n} native cpu`));
    add(task, "Superphase, native Vulkan", get(`exact ${n} native gpu`));
  }
  const [gpu, cpu, native] = ["page gpu", "page cpu", "native cpu"].map((who) => get(`study ${who}`));
  const { features, hidden } = TASK.study;
  const studied = `${features} in ${hidden}`;
  add(studied, "Superphase, page, WebGPU", gpu);
  add(studied, "Superphase, page, workers", cpu);
  add(studied, "Superphase, native CPU", native);
  for (const [who, name, ours, word, bound] of [
    ["jaxjs webgpu", "jax-js webgpu", faster(gpu, cpu), "page", 10],
    ["jaxjs wasm", "jax-js wasm", faster(gpu, cpu), "page", 10],
    ["torch", "PyTorch, CPU", native, "native", 3],
  ]) {
    compare(studied, get(`study ${who}`), name, ours, word, bound);
  }
  const published = "transformer as published";
  const [eight, many, shown] = ["native 8", "native 64", "page cpu"].map((who) => get(`transformer ${who}`));
  add(published, "Superphase, page, workers", shown);
  compare(published, get("transformer jaxjs wasm"), "jax-js wasm", shown, "page", 5);
  add(published, "Superphase, native CPU", eight);
  compare(published, get("transformer torch"), "PyTorch, CPU, model by model", eight, "native", 3);
  add(published, "Superphase, native CPU, 64 models", many);
  compare(published, get("transformer torch"), "PyTorch, CPU, model by model", many, "native", 10);
  const core = get("exact 2 native core");
  add("exact, n = 2", "Superphase, native CPU, one core", core, least(core, 25e6));

  const time = (task, who, of, limit, note = "") => {
    if (!of) return;
    const range = of.min === of.max ? "" : `${seconds(of.min)} to ${seconds(of.max)}`;
    table.push([task, who, note, seconds(of.median), range, "", limit ? `at most ${limit} s` : "", limit ? verdict(of.median <= limit) : ""]);
  };
  const [first, steps, million] = ["first diagram", "500 steps", "1048576 models"].map(get);
  time("first diagram complete after navigation, empty cache", "Superphase, page", first.navigation, 2, "default link");
  time("64 x 64 x 16 exact, n = 2", "Superphase, page", steps.training, 4, "65,536 x 500");
  const still = measured["1048576 models still"];
  time("256 x 256 x 16 exact, n = 2, until the phases stop changing", "Superphase, page", still?.seconds, 60, still && size(still));
  time("the same, all steps", "Superphase, page", million.training, null, "1,048,576 x 1,000");
  if (million.memory) {
    table.push(["the same, memory it adds to the browser", "Superphase, page", "", megabytes(million.memory), "", "", "at most 400 MB", verdict(million.memory <= 400e6)]);
  }
  for (const [key, who] of [["sampled 2 page", "sampled, n = 2"], ["exact 2 page", "exact, n = 2"]]) {
    for (const [engine, word] of [["gpu", "WebGPU"], ["cpu", "workers"]]) {
      const { kernels } = get(`${key} ${engine}`);
      if (kernels) table.push([`kernels' share of training time, ${who}`, `Superphase, page, ${word}`, "", `${(100 * kernels).toFixed(0)} %`, "", "", "at least 90 %", verdict(kernels >= 0.9)]);
    }
  }
  for (const [key, who] of [["native", "native CPU"], ["page cpu", "page, workers"], ["page gpu", "page, WebGPU"]]) {
    const [small, large] = [65_536, 1_048_576].map((models) => get(`models ${models} ${key}`));
    const ratio = 16 * over(small, large);
    if (ratio) table.push(["time for 1,048,576 models over time for 65,536", `Superphase, ${who}`, "exact, n = 2", ratio.toFixed(1), "", "", "at most 16.8", verdict(ratio <= 16.8)]);
  }
  return table;
}

function markdown(heads, table) {
  const line = (cells) => `| ${cells.join(" | ")} |`;
  return [line(heads), line(heads.map(() => "---")), ...table.map(line)].join("\n");
}

/** The same table for a terminal. */
function plain(heads, table) {
  const widths = heads.map((head, i) => Math.max(head.length, ...table.map((row) => row[i].length)));
  const line = (cells) => cells.map((cell, i) => cell.padEnd(widths[i])).join("  ").trimEnd();
  return [line(heads), widths.map((w) => "-".repeat(w)).join("  "), ...table.map(line)].join("\n");
}

/** Rows of scaling: what varies, its value, who, milliseconds a step of all models, model-steps/s, memory. */
function scaling(measured) {
  const names = { native: "native CPU", "page cpu": "page, workers", "page gpu": "page, WebGPU" };
  const rows = Object.entries(measured).flatMap(([key, of]) => {
    const [, what, value, data = "exact", who] = key.match(/^(models|features) (\d+) (?:(exact|sampled) )?(.+)$/) ?? [];
    if (!what || !of.median) return [];
    return [{ what, value: Number(value), data, who: names[who], step: (1000 * of.models) / of.median, rate: of.median, memory: of.memory }];
  });
  return rows.sort((a, b) => b.what.localeCompare(a.what) || a.value - b.value);
}

function plots(rows) {
  const series = (what, y) => {
    const lines = new Map();
    for (const row of rows.filter((row) => row.what === what)) {
      const name = `${row.data}, ${row.who}`;
      lines.set(name, [...(lines.get(name) ?? []), [row.value, y(row)]]);
    }
    return [...lines].map(([name, points]) => ({ name, points }));
  };
  const charts = [
    { title: "Time of a step against models", x: "models (exact, n = 2)", y: "milliseconds", series: series("models", (r) => r.step) },
    { title: "Speed against features", x: "features n (m = n - 1)", y: "model-steps/s", series: series("features", (r) => r.rate), logX: false },
  ];
  return svg(charts.filter((chart) => chart.series.length));
}

/** Operations a model-step and the share of the machine's peak, as Markdown. */
function operations(measured) {
  const native = measured["peak native"];
  const wasm = measured["peak wasm"];
  if (!native) return "";
  const table = [];
  const add = (what, key, operations, peak) => {
    const rate = measured[key]?.median;
    if (!rate || !peak) return;
    table.push([what, count(Math.round(operations)), si(rate), `${si(rate * operations)}`, `${((100 * rate * operations) / peak).toFixed(0)} %`]);
  };
  for (const [who, key, peak] of [["native CPU", "native cpu", native.flops], ["page, workers", "page cpu", wasm?.flops]]) {
    add(`exact, n = 2, ${who}`, `exact 2 ${key}`, EXACT_2, peak);
    for (const n of [2, 3]) {
      const shape = [n, n - 1, TASK.batch];
      add(`sampled, n = ${n}, ${who}: what is left to do`, `sampled ${n} ${key}`, activeSampled(...shape, TASK.density), peak);
      add(`sampled, n = ${n}, ${who}: what the plain loop would do`, `sampled ${n} ${key}`, plainSampled(...shape), peak);
    }
  }
  return `## Operations and the machine's peak

Peak, 32-bit floats: ${si(native.flops)} operations/s natively (${native.device})${wasm ? `, ${si(wasm.flops)} in WebAssembly (${wasm.device}: chains of multiplications and additions; it has no fused ones)` : ""}.

${markdown(["what", "operations a model-step", "model-steps/s", "operations/s", "share of peak"], table)}

The plain loop's share may exceed 100 %: it counts the work that Superphase does not do.
`;
}

/** Writes everything and returns the table for the terminal. */
export function report({ measured, failures, machine, timing, grids, complete }) {
  const results = join(BENCH, "results");
  mkdirSync(results, { recursive: true });
  const table = rows(measured);
  const scales = scaling(measured);
  const { cpu, cores, system, browser, date, minutes } = machine;
  const machines = `${date}: ${cpu}, ${cores} cores, ${system}, ${browser}. All rows in one run of ${minutes} minutes; medians of ${timing.repetitions} repetitions of about ${timing.seconds} s, the page's of ${6 * timing.seconds} s.`;
  const csv = ["what,value,data,who,ms_per_step,model_steps_per_second,memory_bytes"];
  for (const r of scales) csv.push([r.what, r.value, r.data, `"${r.who}"`, r.step.toPrecision(4), Math.round(r.rate), r.memory ?? ""].join(","));
  const scaleTable = scales.map((r) => [r.what, count(r.value), `${r.data}, ${r.who}`, `${Number(r.step.toPrecision(3))} ms`, `${si(r.rate)}/s`, megabytes(r.memory)]);
  const failed = failures.map(({ key, error }) => `- ${key}: ${error}`).join("\n");
  const text = `# Results

Written by \`make bench\`; [README.md](README.md) says what is measured and how to read it.

${machines}

${markdown(HEADS, table)}
${failed && `\nNot measured:\n\n${failed}\n`}
${scales.length ? `## Scaling\n\n![Time against models, speed against features](scaling.svg)\n\n${markdown(["what", "value", "who", "a step of all models", "model-steps", "memory"], scaleTable)}\n` : ""}
${operations(measured)}

${section()}`.replace(/\n{3,}/g, "\n\n").trimEnd() + "\n";
  const folders = complete ? [results, BENCH] : [results];
  writeFileSync(join(results, "results.json"), `${JSON.stringify({ machine, timing, grids, measured, failures }, null, 1)}\n`);
  for (const folder of folders) {
    writeFileSync(join(folder, "RESULTS.md"), text);
    if (!scales.length) continue;
    writeFileSync(join(folder, "scaling.csv"), `${csv.join("\n")}\n`);
    writeFileSync(join(folder, "scaling.svg"), plots(scales));
  }
  const where = complete ? "bench/RESULTS.md and bench/results/" : "bench/results/ (not a complete run: bench/RESULTS.md is unchanged)";
  return `${machines}\n\n${plain(HEADS, table)}\n\nWritten to ${where}`;
}
