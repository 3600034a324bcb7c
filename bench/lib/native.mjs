// The superphase command, on the CPU or through Vulkan.
import { execFileSync, spawn } from "node:child_process";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { peakOf } from "./memory.mjs";
import { stepsFor, summary } from "./statistics.mjs";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
let built = process.env.SUPERPHASE;

/** Builds the command as a user would and returns its path. */
export function command() {
  if (built) return built;
  const locked = process.env.CI ? ["--locked"] : [];
  const args = ["build", "--release", "-p", "superphase", "--message-format=json-render-diagnostics", ...locked];
  const output = execFileSync("cargo", args, { cwd: ROOT, encoding: "utf8", maxBuffer: 1 << 28, stdio: ["ignore", "pipe", "inherit"] });
  const artifacts = output.split("\n").filter(Boolean).map((line) => JSON.parse(line));
  built = artifacts.find(({ executable, target }) => executable && target.name === "superphase").executable;
  return built;
}

/** Trains a sweep, or a study, once: `{ models, steps, seconds, name, memory }`. */
export function train(engine, { study, ...sweep }, threads = cpus().length, binary = command()) {
  const subcommand = study ? "study" : "sweep";
  const flags = Object.entries(sweep).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const environment = { ...process.env, RAYON_NUM_THREADS: String(threads) };
  const child = spawn(binary, [subcommand, "--engine", engine, ...flags], { env: environment, stdio: ["ignore", "ignore", "pipe"] });
  let text = "";
  let memory = null;
  child.stderr.on("data", (data) => (text += data));
  const watching = setInterval(() => (memory = Math.max(memory, peakOf(child.pid)) || null), 20);
  return new Promise((done, fail) => {
    child.on("error", fail);
    child.on("close", (code) => {
      clearInterval(watching);
      const said = text.match(/^(.*): (\d+) models x (\d+) steps in ([\d.]+) s/m);
      if (code || !said) return fail(Error(`superphase ${subcommand} ${flags.join(" ")}: ${text.trim() || `exit ${code}`}`));
      const [, name, models, steps, seconds] = said;
      done({ name, models: +models, steps: +steps, seconds: +seconds, memory });
    });
  });
}

/** Speed of a sweep or a study, in repetitions of about `seconds` each, or of as many steps as it says. */
export async function speed(engine, sweep, { seconds, repetitions, threads, binary }) {
  let steps = sweep.steps ?? 4;
  let trial = await train(engine, { ...sweep, steps }, threads, binary);
  while (!sweep.steps && trial.seconds < 0.25 * seconds && steps < 1_000_000) {
    // Times are printed in thousandths of a second.
    steps = stepsFor(seconds * 0.6, steps, Math.max(trial.seconds, seconds * 0.01));
    trial = await train(engine, { ...sweep, steps }, threads, binary);
  }
  steps = sweep.steps ?? stepsFor(seconds, steps, trial.seconds);
  const runs = [];
  for (let i = 0; i < repetitions; i++) runs.push(await train(engine, { ...sweep, steps }, threads, binary));
  const { name, models } = trial;
  const memory = Math.max(...runs.map((run) => run.memory)) || null;
  return { ...summary(runs.map((run) => (models * steps) / run.seconds)), device: name, models, steps, memory };
}
