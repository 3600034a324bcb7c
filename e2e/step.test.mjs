// One optimiser step in the browser: the shaders on SwiftShader against the CPU kernels, digit by digit.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { withPage } from "./browser.mjs";
import { stage } from "./instrument.mjs";

/** Norm and superposition of every pixel after one step from spread-out starts, as exported. */
async function measures(page, url, engine, shape) {
  await page.goto(new URL(`?grid=6&repeats=1&steps=1&lr=0.1&init-std=0.7&batch=200&${shape}&engine=${engine}`, url).href);
  await stage(page, "done");
  await page.locator("details.take").evaluate((menu) => (menu.open = true));
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByTestId("take-trained-csv").click()]);
  const rows = (await readFile(await download.path(), "utf8")).trim().split("\n").slice(1);
  return rows.map((row) => row.split(",").slice(5, 7).map(Number));
}

const shapes = [];
for (const [n, m] of [[2, 1], [3, 1], [3, 2], [4, 1], [4, 2], [4, 3]]) {
  shapes.push(`features=${n}&hidden=${m}&data=exact`, `features=${n}&hidden=${m}&data=sampled`);
}
shapes.push("features=5&hidden=2&data=sampled", "features=8&hidden=3&data=sampled");

test(
  "step: shaders and CPU kernels agree after one step, every shape up to four features and some beyond",
  withPage({}, async (page, { url }) => {
    for (const shape of shapes) {
      const gpu = await measures(page, url, "gpu", shape);
      const cpu = await measures(page, url, "cpu", shape);
      assert.equal(gpu.length, 36);
      const far = gpu.filter((pair, i) => pair.some((value, k) => Math.abs(value - cpu[i][k]) > 1e-5 * Math.max(1, Math.abs(cpu[i][k]))));
      // Adam's first step is rate times the sign of the gradient: where that is rounding noise, either sign is right.
      assert.ok(far.length <= 1, `${shape}: ${far.length} of 36 differ`);
    }
  }),
);
