// Accessibility in every view and state, at a desktop and a phone, light and dark: what axe finds wrong.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { test } from "node:test";
import { withPage } from "./browser.mjs";
import { settings, stage } from "./instrument.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const SIZES = { desktop: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } };

/** Violations in this state, a line each, in both themes. */
async function violations(page) {
  const found = [];
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    await page.evaluate(AXE);
    const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
    found.push(...violations.map(({ id, help, nodes }) => `${colorScheme} ${id}: ${help}: ${nodes.map((node) => `${node.target.join(" ")} ${node.any[0]?.message ?? ""}`).join("; ")}`));
  }
  return found;
}

const bad = { name: "bad.csv", mimeType: "text/csv", buffer: Buffer.from("a,b\n1,2\n") };

// What is opened and what is done there: each step is a state.
const VIEWS = {
  diagram: ["?grid=8&steps=40&repeats=2&nonsense=1&lr=9", {
    "with notices of the link": (page) => stage(page, "done"),
    "with all settings": (page) => settings(page),
    "with a pixel held fast": (page) => page.getByTestId("heatmap-empirical").click(),
    "with a file that cannot be shown": async (page) => {
      await page.getByTestId("load-file").setInputFiles(bad);
      await page.locator(".notices.refused").waitFor();
    },
    "after a sentence": async (page) => {
      await page.locator("article a[href^='?']").first().click();
      await page.getByTestId("own-settings").waitFor();
    },
  }],
  "diagram that asks": ["?preset=paper", { "with a result of before": (page) => page.waitForFunction(() => /earlier/.test(document.querySelector(".diagram-name p")?.textContent)) }],
  "diagram embedded": ["?embed=1&grid=8&steps=40", { done: (page) => page.waitForSelector(".diagram canvas") }],
};
VIEWS["experiment embedded"] = ["?view=geometry&embed=1&steps=60", { done: (page) => page.waitForSelector(".plate svg") }];
const small = { geometry: "steps=60", demonstration: "steps=20&instances=2", dimensionality: "steps=10&instances=3&features=40&hidden=8", correlation: "steps=60", dynamics: "steps=60&batch=64", computation: "steps=60", vulnerability: "steps=10&instances=3&features=30&hidden=8", scaling: "steps=10&features=32&instances=3&hidden=8" };
for (const [view, rest] of Object.entries(small)) {
  VIEWS[view] = [`?view=${view}&${rest}&nonsense=1`, {
    trained: (page) => stage(page, "done"),
    "with numbers, more settings and a feature followed": async (page) => {
      await page.locator("details.numbers summary").click();
      await page.locator(".study-side details").evaluateAll((all) => all.forEach((details) => (details.open = true)));
      const follow = page.getByTestId("follow");
      if (await follow.count()) await follow.selectOption("1");
    },
    "before its first step, with a file that cannot be shown": async (page) => {
      await page.getByRole("button", { name: "Reset" }).click();
      await stage(page, "paused");
      await page.getByTestId("load-file").setInputFiles(bad);
      await page.locator(".notices.refused").waitFor();
    },
    "with the list of keys": (page) => page.getByRole("button", { name: "keys and help" }).click(),
  }];
}
VIEWS["vulnerability that asks"] = ["?study=attacked", { "with a result of before": (page) => page.getByTestId("earlier").waitFor() }];
VIEWS.transformer = ["?view=transformer&network=transformer&features=12&width=6&heads=2&mlp=8&instances=3&batch=16&steps=120&engine=cpu", { trained: (page) => stage(page, "done") }];
VIEWS.translation = ["?view=translation&narrowest=8&widest=16&steps=60&batch=16&held-out=16&engine=cpu", { trained: (page) => stage(page, "done") }];
VIEWS.comparison = ["?view=comparison", { empty: (page) => page.locator("main").waitFor() }];

for (const [view, [path, states]] of Object.entries(VIEWS)) {
  for (const [size, viewport] of Object.entries(SIZES)) {
    test(`states: axe finds nothing in ${view}, ${size}`, withPage({ webgpu: "absent", path, asks: view.endsWith("asks"), viewport, reducedMotion: "reduce" }, async (page) => {
      for (const [state, reach] of Object.entries(states)) {
        await reach(page);
        assert.deepEqual(await violations(page), [], state);
      }
    }));
  }
}
