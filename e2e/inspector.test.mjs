// The inspector of a pinned pixel, its landscape and replay; thresholds; the lines between true phases.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { withPage } from "./browser.mjs";
import { pixels, stage } from "./instrument.mjs";

const GRID = 12;
const LINK = `?grid=${GRID}&repeats=4&steps=300&engine=cpu`;

/** Clicks the middle of a pixel of the trained diagram. */
async function click(page, row, column) {
  const box = await page.getByTestId("heatmap-empirical").boundingBox();
  await page.mouse.click(box.x + ((column + 0.5) / GRID) * box.width, box.y + ((row + 0.5) / GRID) * box.height);
}

/** The pinned pixel, as the diagram says. */
const pinned = (page) => page.getByTestId("plot-empirical").getAttribute("data-pinned");

/** The numbers of the model shown in detail, and whether any arrow is long enough to be seen. */
const model = (page) =>
  page.getByTestId("model").evaluate((section) => ({
    heading: section.querySelector("h3").textContent,
    numbers: [...section.querySelectorAll(".gram td")].map((cell) => cell.textContent),
    arrows: [...section.querySelectorAll(".arrow > path:first-child")].filter((path) => path.getTotalLength() > 0.2).length,
  }));

/** Number of colours of the landscape. */
const shades = (page) =>
  page.getByTestId("surface").evaluate((canvas) => {
    const { width, height } = canvas;
    const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
    const words = new Set();
    for (let i = 0; i < data.length; i += 4) words.add(data.slice(i, i + 4).join());
    return words.size;
  });

/** Moves the scrubber as a reader's finger does. */
const scrub = (page, record) =>
  page.getByTestId("scrubber").evaluate((input, value) => {
    input.value = value;
    input.dispatchEvent(new Event("input", { bubbles: true }));
  }, `${record}`);

test(
  "inspector: a click pins a pixel, its landscape and its replay, and the link keeps it",
  withPage({ webgpu: "absent", path: LINK }, async (page) => {
    await stage(page, "done");
    await click(page, 9, 6);
    assert.equal(await pinned(page), "9,6");
    await page.getByTestId("scrubber").waitFor();
    const end = await model(page);
    assert.ok(end.arrows >= 1, "no arrow is seen");
    assert.ok((await shades(page)) > 20, "the landscape is not filled");
    assert.equal(await page.getByTestId("trajectory").locator(".track").count(), 4);
    assert.ok((await page.getByTestId("trajectory").locator(".minimum.global").count()) >= 2, "both signs of the global minimum");

    const dot = () => page.getByTestId("trajectory").locator(".dot.chosen path").first().getAttribute("d");
    const last = await dot();
    await scrub(page, 0);
    const start = await model(page);
    assert.match(start.heading, /step 0$/);
    assert.notDeepEqual(start.numbers, end.numbers);
    assert.notEqual(await dot(), last);
    // The landscape can be taken away, with the ways of all models and every minimum.
    const [download] = await Promise.all([page.waitForEvent("download"), page.getByTestId("take-landscape").click()]);
    assert.match(download.suggestedFilename(), /-landscape-9-6\.svg$/);
    const svg = readFileSync(await download.path(), "utf8");
    const marks = await page.getByTestId("trajectory").evaluate((shown) => ["track", "minimum"].map((name) => shown.querySelectorAll(`.${name}`).length));
    const saved = await page.evaluate((text) => {
      const drawn = new DOMParser().parseFromString(text, "image/svg+xml");
      if (drawn.querySelector("parsererror")) return ["not well-formed"];
      const paths = [...drawn.querySelectorAll("g path")].map((path) => path.getAttribute("d"));
      return [paths.filter((d) => d.endsWith("h0")).length / 2, paths.filter((d) => d.endsWith("z")).length];
    }, svg);
    assert.deepEqual(saved, marks);
    assert.ok(svg.includes("<image") && !svg.includes("NaN"));
    await page.getByTestId("scrubber").focus();
    await page.keyboard.press("ArrowRight");
    assert.match((await model(page)).heading, /step [1-9]/);
    await page.keyboard.press("End");
    // The replay is the same training: it ends where the run ended, up to rounding.
    const replayed = await model(page);
    assert.match(replayed.heading, /step 300$/);
    assert.deepEqual(replayed.numbers, end.numbers);
    await page.keyboard.press("Space");
    await page.getByRole("button", { name: "Pause the replay" }).waitFor();
    await page.getByRole("button", { name: "Play the training" }).waitFor();
    assert.match((await model(page)).heading, /step 300$/);
    assert.equal(await page.locator(".status .stage").textContent(), "done", "the run was not touched");

    await page.waitForFunction(() => location.search.includes("pixel=9,6"));
    await page.reload();
    await stage(page, "done");
    assert.equal(await pinned(page), "9,6");
    await page.getByTestId("surface").waitFor();
  }),
);

test(
  "inspector: the loss of a pixel's models at every step, as a chart and as a table",
  withPage({ webgpu: "absent", path: `${LINK}&pixel=9,6` }, async (page) => {
    await stage(page, "done");
    const losses = page.getByTestId("pixel-losses");
    await losses.locator("summary").click();
    await page.waitForFunction(() => document.querySelectorAll("[data-testid=pixel-losses] .learning").length === 4);
    await losses.getByText("least there is").waitFor();
    assert.equal(await losses.locator(".moment").count(), 0);
    // The moment that the replay shows is marked; on a linear axis the lines are others.
    await scrub(page, 100);
    await losses.locator(".moment").waitFor({ state: "attached" });
    const path = () => losses.locator(".learning").first().getAttribute("d");
    const before = await path();
    await losses.getByRole("checkbox").uncheck();
    await page.waitForFunction((before) => document.querySelector("[data-testid=pixel-losses] .learning")?.getAttribute("d") !== before, before);
    const save = async (id) => {
      const [download] = await Promise.all([page.waitForEvent("download"), page.getByTestId(id).click()]);
      return [download.suggestedFilename(), readFileSync(await download.path(), "utf8")];
    };
    const [name, table] = await save("save-training-csv");
    assert.match(name, /-training-9-6\.csv$/);
    const [head, ...rows] = table.trim().split("\n").map((line) => line.split(","));
    assert.deepEqual(head, ["repeat", "step", "loss", "w_1_1", "w_2_1", "b_1", "b_2"]);
    assert.equal(rows.length, 4 * 301);
    const last = rows.filter((row) => row[1] === "300").map((row) => Number(row[2]));
    assert.equal(last.length, 4);
    // The table of repeats says the same of the run itself.
    const said = await page.getByTestId("repeats").locator("tbody .figure").allTextContents();
    for (const [i, loss] of last.entries()) assert.ok(Math.abs(loss - Number(said[i])) < 2e-3 * loss + 1e-4, `${loss} ${said[i]}`);
    assert.ok(Number(rows[0][2]) > last[0], "training lowers the loss");
    const [, svg] = await save("save-training-svg");
    assert.match(svg, /pixel=9,6/);
    // It stays open for the next pixel.
    await click(page, 3, 3);
    await page.waitForFunction(() => document.querySelector("[data-testid=pixel-losses]")?.open && document.querySelector("[data-testid=pixel-losses] .learning"));
  }),
);

test(
  "inspector: keys pin and unpin; three features are replayed without a landscape",
  withPage({ webgpu: "absent", path: `${LINK}&features=3&hidden=2` }, async (page) => {
    await stage(page, "done");
    await page.getByTestId("plot-empirical").focus();
    for (const key of ["ArrowDown", "ArrowDown", "ArrowLeft", "Enter"]) await page.keyboard.press(key);
    const place = await pinned(page);
    assert.match(place, /^\d+,\d+$/);
    await page.getByTestId("scrubber").waitFor();
    assert.equal(await page.getByTestId("surface").count(), 0);
    const end = await model(page);
    await scrub(page, 0);
    assert.notDeepEqual((await model(page)).numbers, end.numbers);
    await page.getByTestId("plot-empirical").focus();
    await page.keyboard.press("Escape");
    assert.equal(await pinned(page), null);
    assert.equal(await page.getByTestId("unpin").count(), 0, "the cursor's pixel is shown, not kept");
  }),
);

test(
  "inspector: what takes long to replay is asked for",
  withPage({ webgpu: "absent", path: `?grid=2&repeats=2&data=sampled&batch=4096&steps=50000&engine=cpu&pixel=1,0` }, async (page) => {
    await page.getByTestId("retrace").waitFor();
    assert.equal(await page.getByTestId("scrubber").count(), 0);
  }),
);

test(
  "thresholds: a change moves the phases, survives a new run and stays in the link",
  withPage({ webgpu: "absent", path: `${LINK}&layer=phase&theory=optimum` }, async (page) => {
    const painted = (name) => page.getByTestId(`heatmap-${name}`).evaluate((canvas) => canvas.toDataURL());
    const changed = (name, before) =>
      page.waitForFunction(
        ([id, old]) => document.querySelector(`[data-testid=heatmap-${id}]`).toDataURL() !== old,
        [name, before],
      );
    const complete = () => page.getByTestId("diagram-theory").getByText("least loss of any weights").first().waitFor();
    await stage(page, "done");
    await complete();
    const before = [await painted("empirical"), await painted("theory")];
    const field = page.getByTestId("norm-threshold-empirical");
    await field.fill("0.8");
    await field.press("Enter");
    await changed("empirical", before[0]);
    await complete();
    await changed("theory", before[1]);
    const moved = await pixels(page, "empirical");
    await page.waitForFunction(() => location.search.includes("norm-threshold=0.8"));
    await page.getByRole("button", { name: "Train again" }).click();
    await page.waitForTimeout(300);
    await stage(page, "done");
    assert.deepEqual(await pixels(page, "empirical"), moved, "a new run forgot the thresholds");
    await page.reload();
    await stage(page, "done");
    assert.deepEqual(await pixels(page, "empirical"), moved, "the link forgot the thresholds");
    await field.fill("7");
    await field.press("Enter");
    assert.equal(await field.inputValue(), "0.8", "what makes no sense is not taken");
    await page.getByTestId("limits-empirical").getByRole("button", { name: "Reset" }).click();
    await page.waitForFunction((old) => document.querySelector("[data-testid=heatmap-empirical]").toDataURL() === old, before[0]);
    await page.waitForFunction(() => !location.search.includes("threshold"));
  }),
);

test(
  "boundaries: the true ones are drawn beside the closed-form ones",
  withPage({ webgpu: "absent", path: LINK }, async (page) => {
    await stage(page, "done");
    const legend = page.getByTestId("diagram-empirical").getByTestId("legend");
    await legend.getByTitle("true boundary, first order").waitFor();
    await legend.getByTitle("true boundary, continuous").waitFor();
    assert.equal(await legend.getByTitle("closed-form boundary").count(), 1);
    const lines = (kind) => page.getByTestId("plot-empirical").locator(`.curve.${kind}`);
    await page.waitForFunction(() => document.querySelectorAll("[data-testid=plot-empirical] .curve.solid").length >= 1);
    assert.ok((await lines("dotted").count()) >= 1 && (await lines("dashed").count()) >= 1);
    await legend.getByRole("checkbox").uncheck();
    assert.equal(await page.getByTestId("plot-empirical").locator(".curve").count(), 0);
  }),
);

test(
  "inspector: while models train, a network that nobody points at is drawn anew twice a second, one that is pointed at with every picture",
  withPage({ webgpu: "absent", path: "?grid=12&repeats=1&data=sampled&batch=256&steps=1000000" }, async (page) => {
    const look = () =>
      page.evaluate(async () => {
        const times = [];
        let rested = false;
        const observer = new MutationObserver(() => times.push(performance.now()));
        observer.observe(document.querySelector("[data-testid=inspector]"), { subtree: true, attributes: true, attributeFilter: ["d"] });
        const stages = new MutationObserver(() => (rested = true));
        stages.observe(document.querySelector(".status .stage"), { subtree: true, childList: true, characterData: true });
        await new Promise((done) => setTimeout(done, 4000));
        observer.disconnect();
        stages.disconnect();
        // What follows within a moment is of the same change.
        return !rested && times.filter((time, i) => time - (times[i - 1] ?? -Infinity) > 50).length;
      });
    // A long run may ask when its speed is known, and what rests is drawn at once.
    const changes = async () => (await look()) || (await look()) || assert.fail("it does not go on training");
    await stage(page, "training");
    await page.waitForSelector("[data-testid=model] .arrow");
    await page.waitForTimeout(2000);
    const beside = await changes();
    // How many in four seconds: single ones come late on a busy machine, and the next then early.
    assert.ok(beside >= 3 && beside <= 9, `beside: ${beside}`);
    await click(page, 6, 6);
    const pointed = await changes();
    assert.ok(pointed > 1.5 * beside, `pointed at: ${pointed}, beside: ${beside}`);
  }),
);
