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
