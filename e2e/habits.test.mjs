// What a person expects of any page: accessible, small, steady, quick to answer, and alive in the background.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { withPage } from "./browser.mjs";
import { pixels, stage } from "./instrument.mjs";
import { DIST } from "./serve.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const SIZES = { desktop: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } };

/** Violations of accessibility rules, a line each. */
async function violations(page) {
  // Handed over as text: a page with a content policy would refuse a script element.
  await page.evaluate(AXE);
  const found = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
  return found.violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map((node) => node.target.join(" ")).join("; ")}`);
}

for (const [name, viewport] of Object.entries(SIZES)) {
  for (const webgpu of ["software", "absent"]) {
    test(
      `habits: no violation of accessibility rules, ${name}, WebGPU ${webgpu}`,
      withPage({ webgpu, viewport, path: "?grid=16&repeats=4&steps=100&theory=optimum&layer=phase&pixel=12,8" }, async (page) => {
        await stage(page, "done");
        await page.getByTestId("figures").waitFor();
        assert.deepEqual(await violations(page), []);
        await page.getByRole("button", { name: /dark theme|light theme/ }).click();
        await page.locator("details.take > summary").click();
        assert.deepEqual(await violations(page), [], "dark, with the sheet of exports");
        await page.keyboard.press("Escape");
        await page.getByRole("button", { name: "keys and help" }).click();
        assert.deepEqual(await violations(page), [], "with the list of keys");
        await page.keyboard.press("Escape");
        await page.getByTestId("kernel").locator("summary").click();
        await page.getByTestId("kernel").locator("pre").first().waitFor();
        assert.deepEqual(await violations(page), [], "with the shader");
      }),
    );
  }
}

// What a visitor loads, workers included: they run the same program.
const BUDGET = 600_000;

test("habits: everything that is loaded stays within its size, gzipped", (t) => {
  const files = readdirSync(DIST, { recursive: true }).filter((file) => /\.(wasm|js|css)$/.test(file));
  const size = (file) => gzipSync(readFileSync(join(DIST, file)), { level: 9 }).length;
  const sizes = files.map((file) => [file, size(file)]);
  for (const [file, bytes] of sizes) t.diagnostic(`${(bytes / 1e3).toFixed(1)} KB ${file}`);
  const total = sizes.reduce((sum, [, bytes]) => sum + bytes, 0);
  t.diagnostic(`${(total / 1e3).toFixed(1)} KB in all`);
  assert.ok(total <= BUDGET, `${total} bytes`);
});

/** Counts, from before the page's first script on, how its layout moves and how long its main thread is busy. */
const OBSERVE = () => {
  globalThis.observed = { shift: 0, long: [] };
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) globalThis.observed.shift += entry.value;
  }).observe({ type: "layout-shift", buffered: true });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) globalThis.observed.long.push([Math.round(entry.startTime), Math.round(entry.duration)]);
  }).observe({ type: "longtask", buffered: true });
};

for (const [name, viewport] of Object.entries(SIZES)) {
  test(
    `habits: nothing moves after load, ${name}`,
    withPage({ webgpu: "absent", viewport }, async (page, { url }) => {
      await page.addInitScript(OBSERVE);
      await page.goto(url);
      await stage(page, "done");
      await page.waitForTimeout(2000);
      const { shift } = await page.evaluate(() => globalThis.observed);
      assert.ok(shift <= 0.05, `layout shift ${shift}`);
    }),
  );
}

test(
  "habits: the main thread is never busy for 50 ms while a 256 x 256 sweep trains",
  withPage({ webgpu: "absent", path: "?grid=256&repeats=16" }, async (page, { url }) => {
    await page.addInitScript(OBSERVE);
    await page.goto(url);
    // A long run asks, perhaps only when its speed has been measured.
    await page.waitForFunction(() => {
      if (document.querySelector(".status .stage")?.textContent === "not started") document.querySelector(".bar .primary").click();
      return parseInt(document.querySelector(".status .percent")?.textContent) >= 10;
    }, null, { timeout: 120_000, polling: 200 });
    // What went before is loading.
    await page.evaluate(() => { globalThis.observed.long = []; });
    await page.waitForFunction(() => parseInt(document.querySelector(".status .percent").textContent) >= 60, null, { timeout: 240_000 });
    const { long } = await page.evaluate(() => globalThis.observed);
    assert.deepEqual(long, [], "start and duration in ms");
  }),
);

test(
  "habits: the page answers while the optimum computes",
  withPage({ webgpu: "absent", path: "?features=3&hidden=2&repeats=1&steps=20&theory=optimum" }, async (page) => {
    const computing = () => page.getByTestId("diagram-theory").getByText(/row \d+ of 64/).isVisible();
    await page.getByTestId("diagram-theory").getByText(/row [1-9]\d* of 64/).waitFor();
    await stage(page, "done");
    const box = await page.getByTestId("heatmap-empirical").boundingBox();
    await page.evaluate(() => {
      const plot = document.querySelector("[data-testid=plot-empirical]");
      globalThis.waits = [];
      // From the event to the frame that shows its effect.
      plot.addEventListener("pointermove", () => {
        const start = performance.now();
        requestAnimationFrame(() => setTimeout(() => globalThis.waits.push(performance.now() - start)));
      }, { capture: true });
    });
    let moves = 0;
    for (; moves < 40 && (await computing()); moves++) {
      const at = (moves * 7) % 64;
      await page.mouse.move(box.x + ((at + 0.5) / 64) * box.width, box.y + ((moves + 0.5) / 64) * box.height);
      await page.waitForFunction((place) => document.querySelector("[data-testid=plot-empirical]").dataset.cursor === place, `${moves},${at}`);
    }
    assert.ok(moves >= 10, `the optimum was complete after ${moves} movements`);
    const waits = (await page.evaluate(() => globalThis.waits)).sort((a, b) => a - b);
    assert.ok(waits[Math.floor(waits.length / 2)] < 100, `half of the movements waited ${waits[Math.floor(waits.length / 2)]} ms`);
  }),
);

test(
  "habits: while a slider moves the diagram follows, coarsely at first",
  withPage({ webgpu: "absent", path: "?repeats=16&steps=400" }, async (page) => {
    await stage(page, "done", 60_000);
    const slider = page.locator("[data-name=lr] input[type=range]");
    await slider.focus();
    let last = await pixels(page, "empirical");
    const width = last.width;
    let pictures = 0;
    let coarse = 0;
    for (let i = 0; i < 30; i++) {
      await page.keyboard.press("ArrowLeft");
      const next = await pixels(page, "empirical");
      const changed = next.data.some((byte, at) => byte !== last.data[at]);
      pictures += changed;
      // Squares of equal pixels tell a coarse picture.
      const equal = (x, y) => [0, 1, 2].every((c) => next.data[4 * (y * width + x) + c] === next.data[4 * (y * width + x + 1) + c]);
      const all = Array.from({ length: 32 }, (_, k) => 2 * k).every((x) => equal(x, 20) && equal(x, 40));
      coarse += changed && all;
      last = next;
    }
    assert.ok(pictures >= 2, `${pictures} pictures while the slider moved`);
    assert.ok(coarse >= 1, "none of them was coarse");
    await stage(page, "done", 60_000);
    const fine = await pixels(page, "empirical");
    assert.ok(fine.width === 64 && fine.data.some((byte, at) => byte !== last.data[at]), "the fine one follows");
  }),
);

test(
  "habits: training goes on behind another window, and the tab tells how far it is",
  withPage({ webgpu: "absent", path: "?data=sampled&steps=4000&grid=32&repeats=4&engine=cpu" }, async (page) => {
    await page.waitForFunction(() => /training|not started/.test(document.querySelector(".status .stage")?.textContent ?? ""));
    const train = page.getByRole("button", { name: "Train", exact: true });
    if (await train.isVisible()) await train.click();
    await stage(page, "training");
    const front = await page.context().browser().newPage();
    await front.bringToFront();
    const percent = async () => parseInt(await page.locator(".status .percent").textContent(), 10);
    const before = await percent();
    await front.waitForTimeout(4000);
    assert.ok((await percent()) > before, `${before} % before and after`);
    assert.match(await page.title(), /^\d+ % · Superphase$/);
  }),
);

for (const webgpu of ["software", "absent"]) {
  test(
    `habits: the shader that runs can be read, note by note, WebGPU ${webgpu}`,
    withPage({ webgpu, path: "?grid=8&repeats=1&steps=20&features=3&hidden=2" }, async (page) => {
      await stage(page, "done");
      const kernel = page.getByTestId("kernel");
      await kernel.locator("summary").click();
      await kernel.locator("pre").first().waitFor();
      const parts = await kernel.locator(".kernel-part").evaluateAll((parts) =>
        parts.map((part) => [part.querySelector("p").textContent, part.querySelector("pre")?.textContent ?? ""]),
      );
      const code = parts.map(([, text]) => text).join("\n");
      assert.match(code, /@compute/);
      assert.match(code, /fn adam_step/);
      assert.doesNotMatch(code, /\/\/: for|\{N\}/, "written out for the shape");
      const described = parts.filter(([note, text]) => text && note.length > 10);
      assert.ok(described.length >= 10, `${described.length} parts have a note`);
      // It follows what is trained.
      await page.locator("[data-name=data] select").selectOption("sampled");
      await page.waitForFunction(() => /pcg4d/.test(document.querySelector("[data-testid=kernel]").textContent), null, { timeout: 60_000 });
    }),
  );
}
