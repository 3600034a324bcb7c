// Reading: sentences move the diagrams beside them, say when a run asks, and lead back to what the reader had set.
import assert from "node:assert/strict";
import { test } from "node:test";
import { withPage } from "./browser.mjs";
import { settings, stage } from "./instrument.mjs";

const SMALL = "?grid=8&repeats=4&steps=100&seed=5";
const SIZES = [[1440, 900], [1024, 768], [390, 844]];
const seen = (page, locator) => locator.evaluate((element) => {
  const { top, bottom, height } = element.getBoundingClientRect();
  return height > 0 && top >= 0 && bottom <= innerHeight;
});

for (const [width, height] of SIZES) {
  test(
    `reading: at ${width} x ${height} a sentence moves the pictures beside it, not the page`,
    withPage({ webgpu: "absent", path: SMALL, viewport: { width, height } }, async (page) => {
      await stage(page, "done");
      const link = page.locator("article a[href='?layer=phase']");
      // On a phone the pictures stand over the upper part.
      await link.evaluate((element) => element.scrollIntoView({ block: "center", behavior: "instant" }));
      const plot = page.getByTestId("plot-reading-empirical");
      await plot.waitFor();
      const before = (await link.boundingBox()).y;
      await link.click();
      await page.waitForFunction(() => document.querySelector("[data-testid=diagram-reading-empirical]").dataset.layer === "phase");
      const after = (await link.boundingBox()).y;
      assert.ok(Math.abs(after - before) < 40, `the sentence goes from ${before} to ${after}`);
      assert.ok(await seen(page, plot), "the picture is to be seen");
      assert.ok(await seen(page, link), "and so is the sentence");
      const box = await page.getByTestId("reading").boundingBox();
      if (width < 1100) assert.ok(box.y + box.height <= 0.46 * height, `the pictures take ${box.height} of ${height}`);
      assert.equal(await link.getAttribute("aria-current"), "true");
      assert.match(page.url(), /layer=phase/);
      assert.doesNotMatch(page.url(), /seed=5/);
      // Back, as with any link; and then by its own button.
      await page.goBack();
      await page.waitForFunction(() => /seed=5/.test(location.search) && document.querySelector("[data-testid=diagram-empirical]").dataset.layer === "paper");
      await link.click();
      await page.waitForFunction(() => !/seed=5/.test(location.search));
      await page.locator("article a[href='?layer=norm']").click();
      await page.getByTestId("own-settings").click();
      await page.waitForFunction(() => /seed=5/.test(location.search));
      await page.getByTestId("own-settings").waitFor({ state: "detached" });
      assert.equal(await page.locator("article [aria-current]").count(), 0);
      await stage(page, "done");
    }),
  );
}

test(
  "reading: a sentence whose run takes long asks beside itself, and nothing stands under the name of what was not trained",
  withPage({ webgpu: "absent", asks: true, path: SMALL, viewport: { width: 1440, height: 900 } }, async (page) => {
    await stage(page, "done");
    const link = page.locator("article a[href*=zfurman56]");
    // So long that no machine begins it unasked.
    const lengthen = (link, name) => link.evaluate((link, name) => link.setAttribute("href", `${link.getAttribute("href")}&${name}=500000`), name);
    await lengthen(link, "other.steps");
    await link.evaluate((element) => element.scrollIntoView({ block: "center", behavior: "instant" }));
    await link.click();
    const note = page.getByTestId("reading").getByTestId("other-note");
    await note.getByRole("button", { name: "Train" }).waitFor();
    assert.ok(await seen(page, note));
    assert.match(await note.textContent(), /takes about/);
    assert.match(await page.getByTestId("diagram-reading-theory").textContent(), /other settings: not trained yet/);
    assert.equal(await page.getByTestId("agreement").count(), 0);
    // The run on the left, too.
    const long = page.locator("article a[href*=repro-superposition]");
    await lengthen(long, "steps");
    await long.click();
    const answer = page.getByTestId("answer");
    await page.waitForFunction(() => /This run takes about/.test(document.querySelector("[data-testid=answer]").textContent));
    assert.ok(await seen(page, answer));
    assert.match(await answer.textContent(), /Until then the last one is shown/);
    assert.match(await page.getByTestId("diagram-reading-empirical").textContent(), /the run before: lowest loss of 8 models/);
    // 16 x 16 x 16.
    assert.match(await page.locator(".status").textContent(), /4,096 models/);
    await page.getByTestId("reading").getByRole("button", { name: "Train" }).click();
    await page.waitForFunction(() => /^training/.test(document.querySelector("[data-testid=answer]").textContent));
  }),
);

test(
  "reading: an experiment and back again, and all is as it was left",
  withPage({ webgpu: "absent", path: `${SMALL}&layer=norm&pixel=3,4` }, async (page) => {
    await stage(page, "done");
    await settings(page);
    await page.locator("#seed").fill("6");
    await page.waitForFunction(() => /seed=6/.test(location.search));
    await page.locator(".views").getByText("Dynamics").click();
    await page.waitForSelector(".plate svg");
    await page.locator("#steps").fill("60");
    await page.waitForFunction(() => /steps=60/.test(location.search));
    await page.locator(".views").getByText("Phase diagram").click();
    await page.waitForFunction(() => document.querySelector("[data-testid=diagram-empirical]")?.dataset.layer === "norm");
    assert.match(page.url(), /grid=8.*seed=6.*pixel=3,4/);
    await page.locator(".views").getByText("Dynamics").click();
    await page.waitForFunction(() => document.querySelector("#steps")?.value === "60");
  }),
);
