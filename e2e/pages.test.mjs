// The way between experiments: one document, whose pages stay as they were left.
import assert from "node:assert/strict";
import { test } from "node:test";
import { withPage } from "./browser.mjs";
import { percent, settings, stage } from "./instrument.mjs";

const DIAGRAM = "Phase diagram";
/** Every page, by the label of its link, with what it draws. */
const ALL = ["Geometry", "Demonstration", "Dimensionality", "Correlation", "Dynamics", "Computation", "Vulnerability", "Scaling", "Transformer", "Translation", "Comparison"];

/** Follows the link of the page in front to another. */
async function open(page, label) {
  await page.getByRole("navigation", { name: "experiments" }).getByRole("link", { name: label, exact: true }).click();
  await shown(page, label);
}

/** Waits until a page is in front, alone, with its name and its picture. */
const shown = (page, label) =>
  page.waitForFunction(
    ([label, diagram]) => {
      const [here, another] = document.querySelectorAll(".views [aria-current]");
      const picture = label === diagram ? ".diagram canvas" : ".plate svg";
      const name = label === diagram ? "Superphase: phase diagrams of superposition" : `${label} · Superphase`;
      return !another && here?.textContent === label && document.querySelector(picture) && document.title === name;
    },
    [label, DIAGRAM],
  );

/** What would tell a document from the one before, and the requests for another one. */
async function marked(page) {
  await page.evaluate(() => (globalThis.mark = 1));
  const loads = [];
  page.on("request", (request) => request.isNavigationRequest() && loads.push(request.url()));
  return async () => {
    assert.deepEqual(loads, []);
    assert.equal(await page.evaluate(() => globalThis.mark), 1, "the document is the same");
  };
}

test(
  "pages: every experiment opens in the same document, and Back leads through them",
  withPage({ webgpu: "absent", path: "?grid=8&repeats=1&steps=20&engine=cpu" }, async (page) => {
    await stage(page, "done");
    const same = await marked(page);
    for (const label of ALL) {
      await open(page, label);
      // Whoever goes on by keys goes on from there.
      assert.equal(await page.evaluate(() => document.activeElement.textContent), label);
      assert.ok(label === "Comparison" || /engine=cpu/.test(page.url()), page.url());
    }
    for (const label of [...ALL.slice(0, -1).reverse(), DIAGRAM]) {
      await page.goBack();
      await shown(page, label);
    }
    assert.match(page.url(), /grid=8.*steps=20.*engine=cpu/);
    await page.goForward();
    await shown(page, ALL[0]);
    await same();
  }),
);

test(
  "pages: what is left is found again: run, form, undo, numbers, and nothing is trained anew",
  withPage({ webgpu: "absent", path: "?view=geometry&study=five-in-two&instances=3&steps=200&batch=64&seed=3&engine=cpu" }, async (page) => {
    await stage(page, "done");
    const same = await marked(page);
    await page.locator("#seed").fill("4");
    await page.waitForFunction(() => /seed=4/.test(location.search));
    await stage(page, "done");
    await page.locator("details.numbers summary").click();
    await page.evaluate(() => {
      globalThis.stages = [];
      const look = () => globalThis.stages.push(document.querySelector(".status .stage")?.textContent);
      new MutationObserver(look).observe(document.querySelector(".status"), { subtree: true, childList: true, characterData: true });
    });
    const figure = await page.getByTestId("plate").innerHTML();
    await open(page, "Dynamics");
    await stage(page, "done");
    await open(page, "Geometry");
    await stage(page, "done");
    assert.equal(await page.getByTestId("plate").innerHTML(), figure);
    assert.equal(await page.locator("details.numbers").getAttribute("open"), "");
    assert.deepEqual(await page.evaluate(() => globalThis.stages.filter((stage) => stage !== "done")), []);
    await page.getByRole("button", { name: /undo/i }).click();
    await page.waitForFunction(() => document.querySelector("#seed").value === "3" && /seed=3/.test(location.search));
    await same();
  }),
);

test(
  "pages: a run goes on while another page is in front, and keys mean the page that is seen",
  withPage({ webgpu: "absent", path: "?data=sampled&grid=32&repeats=4&steps=20000&engine=cpu" }, async (page) => {
    await page.waitForFunction(() => parseInt(document.querySelector(".status .percent")?.textContent) >= 3);
    const same = await marked(page);
    const before = await percent(page);
    await open(page, "Correlation");
    await stage(page, "done");
    // Resets this page alone; the diagram goes on.
    await page.locator("body").press("r");
    await stage(page, "paused");
    assert.equal(await page.title(), "Correlation · Superphase");
    await page.goBack();
    await page.waitForFunction((before) => parseInt(document.querySelector(".status .percent")?.textContent) > before, before);
    assert.equal(await page.locator(".status .stage").textContent(), "training");
    await page.locator("body").press(" ");
    await stage(page, "paused");
    await page.waitForFunction(() => !/%/.test(document.title));
    await open(page, "Correlation");
    assert.equal(await page.locator(".status .stage").textContent(), "paused");
    await same();
  }),
);

test(
  "pages: the browser's entries lead to what they say, also of one experiment twice",
  withPage({ webgpu: "absent", path: "?view=geometry&study=five-in-two&instances=3&steps=50&batch=64&seed=3&engine=cpu" }, async (page) => {
    await stage(page, "done");
    const same = await marked(page);
    await open(page, "Correlation");
    await open(page, "Geometry");
    await page.locator("#seed").fill("9");
    await page.waitForFunction(() => /seed=9/.test(location.search));
    await page.goBack();
    await shown(page, "Correlation");
    await page.goBack();
    await page.waitForFunction(() => /seed=3/.test(location.search) && document.querySelector("#seed")?.value === "3");
    await page.goForward();
    await page.goForward();
    await page.waitForFunction(() => /seed=9/.test(location.search) && document.querySelector("#seed")?.value === "9");
    await stage(page, "done");
    // A link to the page that is open sets what it says.
    await page.locator(".views [aria-current]").click();
    await page.waitForFunction(() => !/seed=/.test(location.search) && document.querySelector("#seed")?.value === "0");
    await same();
  }),
);

test(
  "pages: what was kept elsewhere stands in the comparison, themes are the same, and settings stay open",
  withPage({ webgpu: "absent", path: "?view=comparison&engine=cpu" }, async (page) => {
    const same = await marked(page);
    const rows = () => page.getByTestId("comparison").locator("tbody tr").count();
    assert.equal(await rows(), 0);
    await open(page, "Geometry");
    await stage(page, "done");
    await page.getByRole("button", { name: "Keep to compare" }).click();
    await page.locator("body").press("d");
    const dark = () => page.getByRole("button", { name: /theme$/ }).getAttribute("aria-label");
    const theme = await dark();
    await open(page, "Comparison");
    await page.waitForFunction(() => document.querySelectorAll("[data-testid=comparison] tbody tr").length > 0);
    assert.equal(await dark(), theme);
    await open(page, DIAGRAM);
    await settings(page);
    await open(page, "Comparison");
    await open(page, DIAGRAM);
    assert.equal(await page.getByRole("button", { name: "Close settings" }).count(), 1);
    await same();
  }),
);

test(
  "pages: workers of pages that were left long ago are let go, and their models stay",
  withPage({ webgpu: "absent", path: "?view=geometry&study=five-in-two&instances=3&steps=50&batch=64&seed=3&engine=cpu" }, async (page) => {
    await stage(page, "done");
    const same = await marked(page);
    const figure = await page.getByTestId("plate").innerHTML();
    const most = page.workers().length;
    for (const label of ["Demonstration", "Correlation", "Computation", "Dynamics"]) {
      await open(page, label);
      await stage(page, "done");
    }
    assert.ok(page.workers().length <= 3 * Math.max(most, 2), `${page.workers().length} workers; ${most} of the first page`);
    await open(page, "Geometry");
    assert.equal(await page.getByTestId("plate").innerHTML(), figure);
    assert.equal(await page.locator(".status .stage").textContent(), "done");
    // Whatever needs workers again gets them.
    await page.locator("#seed").fill("4");
    await page.waitForFunction(() => /seed=4/.test(location.search));
    await stage(page, "done");
    assert.notEqual(await page.getByTestId("plate").innerHTML(), figure);
    await same();
  }),
);

test(
  "pages: on a phone the menu leads on in the same document, from its beginning; Back to where one was",
  withPage({ webgpu: "absent", path: "?grid=8&repeats=1&steps=20&engine=cpu", viewport: { width: 390, height: 844 } }, async (page) => {
    await stage(page, "done");
    const same = await marked(page);
    await page.evaluate(() => scrollTo({ top: 700, behavior: "instant" }));
    const menu = page.getByRole("combobox", { name: "experiment" });
    await menu.selectOption("Dynamics");
    await shown(page, "Dynamics");
    assert.equal(await page.evaluate(() => scrollY), 0);
    assert.equal(await page.evaluate(() => document.activeElement.className), "views-menu");
    await page.goBack();
    await shown(page, DIAGRAM);
    await page.waitForFunction(() => Math.abs(scrollY - 700) < 100);
    assert.equal(await menu.inputValue(), "0");
    await same();
  }),
);

test(
  "pages: a part of the program that is missing is said by the document it would have been in",
  withPage(
    { webgpu: "absent", serviceWorkers: "block", path: "?grid=8&repeats=1&steps=20&engine=cpu", host: { alter: (path) => (/split_experiments/.test(path) ? { status: 404, body: "" } : {}) } },
    async (page, { problems }) => {
      await stage(page, "done");
      await page.getByRole("navigation", { name: "experiments" }).getByRole("link", { name: "Geometry" }).click();
      await page.getByText(/could not be loaded/).waitFor();
      assert.match(page.url(), /view=geometry/);
      problems.length = 0;
    },
  ),
);
