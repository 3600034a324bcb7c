// Results that come with the page: shown at once where the run itself would take minutes, said to be what they are, and
// left for the run as soon as it is asked for.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { withPage } from "./browser.mjs";
import { colours, pixels, stage } from "./instrument.mjs";

const RESULTS = fileURLToPath(new URL("../www/results/", import.meta.url));
const WORDS = (grid = "") => new RegExp(`computed earlier${grid}, \\d+ (s|min) on \\d+ cores`.replaceAll(" ", "\\s"));

const caption = (page, name = "empirical") => page.getByTestId(`diagram-${name}`).locator(".diagram-name p");
const shows = (page, pattern, name = "empirical") =>
  page.waitForFunction(
    ([id, source]) => new RegExp(source).test(document.querySelector(`[data-testid=diagram-${id}] .diagram-name p`)?.textContent ?? ""),
    [name, pattern.source],
  );
/** A result, as its file has it. */
const read = (file) => JSON.parse(readFileSync(RESULTS + file, "utf8"));

test(
  "results: the paper's diagram is there at once, says that it was computed earlier, and makes room for the run",
  withPage({ webgpu: "absent", asks: true, path: "?preset=paper" }, async (page) => {
    await stage(page, "waiting");
    await shows(page, WORDS());
    assert.match(await caption(page).innerText(), /10 models/);
    const { width, height, data } = await pixels(page, "empirical");
    assert.deepEqual([width, height], [64, 64]);
    assert.ok((await colours(page, "empirical")) > 100);
    assert.ok(data.every((byte, i) => i % 4 < 3 || byte === 255), "every pixel is there");
    assert.match(await page.locator(".asking").innerText(), /computed earlier/);
    // Its numbers are those of the file.
    const { norm } = read("paper.json");
    const box = await page.getByTestId("heatmap-empirical").boundingBox();
    await page.mouse.move(box.x + (40.5 / 64) * box.width, box.y + (30.5 / 64) * box.height);
    const said = await page.getByTestId("figures").innerText();
    assert.ok(said.includes(norm[30 * 64 + 40].toPrecision(3).replace(/\.?0+$/, "")), `${norm[30 * 64 + 40]} in ${said}`);
    // It can be kept, to stand beside the run.
    await page.getByTestId("keep").click();
    await shows(page, WORDS(), "theory");
    const kept = await pixels(page, "theory");
    await page.getByRole("button", { name: "Train it here" }).click();
    await stage(page, "training");
    await page.waitForFunction(
      (id) => !/earlier/.test(document.querySelector(`[data-testid=diagram-${id}] .diagram-name p`).textContent),
      "empirical",
    );
    await page.getByRole("button", { name: "Pause" }).click();
    await stage(page, "paused");
    assert.notDeepEqual((await pixels(page, "empirical")).data, kept.data, "what trains is shown");
    assert.deepEqual((await pixels(page, "theory")).data, kept.data, "what was kept is not touched");
  }),
);

test(
  "results: a larger diagram is shown with the pixels there are, and says so; another seed is another run",
  withPage({ webgpu: "absent", asks: true, path: "?preset=repro-superposition" }, async (page) => {
    await shows(page, WORDS(" on 64 × 64 pixels"));
    assert.equal((await pixels(page, "empirical")).width, 64);
    await page.goto(page.url().replace(/\?.*/, "?preset=repro-superposition&seed=1"));
    await stage(page, "waiting");
    await page.waitForTimeout(500);
    assert.doesNotMatch(await caption(page).innerText(), /earlier/);
    assert.equal(await page.getByRole("button", { name: "Train it here" }).count(), 0);
    assert.doesNotMatch(await page.locator(".asking").innerText(), /last one/, "no word of a last one, for there is none");
  }),
);

test(
  "results: beside the default run, the menu of protocols shows the paper's at once",
  withPage({ webgpu: "absent", path: "?steps=20&repeats=1" }, async (page) => {
    await stage(page, "done");
    await page.getByTestId("source-right").selectOption({ label: "Paper (Elhage et al. 2022)" });
    await shows(page, WORDS(), "theory");
    assert.ok((await colours(page, "theory")) > 100);
    await page.getByTestId("other-note").getByRole("button", { name: "Train it here" }).waitFor();
  }),
);

for (const [preset, view, file] of [["attacked", "vulnerability", "attacked.json"], ["four-hundred-in-thirty", "dimensionality", "four-hundred-in-thirty.json"]]) {
  test(
    `results: ${view} opens with its models, says where they are from, and trains when it is asked to`,
    withPage({ webgpu: "absent", asks: true, path: `?study=${preset}` }, async (page) => {
      const earlier = page.getByTestId("earlier");
      // A fast machine trains the smaller one within the time that is not asked about.
      const known = () => document.querySelector("[data-testid=earlier]") ?? document.querySelector(".status .stage")?.textContent === "done";
      await page.waitForFunction(known);
      if (view === "vulnerability" && !(await earlier.count())) return;
      assert.match(await earlier.innerText(), /^Computed earlier, \d+\s(s|min) on \d+ cores\.$/);
      const { models } = read(file);
      const shown = await page.getByTestId("plate").evaluate((plate) =>
        [...plate.querySelectorAll("[data-value].attacked, [data-dimensions-per-feature]")].map((mark) => Number(mark.dataset.value ?? mark.dataset.dimensionsPerFeature)),
      );
      const expected = models.map((model) => (view === "vulnerability" ? model.vulnerability : model.dimensions_per_feature));
      assert.equal(shown.length, expected.length);
      shown.forEach((value, i) => assert.ok(Math.abs(value / expected[i] - 1) < 1e-3, `${value} and ${expected[i]}`));
      assert.doesNotMatch(await page.getByTestId("plate").innerText(), /not trained/i);
      await page.getByRole("button", { name: "Train it here" }).click();
      await earlier.waitFor({ state: "detached" });
      await page.getByRole("button", { name: "Pause" }).click();
    }),
  );
}

test(
  "results: an experiment that was saved is shown again as it was",
  withPage({ webgpu: "absent", path: "?study=five-in-two&instances=3&steps=60&batch=64" }, async (page) => {
    await stage(page, "done");
    const marks = () => page.getByTestId("plate").locator("path").evaluateAll((all) => all.map((path) => path.getAttribute("d")));
    const before = await marks();
    const [download] = await Promise.all([page.waitForEvent("download"), page.getByTestId("save-json").click()]);
    const saved = readFileSync(await download.path());
    await page.goto(page.url().replace(/\?.*/, "?study=five-in-two&instances=2&steps=20&batch=64"));
    await stage(page, "done");
    await page.getByTestId("load-file").setInputFiles({ name: "mine.json", mimeType: "application/json", buffer: saved });
    await page.locator(".notices", { hasText: "mine.json" }).waitFor();
    await page.waitForFunction((count) => document.querySelectorAll("[data-testid=plate] path").length === count, before.length);
    assert.deepEqual(await marks(), before);
  }),
);

// A frame may come late: on a busy machine, and never while nobody looks.
for (const [view, query, picture] of [
  ["a study", "study=five-in-two&instances=3&steps=60&batch=64", (page) => page.getByTestId("plate").innerHTML()],
  ["a network", "view=transformer&network=transformer&features=12&width=6&heads=2&mlp=8&instances=3&batch=16&steps=60&engine=cpu", (page) => page.getByTestId("plate").innerHTML()],
  ["the diagram", "grid=8&repeats=2&steps=60", async (page) => (await pixels(page, "empirical")).data],
]) {
  test(
    `results: what is done is shown with the word, ${view}`,
    withPage({ webgpu: "absent", path: "?grid=8&repeats=1&steps=2" }, async (page, { url }) => {
      await page.addInitScript(() => {
        const frame = requestAnimationFrame;
        window.requestAnimationFrame = (then) => frame(() => setTimeout(() => then(performance.now()), 3000));
      });
      await page.goto(new URL(`?${query}`, url).href);
      await stage(page, "done");
      const shown = await picture(page);
      await page.waitForTimeout(4000);
      assert.deepEqual(await picture(page), shown);
    }),
  );
}
