// A reader's visit from beginning to end, on a desk and on a phone, with WebGPU and without it: each thing that is
// expected of an explorable once. The other files look at each more closely.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { withPage } from "./browser.mjs";
import { colours, pixels, settings, stage } from "./instrument.mjs";

const SIZES = { "1440 x 900": { width: 1440, height: 900 }, "390 x 844": { width: 390, height: 844 } };
const GRID = 12;
const same = (a, b) => a.data.length === b.data.length && a.data.every((byte, i) => byte === b.data[i]);

/** Waits until a diagram looks different from before. */
async function changed(page, name, before) {
  for (let tries = 0; tries < 300; tries++) {
    if (!same(await pixels(page, name), before)) return;
    await page.waitForTimeout(100);
  }
  assert.fail(`${name} did not change`);
}

/** Nothing may be wider than the screen. */
const clipped = (page) => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

for (const [size, viewport] of Object.entries(SIZES)) {
  const phone = viewport.width < 700;
  for (const [webgpu, engine] of [["software", "gpu"], ["absent", "auto"]]) {
    test(
      `explorable: a visit, ${size}, WebGPU ${webgpu}`,
      withPage({ webgpu, viewport, hasTouch: phone, path: `?grid=${GRID}&repeats=4&steps=150&engine=${engine}` }, async (page) => {
        // Live: complete without a click, and again while a control moves.
        await stage(page, "done");
        assert.ok((await colours(page, "empirical")) > 20);
        assert.match(await page.locator(".status").textContent(), webgpu === "software" ? /WebGPU/ : /CPU, \d workers/);
        assert.equal(await clipped(page), 0, "something is wider than the screen");
        const first = await pixels(page, "empirical");
        await settings(page);
        await page.locator("[data-name=lr] input[type=range]").focus();
        for (let i = 0; i < 6; i++) await page.keyboard.press("ArrowLeft");
        await changed(page, "empirical", first);
        await stage(page, "done");
        // A slow machine rests on values between.
        const undo = page.getByRole("button", { name: "undo last change" });
        do await undo.click();
        while (await undo.isEnabled());
        await stage(page, "done");
        for (let tries = 0; tries < 50 && !same(await pixels(page, "empirical"), first); tries++) await page.waitForTimeout(100);
        assert.ok(same(await pixels(page, "empirical"), first), "undo gives the first run back, bit for bit");
        await page.getByRole("button", { name: "Close settings" }).click();

        // Inspector, by keyboard alone.
        await page.getByTestId("plot-empirical").focus();
        for (const key of ["ArrowDown", "ArrowRight", "Enter"]) await page.keyboard.press(key);
        const pinned = await page.getByTestId("plot-empirical").getAttribute("data-pinned");
        assert.match(pinned, /^\d+,\d+$/);
        assert.equal(await page.getByTestId("plot-theory").getAttribute("data-pinned"), pinned);
        await page.getByTestId("scrubber").waitFor();
        assert.ok((await page.getByTestId("figures").locator("td").allTextContents()).filter((cell) => /\d/.test(cell)).length >= 6);

        // Compare: a run that was kept beside the next one.
        await page.getByTestId("keep").click();
        await page.getByTestId("layer-theory").selectOption("agreement");
        await page.waitForFunction(() => document.querySelector("[data-testid=diagram-theory]").dataset.agreement === "1.0000");
        await page.getByTestId("source-right").selectOption("optimum");
        await page.getByTestId("diagram-theory").getByText("least loss of any weights").first().waitFor();
        assert.match(await page.getByTestId("agreement").textContent(), /^\d+\.\d % of pixels agree/);

        // Share: the address says it all, and so does the page inside another.
        await page.waitForFunction((place) => location.search.includes(`pixel=${place}`) && location.search.includes("theory=optimum"), pinned);
        await page.locator("details.take > summary").click();
        const link = await page.getByTestId("take-link").inputValue();
        assert.equal(link, page.url());
        const snippet = await page.getByTestId("take-snippet").inputValue();
        assert.match(snippet, /^<iframe src=".*embed=1/);

        // Take away.
        const [download] = await Promise.all([page.waitForEvent("download"), page.getByTestId("take-trained-csv").click()]);
        assert.equal(readFileSync(await download.path(), "utf8").trim().split("\n").length, GRID * GRID + 1);
        const [image] = await Promise.all([page.waitForEvent("download"), page.getByTestId("take-theory-png").click()]);
        assert.equal(readFileSync(await image.path()).readUInt32BE(16), 2 * 576, "twice the figure's width");
        await page.keyboard.press("Escape");

        // Explain: a sentence moves the instrument.
        await page.locator("article a[href='?layer=phase']").first().click();
        await page.waitForFunction(() => document.querySelector("[data-testid=diagram-empirical]").dataset.layer === "phase");
        await page.getByTestId("kernel").locator("summary").click();
        await page.getByTestId("kernel").locator("pre").first().waitFor();

        // Habits: keys, themes, and still nothing wider than the screen.
        await page.evaluate(() => document.activeElement?.blur());
        await page.keyboard.press("?");
        await page.getByRole("dialog").getByText("pause, resume, train").waitFor();
        await page.keyboard.press("Escape");
        const theme = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
        await page.keyboard.press("d");
        assert.notEqual(await page.evaluate(() => getComputedStyle(document.body).backgroundColor), theme);
        assert.equal(await clipped(page), 0, "something is wider than the screen");
        await page.emulateMedia({ reducedMotion: "reduce" });
        const moving = await page.evaluate(() => [...document.querySelectorAll("*")].filter((e) => parseFloat(getComputedStyle(e).transitionDuration) > 0).length);
        assert.equal(moving, 0, "something still moves");

        await page.goto(link);
        await stage(page, "done");
        assert.ok(same(await pixels(page, "empirical"), first), "the link repeats the run, bit for bit");
        await page.goto(/src="([^"]*)"/.exec(snippet)[1].replaceAll("&amp;", "&"));
        await page.locator(".embed").waitFor();
        await stage(page, "done");
        assert.ok(same(await pixels(page, "empirical"), first));
        assert.equal(await page.locator(".controls").count(), 0);
      }),
    );
  }
}
