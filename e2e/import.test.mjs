// Files as other programs and other people make them, brought to the page.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { withPage } from "./browser.mjs";
import { colours, pixels, stage } from "./instrument.mjs";

const FIXTURES = fileURLToPath(new URL("../crates/toy/tests/fixtures/", import.meta.url));
const LINK = "?grid=8&repeats=1&steps=20&engine=cpu&layer=phase";

/** Loads a file and gives the notes about it. */
async function bring(page, name, buffer) {
  await page.getByTestId("load-file").setInputFiles({ name, mimeType: "", buffer });
  const notes = page.locator(".notices", { hasText: name });
  await notes.waitFor();
  return notes.innerText();
}

const size = async (page) => {
  const { width, height } = await pixels(page, "empirical");
  return [width, height];
};

test(
  "import: tables of spreadsheets and scripts are shown as they are, and what they lack is said",
  withPage({ webgpu: "absent", path: LINK }, async (page) => {
    await stage(page, "done");
    for (const [name, pattern] of [
      ["semicolons-decimal-commas.csv", /shows semicolons/],
      ["utf16-le.csv", /shows utf16/],
      ["cut.csv", /1 of the 6 rows of the table are missing/],
      ["missing.csv", /does not say which models/],
    ]) {
      assert.match(await bring(page, name, readFileSync(FIXTURES + name)), pattern);
      assert.deepEqual(await size(page), [2, 3], name);
    }
    assert.match(await bring(page, "linear-zero.csv", readFileSync(`${FIXTURES}linear-zero.csv`)), /axes are logarithmic/);
    assert.deepEqual(await size(page), [2, 3], "the last one stays");
  }),
);

test(
  "import: what files and their names say never becomes markup, on the page or in what is saved",
  withPage({ webgpu: "absent", path: LINK }, async (page) => {
    await stage(page, "done");
    await page.evaluate(() => (globalThis.alert = () => (globalThis.ran = true)));
    const evil = '<img src=x onerror=alert(1)>"\'&]]>.json';
    const text = readFileSync(`${FIXTURES}scripts.json`);
    assert.match(await bring(page, evil, text), /<img src=x onerror=alert\(1\)> is not known/);
    assert.ok((await colours(page, "empirical")) > 1);
    assert.equal(await page.locator("img, script:not([src])").count(), 0);
    await page.locator("details.take").evaluate((menu) => (menu.open = true));
    const [download] = await Promise.all([page.waitForEvent("download"), page.getByTestId("take-trained-svg").click()]);
    const svg = await readFile(await download.path(), "utf8");
    const seen = await page.evaluate((text) => {
      const document = new DOMParser().parseFromString(text, "image/svg+xml");
      return [document.querySelector("parsererror")?.textContent, document.querySelectorAll("script, img, [onerror]").length];
    }, svg);
    assert.deepEqual(seen, [undefined, 0]);
    assert.equal(await page.evaluate(() => globalThis.ran), undefined);
  }),
);

test(
  "import: a hundred megabytes of nothing are refused while the page stays",
  withPage({ webgpu: "absent", path: LINK }, async (page) => {
    await stage(page, "done");
    // Made within the page: a test cannot hand over so much.
    await page.evaluate(() => {
      const rows = "0,0,0,-1,0,0\n".repeat(1 << 16);
      const head = "log_sparsity_index,log_weight_index,log_sparsity,log_weight,last_polysemanticity,last_norm\n";
      for (const [name, parts] of [["large.csv", [head, ...Array(120).fill(rows)]], ["larger.csv", Array(160).fill(rows.padEnd(1 << 20))]]) {
        const data = new DataTransfer();
        data.items.add(new File(parts, name));
        window.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
      }
    });
    await page.locator(".notices", { hasText: "large.csv cannot be shown" }).waitFor();
    assert.deepEqual(await size(page), [8, 8]);
  }),
);

/** Drops a file onto the diagram of one side, as a mouse would. */
const drop = (page, name, text, side) =>
  page.evaluate(
    ([name, text, side]) => {
      const data = new DataTransfer();
      data.items.add(new File([text], name));
      const at = document.querySelector(`[data-drop=${side}] canvas`);
      for (const kind of ["dragover", "drop"]) at.dispatchEvent(new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true }));
    },
    [name, text, side],
  );

test(
  "import: two files stand side by side, each where it was dropped, and are compared",
  withPage({ webgpu: "absent", path: LINK }, async (page) => {
    await stage(page, "done");
    const table = (superposed) => {
      const rows = [0, 1].flatMap((row) => [0, 1].map((column) => [row, column, -row, column - 0.5, column === superposed ? 1 : 0, 1].join(",")));
      return ["log_sparsity_index,log_weight_index,log_sparsity,log_weight,last_polysemanticity,last_norm", ...rows, ""].join("\n");
    };
    const caption = (name) => page.getByTestId(`diagram-${name}`).locator(".diagram-name p");
    await drop(page, "one.csv", table(0), "left");
    await page.locator(".notices", { hasText: "The left diagram shows one.csv" }).waitFor();
    await drop(page, "two.csv", table(1), "right");
    await page.locator(".notices", { hasText: "The right diagram shows two.csv." }).waitFor();
    assert.equal(await caption("empirical").innerText(), "from file one.csv");
    assert.equal(await caption("theory").innerText(), "from file two.csv");
    const [left, right] = await Promise.all(["empirical", "theory"].map((name) => pixels(page, name)));
    assert.deepEqual([left.width, right.width], [2, 2]);
    // Superposed on the left in one, on the right in the other.
    const colour = ({ data }, column) => data.slice(4 * column, 4 * column + 3).join();
    assert.equal(colour(left, 0), colour(right, 1));
    assert.notEqual(colour(left, 0), colour(left, 1));
    assert.match(await page.getByTestId("agreement").textContent(), /^0\.0 % of pixels agree: the trained models and the kept run/);
    // And the other way round.
    await drop(page, "three.csv", table(1), "left");
    await page.waitForFunction(() => document.querySelector("[data-testid=diagram-empirical] .diagram-name p").textContent === "from file three.csv");
    assert.match(await page.getByTestId("agreement").textContent(), /^100\.0 %/);
  }),
);
