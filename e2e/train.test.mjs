// The main job: the page trains phase diagrams, on WebGPU and without, and the command agrees with it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { withPage } from "./browser.mjs";
import { colours, inspect, number, percent, pixels, settings, stage, superphase, trained } from "./instrument.mjs";

const GRID = 12;
const close = (a, b) => Math.abs(a - b) <= 0.011 * Math.max(1, Math.abs(b));

/** Compares some pixels of the trained diagram, as the inspector reads them, with the command's. */
async function agreesWithCommand(page, flags, grid = GRID) {
  const rows = superphase("sweep", "--grid", `${grid}`, "--engine", "cpu", ...flags);
  for (const [row, column] of [[0, 0], [1, 10], [6, 2], [9, 9], [11, 5]]) {
    const shown = await inspect(page, "empirical", row, column, grid);
    const expected = rows[row * grid + column];
    assert.ok(close(number(shown.norm), expected.last_norm), `norm ${shown.norm}, ${expected.last_norm} at ${row},${column}`);
    assert.ok(
      close(number(shown.superposition), expected.last_superposition),
      `superposition ${shown.superposition}, ${expected.last_superposition} at ${row},${column}`,
    );
  }
}

const TRIED = /Measured: GPU [\d.]+ M, CPU [\d.]+ M model-steps\/s/;
for (const [webgpu, engine, name] of [["software", "gpu", /GPU/], ["software", "auto", TRIED], ["absent", "auto", /CPU/], ["no-adapter", "auto", /CPU/]]) {
  for (const features of [2, 3]) {
    const link = `?grid=${GRID}&repeats=4&steps=200&features=${features}&hidden=${features - 1}&engine=${engine}`;
    test(
      `train: ${features} features, WebGPU ${webgpu}, engine ${engine}`,
      withPage({ webgpu, path: link }, async (page) => {
        await stage(page, "done");
        assert.equal(await percent(page), 100);
        assert.match(await page.locator(".status").textContent(), name);
        const { width, height } = await pixels(page, "empirical");
        assert.deepEqual([width, height], [GRID, GRID]);
        assert.ok((await colours(page, "empirical")) > 20, "the diagram is not filled");
        assert.ok((await colours(page, "theory")) >= 3, "theory has its three phases");
        await agreesWithCommand(page, ["--repeats", "4", "--steps", "200", "--features", `${features}`]);
      }),
    );
  }
}

for (const [webgpu, engine] of [["software", "gpu"], ["absent", "auto"]]) {
  test(
    `train: sampled data with progress, pause, resume, reset and reload, WebGPU ${webgpu}`,
    withPage({ webgpu, path: `?grid=${GRID}&repeats=2&data=sampled&batch=256&steps=400000&lr=0.003&engine=${engine}` }, async (page) => {
      const button = (label) => page.getByRole("button", { name: label, exact: true });
      await trained(page, 1);
      await button("Pause").click();
      await stage(page, "paused");
      // The slice that was under way when the button was pressed is still shown.
      await page.waitForTimeout(1500);
      const paused = await percent(page);
      assert.ok(paused >= 1 && paused < 100, `${paused} % when paused`);
      const before = await pixels(page, "empirical");
      await page.waitForTimeout(500);
      assert.equal(await percent(page), paused, "a paused run does not go on");
      assert.deepEqual(await pixels(page, "empirical"), before);
      await button("Resume").click();
      await page.waitForFunction((p) => parseInt(document.querySelector(".status .percent")?.textContent) > p, paused);
      await button("Reset").click();
      await page.waitForFunction((p) => parseInt(document.querySelector(".status .percent")?.textContent) <= p, paused);
      await page.reload();
      assert.equal(await page.locator("#steps, [data-name=steps] input").first().inputValue(), "400000");
    }),
  );
}

test(
  "train: while several workers send parts of a diagram, it is drawn ten times a second, and at its end",
  withPage({ webgpu: "absent", path: "?grid=8&repeats=1&steps=2" }, async (page, { url }) => {
    await page.addInitScript(() => {
      Object.defineProperty(navigator, "hardwareConcurrency", { get: () => 8 });
      const draw = CanvasRenderingContext2D.prototype.putImageData;
      globalThis.drawn = [];
      CanvasRenderingContext2D.prototype.putImageData = function (...all) {
        if (this.canvas.dataset.testid === "heatmap-empirical") drawn.push(performance.now());
        return draw.apply(this, all);
      };
    });
    const train = (steps) => page.goto(new URL(`?grid=32&repeats=1&data=sampled&batch=256&steps=${steps}&engine=cpu`, url).href);
    await train(1000000);
    await trained(page, 1);
    const seen = await page.evaluate(async () => {
      drawn.length = 0;
      const begun = performance.now();
      await new Promise((done) => setTimeout(done, 4000));
      return drawn.length / (performance.now() - begun);
    });
    assert.ok(seen > 0.0005 && seen < 0.0125, `${seen * 1000} times a second`);
    // The last of what was sent is there when it is done.
    await train(100);
    await stage(page, "done");
    assert.ok((await colours(page, "empirical")) > 100);
    await agreesWithCommand(page, ["--repeats", "1", "--steps", "100", "--data", "sampled", "--batch", "256"], 32);
  }),
);

test(
  "train: a retrained run is the same run",
  withPage({ path: `?grid=${GRID}&repeats=2&steps=60&engine=gpu&seed=9` }, async (page) => {
    await stage(page, "done");
    const first = await pixels(page, "empirical");
    await page.reload();
    await stage(page, "done");
    assert.deepEqual(await pixels(page, "empirical"), first);
  }),
);

test(
  "train: a bad link says what it ignored and the page works",
  withPage({ path: "?features=1&lr=NaN&grid=8&steps=20&colour=red" }, async (page) => {
    await stage(page, "done");
    const text = await page.locator("body").innerText();
    assert.match(text, /features is 1; it must be a whole number from 2 to 8/);
    assert.match(text, /colour is not known/);
  }),
);

test(
  "train: an impossible value in the form gets a sentence, and the last good run stays",
  withPage({ path: `?grid=${GRID}&repeats=2&steps=60&engine=cpu` }, async (page) => {
    await stage(page, "done");
    const before = await pixels(page, "empirical");
    await settings(page);
    for (const [name, value, sentence] of [
      ["features", "1", /whole number from 2 to 8/],
      ["grid", "0", /whole number from 1 to 1024/],
      ["lr", "-3", /number from 0.000001 to 1/],
      ["steps", "many", /whole number from 1 to 1000000/],
    ]) {
      const input = page.locator(`[data-name=${name}] input:not([type=range])`).first();
      const good = await input.inputValue();
      await input.fill(value);
      await input.press("Enter");
      await page.waitForFunction(
        ([n, pattern]) => new RegExp(pattern).test(document.querySelector(`[data-name=${n}]`).innerText),
        [name, sentence.source],
      );
      assert.deepEqual(await pixels(page, "empirical"), before, `${name} ${value}`);
      await input.fill(good);
      await input.press("Enter");
    }
    assert.equal(await percent(page), 100);
  }),
);

test(
  "train: numbers as people type them are taken and shown whole, and a run of days gives the command",
  withPage({ webgpu: "absent", path: "?grid=8&repeats=2&steps=40" }, async (page) => {
    await stage(page, "done");
    await settings(page);
    const whole = (id) => page.locator(id).evaluate((field) => field.scrollWidth <= field.clientWidth);
    const line = page.locator(".status .line");
    const height = (await line.boundingBox()).height;
    await page.locator("#lr").fill("0,00045");
    await page.locator("#lr").blur();
    assert.equal(await page.locator("#lr").inputValue(), "0.00045");
    assert.ok(await whole("#lr"));
    await page.locator("#grid").fill("5000");
    assert.match(await page.locator("#grid-error").textContent(), /^Grid is 5000; it must be/);
    await page.locator("#grid").fill("512");
    await page.locator("#steps").fill("1e6");
    await page.locator("#steps").blur();
    assert.equal(await page.locator("#steps").inputValue(), "1000000");
    assert.ok(await whole("#steps"));
    await page.locator("[data-name=data] select").selectOption("sampled");
    const command = page.getByTestId("command");
    await command.waitFor();
    assert.equal(await command.inputValue(), "superphase sweep --grid 512 --data sampled --steps 1000000 --lr 0.00045 --repeats 2");
    assert.match(await page.locator(".asking").textContent(), /longer than a day here: use the command/);
    assert.ok(await page.getByRole("button", { name: "Train", exact: true }).isDisabled());
    assert.doesNotMatch(await page.locator("body").innerText(), /\d days/);
    assert.equal((await line.boundingBox()).height, height, "whatever the status line says, it moves nothing");
  }),
);
