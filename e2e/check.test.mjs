// A GPU that computes something wrong is found: a driver that ends loops early is imitated by
// changing what the page compiles.
import assert from "node:assert/strict";
import { test } from "node:test";
import { withPage } from "./browser.mjs";
import { stage } from "./instrument.mjs";

const LINK = "?grid=12&repeats=2&data=exact&steps=3000";

/** Changes every shader that the page's workers compile. */
const lie = (page, from, to) =>
  page.route("**/worker.js", async (route) => {
    const response = await route.fetch();
    const lying = `{
      const honest = GPUDevice.prototype.createShaderModule;
      GPUDevice.prototype.createShaderModule = function (descriptor) {
        return honest.call(this, { ...descriptor, code: descriptor.code.replaceAll(${JSON.stringify(from)}, ${JSON.stringify(to)}) });
      };
    }`;
    await route.fulfill({ response, body: lying + (await response.text()) });
  });

/** No step is taken from this one on. */
const ENDS_EARLY = ["step < run.first_step + run.steps", "step < min(run.first_step + run.steps, 999u)"];

test(
  "check: a GPU that stops learning late in a run is refused, and what it did is not shown",
  withPage({ serviceWorkers: "block" }, async (page, { url }) => {
    await lie(page, ...ENDS_EARLY);
    await page.goto(new URL(`${LINK}&engine=gpu`, url).href);
    const failed = page.getByText(/wrong numbers/).first();
    await failed.waitFor({ timeout: 90_000 });
    assert.match(await failed.textContent(), /after step \d+ of model \d+/);
  }),
);

test(
  "check: left to choose, the page goes to the CPU and says why",
  withPage({ serviceWorkers: "block" }, async (page, { url }) => {
    // Nothing is learned at all, which looks like speed: of large batches, beyond any CPU's.
    await lie(page, "step < run.first_step + run.steps", "step < run.first_step");
    await page.goto(new URL("?grid=32&repeats=4&data=sampled&batch=1024&steps=100&engine=auto", url).href);
    await stage(page, "done");
    const status = await page.locator(".status").textContent();
    assert.match(status, /CPU/);
    assert.match(await page.content(), /computes wrong numbers/);
  }),
);
