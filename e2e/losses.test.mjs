// What goes wrong in browsers: GPUs that are lost, refuse, lie or never answer, workers that die, pages that are left. A run goes on, or there is a sentence.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { withPage } from "./browser.mjs";
import { percent, pixels, rateOf, stage, until } from "./instrument.mjs";

const button = (page, label) => page.getByRole("button", { name: label, exact: true });
const note = (page) => page.getByTestId("run-note");
const engine = (page) => page.locator(".status .name").textContent();

/** Kills the browser's GPU process, as drivers do. */
async function crash(page) {
  const session = await page.context().browser().newBrowserCDPSession();
  await session.send("Browser.crashGpuProcess").catch(() => {});
  await session.detach().catch(() => {});
}

/** Waits until it trains beyond a percentage. */
const trains = (page, beyond) =>
  page.waitForFunction(
    (beyond) =>
      document.querySelector(".status .stage")?.textContent === "training" &&
      parseInt(document.querySelector(".status .percent").textContent) > beyond,
    beyond,
    { polling: 100 },
  );

/** A file of the page, as text. */
async function file(page, press) {
  const [download] = await Promise.all([page.waitForEvent("download"), press()]);
  return readFile(await download.path(), "utf8");
}

const diagram = {
  path: "?grid=8&repeats=1&data=sampled&batch=256",
  models: 64,
  bits: async (page) => (await pixels(page, "empirical")).data.join(),
};
const experiment = {
  path: "?view=geometry&instances=3&repeats=1&batch=64",
  models: 3,
  bits: (page) => file(page, () => page.getByTestId("save-weights").click()),
};

/** A link to a run of about forty seconds on this machine's WebGPU: long enough to be disturbed three times. */
async function long(page, url, { path, models }) {
  await page.goto(`${url}${path}&steps=2000&engine=gpu`);
  await stage(page, "done");
  const rate = rateOf(await page.textContent(".status"));
  return `${url}${path}&steps=${Math.round((40 * rate) / models / 1000) * 1000}&engine=gpu`;
}

/** Takes a step of the clock by which the page counts losses; its workers have their own. */
const clock = () => {
  const now = performance.now.bind(performance);
  let ahead = 0;
  performance.now = () => now() + ahead;
  globalThis.minute = () => (ahead += 61_000);
};

/** Counts the checkpoints that the page has been given: messages in two parts. */
const counting = () => {
  globalThis.checkpoints = 0;
  globalThis.Worker = class extends Worker {
    constructor(...words) {
      super(...words);
      this.addEventListener("message", ({ data }) => (globalThis.checkpoints += data.length > 1));
    }
  };
};

/** Waits for another checkpoint. */
async function saved(page) {
  const before = await page.evaluate(() => checkpoints);
  await page.waitForFunction((before) => checkpoints > before, before);
}

for (const [name, run] of Object.entries({ diagram, experiment })) {
  test(
    `losses: ${name}, the GPU process crashes three times in one run, which ends with the bits of an undisturbed one`,
    withPage({ path: "" }, async (page, { url, problems }) => {
      await page.addInitScript(clock);
      await page.addInitScript(counting);
      const link = await long(page, url, run);
      await page.goto(link);
      let before = 0;
      for (let losses = 1; losses <= 3; losses++) {
        await trains(page, before);
        await saved(page);
        before = await percent(page);
        assert.ok(before < 95, `the run is too short for this machine: ${before} %`);
        await crash(page);
        await note(page).filter({ hasText: "Training went on from step" }).waitFor();
        assert.doesNotMatch(await note(page).textContent(), /from step 0\./, "it goes on from the checkpoint");
        await button(page, "Dismiss").click();
        await trains(page, 0);
        assert.match(await engine(page), /WebGPU/);
        await page.evaluate(() => minute());
      }
      await stage(page, "done");
      const found = await run.bits(page);
      await page.goto(link);
      await trains(page, 0);
      await stage(page, "done");
      assert.equal(await run.bits(page), found);
      problems.length = 0; // Chromium itself complains about its GPU process.
    }),
  );

  test(
    `losses: ${name}, a GPU that is lost twice within a minute leaves the run to the CPU`,
    withPage({ path: "" }, async (page, { url, problems }) => {
      await page.addInitScript(counting);
      await page.goto(await long(page, url, run));
      for (const word of ["Training went on from step", "The CPU went on from step"]) {
        await trains(page, 0);
        await saved(page);
        await crash(page);
        await note(page).filter({ hasText: word }).waitFor();
      }
      await stage(page, "done");
      assert.match(await engine(page), /CPU/);
      problems.length = 0;
    }),
  );
}

const VIEWS = ["geometry", "demonstration", "dimensionality", "correlation", "dynamics", "computation", "vulnerability", "scaling"];
test(
  "losses: the GPU asked for where there is none, after a run of any experiment: a sentence, and the CPU is a click away",
  withPage({ webgpu: "absent", path: "" }, async (page, { url }) => {
    const few = "features=6&hidden=2&instances=2&repeats=1&batch=32&steps=20&set-size=2";
    for (const view of [...VIEWS.map((view) => `?view=${view}&${few}`), "?grid=8&steps=20"]) {
      await page.goto(new URL(view, url).href);
      await stage(page, "done");
      await page.locator("#engine").selectOption("gpu");
      const failure = page.locator(".status .failure");
      await failure.waitFor();
      assert.match(await failure.textContent(), /No GPU can be used here.*choose the CPU engine/, view);
      await stage(page, "stopped");
      await button(page, "Use the CPU").click();
      await stage(page, "done");
    }
  }),
);

/** Opens a page whose workers run some code first. */
const withWorkers = (first, options, body) =>
  withPage({ serviceWorkers: "block", ...options, path: "" }, async (page, found) => {
    // The page that is open may still start workers of its own.
    await page.goto("about:blank");
    let workers = 0;
    await page.route("**/worker.js", async (route) => {
      // In the order in which they are asked for, whichever comes first.
      const code = first(workers++);
      // The page may be closed meanwhile.
      const response = await route.fetch().catch(() => null);
      const body = response && `${code}\n${await response.text()}`;
      if (response) await route.fulfill({ response, body }).catch(() => {});
    });
    await page.goto(found.url + options.path);
    await body(page, found);
  });

const never = "new Promise(() => {})";
const LIES = {
  "an adapter that never comes": `GPU.prototype.requestAdapter = () => ${never};`,
  "a device that never comes": `GPUAdapter.prototype.requestDevice = () => ${never};`,
  "a device that is refused": `GPUAdapter.prototype.requestDevice = async () => { throw new DOMException("not today", "OperationError"); };`,
  "a shader that does not compile": `{ const make = GPUDevice.prototype.createShaderModule; GPUDevice.prototype.createShaderModule = function (d) { return make.call(this, { ...d, code: "fn nonsense(" }); }; }`,
  "no memory for anything": `GPUDevice.prototype.popErrorScope = async () => new GPUOutOfMemoryError("none left");`,
};
for (const [lie, code] of Object.entries(LIES)) {
  for (const path of ["?grid=8&repeats=1&steps=30", "?view=geometry&instances=2&batch=32&steps=30"]) {
    test(
      `losses: ${lie}, ${path.includes("view") ? "experiment" : "diagram"}: the CPU, or a sentence`,
      withWorkers(() => code, { path }, async (page, { url, problems }) => {
        await stage(page, "done");
        assert.match(await engine(page), /CPU/);
        await page.goto(`${url}${path}&engine=gpu`);
        // A sentence, or what was asked for was given up with a note.
        await page.waitForFunction(
          () => document.querySelector(".status .failure") || (document.querySelector("[data-testid=run-note]") && document.querySelector(".status .stage").textContent === "done"),
          null,
        );
        problems.length = 0;
      }),
    );
  }
}

// What an old phone has; a device with more is refused.
const SMALL = `{
  const least = { maxComputeInvocationsPerWorkgroup: 64, maxComputeWorkgroupSizeX: 64, maxComputeWorkgroupStorageSize: 4096, maxStorageBufferBindingSize: 1 << 20, maxBufferSize: 1 << 20, maxComputeWorkgroupsPerDimension: 64 };
  const small = (limits) => new Proxy(limits, { get: (all, name) => least[name] ?? all[name] });
  for (const kind of [GPUAdapter, GPUDevice]) {
    const { get } = Object.getOwnPropertyDescriptor(kind.prototype, "limits");
    Object.defineProperty(kind.prototype, "limits", { get() { return small(get.call(this)); } });
  }
  const make = GPUAdapter.prototype.requestDevice;
  GPUAdapter.prototype.requestDevice = async function (wanted = {}) {
    for (const [name, value] of Object.entries(wanted.requiredLimits ?? {}))
      if (value > (least[name] ?? Infinity)) throw new DOMException(name + " is less than " + value, "OperationError");
    return make.call(this, wanted);
  };
}`;
for (const path of ["?grid=8&repeats=1&steps=30", "?view=geometry&instances=2&batch=32&steps=30"]) {
  test(
    `losses: an adapter with lower limits than usual, ${path.includes("view") ? "experiment" : "diagram"}: trained, or a sentence`,
    withWorkers(() => SMALL, { path }, async (page, { url, problems }) => {
      await stage(page, "done");
      await page.goto(`${url}${path}&engine=gpu`);
      await page.waitForFunction(
        () => document.querySelector(".status .failure") || document.querySelector(".status .stage")?.textContent === "done",
        null,
      );
      problems.length = 0;
    }),
  );
}

for (const path of ["?grid=12&repeats=2&data=sampled&batch=256&steps=30000&engine=cpu", "?view=geometry&instances=4&batch=256&steps=30000&engine=cpu"]) {
  test(
    `losses: a worker that dies, ${path.includes("view") ? "experiment" : "diagram"}: the run goes on with another`,
    withWorkers(
      // The first one, when it has said something a few times: it trains.
      (number) =>
        number > 0
          ? ""
          : `{ const post = self.postMessage; let said = 0; self.postMessage = (...all) => {
               if (++said === 8) setTimeout(() => { throw new Error("dies on purpose"); });
               return post.apply(self, all);
             }; }`,
      { path },
      async (page, { problems }) => {
        await trains(page, 0);
        await note(page).filter({ hasText: "dies on purpose" }).waitFor();
        await stage(page, "done");
        problems.length = 0;
      },
    ),
  );
}

test(
  "losses: a checkpoint that another has replaced is freed at once",
  withPage({ path: "" }, async (page, { url }) => {
    await page.addInitScript(() => {
      globalThis.given = [];
      globalThis.Worker = class extends Worker {
        constructor(...words) {
          super(...words);
          this.addEventListener("message", ({ data }) => data.length > 1 && given.push(data[1]));
        }
      };
    });
    await page.goto(`${url}?grid=16&repeats=2&data=sampled&batch=512&steps=400000&engine=cpu`);
    // Two kept of each of two workers at most: the latest, and the latest that belong together.
    await page.waitForFunction(() => given.length >= 10);
    const lengths = await page.evaluate(() => given.map((state) => state.byteLength));
    assert.ok(lengths.slice(0, -4).every((length) => length === 0), `${lengths}`);
    assert.ok(lengths.at(-1) > 0, `${lengths}`);
  }),
);

test(
  "losses: workers whose program does not come: a sentence",
  withPage({ serviceWorkers: "block", path: "" }, async (page, { url, problems }) => {
    await page.route("**/worker.js", (route) => route.fulfill({ status: 404, body: "" }));
    await page.goto(`${url}?grid=8&steps=20`);
    await page.locator(".status .failure").filter({ hasText: "could not be loaded" }).waitFor();
    await page.unroute("**/worker.js");
    await page.locator(".status .failure").getByRole("button", { name: "Try again" }).click();
    await stage(page, "done");
    problems.length = 0;
  }),
);

/** How many runs the browser has kept. */
async function kept() {
  const all = await indexedDB.databases();
  if (!all.some(({ name }) => name === "superphase")) return 0;
  const open = indexedDB.open("superphase");
  const db = await new Promise((done) => (open.onsuccess = () => done(open.result)));
  const count = db.transaction("runs").objectStore("runs").count();
  const kept = await new Promise((done) => (count.onsuccess = () => done(count.result)));
  db.close();
  return kept;
}

for (const path of ["?grid=16&repeats=2&data=sampled&batch=512&steps=400000&engine=cpu", "?view=geometry&instances=6&repeats=2&batch=1024&steps=60000&engine=cpu"]) {
  test(
    `losses: a long run is left and gone on with, ${path.includes("view") ? "experiment" : "diagram"}`,
    withPage({ path: "" }, async (page, { url }) => {
      await page.goto(new URL(path, url).href);
      const bits = path.includes("view") ? experiment.bits : diagram.bits;
      await trains(page, 0);
      // Kept after ten seconds of training.
      await until(page, kept);
      assert.ok((await percent(page)) < 95, "the run is too short for this machine");
      await page.reload();
      await button(page, "Go on").waitFor();
      assert.match(await page.locator(".asking").textContent(), /was left at \d+ %/);
      await button(page, "Go on").click();
      await stage(page, "done");
      const found = await bits(page);
      // Done, so there is nothing to offer any more.
      await page.reload();
      await trains(page, 0);
      await stage(page, "done");
      assert.equal(await bits(page), found);
    }),
  );
}

for (const path of ["?grid=8&steps=30&engine=cpu", "?view=geometry&instances=2&batch=32&steps=30&engine=cpu"]) {
  test(
    `losses: the page itself fails, ${path.includes("view") ? "experiment" : "diagram"}: its link and what was trained remain`,
    withPage({ webgpu: "absent", path }, async (page, { problems }) => {
      await stage(page, "done");
      // A browser that once cannot make an element, for which there is no remedy.
      await page.evaluate(() => {
        const { createElement } = Document.prototype;
        const { cloneNode } = Node.prototype;
        const fail = () => {
          Object.assign(Document.prototype, { createElement });
          Object.assign(Node.prototype, { cloneNode });
          throw new Error("on purpose");
        };
        Document.prototype.createElement = fail;
        Node.prototype.cloneNode = fail;
      });
      // There is a sentence to be shown.
      await page.locator("#engine").selectOption("gpu");
      const message = page.locator(".rescue");
      await message.waitFor();
      const saved = JSON.parse(await file(page, () => message.getByRole("link", { name: "Save what was trained" }).click()));
      assert.match(JSON.stringify(saved), /"steps":\s*30/);
      await message.getByRole("link", { name: "Open the link again" }).click();
      await stage(page, "done");
      assert.equal(await page.locator(".rescue").count(), 0);
      problems.length = 0;
    }),
  );
}
