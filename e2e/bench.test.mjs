// The page that measures the browser's GPU: every kernel is right on an honest one, and the JSON says what the table says.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { withPage } from "./browser.mjs";

/** Measures everything; returns the rows of the table. */
async function measure(page, url) {
  await page.goto(new URL("?view=bench", url).href);
  await page.getByRole("button", { name: "Measure" }).click();
  await page.getByRole("status").filter({ hasText: /^(Done|(?!Measuring).+\.$)/ }).waitFor();
  return page.locator("[data-testid=kernels] tbody tr").evaluateAll((rows) => rows.map((row) => [...row.cells].map((cell) => cell.textContent)));
}

test(
  "bench: every kernel is measured and right, and the JSON says the same",
  withPage({ serviceWorkers: "block" }, async (page, { url }) => {
    const rows = await measure(page, url);
    assert.ok(rows.length >= 9, JSON.stringify(rows));
    for (const [kernel, models, rate, , check] of rows) {
      assert.match(check, /^right in \d+ steps?$/, kernel);
      assert.ok(Number(models) > 0 && parseFloat(rate) > 0, kernel);
    }
    const [download] = await Promise.all([page.waitForEvent("download"), page.getByTestId("save-json").click()]);
    const json = JSON.parse(readFileSync(await download.path(), "utf8"));
    assert.deepEqual(json.rows.map((row) => row.kernel), rows.map(([kernel]) => kernel));
    assert.match(json.agent, /Mozilla/);
    for (const row of json.rows) assert.ok(row.peak > 1e7 && row.model_steps_per_second > 0 && row.error === null, JSON.stringify(row));
  }),
);
