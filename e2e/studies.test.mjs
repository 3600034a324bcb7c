// Experiments beside the phase diagram: each opens from a link, trains, and can be taken away; figures match the numbers.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { test } from "node:test";
import { withPage } from "./browser.mjs";
import { stage } from "./instrument.mjs";
import { DIST } from "./serve.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const PHONE = { width: 390, height: 844 };
const DESKTOP = { width: 1440, height: 900 };

/** Violations of accessibility rules, a line each. */
async function violations(page) {
  await page.evaluate(AXE);
  const found = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
  return found.violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map((node) => node.target.join(" ")).join("; ")}`);
}

/** Presses the button of a file; gives its name and text. */
async function save(page, what) {
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByTestId(`save-${what}`).click()]);
  return { name: download.suggestedFilename(), text: await readFile(await download.path(), "utf8") };
}

const table = (text) => {
  const [header, ...rows] = text.trim().split("\n").map((line) => line.split(","));
  return rows.map((row) => Object.fromEntries(row.map((cell, i) => [header[i], cell])));
};

/** Waits until the figure shows what the status line says: it is drawn with the next frame. */
const drawn = (page) => page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));

/** Attributes of the figure's groups, and what each holds. */
async function groups(page, selector = ".vector") {
  await drawn(page);
  return page.locator("[data-testid=plate] g[data-instance]").evaluateAll(
    (all, selector) => all.map((group) => ({ ...group.dataset, count: group.querySelectorAll(selector).length })),
    selector,
  );
}

/** What every view has: a figure that is saved as it is shown, with a margin and beneath it what it is, a table, files, and no violation. */
async function common(page, view) {
  assert.equal(await page.locator(".views [aria-current]").count(), 1);
  await drawn(page);
  const shown = await page.getByTestId("plate").evaluate((plate) => {
    const svg = plate.querySelector("svg");
    const box = svg.getBoundingClientRect();
    return { inner: plate.innerHTML, label: svg.getAttribute("aria-label"), desc: svg.querySelector("desc").textContent, right: box.right, scroll: document.documentElement.scrollWidth, width: innerWidth };
  });
  assert.ok(shown.label.length > 10);
  assert.ok(shown.scroll <= shown.width, `the page is ${shown.scroll} wide, the window ${shown.width}`);
  const svg = await save(page, "svg");
  assert.match(svg.name, new RegExp(`^superphase-${view}-n\\d+-m\\d+-.*\\.svg$`));
  const same = await page.evaluate((text) => {
    const parsed = new DOMParser().parseFromString(text, "image/svg+xml");
    const count = (root) => ["path", "rect", "circle", "text", "image"].map((tag) => root.querySelectorAll(tag).length).join();
    return [parsed.querySelector("parsererror")?.textContent, count(parsed.querySelector("svg > svg")), count(document.querySelector("[data-testid=plate]"))];
  }, svg.text);
  assert.deepEqual([same[0], same[1]], [undefined, same[2]]);
  for (const part of [/features? in/, /density/, /seed \d/, new RegExp(`view=${view}`)]) assert.match(svg.text, part);
  const models = table((await save(page, "models")).text);
  const features = table((await save(page, "features")).text);
  const losses = table((await save(page, "losses")).text);
  assert.ok(models.length && features.length && losses.length);
  assert.ok(models.every((row) => Number.isFinite(Number(row.loss))));
  await page.locator("details.numbers > summary").click();
  await page.locator(".numbers-table tbody tr").first().waitFor();
  assert.deepEqual(await violations(page), []);
  return { models, features, losses };
}

for (const [name, viewport, webgpu] of [["desktop", DESKTOP, "absent"], ["phone", PHONE, "absent"], ["desktop", DESKTOP, "software"]]) {
  test(
    `studies: geometry trains, matches its tables and survives its link, ${name}, WebGPU ${webgpu}`,
    withPage({ webgpu, viewport, path: "?view=geometry&study=five-in-two&instances=4&steps=300&batch=64&seed=3" }, async (page) => {
      await stage(page, "done");
      const { models, features, losses } = await common(page, "geometry");
      const seen = await groups(page);
      assert.equal(seen.length, 4);
      for (const group of seen) {
        const row = models.find((row) => row.instance === group.instance && row.repeat === group.repeat);
        assert.equal(group.count, 5);
        assert.equal(Number(group.dimensionsPerFeature), Number(row.dimensions_per_feature));
        assert.equal(Number(group.loss), Number(row.loss));
      }
      assert.equal(features.length, 4 * 5);
      assert.equal(losses.length, 4 * 256);
      // A change retrains and stands in the address; the address opens as the same.
      const field = page.locator("#seed");
      await field.fill("4");
      await field.press("Enter");
      await page.waitForFunction(() => location.search.includes("seed=4"));
      await page.waitForFunction((loss) => document.querySelector("[data-instance='0']")?.dataset.loss !== loss, seen[0].loss);
      await stage(page, "done");
      await page.waitForTimeout(300);
      await stage(page, "done");
      const before = await groups(page);
      await page.reload();
      await stage(page, "done");
      assert.deepEqual(await groups(page), before);
      // What is refused says why and changes nothing.
      await page.locator("#features").fill("0");
      await page.locator("#features").press("Enter");
      assert.match(await page.locator("#features-error").innerText(), /1 to 1024/);
      assert.doesNotMatch(page.url(), /features/);
      await page.getByRole("button", { name: /dark theme|light theme/ }).click();
      assert.deepEqual(await violations(page), [], "in the other theme");
      const json = JSON.parse((await save(page, "json")).text);
      assert.deepEqual([json.format, json.models.length, json.parameters.seed], ["superphase-study", 4, 4]);
    }),
  );
}

test(
  "studies: the header leads from one experiment to the next and back, with the engine that was asked for",
  withPage({ webgpu: "absent", path: "?grid=8&repeats=1&steps=20&engine=cpu" }, async (page) => {
    await stage(page, "done");
    for (const [label, word] of [["Correlation", "correlation"], ["Geometry", "geometry"]]) {
      await page.getByRole("navigation", { name: "experiments" }).getByRole("link", { name: label }).click();
      await page.waitForFunction((word) => location.search.includes(`view=${word}`), word);
      await page.getByRole("heading", { name: label }).waitFor();
      assert.equal(await page.locator(".diagram").count(), 0);
    }
    await page.getByRole("navigation", { name: "experiments" }).getByRole("link", { name: "Phase diagram" }).click();
    await page.getByTestId("heatmap-empirical").waitFor();
    assert.match(page.url(), /engine=cpu/);
  }),
);

test(
  "studies: a run can be paused, resumed and reset, a preset chosen, and a bad link is explained",
  withPage({ webgpu: "absent", asks: true, path: "?view=geometry&study=five-in-two&steps=400000&engine=abacus" }, async (page) => {
    await page.locator(".notices", { hasText: "abacus" }).waitFor();
    await page.waitForFunction(() => /training|waiting/.test(document.querySelector(".status .stage")?.textContent));
    const primary = page.locator(".bar .primary");
    if ((await primary.textContent()) === "Pause") await primary.click();
    else assert.match(await page.locator(".asking").innerText(), /takes another/);
    await page.getByRole("button", { name: "Reset" }).click();
    await stage(page, "paused");
    await page.waitForFunction(() => document.querySelector(".bar .primary").textContent === "Train");
    await page.locator("#preset").selectOption("polygons");
    await page.waitForFunction(() => /study=polygons/.test(location.search) && !/steps=/.test(location.search));
    await page.waitForFunction(() => document.querySelectorAll("[data-testid=plate] g[data-instance]").length === 24);
    assert.equal((await groups(page))[0].count, 7);
  }),
);

test(
  "studies: sliders, steps, keys and undo, as for the diagram",
  withPage({ webgpu: "absent", viewport: DESKTOP, path: "?view=geometry&study=five-in-two&instances=3&steps=200&batch=64" }, async (page) => {
    await stage(page, "done");
    const first = await groups(page);
    const value = (name) => page.locator(`#${name}`).inputValue();
    // A slider, and back.
    await page.locator("[data-name=ratio] input[type=range]").focus();
    await page.keyboard.press("ArrowLeft");
    await page.waitForFunction(() => location.search.includes("ratio="));
    assert.notEqual(await value("ratio"), "0.9");
    const undo = page.getByRole("button", { name: "undo last change" });
    await page.waitForTimeout(600);
    await undo.click();
    await page.waitForFunction(() => !location.search.includes("ratio="));
    await page.waitForFunction((loss) => document.querySelector("[data-instance='0']")?.dataset.loss === loss, first[0].loss);
    await stage(page, "done");
    // A preset throws nothing away.
    await page.locator("#preset").selectOption("polygons");
    await page.waitForFunction(() => location.search.includes("study=polygons"));
    assert.equal(await value("features"), "7");
    await page.waitForTimeout(600);
    await page.evaluate(() => document.activeElement?.blur());
    await page.keyboard.press("z");
    await page.waitForFunction(() => location.search.includes("instances=3"));
    assert.deepEqual([await value("features"), await page.locator("#preset").inputValue()], ["5", "five-in-two"]);
    await stage(page, "done");
    // Back to step 0, then a step at a time.
    await drawn(page);
    const before = await page.getByTestId("plate").innerHTML();
    await page.keyboard.press("r");
    await stage(page, "paused");
    await page.waitForFunction((before) => document.querySelector("[data-testid=plate]").innerHTML !== before, before);
    const start = await groups(page);
    await page.keyboard.press(".");
    await page.waitForFunction((loss) => document.querySelector("[data-instance='0']")?.dataset.loss !== loss, start[0].loss);
    const [stepped] = await groups(page);
    await page.getByRole("button", { name: "Step", exact: true }).click();
    await page.waitForFunction((loss) => document.querySelector("[data-instance='0']")?.dataset.loss !== loss, stepped.loss);
    const losses = table((await save(page, "losses")).text);
    assert.deepEqual([...new Set(losses.map((row) => row.step))].slice(-1), ["1"], "two steps were taken: 0 and 1");
    assert.match(await page.locator(".status .stage").innerText(), /paused/);
    await page.evaluate(() => document.activeElement?.blur());
    await page.keyboard.press("Space");
    await stage(page, "done");
    assert.deepEqual(await groups(page), first, "steps, pauses and undo change nothing");
    await page.keyboard.press("?");
    await page.getByRole("dialog").getByText("take one step").waitFor();
    assert.deepEqual(await violations(page), []);
    await page.keyboard.press("Escape");
    const dark = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    await page.keyboard.press("d");
    assert.notEqual(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), dark);
  }),
);

test(
  "studies: three dimensions can be turned",
  withPage({ webgpu: "absent", reducedMotion: "reduce", path: "?view=geometry&study=five-in-two&hidden=3&instances=2&steps=100&batch=64" }, async (page) => {
    await stage(page, "done");
    await drawn(page);
    const first = () => page.locator(".vector").first().getAttribute("d");
    const before = await first();
    await page.waitForTimeout(400);
    assert.equal(await first(), before, "nothing moves by itself");
    const box = await page.getByTestId("plate").boundingBox();
    await page.mouse.move(box.x + 80, box.y + 100);
    await page.mouse.down();
    await page.mouse.move(box.x + 140, box.y + 120, { steps: 4 });
    await page.mouse.up();
    assert.notEqual(await first(), before);
  }),
);

for (const [name, viewport] of [["desktop", DESKTOP], ["phone", PHONE]]) {
  test(
    `studies: dimensionality shows the tables' numbers, ${name}`,
    withPage({ webgpu: "absent", viewport, path: "?view=dimensionality&features=24&hidden=4&instances=5&steps=400&batch=64" }, async (page) => {
      await stage(page, "done");
      const { models, features } = await common(page, "dimensionality");
      const seen = await groups(page);
      assert.equal(seen.length, 5);
      for (const { instance, dimensionsPerFeature } of seen) {
        const row = models.find((row) => row.instance === instance);
        assert.equal(Number(dimensionsPerFeature), Number(row.dimensions_per_feature));
      }
      const dots = await page.getByTestId("plate").evaluate((plate) => plate.innerHTML.split("h0").length - 1);
      assert.equal(dots, features.length);
    }),
  );
}

test(
  "studies: demonstration trains the ReLU model and the linear one",
  withPage({ webgpu: "absent", viewport: DESKTOP, path: "?view=demonstration&instances=3&steps=1500&batch=128" }, async (page) => {
    await stage(page, "done");
    const { models, features } = await common(page, "demonstration");
    assert.deepEqual([...new Set(models.map((row) => row.model))].sort(), ["linear", "relu"]);
    const seen = await groups(page, ".norm");
    assert.deepEqual(seen.map((group) => group.count), Array(6).fill(20));
    // The ReLU row stands first; what it says it represents is what the table says.
    const rows = [...models.filter((row) => row.model === "relu"), ...models.filter((row) => row.model === "linear")];
    assert.deepEqual(seen.map((group) => Number(group.represented)), rows.map((row) => Number(row.represented)));
    const shared = (model) => Math.max(...features.filter((f) => f.model === model && f.instance === "2").map((f) => f.norm > 0.5 ? Number(f.superposition) : 0));
    assert.ok(shared("relu") > shared("linear"), `${shared("relu")} ${shared("linear")}`);
  }),
);

test(
  "studies: dynamics has a line a feature and shows the directions at a step",
  withPage({ webgpu: "absent", viewport: DESKTOP, reducedMotion: "reduce", path: "?view=dynamics&steps=600&batch=64&repeats=2" }, async (page) => {
    await stage(page, "done");
    const { models } = await common(page, "dynamics");
    assert.equal(models.length, 2);
    assert.equal(await page.locator(".course").count(), 6);
    assert.equal(await page.locator(".vector").count(), 6);
    const best = Math.min(...models.map((row) => Number(row.loss)));
    assert.equal(Number((await groups(page))[0].loss), best, "the last frame is the end");
    await page.getByTestId("scrubber").fill("10");
    await page.waitForFunction(() => [...document.querySelectorAll("[data-testid=plate] text")].some((t) => t.textContent === "Directions at step 50"));
    assert.notEqual(Number((await groups(page))[0].loss), best);
    // A drag across either chart goes through the steps, too.
    const shown = (step) => page.waitForFunction((step) => [...document.querySelectorAll("[data-testid=plate] text")].some((t) => t.textContent === `Directions at step ${step}`), step);
    for (const [chart, part, step] of [[0, 0.5, 300], [1, 0.25, 150]]) {
      await page.locator(".scrub").nth(chart).evaluate((area) => area.scrollIntoView({ block: "center" }));
      const box = await page.locator(".scrub").nth(chart).boundingBox();
      await page.mouse.move(box.x + 0.75 * box.width, box.y + box.height - 3);
      await page.mouse.down();
      await shown(450);
      await page.mouse.move(box.x + part * box.width, box.y + 3, { steps: 4 });
      await shown(step);
      await page.mouse.up();
    }
    assert.equal(await page.getByTestId("scrubber").inputValue(), "30", "both ways show the same step");
  }),
);

test(
  "studies: correlation shows every run, lowest loss first",
  withPage({ webgpu: "absent", viewport: DESKTOP, path: "?view=correlation&steps=500&batch=128&repeats=4" }, async (page) => {
    await stage(page, "done");
    const { models } = await common(page, "correlation");
    const seen = await groups(page);
    assert.deepEqual(seen.map((group) => Number(group.loss)), models.map((row) => Number(row.loss)).sort((a, b) => a - b));
    assert.ok(seen.every((group) => group.count === 4));
  }),
);

test(
  "studies: computation counts the neurons that serve several features",
  withPage({ webgpu: "absent", viewport: DESKTOP, path: "?view=computation&study=absolute-10&instances=3&steps=400&batch=128" }, async (page) => {
    await stage(page, "done");
    const { models } = await common(page, "computation");
    const seen = await groups(page, "rect");
    assert.deepEqual(seen.map((group) => group.polysemantic), models.map((row) => row.polysemantic));
    assert.ok(seen.every((group) => group.count > 5));
  }),
);

test(
  "studies: vulnerability attacks the models when they are trained",
  withPage({ webgpu: "absent", viewport: DESKTOP, path: "?view=vulnerability&features=12&hidden=3&instances=3&steps=300&batch=64" }, async (page) => {
    await stage(page, "done");
    const { models } = await common(page, "vulnerability");
    const points = await page.locator("circle.attacked").evaluateAll((all) => all.map((dot) => dot.dataset));
    assert.deepEqual(points.map((dot) => Math.fround(dot.value)), models.map((row) => Math.fround(row.vulnerability)));
    const shared = await page.locator("circle.shared").evaluateAll((all) => all.map((dot) => Number(dot.dataset.value)));
    for (const [i, row] of models.entries()) assert.ok(Math.abs(shared[i] - row.features_per_dimension) < 1e-4);
  }),
);

// First bytes of messages, as a test of `wire` has them. A message is an array, of which the first element is its bytes.
const [GIVE, TAKE, GIVEN] = [15, 16, 9];

/** A worker goes back to its event loop, between slices, by a message to itself; this one takes its time. */
const SLOW = `{
  const post = MessagePort.prototype.postMessage;
  MessagePort.prototype.postMessage = function (...words) { setTimeout(() => post.apply(this, words), 30); };
}`;
const slow = () => ({ status: 200, type: "text/javascript", body: SLOW + readFileSync(`${DIST}/worker.js`, "utf8") });
const SLOWED = { alter: (path) => (path === "slow-worker.js" ? slow() : {}) };

/**
 * Opens a link with so many cores, as last said; `window.told` then counts messages by direction and first byte.
 * Of several workers the first idles half the time. The button `press` is pressed once, as soon as a worker has been
 * asked to part with models.
 */
async function open(page, url, cores, press) {
  await page.addInitScript(
    ([cores, press, give]) => {
      Object.defineProperty(navigator, "hardwareConcurrency", { get: () => cores, configurable: true });
      window.told = { up: {}, down: {} };
      const note = (way, [[kind]]) => (window.told[way][kind] = (window.told[way][kind] ?? 0) + 1);
      let workers = 0;
      window.Worker = class extends window.Worker {
        constructor(url, options) {
          super(cores > 1 && workers++ === 0 ? "./slow-worker.js" : url, options);
          this.addEventListener("message", ({ data }) => note("up", data));
        }
        postMessage(data, ...rest) {
          const asked = data[0][0] === give && !window.told.down[give];
          note("down", data);
          super.postMessage(data, ...rest);
          // When the page is done with what it is doing, and before it hears anything.
          if (press && asked)
            queueMicrotask(() => [...document.querySelectorAll("button")].find((button) => button.textContent === press).click());
        }
      };
    },
    [cores, press, GIVE],
  );
  await page.goto(url);
}

const told = (page) => page.evaluate(() => window.told);
const files = async (page) => {
  const all = [];
  for (const what of ["models", "features", "losses", "weights"]) all.push((await save(page, what)).text);
  return all;
};
const plate = async (page) => {
  await drawn(page);
  return page.getByTestId("plate").innerHTML();
};

// Three models alike: one worker has one of them, the other, which is slower, two.
for (const [view, path, times] of [
  ["dynamics", "repeats=3&density=0.5&steps=8000&seed=2&init-std=xavier", 1],
  ["demonstration", "instances=3&density=0.5..0.4&steps=6000&batch=512", 2],
  ["vulnerability", "features=40&hidden=10&instances=1&repeats=3&steps=8000&batch=512", 1],
]) {
  test(
    `studies: a worker that is done takes over a model of another, and finds what one worker finds, ${view}`,
    withPage({ webgpu: "absent", viewport: DESKTOP, reducedMotion: "reduce", serviceWorkers: "block", host: SLOWED, path: "?view=geometry&study=five-in-two&steps=1" }, async (page, { url }) => {
      const link = new URL(`?view=${view}&${path}`, url).href;
      await open(page, link, 2);
      await stage(page, "done");
      const { up, down } = await told(page);
      assert.ok(up[GIVEN] >= times && down[TAKE] >= times, `${up[GIVEN]} parted with, ${down[TAKE]} taken over`);
      const [shared, figure] = [await files(page), await plate(page)];
      // The one that was handed over is the one whose film is shown.
      if (view === "dynamics") assert.equal((await groups(page))[0].repeat, "0");
      await open(page, link, 1);
      await stage(page, "done");
      assert.equal((await told(page)).down[GIVE], undefined);
      assert.deepEqual(await files(page), shared);
      assert.equal(await plate(page), figure, "every frame of a film, too");
    }),
  );
}

for (const press of ["Pause", "Reset"]) {
  test(
    `studies: ${press.toLowerCase()} while a model is on its way to another worker`,
    withPage({ webgpu: "absent", viewport: DESKTOP, serviceWorkers: "block", host: SLOWED, path: "?view=dynamics&repeats=3&density=0.5&steps=8000&seed=2" }, async (page, { url }) => {
      await stage(page, "done");
      const expected = await files(page);
      await open(page, url, 2, press);
      await stage(page, "paused");
      await page.waitForFunction((given) => window.told.up[given], GIVEN);
      await page.waitForTimeout(300);
      const before = await told(page);
      assert.equal(before.down[TAKE], press === "Pause" ? 1 : undefined);
      await page.waitForTimeout(500);
      assert.deepEqual(await told(page), before, "nothing trains");
      await page.locator(".bar .primary").click();
      await stage(page, "done");
      assert.deepEqual(await files(page), expected);
    }),
  );
}

test(
  "study: weights saved here are shown again, dropped on another experiment's page, until the form says something else",
  withPage({ webgpu: "absent", path: "?view=geometry&study=five-in-two&instances=4&repeats=2&batch=64&steps=200&seed=3" }, async (page, { url }) => {
    await stage(page, "done");
    const before = table((await save(page, "features")).text);
    const [download] = await Promise.all([page.waitForEvent("download"), page.getByTestId("save-safetensors").click()]);
    const bytes = await readFile(await download.path());
    // Nothing is trained there before.
    await page.goto(new URL("?view=dimensionality&study=twenty-in-five&instances=2&repeats=1&batch=64&steps=50&seed=9", url).href);
    await stage(page, "done");
    const transfer = await page.evaluateHandle(
      ([bytes]) => {
        const transfer = new DataTransfer();
        transfer.items.add(new File([new Uint8Array(bytes)], "mine.safetensors"));
        return transfer;
      },
      [[...bytes]],
    );
    await page.dispatchEvent("body", "drop", { dataTransfer: transfer });
    await page.locator(".notices", { hasText: "The figure shows mine.safetensors" }).waitFor();
    await drawn(page);
    assert.doesNotMatch(await page.locator(".notices").innerText(), /link/);
    assert.deepEqual(table((await save(page, "features")).text), before);
    await page.waitForFunction(() => location.search.includes("seed=3"));
    assert.match(JSON.parse((await save(page, "json")).text).engine, /from file mine\.safetensors/);
    // A file that is none is refused, and the last one stays.
    await page.getByTestId("load-file").setInputFiles({ name: "broken.npz", mimeType: "", buffer: Buffer.from("PK\x03\x04 no archive") });
    await page.locator(".notices.refused", { hasText: "broken.npz cannot be shown" }).waitFor();
    assert.deepEqual(table((await save(page, "features")).text), before);
    assert.deepEqual(await violations(page), []);
    // A change trains again.
    await page.locator("#seed, [data-name=seed] input").first().fill("4");
    await page.keyboard.press("Tab");
    await page.waitForFunction(() => location.search.includes("seed=4"));
    await stage(page, "done");
    await drawn(page);
    assert.notDeepEqual(table((await save(page, "features")).text), before);
    assert.doesNotMatch(JSON.parse((await save(page, "json")).text).engine, /from file/);
  }),
);

test(
  "losses while training are drawn on either axis, a line a model",
  withPage({ path: "?view=geometry&study=five-in-two&instances=3&repeats=2&steps=300&batch=64&engine=cpu", viewport: PHONE }, async (page) => {
    await stage(page, "done");
    await page.getByText("Loss while training").click();
    const lines = () => page.locator("[data-testid=losses] path.learning").evaluateAll((all) => all.map((path) => path.getAttribute("d")));
    await page.waitForFunction(() => document.querySelectorAll("[data-testid=losses] path.learning").length === 6);
    const logarithmic = await lines();
    await page.getByTestId("log-axis").uncheck();
    await page.waitForFunction((first) => document.querySelector("[data-testid=losses] path.learning")?.getAttribute("d") !== first, logarithmic[0]);
    const linear = await lines();
    assert.equal(linear.length, 6);
    // Where a line stands is where the table says: the loss at its end beside that at its start.
    const rows = table((await save(page, "losses")).text).filter((row) => row.instance === "0" && row.repeat === "0");
    const height = (line, at) => Number(line.split(/[ML]/).filter(Boolean).at(at).split(" ")[1]);
    const [start, end] = [rows.at(0), rows.at(-1)].map((row) => Number(row.loss));
    const floor = await page.locator("[data-testid=losses] svg").evaluate((svg) => {
      const axis = [...svg.querySelectorAll("path")].filter((path) => path.getAttribute("stroke-opacity") === ".6");
      return Number(axis[0].getAttribute("d").match(/[\d.]+ ([\d.]+)/)[1]);
    });
    const drawn = (floor - height(linear[0], -1)) / (floor - height(linear[0], 0));
    assert.ok(Math.abs(drawn - end / start) < 0.02, `${drawn}, ${end / start}`);
    const [download] = await Promise.all([page.waitForEvent("download"), page.getByTestId("save-losses-svg").click()]);
    assert.equal(download.suggestedFilename(), "superphase-geometry-losses.svg");
    assert.deepEqual(await violations(page), []);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "nothing is cut");
  }),
);
