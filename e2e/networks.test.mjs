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
    await page.waitForFunction(() => document.querySelectorAll("[data-testid=plate] .learning").length === 3);
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
    const { width } = await page.locator(".plate svg").boundingBox();
    assert.ok(width > 1100, `the figure has the room of the page: ${width}`);
    await page.getByRole("button", { name: "mean cosine", exact: true }).click();
    const column = await rows.locator("td:nth-child(8)").allTextContents();
    const sorted = column.map(Number);
    assert.deepEqual(sorted, [...sorted].sort((a, b) => a - b));
  }),
);

/** Presses the button of a file; gives its bytes. */
async function save(page, what) {
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByTestId(`save-${what}`).click()]);
  return readFile(await download.path());
}

test(
  "networks that were saved are shown again, and compared beside toy models and a saved table",
  withPage({ path: SMALL, viewport: { width: 1440, height: 900 } }, async (page, { url }) => {
    await stage(page, "done");
    const [bytes, sites] = [await save(page, "safetensors"), String(await save(page, "sites"))];
    // Another run, in whose place they are shown.
    await page.goto(new URL(SMALL.replace("steps=120", "steps=20&seed=7"), url).href);
    await stage(page, "done");
    assert.notEqual(String(await save(page, "sites")), sites);
    await page.getByTestId("load-file").setInputFiles({ name: "mine.safetensors", mimeType: "", buffer: bytes });
    await page.locator(".notices", { hasText: "The figure shows mine.safetensors" }).waitFor();
    await page.waitForFunction(() => location.search.includes("steps=120"));
    // Measured by plain loops, as those of a run are by lanes.
    const rows = (text) => text.trim().split("\n").map((line) => line.split(","));
    const [before, after] = [rows(sites), rows(String(await save(page, "sites")))];
    assert.equal(after.length, before.length);
    for (const [y, row] of before.entries()) {
      for (const [x, cell] of row.entries()) {
        const same = cell === after[y][x] || Math.abs(cell - after[y][x]) < 1e-3 * (1 + Math.abs(cell));
        assert.ok(same, `${row}: ${before[0][x]} is ${after[y][x]}`);
      }
    }
    // What is no network says so.
    await page.getByTestId("load-file").setInputFiles({ name: "no.npz", mimeType: "", buffer: Buffer.from("PK\x03\x04 no") });
    await page.locator(".notices.refused", { hasText: "no.npz cannot be shown" }).waitFor();

    // A study's models are kept; networks come from their file, and all of them again from a table.
    await page.goto(new URL("?view=geometry&study=five-in-two&instances=2&repeats=1&steps=50&batch=64&engine=cpu", url).href);
    await stage(page, "done");
    await page.getByTestId("compare").click();
    await page.getByText("Kept: see the comparison.").waitFor();
    await page.getByRole("link", { name: "Comparison" }).click();
    const shown = page.locator("[data-testid=comparison] tbody tr");
    await page.waitForFunction(() => document.querySelectorAll("[data-testid=comparison] tbody tr").length === 2);
    assert.match(await shown.first().innerText(), /toy model, ReLU/);
    await page.getByTestId("load-file").setInputFiles({ name: "mine.safetensors", mimeType: "", buffer: bytes });
    await page.getByText("Added the models of mine.safetensors to the table.").waitFor();
    assert.equal(await shown.count(), 2 + 3 * 3);
    const table = await save(page, "csv");
    await page.getByRole("button", { name: "Forget all" }).click();
    assert.equal(await shown.count(), 0);
    await page.getByTestId("load-file").setInputFiles({ name: "all.csv", mimeType: "text/csv", buffer: table });
    await page.getByText("Added the models of all.csv to the table.").waitFor();
    assert.equal(await shown.count(), 2 + 3 * 3);
    assert.equal(String(await save(page, "csv")), String(table));
    await page.reload();
    await shown.first().waitFor();
    assert.equal(await shown.count(), 2 + 3 * 3, "the browser keeps them");
    await page.getByTestId("load-file").setInputFiles({ name: "x.csv", mimeType: "text/csv", buffer: Buffer.from("a,b\n1,2\n") });
    await page.locator(".notices.refused", { hasText: "it has no column architecture" }).waitFor();
  }),
);
