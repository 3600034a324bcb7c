// Measures this build beside an earlier one, row by row in turns: bench/compare. See README.md.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";
import { DIST } from "../e2e/serve.mjs";
import { command, speed as native } from "./lib/native.mjs";
import * as page from "./lib/page.mjs";
import { median, quartiles } from "./lib/statistics.mjs";
import { exact, sampled, study, studyLink } from "./lib/task.mjs";

const BENCH = fileURLToPath(new URL(".", import.meta.url));
const { values: options } = parseArgs({
  options: {
    name: { type: "string", default: "before" },
    dist: { type: "string" },
    command: { type: "string" },
    after: { type: "string", default: DIST },
    turns: { type: "string", default: "12" },
    only: { type: "string", default: "" },
    help: { type: "boolean", default: false },
  },
});
if (options.help || !options.dist || !options.command) {
  console.log(`usage: bench/compare --dist DIR --command FILE [--name COMMIT] [--after DIST] [--turns 12] [--only TEXT]

Measures an earlier page (--dist) and command (--command), built elsewhere, and those of this checkout in turns, and
writes bench/compared.md, with --only (rows whose names hold TEXT) bench/results/compared.md.`);
  process.exit(options.help ? 0 : 2);
}

/** How long one run of a turn takes, about. */
const SECONDS = 3;
/** Where a row may fall to, as this project promises: 5 % below, or of kernels that were made anew twice as fast. */
const SAME = 0.95;
const row = (name, asked, least, engines) => engines.map((engine) => ({ name, engine, least, ...asked }));
const sweep = (sweep) => ({ flags: sweep, link: sweep });
const models = (features, hidden, repeats) => {
  const shape = { features, hidden, repeats };
  return { flags: { study: true, ...study(shape) }, link: studyLink(shape) };
};
const ALL = ["page gpu"];
const ROWS = [
  ...[2, 3].flatMap((n) => [
    row(`sampled, n = ${n}`, sweep(sampled(n)), SAME, ALL),
    row(`exact, n = ${n}`, sweep(exact(n)), SAME, ALL),
  ]),
  row("80 in 20", models(80, 20, 9), SAME, ["native", "page cpu"]),
  row("80 in 20", models(80, 20, 9), 2, ["page gpu"]),
  row("20 in 5", models(20, 5, 9), 2, ["page gpu"]),
  row("400 in 30", models(400, 30, 2), 2, ["page gpu"]),
].flat();

const sides = [
  { who: "before", dist: resolve(options.dist), binary: resolve(options.command) },
  { who: "after", dist: resolve(options.after), binary: command() },
];
for (const { dist } of sides) if (!existsSync(join(dist, "index.html"))) throw Error(`there is no page in ${dist}`);

/** Model-steps/s of every turn of a row: `{ before, after }`. */
async function measure({ engine, flags, link }) {
  const turns = Number(options.turns);
  if (engine !== "native") return page.turns(engine.split(" ")[1], link, sides.map(({ dist }) => dist), { seconds: SECONDS, turns });
  const rates = { before: [], after: [] };
  const order = [...sides];
  let steps;
  for (let turn = 0; turn < turns; turn++) {
    for (const { who, binary } of order) {
      // The second side takes the steps of the first.
      const run = await native("cpu", { ...flags, ...(steps && { steps }) }, { seconds: SECONDS, repetitions: 1, binary });
      steps = run.steps;
      rates[who].push(run.median);
    }
    order.reverse();
  }
  return rates;
}

/** Kilobytes that a first visit loads, gzipped: page, style, script and program. */
function size(dist) {
  // Parts of the program are loaded when they are needed.
  const files = readdirSync(dist, { recursive: true }).filter((name) => /\.(html|js|css|wasm)$/.test(name) && !/(split|chunk)_\w+\.wasm$/.test(name));
  return files.reduce((sum, name) => sum + gzipSync(readFileSync(join(dist, name)), { level: 9 }).length, 0) / 1000;
}

const lines = [];
let failed = false;
for (const row of ROWS.filter(({ name, engine }) => `${name}, ${engine}`.includes(options.only))) {
  const runs = await measure(row);
  const ratios = runs.after.map((after, i) => after / runs.before[i]);
  const ratio = median(ratios);
  const kept = ratio >= row.least;
  failed ||= !kept;
  const figure = (value) => Number(value.toPrecision(3)).toLocaleString("en");
  // Half of the turns lie between.
  const [low, high] = quartiles(ratios).map((value) => value.toFixed(2));
  const cells = [row.name, row.engine, figure(median(runs.before)), figure(median(runs.after)), ratio.toFixed(2), `${low} to ${high}`, row.least, kept ? "yes" : "NO"];
  lines.push(`| ${cells.join(" | ")} |`);
  console.error(lines.at(-1));
}
const [before, after] = sides.map(({ dist }) => size(dist).toFixed(0));
const text = `# Before and after

Written by \`bench/compare\`: ${options.name} and the checkout of ${new Date().toISOString().slice(0, 10)}, in turns on one machine (${cpus()[0]?.model.trim()}, ${cpus().length} cores, ${execFileSync("uname", ["-sm"], { encoding: "utf8" }).trim()}), model-steps/s, medians of ${options.turns} turns. *ratio* is the median of the turns' ratios, *half* where the middle half of them lies, *least* what is promised. The page's GPU is SwiftShader.

| task | engine | before | after | ratio | half | least |  |
| --- | --- | --- | --- | --- | --- | --- | --- |
${lines.join("\n")}

First visit, gzipped: ${before} KB before, ${after} KB after.
`;
const out = join(BENCH, options.only ? "results" : "", "compared.md");
mkdirSync(join(BENCH, "results"), { recursive: true });
writeFileSync(out, text);
console.log(text);
process.exitCode = failed ? 1 : 0;
