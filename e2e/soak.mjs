// A long visit by somebody who presses everything: node e2e/soak.mjs [--seconds 1800] [--losses] [--seed 1]
// Controls, buttons, views, sizes and, with --losses, a GPU process that crashes, all at random. Fails on any
// word on the console, any error or rejection, a page that cannot be trained with again, or memory that grows.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { parseArgs } from "node:util";
import { BASE, launch, watch } from "./browser.mjs";
import { stage } from "./instrument.mjs";
import { POLICY, serve } from "./serve.mjs";

const { values } = parseArgs({
  options: { seconds: { type: "string", default: "1800" }, seed: { type: "string", default: "1" }, losses: { type: "boolean", default: false } },
});
const seconds = Number(values.seconds);
const REST = "?grid=12&repeats=2&steps=60&engine=cpu";
const VIEWS = ["", "view=geometry&", "view=demonstration&", "view=dimensionality&", "view=correlation&", "view=dynamics&", "view=computation&", "view=vulnerability&", "view=scaling&", "view=transformer&", "view=comparison&"];
const ROUNDS = 12;
/** How many times as much memory there may be in the second half: minutes say less than half an hour. */
const MOST = seconds < 600 ? 1.25 : 1.1;
/** Seconds of the same before memory is looked at. */
const WARM = 60;

// A generator that can be seeded, so that a failure can be seen again (as far as time allows).
let state = Number(values.seed) >>> 0;
const random = () => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return state / 2 ** 32;
};
const any = (list) => list[Math.floor(random() * list.length)];

/** Resident memory of a browser's renderers, in bytes: their own, and their share of what several use. */
function resident(browserPid) {
  const parent = new Map();
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const text = readFileSync(`/proc/${pid}/stat`, "utf8");
      parent.set(pid, text.slice(text.lastIndexOf(")") + 2).split(" ")[1]);
    } catch {} // it has ended
  }
  const under = (pid) => pid !== undefined && (pid === `${browserPid}` || under(parent.get(pid)));
  let sum = 0;
  for (const pid of parent.keys()) {
    try {
      if (!under(pid) || !readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("--type=renderer")) continue;
      sum += 1024 * Number(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8").match(/^Pss:\s+(\d+)/m)[1]);
    } catch {}
  }
  return sum;
}

/** Presses a button or changes a control of the page, as its user would. */
const press = (page, [which, what, how]) =>
  page.evaluate(
    ([which, what, how]) => {
      const usable = (element) => !element.disabled && !element.closest("details.take") && element.type !== "file";
      const all = [...document.querySelectorAll(which)].filter(usable);
      const element = all[Math.floor(what * all.length)];
      if (!element) return;
      const tell = (kind) => element.dispatchEvent(new Event(kind, { bubbles: true }));
      if (element.matches("select")) {
        element.selectedIndex = Math.floor(how * element.options.length);
        tell("change");
      } else if (element.matches("input[type=range]")) {
        const [min, max] = [Number(element.min), Number(element.max)];
        element.value = min + how * (max - min);
        tell("input");
        tell("change");
      } else {
        element.click();
      }
    },
    [which, what, how],
  );

/** Goes to a page. What a control has begun may come first: it is waited for, since every try that does not wait interrupts the one before. */
async function go(page, url) {
  for (let left = 3; ; left--) {
    try {
      return await page.goto(url);
    } catch (error) {
      if (!left || !/interrupted by another navigation/.test(error.message)) throw error;
      await page.waitForLoadState();
    }
  }
}

const server = await serve(undefined, { base: BASE, headers: { "content-security-policy": POLICY } });
const browser = await launch("software");
const counts = {};
try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  const problems = watch(page);
  // Chromium's own words about its GPU process are not the page's.
  page.on("console", (message) => {
    if (!(values.losses && /GPU|WebGL|context|external Instance/i.test(message.text()))) problems.push(`${message.type()}: ${message.text()}`);
  });
  page.on("dialog", (dialog) => dialog.dismiss().catch(() => {}));
  const client = await page.context().newCDPSession(page);
  const whole = await browser.newBrowserCDPSession();
  const { processInfo } = await whole.send("SystemInfo.getProcessInfo");
  const pid = processInfo.find(({ type }) => type === "browser").id;

  const actions = {
    control: [10, () => press(page, ["input[type=range], select, input[type=checkbox], input[type=radio]", random(), random()])],
    button: [6, () => press(page, ["button", random(), 0])],
    view: [1, () => go(page, `${server.url}?${any(VIEWS)}repeats=2&steps=200&engine=${any(["cpu", "auto", "auto"])}`)],
    size: [1, () => page.setViewportSize({ width: 200 + Math.floor(random() * 1400), height: 300 + Math.floor(random() * 700) })],
    back: [1, () => page.goBack({ timeout: 20_000 }).catch(() => {})],
    ...(values.losses && { loss: [1, () => whole.send("Browser.crashGpuProcess")] }),
  };
  const deck = Object.entries(actions).flatMap(([name, [weight]]) => Array(weight).fill(name));

  const memory = [];
  // Every view once, so that what they all keep is there from the first round on.
  for (const view of VIEWS) {
    await go(page, `${server.url}?${view}repeats=2&steps=30&engine=cpu`);
    if (!view.includes("comparison")) await stage(page, "done");
  }
  await go(page, server.url + REST);
  const visit = async (end) => {
    while (Date.now() < end) {
      const name = any(deck);
      counts[name] = (counts[name] ?? 0) + 1;
      await actions[name][1]();
      assert.deepEqual(problems, [], `after ${JSON.stringify(counts)}`);
      await page.waitForTimeout(50 + random() * 700);
    }
  };
  // What is compiled and cached on a first visit is not what grows.
  await visit(Date.now() + WARM * 1000);
  const begin = Date.now();
  for (let round = 1; round <= ROUNDS; round++) {
    await visit(begin + (seconds * 1000 * round) / ROUNDS);
    // At rest, always in the same state.
    await page.setViewportSize({ width: 1280, height: 800 });
    await go(page, server.url + REST);
    await stage(page, "done");
    for (let i = 0; i < 3; i++) await client.send("HeapProfiler.collectGarbage");
    const { metrics } = await client.send("Performance.enable").then(() => client.send("Performance.getMetrics"));
    const heap = metrics.find(({ name }) => name === "JSHeapUsedSize").value;
    memory.push({ resident: resident(pid), heap });
    const mega = (bytes) => (bytes / 1e6).toFixed(1);
    console.log(`${Math.round((Date.now() - begin) / 1000)} s: ${mega(memory.at(-1).resident)} MB resident, ${mega(heap)} MB of JavaScript, ${JSON.stringify(counts)}`);
    assert.deepEqual(problems, []);
  }
  for (const kind of ["resident", "heap"]) {
    // The least of each half: what is not given back is in all of them, what is still to be given back is not.
    const least = (list) => Math.min(...list.map((m) => m[kind]));
    const [first, last] = [least(memory.slice(0, ROUNDS / 2)), least(memory.slice(ROUNDS / 2))];
    console.log(`${kind}: ${(100 * (last / first - 1)).toFixed(1)} % from the first half to the second`);
    assert.ok(last <= MOST * first, `${kind} memory grew from ${first} to ${last} bytes`);
  }
} finally {
  await browser.close();
  await server.close();
}
