// The built page in a browser: opened by a link, watched through its status line.
import { cpus } from "node:os";
import { launch, watch, BASE } from "../../e2e/browser.mjs";
import { rateOf } from "../../e2e/instrument.mjs";
import { DIST, serve } from "../../e2e/serve.mjs";
import { watchMemory } from "./memory.mjs";
import { median, summary } from "./statistics.mjs";

/**
 * Runs inside the page: notes when the status line's stage changes, answers the page when it asks before a long run, and
 * listens to what its workers report: when, and each row's phases with the step they belong to.
 */
function spy() {
  const log = (window.benchLog = []);
  const rows = (window.benchRows = new Map());
  window.benchHeard = 0;
  const look = () => {
    const stage = document.querySelector(".status .stage")?.textContent.trim();
    if (stage && stage !== log.at(-1)?.stage) log.push({ stage, at: performance.now() / 1000 });
  };
  new MutationObserver(look).observe(document, { subtree: true, childList: true, characterData: true });
  // By the clock: a button is marked after its words have changed.
  setInterval(() => document.querySelector(".bar .primary.asks")?.click(), 50);

  /** Rows, step and phases of a `wire::Report::Picture`, as postcard writes it; undefined for other reports. */
  const read = (bytes) => {
    let at = 0;
    const number = () => {
      let value = 0;
      for (let shift = 0; ; shift += 7) {
        if (at >= bytes.length) throw Error("crates/wire has another picture than bench/lib/page.mjs");
        value += (bytes[at] & 127) * 2 ** shift;
        if (bytes[at++] < 128) return value;
      }
    };
    if (number() !== 3) return;
    number(); // of the run
    const [step, columns] = [number(), number()];
    const shown = Array.from({ length: number() }, number);
    for (let plane = 0; plane < 4; plane++) {
      const pixels = number(); // norm, superposition, polysemanticity, loss
      at += 4 * pixels;
    }
    number();
    return shown.map((row, i) => [row, step, bytes.slice(at + i * columns, at + (i + 1) * columns)]);
  };
  window.Worker = class extends window.Worker {
    constructor(...rest) {
      super(...rest);
      this.addEventListener("message", ({ data }) => {
        window.benchHeard = performance.now();
        // A report, and beside some a checkpoint; before the workers' spine was one, a report alone.
        const report = Array.isArray(data) ? data[0] : data;
        for (const [row, step, phases] of (report instanceof Uint8Array && read(report)) || []) rows.set(row, { step, phases });
      });
    }
  };
}

/** Lines of theory are still computed when a run is done, for seconds: waits until the machine rests, or a minute. */
async function idle() {
  const times = () => cpus().map(({ times }) => [times.idle, Object.values(times).reduce((sum, time) => sum + time, 0)]);
  for (let tries = 0, before = times(); tries < 60; tries++) {
    await new Promise((done) => setTimeout(done, 1000));
    const now = times();
    const shares = now.map(([idle, all], i) => (idle - before[i][0]) / Math.max(1, all - before[i][1]));
    if (Math.min(...shares) > 0.8) return;
    before = now;
  }
}

/** Pixels, in parts of all, that may differ in phase between two pictures when phases have stopped changing. */
const STILL = 1e-4;
/** Steps between these pictures, in per cent of the run. */
const STRETCH = 10;

let built = DIST;

/** Measures the page in this folder from now on. */
export const setDist = (dist) => (built = dist);

/** A browser with the page served for it; `body(open)`, where `open(sweep, engine)` goes to a link. */
export async function withBrowser(body, { webgpu = "software", dist = built } = {}) {
  const server = await serve(dist, { base: BASE });
  const browser = await launch(webgpu);
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    await page.addInitScript(spy);
    const problems = watch(page);
    const open = async ({ models, ...sweep }, engine) => {
      const link = new URLSearchParams({ v: 1, ...sweep, ...(engine && { engine }) });
      await page.goto(`${server.url}?${link}`);
      return new Tab(page, problems);
    };
    return await body(open, browser);
  } finally {
    await browser.close();
    await server.close();
  }
}

/** A page that trains. */
class Tab {
  constructor(page, problems) {
    this.page = page;
    this.problems = problems;
  }

  /** Waits for the end of the run: `{ seconds, training, rate, finished }`; finished is since navigation. */
  async done(timeout = 300_000) {
    // The page notes the time itself, and asking costs some of it.
    const ended = () => ["done", "stopped"].includes(window.benchLog.at(-1)?.stage);
    await this.page.waitForFunction(ended, null, { timeout, polling: 250 }).catch(async (error) => {
      const [bar, status] = await Promise.all([".bar", ".status"].map((part) => this.page.innerText(part)));
      throw Error(`${error.message.split("\n")[0]} The page says: ${`${bar} ${status}`.replaceAll(/\s+/g, " ")}`);
    });
    const log = await this.page.evaluate(() => window.benchLog);
    const end = log.at(-1);
    if (end.stage === "stopped") throw Error(`the page stopped: ${await this.page.textContent(".status .failure, .asking")}`);
    if (this.problems.length) throw Error(`the page complained: ${this.problems.join("; ")}`);
    // From the moment the run was asked for; on a fresh page workers and shaders are loaded in that time too.
    const started = log.findLast(({ stage }) => ["starting", "compiling shaders"].includes(stage)) ?? log[0];
    const training = log.findLast(({ stage }) => stage === "training") ?? started;
    // The rate is of the time in kernels, as the workers report it.
    const rate = rateOf(await this.page.textContent(".status"));
    return { seconds: end.at - started.at, training: end.at - training.at, rate, finished: end.at };
  }

  /**
   * Pauses a run in training every so many steps, when all models are measured, until the phases have stopped changing:
   * `{ seconds, step }`, without the time it stood still; null when they change to the end. From the training's begin.
   */
  async still() {
    const button = (name) => this.page.getByRole("button", { name, exact: true });
    await this.page.waitForFunction(() => window.benchLog.at(-1)?.stage === "training", null, { timeout: 60_000 });
    let [seconds, goes] = [0, await this.page.evaluate(() => window.benchLog.at(-1).at)];
    for (let percent = STRETCH; percent < 100; percent += STRETCH) {
      const reached = (percent) => parseInt(document.querySelector(".status .percent").textContent) >= percent;
      await this.page.waitForFunction(reached, percent, { timeout: 300_000, polling: 20 });
      await button("Pause").click({ timeout: 2000 }).catch(() => {});
      // As long as a million models take to finish their steps and to be measured, and more.
      await this.quiet(1500);
      const { at, share, step } = await this.page.evaluate(() => {
        const now = [...window.benchRows].sort(([a], [b]) => a - b);
        if (!now.length) throw Error("no picture was understood: crates/wire has another one than bench/lib/page.mjs");
        const phases = now.flatMap(([, row]) => [...row.phases]);
        const differ = window.benchBefore && phases.filter((phase, i) => phase !== window.benchBefore[i]).length;
        window.benchBefore = phases;
        return { at: window.benchHeard / 1000, share: differ / phases.length, step: Math.max(...now.map(([, row]) => row.step)) };
      });
      seconds += at - goes;
      if (share <= STILL) return { seconds, step };
      goes = await this.page.evaluate(() => performance.now() / 1000);
      await button("Resume").click();
    }
    return null;
  }

  /** Waits until no worker has said anything for so many milliseconds. */
  quiet(time) {
    return this.page.waitForFunction((time) => performance.now() - window.benchHeard > time, time, { timeout: 60_000, polling: 50 });
  }

  /** Trains the same sweep once more. */
  async again() {
    await idle();
    await this.page.evaluate(() => (window.benchLog.length = 0));
    await this.page.click(".bar .primary");
    return this.done();
  }

  /** What the status line says of the engine. */
  async engine() {
    const words = await Promise.all([".name", ".reason"].map((part) => this.page.textContent(`.status .engine ${part}`)));
    return words.map((word) => word?.trim()).join(": ");
  }
}

/** How many models a link has: as many as it says beside its parameters, where these do not tell. */
const modelsOf = (sweep) => sweep.models ?? (sweep.grid ? sweep.grid ** 2 : sweep.instances) * (sweep.repeats ?? 1);

/** Steps that make a run last about so many seconds. */
async function stepsOf(open, engine, sweep, seconds) {
  let steps = 2;
  // The status line's own rate, of the time in kernels, is right even where a run is too short for the clock.
  // That of a few steps may be far too high, and minutes would go by.
  for (let i = 0; i < 6; i++) {
    const { rate } = await (await open({ ...sweep, steps }, engine)).done();
    const wanted = Math.max(2, Math.min(20 * steps, Math.round((seconds * rate) / modelsOf(sweep))));
    const near = wanted < 2 * steps && steps < 2 * wanted;
    steps = wanted;
    if (near) break;
  }
  return steps;
}

/**
 * Speeds of the same run on two pages by the clock, in turns, each in a browser that stays open: machines change their
 * speed by the minute, and what follows at once is compared. `{ before, after }`: model-steps/s of every turn.
 */
export const turns = (engine, sweep, [before, after], { seconds, turns }) =>
  withBrowser(
    (open) =>
      withBrowser(
        async (other) => {
          const steps = await stepsOf(open, engine, sweep, seconds);
          const sides = [];
          for (const [side, go] of [["before", open], ["after", other]]) {
            const tab = await go({ ...sweep, steps }, engine);
            await tab.done();
            await idle();
            sides.push({ side, tab });
          }
          const rates = { before: [], after: [] };
          for (let turn = 0; turn < turns; turn++) {
            for (const { side, tab } of sides) rates[side].push((modelsOf(sweep) * steps) / (await tab.again()).seconds);
            sides.reverse();
          }
          return rates;
        },
        { dist: after },
      ),
    { dist: before },
  );

/**
 * Speed of a sweep or a study on the page by the clock, in repetitions of about `seconds` each, or of so many steps, and
 * the share of that time in kernels. Memory is watched in one run more, because looking at a browser's memory stops it
 * for a while.
 */
export async function speed(engine, sweep, { seconds, repetitions, steps: known }) {
  return withBrowser(async (open, browser) => {
    let steps;
    const { result: tab, added } = await watchMemory(browser, async () => {
      steps = known ?? (await stepsOf(open, engine, sweep, seconds));
      const tab = await open({ ...sweep, steps }, engine);
      await tab.done();
      return tab;
    });
    const runs = [];
    for (let i = 0; i < repetitions; i++) runs.push(await tab.again());
    const work = modelsOf(sweep) * steps;
    const kernels = median(runs.map((run) => work / run.rate / run.seconds));
    const device = await tab.engine();
    return { ...summary(runs.map((run) => work / run.seconds)), device, models: modelsOf(sweep), steps, kernels, memory: added };
  });
}

/** Speed of a sweep that takes `steps`, by the clock; or by the workers' own, which stops while models are measured and shown. */
export async function pace(engine, sweep, { repetitions, clock = "page" }) {
  return withBrowser(async (open, browser) => {
    const { result: tab, added } = await watchMemory(browser, async () => {
      const tab = await open(sweep, engine);
      await tab.done();
      return tab;
    });
    const runs = [];
    for (let i = 0; i < repetitions; i++) runs.push(await tab.again());
    const work = modelsOf(sweep) * sweep.steps;
    const rates = runs.map((run) => (clock === "page" ? work / run.seconds : run.rate));
    return { ...summary(rates), models: modelsOf(sweep), steps: sweep.steps, memory: added };
  });
}

/**
 * Seconds that whole sweeps take on a fresh page, from the first step to the last picture; `navigation` counts from the
 * click on the link. If memory is wanted, it is watched in one run more.
 */
export async function wholeRuns(engine, sweep, { repetitions, memory = false }) {
  const run = (look) =>
    withBrowser(async (open, browser) => {
      const whole = async () => {
        const tab = await open(sweep, engine);
        return { ...(await tab.done()), device: await tab.engine() };
      };
      return look ? (await watchMemory(browser, whole)).added : whole();
    });
  const runs = [];
  for (let i = 0; i < repetitions; i++) runs.push(await run(false));
  const navigation = summary(runs.map((run) => run.finished));
  const training = summary(runs.map((run) => run.training));
  return { training, navigation, memory: memory ? await run(true) : null, device: runs[0].device };
}

/** Seconds of training and the step at which the phases of a sweep have stopped changing, on a fresh page. */
export async function untilStill(sweep, { repetitions }) {
  const runs = [];
  for (let i = 0; i < repetitions; i++) runs.push(await withBrowser(async (open) => (await open(sweep, "")).still()));
  if (!runs.every(Boolean)) throw Error(`phases still change at the end of ${sweep.steps} steps`);
  const step = Math.max(...runs.map((run) => run.step));
  return { seconds: summary(runs.map((run) => run.seconds)), models: modelsOf(sweep), steps: step };
}
