// A GPU that computes something wrong is found: a driver that ends loops early is imitated by
// changing what the page compiles.
import assert from "node:assert/strict";
import { test } from "node:test";
import { withPage } from "./browser.mjs";
import { stage } from "./instrument.mjs";

const LINK = "?grid=12&repeats=2&data=exact&steps=3000";

/** Runs a program in the page's workers before their own. */
const before = (page, program) =>
  page.route("**/worker.js", async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: `{${program}}\n${await response.text()}` });
  });

/** Changes every shader that is compiled. */
const lie = (from, to) => `
  const honest = GPUDevice.prototype.createShaderModule;
  GPUDevice.prototype.createShaderModule = function (descriptor) {
    return honest.call(this, { ...descriptor, code: descriptor.code.replaceAll(${JSON.stringify(from)}, ${JSON.stringify(to)}) });
  };`;

/** A CPU that loses every trial, on any machine: it is measured while the GPU's kernel is compiled,
 * and there the clock runs a thousand times as fast. */
const SLOW_CPU = `
  const clock = performance.now.bind(performance);
  let [then, shown, pace] = [clock(), clock(), 1];
  performance.now = () => {
    const now = clock();
    shown += (now - then) * pace;
    then = now;
    return shown;
  };
  const from = (prototype, name, changed) => {
    const original = prototype[name];
    prototype[name] = function (...given) {
      performance.now();
      pace = changed;
      return original.apply(this, given);
    };
  };
  from(GPUDevice.prototype, "createComputePipeline", 1000);
  from(GPUDevice.prototype, "createComputePipelineAsync", 1000);
  from(GPUBuffer.prototype, "mapAsync", 1);
  from(GPUQueue.prototype, "onSubmittedWorkDone", 1);`;

/** No step is taken from this one on. */
const ENDS_EARLY = ["step < run.first_step + run.steps", "step < min(run.first_step + run.steps, 999u)"];

test(
  "check: a GPU that stops learning late in a run is refused, and what it did is not shown",
  withPage({ serviceWorkers: "block" }, async (page, { url }) => {
    await before(page, lie(...ENDS_EARLY));
    await page.goto(new URL(`${LINK}&engine=gpu`, url).href);
    const failed = page.getByText(/wrong numbers/).first();
    await failed.waitFor();
    assert.match(await failed.textContent(), /after step \d+ of model \d+/);
  }),
);

test(
  "check: left to choose, the page goes to the CPU and says why",
  withPage({ serviceWorkers: "block" }, async (page, { url }) => {
    // Nothing is learned at all.
    await before(page, lie("step < run.first_step + run.steps", "step < run.first_step") + SLOW_CPU);
    await page.goto(new URL("?grid=32&repeats=4&data=exact&steps=100&engine=auto", url).href);
    await stage(page, "done");
    const status = await page.locator(".status").textContent();
    assert.match(status, /CPU/);
    assert.match(await page.locator(".status .reason").getAttribute("title"), /computes wrong numbers/);
  }),
);
