// Networks on the page: the experiment trains, its figure follows site and step, and what is kept is compared.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { withPage } from "./browser.mjs";
import { stage } from "./instrument.mjs";

const SMALL = "?view=transformer&network=transformer&features=12&width=6&heads=2&mlp=8&instances=3&batch=16&steps=120&engine=cpu";

test(
  "a transformer trains, is looked at by site and step, kept and compared",
  withPage({ path: SMALL, viewport: { width: 1440, height: 900 } }, async (page) => {
    await stage(page, "done");
    const count = (selector) => page.locator(`[data-testid=plate] ${selector}`).count();
    await page.waitForFunction(() => document.querySelectorAll("[data-testid=plate] .curve").length === 3);
    assert.equal(await count(".loss"), 3);
    assert.equal(await count(".reference"), 3);
    assert.equal(await count(".feature"), 3 * 12);
    await page.getByTestId("site").selectOption({ label: "mlp 1" });
    await page.getByText("Feature directions after mlp 1: 12 in 6 dimensions").waitFor();
    await page.getByTestId("scrubber").fill("0");
    await page.getByText("Not trained yet.", { exact: true }).waitFor();
    const [download] = await Promise.all([page.waitForEvent("download"), page.getByTestId("save-sites").click()]);
    const lines = (await readFile(await download.path(), "utf8")).trim().split("\n");
    assert.equal(lines.length, 1 + 3 * 3);
    assert.match(lines[0], /^model,repeat,density,site,features,dimensions,represented,/);
    await page.getByTestId("compare").click();
    await page.getByText("Kept: see the comparison.").waitFor();
    await page.getByRole("link", { name: "Comparison" }).click();
    const rows = page.locator("[data-testid=comparison] tbody tr");
    await rows.first().waitFor();
    assert.equal(await rows.count(), 3 * 3);
    await page.getByRole("button", { name: "mean cosine", exact: true }).click();
    const column = await rows.locator("td:nth-child(8)").allTextContents();
    const sorted = column.map(Number);
    assert.deepEqual(sorted, [...sorted].sort((a, b) => a - b));
  }),
);
