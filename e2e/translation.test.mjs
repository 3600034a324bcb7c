// Bottlenecks in a translation model on the page: they train live, show what comes through, and translate one's own sentence.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { withPage } from "./browser.mjs";
import { stage } from "./instrument.mjs";

const SMALL = "?view=translation&narrowest=8&widest=16&steps=60&batch=16&held-out=16&engine=cpu";

test(
  "bottlenecks train, show what comes through, and translate one's own sentence",
  withPage({ path: SMALL, viewport: { width: 1440, height: 900 } }, async (page) => {
    await stage(page, "done");
    await page.waitForFunction(() => document.querySelectorAll("[data-testid=plate] .bleu").length === 2);
    await page.waitForFunction(() => {
      const words = document.querySelector("[data-testid=plate]").textContent.replace(/\s+/g, " ");
      return /counts as read: k = 8: \d+, k = 16: \d+/.test(words);
    });
    const five = page.getByTestId("five").locator("tr");
    assert.deepEqual(await five.locator("th").allTextContents(), ["k = 8", "k = 16", "reference"]);
    // The base is there, and something comes through 16 dimensions.
    const [download] = await Promise.all([page.waitForEvent("download"), page.getByTestId("save-models").click()]);
    const [head, ...rows] = (await readFile(await download.path(), "utf8")).trim().split("\n").map((line) => line.split(","));
    const cell = (row, name) => Number(row[head.indexOf(name)]);
    assert.deepEqual(rows.map((row) => cell(row, "k")), [8, 16]);
    assert.ok(cell(rows[0], "base_bleu") > 95, String(rows[0]));
    assert.ok(cell(rows[1], "bleu") > cell(rows[1], "initial_bleu"), String(rows[1]));
    assert.ok(cell(rows[0], "directions") > 40 && cell(rows[0], "capacity") < 8.01, String(rows[0]));
    // Directions and units of the bottleneck that is chosen, each beside the start.
    const plate = page.getByTestId("plate");
    await plate.getByText("Feature directions in z of k = 8").waitFor();
    const dots = await plate.locator(".norm").count();
    assert.ok(dots > 80, String(dots));
    await page.getByTestId("width").selectOption("16");
    await plate.getByText("Feature directions in z of k = 16").waitFor();
    const units = page.getByTestId("units").locator("tbody tr");
    assert.equal(await units.count(), 16);
    assert.match(await units.first().textContent(), /^1\+.*\d+ %.* bits/);
    // What was trained is kept, and stands in the comparison.
    await page.getByTestId("compare").click();
    await page.getByText("Kept: see the comparison.").waitFor();
    const own = page.getByTestId("own");
    await own.getByRole("textbox").fill("the cat saw my house");
    await own.getByRole("button", { name: "Translate" }).click();
    await own.getByRole("row", { name: "reference lo gato vede mia casa" }).waitFor();
    assert.equal(await own.locator("tr").count(), 3);
    await own.getByRole("textbox").fill("the cat saw my unicorn");
    await own.getByRole("button", { name: "Translate" }).click();
    await own.getByText("“unicorn” stands where the language has").waitFor();
    await page.getByTestId("scrubber").fill("0");
    await page.getByText("Not trained yet.", { exact: true }).waitFor();
    await page.goto(new URL("?view=comparison", page.url()).href);
    const kept = page.getByTestId("comparison").locator("tbody tr");
    assert.equal(await kept.count(), 2);
    assert.match(await kept.first().textContent(), /^translationz/);
  }),
);

test(
  "a parallel text is read by its lines, and the commands that train on it are given",
  withPage({ path: "?view=translation&narrowest=2&widest=2&steps=2&batch=1&held-out=8&engine=cpu" }, async (page) => {
    const text = page.getByTestId("own-text");
    const read = (name, lines) =>
      text.getByTestId("load-file").setInputFiles({ name, mimeType: "text/plain", buffer: Buffer.from(lines.join("\n")) });
    await read("broken.tsv", ["one\tun", "", "two deux"]);
    await text.getByText("broken.tsv cannot be shown: line 3 has no tab").waitFor();
    assert.equal(await text.locator("table").count(), 0);
    const pairs = Array.from({ length: 120 }, (_, i) => `word ${i} שלום\t世界 ${i}`);
    await read("my pairs.tsv", [...pairs, "left\t"]);
    await text.getByText("my pairs.tsv is read").waitFor();
    await text.getByText(/line 121 was left out/i).waitFor();
    const rows = await text.locator("table").textContent();
    const counts = rows.match(/pairs(\d+) to train on, (\d+) to validate, (\d+) to test/).slice(1).map(Number);
    assert.equal(counts[0] + counts[1] + counts[2], 120, rows);
    const lines = await text.getByTestId("own-command").textContent();
    assert.match(lines, /^superphase base --pairs 'my pairs.tsv' --vocabulary 1000 --out base.bin\n/);
    assert.match(lines, /--preset translation .*--widest 2.* --pairs 'my pairs.tsv' .*--base base.bin/);
  }),
);

test(
  "the translation model is loaded by its experiment alone",
  withPage({ path: "?view=geometry&engine=cpu&steps=20" }, async (page) => {
    const asked = [];
    page.context().on("request", (request) => asked.push(request.url()));
    await page.reload();
    await stage(page, "done");
    assert.ok(!asked.some((url) => url.includes("translation-base")), asked.join(" "));
  }),
);
