// Two diagrams of the reader's choice: theory against theory, protocol against protocol, a kept run against the next.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { withPage } from "./browser.mjs";
import { colours, pixels, settings, stage } from "./instrument.mjs";

const SMALL = "?grid=8&repeats=4&steps=100";
const phone = { viewport: { width: 390, height: 844 } };
const same = (a, b) => a.data.every((byte, i) => byte === b.data[i]);

/** Part of a diagram's pixels that have this colour. */
const share = ({ data }, [r, g, b]) => {
  let count = 0;
  for (let i = 0; i < data.length; i += 4) count += data[i] === r && data[i + 1] === g && data[i + 2] === b;
  return count / (data.length / 4);
};
const SAME = [0xd3, 0xde, 0xe0];

/** Waits until both diagrams are complete and opaque. */
const complete = (page, name) =>
  page.waitForFunction(
    (id) => {
      const canvas = document.querySelector(`[data-testid=heatmap-${id}]`);
      if (!canvas) return false;
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      return data.length > 4 && data.every((byte, i) => i % 4 < 3 || byte === 255);
    },
    name,
  );

/** Waits for the other run, and asks for it where it would take long. */
async function trained(page) {
  const note = page.getByTestId("other-note");
  await note.waitFor();
  const ask = note.getByRole("button").click().catch(() => {});
  await note.waitFor({ state: "detached" });
  await Promise.race([ask, Promise.resolve()]);
}

for (const [webgpu, context] of [["absent", {}], ["software", phone]]) {
  test(
    `compare: closed form against optimum, with the percentage beside the picture and in the table, WebGPU ${webgpu}`,
    withPage({ webgpu, path: `${SMALL}&left=ansatz&theory=optimum&layer=agreement`, ...context }, async (page) => {
      await complete(page, "empirical");
      await complete(page, "theory");
      const shown = share(await pixels(page, "empirical"), SAME);
      assert.ok(shown > 0.8 && shown < 1, `${shown} of the pixels agree`);
      assert.ok(same(await pixels(page, "empirical"), await pixels(page, "theory")), "one map, seen from both sides");
      const words = await page.getByTestId("agreement").textContent();
      assert.match(words, new RegExp(`^${(100 * shown).toFixed(1)} % of pixels agree: the closed-form theory and the true optimum`));
      await page.locator("details.take > summary").click();
      const [download] = await Promise.all([page.waitForEvent("download"), page.getByTestId("take-trained-csv").click()]);
      const [head, ...lines] = readFileSync(await download.path(), "utf8").trim().split("\n");
      assert.ok(head.endsWith("phase,compared_phase,agreement_percent"));
      const cells = lines.map((line) => line.split(","));
      const equal = cells.filter((line) => line[8] === line[9]).length / cells.length;
      assert.equal(equal, shown);
      assert.ok(cells.every((line) => Math.abs(Number(line[10]) - 100 * shown) < 1e-9));
      const [document] = await Promise.all([page.waitForEvent("download"), page.getByTestId("take-theory-json").click()]);
      const { agreement } = JSON.parse(readFileSync(await document.path(), "utf8"));
      assert.equal(agreement.with, "the closed-form theory");
      assert.equal(agreement.fraction, shown);
      const [figure] = await Promise.all([page.waitForEvent("download"), page.getByTestId("take-trained-svg").click()]);
      assert.match(readFileSync(await figure.path(), "utf8"), /same phase as the true optimum: \d/);
    }),
  );

  test(
    `compare: another protocol beside the run, with layers of their own, one cursor, and a link, WebGPU ${webgpu}`,
    withPage({ webgpu, path: `${SMALL}&engine=cpu`, ...context }, async (page) => {
      await stage(page, "done");
      const left = await pixels(page, "empirical");
      await page.getByTestId("source-right").selectOption({ label: "zfurman56" });
      await trained(page);
      await complete(page, "theory");
      assert.ok(same(await pixels(page, "empirical"), left), "the run itself is left alone");
      assert.ok(!same(await pixels(page, "theory"), left), "another protocol, another picture");
      assert.ok((await colours(page, "theory")) > 20);
      assert.match(await page.getByTestId("diagram-theory").textContent(), /zfurman56: weighted by 1\/loss² of 10 models|zfurman56: .* of 10 models/);
      // The difference map beside the run.
      await page.getByTestId("layer-theory").selectOption("norm-difference");
      assert.equal(await page.getByTestId("diagram-empirical").getAttribute("data-layer"), "paper");
      assert.equal(await page.getByTestId("diagram-theory").getAttribute("data-layer"), "norm-difference");
      assert.ok(same(await pixels(page, "empirical"), left));
      await page.getByTestId("plot-theory").hover({ position: { x: 100, y: 100 } });
      const cursor = await page.getByTestId("plot-theory").getAttribute("data-cursor");
      assert.match(cursor, /^\d+,\d+$/);
      assert.equal(await page.getByTestId("plot-empirical").getAttribute("data-cursor"), cursor);
      assert.match(await page.getByTestId("readout-theory").textContent(), /(more|less) than in the trained models/);
      // All of it stands in the address.
      await page.waitForFunction(() => /layer-beside=norm-difference&theory=other&other\.preset=zfurman56/.test(location.search));
      const before = await pixels(page, "theory");
      await page.reload();
      await stage(page, "done");
      await trained(page);
      await complete(page, "theory");
      assert.ok(same(await pixels(page, "theory"), before), "the link opens the same comparison");
    }),
  );
}

test(
  "compare: a kept run stays while the next is trained",
  withPage({ webgpu: "absent", path: `${SMALL}&seed=3` }, async (page) => {
    await stage(page, "done");
    const kept = await pixels(page, "empirical");
    await page.getByTestId("keep").click();
    await page.waitForFunction(() => document.querySelector("[data-testid=diagram-theory] h2 select").selectedOptions[0].textContent.includes("kept"));
    await complete(page, "theory");
    assert.ok(same(await pixels(page, "theory"), kept));
    await settings(page);
    const seed = page.locator("[data-name=seed] input:not([type=range])").first();
    await page.locator("details:has([data-name=seed]) > summary").first().click({ timeout: 1000 }).catch(() => {});
    await seed.fill("4");
    await page.waitForFunction(() => /seed=4/.test(location.search));
    await stage(page, "done");
    assert.ok(!same(await pixels(page, "empirical"), kept), "the next run is another one");
    assert.ok(same(await pixels(page, "theory"), kept), "the kept one is not");
    // What is kept can be opened from the link, and is trained again then.
    assert.match(new URL(page.url()).search, /theory=kept1.*kept1\.seed=3/);
    await page.reload();
    await stage(page, "done");
    await page.waitForFunction(() => !document.querySelector("[data-testid=other-note]"));
    await complete(page, "theory");
    assert.ok(same(await pixels(page, "theory"), kept));
  }),
);

test(
  "compare: what is kept are pixels, whatever is trained next, and each run has a place of its own",
  withPage({ webgpu: "absent", path: `${SMALL}&lr=0.1` }, async (page) => {
    await stage(page, "done");
    const kept = await pixels(page, "empirical");
    await page.getByTestId("keep").click();
    await page.locator("#quick-features").fill("3");
    await page.waitForFunction(() => /features=3/.test(location.search));
    await stage(page, "done");
    assert.ok(same(await pixels(page, "theory"), kept), "two features in one dimension, as they were kept");
    assert.ok(!same(await pixels(page, "empirical"), kept));
    assert.match(await page.getByTestId("diagram-theory").textContent(), /grid 8, steps 100, lr 0.1, repeats 4/);
    assert.match(await page.getByTestId("agreement").textContent(), /^\d\d?\.\d %/, "two models do not agree in all pixels");
    // The next one beside it, and both against each other.
    await page.getByTestId("keep").click();
    await page.getByTestId("source-left").selectOption({ label: "kept 1" });
    assert.ok(same(await pixels(page, "empirical"), kept));
    await page.waitForFunction(() => /left=kept1&theory=kept2/.test(location.search) && /kept2\.features=3/.test(location.search));
  }),
);

test(
  "compare: pixels of other densities stand where these are, and are compared with nothing",
  withPage({ webgpu: "absent", path: SMALL }, async (page) => {
    await stage(page, "done");
    await page.getByTestId("keep").click();
    await settings(page);
    await page.locator("#grid").fill("16");
    await page.waitForFunction(() => /grid=16/.test(location.search));
    await stage(page, "done");
    assert.equal(await page.getByTestId("agreement").count(), 0);
    await page.getByTestId("plot-empirical").focus();
    for (const key of ["Home", "ArrowDown", "Home"]) await page.keyboard.press(key);
    await page.waitForFunction(() => document.querySelector("[data-testid=plot-empirical]").dataset.cursor === "8,0");
    assert.equal(await page.getByTestId("plot-theory").getAttribute("data-cursor"), "4,0");
  }),
);
