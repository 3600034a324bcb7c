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
    // The page is there before the part of it that has the table.
    await kept.first().waitFor();
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
    assert.match(lines.trim(), /^superphase base --pairs 'my pairs.tsv' --vocabulary 1000 --out base.bin\n/);
    assert.match(lines, /--preset translation .*--widest 2.* --pairs 'my pairs.tsv' .*--base base.bin/);
  }),
);

test(
  "a model of a text of one's own is trained here, and bottlenecks in it; it can be saved and brought back",
  withPage({ path: "?view=translation&narrowest=4&widest=8&steps=20&batch=4&held-out=8&engine=cpu" }, async (page) => {
    await stage(page, "done");
    const text = page.getByTestId("own-text");
    const load = (file) => text.getByTestId("load-file").setInputFiles(file);
    const numbers = ["one un", "two deux", "three trois", "four quatre", "five cinq"].map((pair) => pair.split(" "));
    const pairs = Array.from({ length: 125 }, (_, i) => {
      const three = [i % 5, Math.floor(i / 5) % 5, Math.floor(i / 25)].map((which) => numbers[which]);
      return [0, 1].map((side) => three.map((word) => word[side]).join(" ")).join("\t");
    });
    await load({ name: "numbers.tsv", mimeType: "text/plain", buffer: Buffer.from(pairs.join("\n")) });
    await text.getByText("numbers.tsv is read").waitFor();
    const told = text.getByTestId("base-told");
    const steps = text.getByTestId("base-steps");
    await steps.fill("7");
    await steps.press("Tab");
    await told.getByText("Steps are a whole number from 20 to 100,000.").waitFor();
    await steps.fill("1e5");
    await steps.press("Tab");
    assert.equal(await steps.inputValue(), "100000");
    assert.match(await text.getByTestId("own-command").textContent(), /--steps 100000 --out base.bin/);
    await text.getByTestId("train-base").click();
    await page.waitForFunction(() => /Step [\d,]+ of 100,000: loss/.test(document.querySelector("[data-testid=base-told]").textContent));
    // What trains is not lost to a file.
    await load({ name: "late.tsv", mimeType: "text/plain", buffer: Buffer.from(pairs.join("\n")) });
    await text.getByText("late.tsv cannot be shown: a model is in training").waitFor();
    await text.getByTestId("enough").click();
    await told.getByText(/Trained for [\d,]+ steps: on held-out sentences BLEU/).waitFor();
    // Bottlenecks train in it, of other sentences, and no features are told.
    const five = page.getByTestId("five");
    await page.waitForFunction(() => /un|deux|trois|quatre|cinq/.test(document.querySelector("[data-testid=five]").textContent));
    await stage(page, "done");
    await page.getByTestId("plate").getByText("Bottlenecks in a model of numbers.tsv").waitFor();
    assert.equal(await page.getByTestId("plate").getByText("Which features pass").count(), 0);
    assert.equal(await five.locator("select option").count(), 5);
    const own = page.getByTestId("own");
    await own.getByRole("textbox").fill("two one five");
    await own.getByRole("button", { name: "Translate" }).click();
    await own.getByRole("row", { name: /k = 8/ }).waitFor();
    await own.getByRole("textbox").fill("two unicorns");
    await own.getByRole("button", { name: "Translate" }).click();
    await own.getByText("words that the text does not have").waitFor();
    const save = async (id) => {
      const [download] = await Promise.all([page.waitForEvent("download"), page.getByTestId(id).click()]);
      return [download.suggestedFilename(), await readFile(await download.path())];
    };
    const [name, table] = await save("save-models");
    assert.match(name, /^superphase-translation-own-text-/);
    const bleu = (text) => {
      const [head, row] = text.toString().trim().split("\n").map((line) => line.split(","));
      return row[head.indexOf("base_bleu")];
    };
    const [file, base] = await save("save-base");
    assert.equal(file, "base.bin");
    assert.equal(base.subarray(0, 8).toString(), "SPBASE01");
    // Back to the language, and to the model from its file: the same model.
    await text.getByTestId("language").click();
    await page.getByTestId("plate").getByText("Which features pass").waitFor();
    await load({ name: "base.bin", mimeType: "application/octet-stream", buffer: base });
    await told.getByText("Bottlenecks are in the model of base.bin now.").waitFor();
    await page.getByTestId("plate").getByText("Bottlenecks in a model of numbers.tsv").waitFor();
    await stage(page, "done");
    assert.equal(bleu((await save("save-models"))[1]), bleu(table));
    // A model of another text is refused.
    await load({ name: "other.tsv", mimeType: "text/plain", buffer: Buffer.from(Array.from({ length: 90 }, (_, i) => `a b${i}\tc d${i}`).join("\n")) });
    await text.getByText("other.tsv is read").waitFor();
    await load({ name: "base.bin", mimeType: "application/octet-stream", buffer: base });
    await text.getByText(/base.bin cannot be shown: the file has \d+ weights where the model has/).waitFor();
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
