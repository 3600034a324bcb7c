// Every view at ten widths, light and dark: nothing scrolls sideways, no text is cut off or stands upon another.
import assert from "node:assert/strict";
import { test } from "node:test";
import { withPage } from "./browser.mjs";

const WIDTHS = [320, 390, 480, 768, 1024, 1180, 1366, 1440, 1920, 2560];
// Small enough to be done, or to rest, before it is measured: training is not what is tested.
const VIEWS = {
  diagram: "?grid=16&steps=40",
  pixel: "?grid=16&steps=40&pixel=5,5",
  geometry: "?view=geometry&steps=60",
  demonstration: "?view=demonstration&steps=20&instances=2",
  dimensionality: "?view=dimensionality&steps=10&instances=3&features=40&hidden=8",
  correlation: "?view=correlation&steps=60",
  dynamics: "?view=dynamics&steps=60",
  computation: "?view=computation&steps=60",
  vulnerability: "?view=vulnerability&steps=10&instances=3&features=30&hidden=8",
  scaling: "?view=scaling&steps=10&instances=3&features=32&hidden=8",
  transformer: "?view=transformer&network=transformer&features=12&width=6&heads=2&mlp=8&instances=3&batch=16&steps=60&engine=cpu",
  translation: "?view=translation&narrowest=8&widest=16&steps=2&batch=1&held-out=8&engine=cpu",
  comparison: "?view=comparison",
  bench: "?view=bench",
  earlier: "?preset=paper",
};

/** What of the page is cut off, sticks out or overlaps; runs in the page. */
function faults() {
  const found = [];
  const root = document.documentElement;
  if (root.scrollWidth > innerWidth + 1) found.push(`the page is ${root.scrollWidth} wide in ${innerWidth}`);
  const name = (element) => `${element.tagName.toLowerCase()}.${element.getAttribute("class") ?? ""}`;
  const seen = (element) => element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  // What is cut off on purpose: closed menus, tables that scroll, text that ends in dots and says all when pointed at.
  const scrolls = (style) => /auto|scroll/.test(style.overflowX);
  const boxes = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode;
    const parent = text.parentElement;
    const words = text.textContent.trim();
    if (!words || !parent || !seen(parent) || parent.closest("script, style, title, desc, option, dialog, .skip, .visually-hidden, [hidden]")) continue;
    const range = document.createRange();
    range.selectNodeContents(text);
    let [clip, above, dots] = [null, false, false];
    for (let up = parent; up && up !== document.body; up = up.parentElement) {
      const style = getComputedStyle(up);
      // Bars that stay in place lie over what scrolls beneath them.
      above ||= /sticky|fixed|absolute/.test(style.position);
      dots ||= style.textOverflow === "ellipsis";
      if (!clip && (style.overflowX !== "visible" || up.tagName === "svg")) clip = { up, style };
    }
    // Ranges in drawings do not know how these are scaled.
    const drawn = parent.closest("svg");
    const rects = (drawn ? [parent.getBoundingClientRect()] : [...range.getClientRects()]).filter((r) => r.width > 1 && r.height > 1);
    for (const r of rects) {
      if (clip && !dots && !scrolls(clip.style) && clip.style.overflowX !== "visible") {
        const box = clip.up.getBoundingClientRect();
        if (r.right > box.right + 1.5 || r.left < box.left - 1.5) found.push(`"${words.slice(0, 30)}" is cut off by ${name(clip.up)}`);
      }
      const scrolled = clip && scrolls(clip.style);
      // Only the middle of a line: boxes are taller than letters. What ends in dots ends where it is cut.
      const end = clip && dots ? Math.min(r.right, clip.up.getBoundingClientRect().right) : r.right;
      if (!above && !scrolled) boxes.push({ words, left: r.left + 1, right: end - 1, top: r.top + 0.3 * r.height, bottom: r.bottom - 0.3 * r.height, text });
    }
  }
  for (const nav of document.querySelectorAll("nav")) if (seen(nav) && nav.scrollWidth > nav.clientWidth + 1) found.push(`${name(nav)} goes on without a sign`);
  const pen = document.createElement("canvas").getContext("2d");
  for (const field of document.querySelectorAll("select, input[type=text], input[type=number], input:not([type])")) {
    if (!seen(field) || field.readOnly || field.clientWidth === 0) continue;
    const style = getComputedStyle(field);
    pen.font = style.font;
    const words = field.tagName === "SELECT" ? (field.selectedOptions[0]?.text ?? "") : field.value;
    const arrow = field.tagName === "SELECT" && style.appearance !== "none" ? 14 : 0;
    const room = field.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight) - arrow;
    if (pen.measureText(words).width > room + 1) found.push(`"${words}" is longer than its field ${field.id}`);
  }
  for (const part of document.querySelectorAll(".pixel-repeats, .numbers-table, .fields")) {
    if (seen(part) && part.scrollHeight > 0 && part.clientHeight < 40) found.push(`${name(part)} has no height`);
  }
  boxes.sort((a, b) => a.top - b.top);
  boxes.forEach((a, i) => {
    for (let j = i + 1; j < boxes.length && boxes[j].top < a.bottom; j++) {
      const b = boxes[j];
      if (a.text !== b.text && a.left < b.right && b.left < a.right) found.push(`"${a.words.slice(0, 30)}" overlaps "${b.words.slice(0, 30)}"`);
    }
  });
  return [...new Set(found)];
}

for (const [view, path] of Object.entries(VIEWS)) {
  test(`${view}: nothing is cut off from ${WIDTHS[0]} to ${WIDTHS.at(-1)} pixels, light and dark`, withPage({ webgpu: "absent", asks: true, path, reducedMotion: "reduce" }, async (page) => {
    await page.waitForSelector(path.includes("view=bench") ? ".study-stage h2" : path.includes("view=") ? ".plate svg" : ".diagram canvas");
    // Each fault with the sizes at which it is seen.
    const all = {};
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: width < 600 ? 800 : 900 });
      for (const colorScheme of ["light", "dark"]) {
        await page.emulateMedia({ colorScheme });
        await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
        // Diagrams take their new size when they hear of it.
        await page.waitForFunction(() => document.documentElement.scrollWidth <= innerWidth + 1, null, { timeout: 3_000 }).catch(() => {});
        for (const fault of await page.evaluate(faults)) (all[fault] ??= []).push(`${width} ${colorScheme}`);
      }
    }
    assert.deepEqual(all, {});
  }));
}

test("an embedded experiment is its figure alone, and fits its frame", withPage({ webgpu: "absent", path: "?view=geometry&embed=1&steps=60", viewport: { width: 300, height: 300 } }, async (page, { url }) => {
  await page.waitForSelector(".plate svg");
  assert.equal(await page.locator("header, form, .saves").count(), 0);
  for (const width of [300, 600, 960]) {
    await page.setViewportSize({ width, height: 400 });
    await page.waitForFunction((width) => {
      const figure = document.querySelector(".plate svg").getBoundingClientRect();
      return document.documentElement.scrollWidth <= width && figure.width > 0.9 * width && figure.top < 40;
    }, width);
  }
  const whole = await page.getByRole("link", { name: "Open in Superphase" }).getAttribute("href");
  assert.equal(whole, url.replace("&embed=1", "").replace("?view=geometry", "?view=geometry&v=1&study=five-in-two-lowest"));
  await page.goto(url.replace("geometry", "transformer"));
  await page.waitForSelector(".plate svg");
  assert.equal(await page.locator("header, form, .saves").count(), 0);
}));

test("an embedded comparison is its picture alone", withPage({ webgpu: "absent", path: "?view=comparison&embed=1", viewport: { width: 400, height: 300 } }, async (page, { url }) => {
  await page.waitForSelector(".plate svg");
  assert.equal(await page.locator("header, form, .bar, table").count(), 0);
  assert.equal(await page.getByRole("link", { name: "Open in Superphase" }).getAttribute("href"), url.replace("&embed=1", ""));
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= 401));
}));

test("on a phone a menu leads to the experiments, and the figure stands before its text", withPage({ webgpu: "absent", path: "?grid=8&steps=20", viewport: { width: 390, height: 844 } }, async (page) => {
  const menu = page.getByRole("combobox", { name: "experiment" });
  assert.equal(await page.getByRole("navigation", { name: "experiments" }).isVisible(), false);
  assert.equal(await menu.inputValue(), "0");
  // A page that the browser keeps for Back says where it is, so that the same can be chosen again.
  await page.evaluate(() => {
    const stay = (event) => (event.preventDefault(), (window.followed = event.target.textContent));
    document.querySelector(".views").addEventListener("click", stay, { once: true });
  });
  await menu.selectOption("Geometry");
  assert.equal(await page.evaluate(() => window.followed), "Geometry");
  assert.equal(await menu.inputValue(), "0");
  await menu.selectOption("Dynamics");
  await page.waitForFunction(() => /view=dynamics/.test(location.search));
  await page.waitForSelector(".plate svg");
  assert.equal(await menu.evaluate((menu) => menu.selectedOptions[0].textContent), "Dynamics");
  const top = (selector) => page.locator(selector).first().evaluate((element) => element.getBoundingClientRect().top);
  assert.ok((await top(".study-stage > .plate")) < (await top(".study-stage > .lede")));
  assert.ok((await top(".study-stage > .plate")) < 420, `${await top(".study-stage > .plate")}`);
  await page.setViewportSize({ width: 1280, height: 800 });
  assert.equal(await menu.isVisible(), false);
  await page.getByRole("navigation", { name: "experiments" }).getByRole("link", { name: "Geometry" }).waitFor();
  assert.ok((await top(".study-stage > .lede")) < (await top(".study-stage > .plate")));
}));

test("an embedded diagram fits its frame", withPage({ webgpu: "absent", path: "?embed=1&grid=16&steps=40", viewport: { width: 300, height: 300 } }, async (page) => {
  await page.waitForSelector(".diagram canvas");
  for (const [width, height] of [[300, 300], [600, 400], [800, 450], [960, 720], [400, 900]]) {
    await page.setViewportSize({ width, height });
    // The whole picture with its axes, and in a wide frame both.
    const fits = ([width, height]) => {
      const frames = [...document.querySelectorAll(".diagram-frame")].slice(0, width > 1.2 * height ? 2 : 1);
      const inside = (r) => r.left >= 0 && r.top >= 0 && r.right <= width + 1 && r.bottom <= height + 1;
      return document.documentElement.scrollWidth <= width + 1 && frames.every((frame) => inside(frame.getBoundingClientRect()));
    };
    await page.waitForFunction(fits, [width, height]);
  }
}));
