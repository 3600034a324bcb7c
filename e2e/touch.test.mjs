// Experiments to touch: parts of a figure say their numbers, and a feature can be followed, by pointer and by keyboard.
import assert from "node:assert/strict";
import { test } from "node:test";
import { withPage } from "./browser.mjs";
import { stage } from "./instrument.mjs";

test(
  "touch: a part that is pointed at says its numbers, and a click follows its feature through all densities",
  withPage({ webgpu: "absent", path: "?view=geometry&instances=3&repeats=2&steps=60", viewport: { width: 1280, height: 900 } }, async (page) => {
    await stage(page, "done");
    const said = page.getByTestId("said");
    const spot = page.locator(".plate [data-feature='0']").first();
    await spot.hover();
    await page.waitForFunction(() => /^feature 1: norm [\d.]+, dimensionality [\d.]+/.test(document.querySelector("[data-testid=said]").textContent));
    await spot.click();
    await page.waitForFunction(() => document.querySelectorAll(".plate .followed").length === 3);
    assert.match(await said.textContent(), /^Feature 1: 1 − S = 1: norm .*; 1 − S = .*dimensionality/);
    assert.equal(await page.getByTestId("follow").inputValue(), "0");
    // The same without a pointer.
    await page.getByTestId("follow").focus();
    await page.keyboard.press("ArrowDown");
    await page.waitForFunction(() => /^Feature 2: /.test(document.querySelector("[data-testid=said]").textContent));
    await page.getByTestId("follow").selectOption("");
    await page.waitForFunction(() => document.querySelectorAll(".plate .followed").length === 0);
  }),
);

test(
  "touch: each experiment says what to look for and leads to the paper",
  withPage({ webgpu: "absent", path: "?view=dynamics&steps=60" }, async (page) => {
    await page.waitForSelector(".plate svg");
    assert.match(await page.getByTestId("look-for").textContent(), /^Look for /);
    const href = await page.getByTestId("look-for").getByRole("link").getAttribute("href");
    assert.match(href, /^https:\/\/transformer-circuits\.pub\/2022\/toy_model\/index\.html#/);
  }),
);
