// Draws the README's figures, the picture for posted links and docs/views: the built page, opened by links,
// photographed. Run by `make figures`; words name files to be drawn alone.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { launch } from "./browser.mjs";
import { stage } from "./instrument.mjs";
import { serve } from "./serve.mjs";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const LONG = 600_000;

// The whole page, or a part of it alone.
const FIGURES = [
  { file: "instrument.png", link: "?theory=optimum&pixel=40,30", viewport: [1440, 900] },
  { file: "phone.png", link: "", viewport: [390, 844] },
  { file: "paper.png", link: "?preset=paper", of: ".pair" },
  { file: "exact-2.png", link: "?theory=optimum&repeats=16&steps=500", of: ".pair" },
  { file: "exact-3.png", link: "?features=3&hidden=2&theory=optimum&repeats=16&steps=500", of: ".pair" },
];

// Every view, some with smaller models than it opens with.
const TRANSFORMER = "?view=transformer&network=transformer&features=12&width=6&heads=2&mlp=8&instances=5&batch=32&steps=1500";
const VIEWS = {
  diagram: "",
  geometry: "?view=geometry",
  demonstration: "?view=demonstration&instances=5&steps=2000",
  dimensionality: "?study=four-hundred-in-thirty",
  correlation: "?view=correlation",
  dynamics: "?view=dynamics",
  computation: "?view=computation",
  vulnerability: "?study=attacked",
  scaling: "?view=scaling&features=64&hidden=24&steps=1000",
  transformer: TRANSFORMER,
  translation: "?view=translation&narrowest=4&widest=32&steps=120&batch=16&held-out=32",
  comparison: TRANSFORMER,
};
const SIZES = { desktop: [1440, 900], phone: [390, 844] };

// What sites show of posted links: 1.91 to 1, and little enough to be fetched by all of them.
const CARD = { file: "www/card.png", link: "?embed=1&theory=optimum&repeats=16&steps=500", size: [1200, 630], shown: 488 };

const server = await serve();
const browser = await launch("no-adapter");
const only = process.argv.slice(2);
const wanted = (file) => only.length === 0 || only.includes(file);

/** Opens a link, and waits until it rests: trained, or shown as it was computed earlier. */
async function open(link, [width, height]) {
  const page = await browser.newPage({ viewport: { width, height }, reducedMotion: "reduce" });
  await page.goto(new URL(link, server.url).href);
  if (link.includes("embed")) {
    await page.waitForSelector(".diagram canvas", { timeout: LONG });
  } else {
    const rests = () => /waiting|done/.test(document.querySelector(".status .stage")?.textContent ?? "");
    await page.waitForFunction(rests, null, { timeout: LONG });
    await page.waitForTimeout(1500);
    const train = page.getByRole("button", { name: "Train", exact: true });
    if (await train.isVisible()) {
      await train.click();
      await stage(page, "done", LONG);
    }
  }
  await still(page);
  return page;
}

/** The optimum fills in on its own, figures are drawn with the next frame: a picture is complete when it no longer changes. */
async function still(page) {
  for (let before = "", now = "-"; before !== now; ) {
    before = now;
    await page.waitForTimeout(1500);
    now = await page.evaluate(() => [...document.querySelectorAll("canvas")].map((canvas) => canvas.toDataURL()).join() + (document.querySelector(".plate")?.innerHTML ?? ""));
  }
}

/** A small picture of a large one. */
async function webp(png) {
  const page = await browser.newPage();
  const url = await page.evaluate(async (bytes) => {
    const image = new Image();
    image.src = `data:image/png;base64,${bytes}`;
    await image.decode();
    const canvas = Object.assign(document.createElement("canvas"), { width: image.width, height: image.height });
    canvas.getContext("2d").drawImage(image, 0, 0);
    return canvas.toDataURL("image/webp", 0.8);
  }, png.toString("base64"));
  await page.close();
  return Buffer.from(url.split(",")[1], "base64");
}

mkdirSync(join(ROOT, "docs/figures"), { recursive: true });
for (const { file, link, viewport = [1440, 1250], of } of FIGURES) {
  if (!wanted(file)) continue;
  const page = await open(link, viewport);
  const path = join(ROOT, "docs/figures", file);
  await (of ? page.locator(of).first().screenshot({ path }) : page.screenshot({ path }));
  console.log(`docs/figures/${file}  ${link}`);
  await page.close();
}

if (wanted("card.png")) {
  const { file, link, size: [width, height], shown: rows } = CARD;
  const page = await open(link, [width, 540]);
  // Without what is said to whoever has a pointer.
  const shown = (await page.screenshot({ clip: { x: 0, y: 0, width, height: rows } })).toString("base64");
  await page.close();
  const card = await browser.newPage({ viewport: { width, height } });
  // The page's own colours and words, larger.
  await card.setContent(`<body style="margin:0;background:#faf9f6;color:#15171a;font-family:system-ui,sans-serif">
    <header style="box-sizing:border-box;height:${height - rows - 14}px;padding:30px 132px 0"><b style="font-size:31px;letter-spacing:-.01em;white-space:nowrap">When do networks hold more features than dimensions?</b>
    <div style="margin-top:8px;font-size:18px;color:#5b6068"><b style="color:#0b6e5d">Superphase</b>: thousands of them, trained in your browser while you watch, beside the theory</div></header>
    <img style="display:block" src="data:image/png;base64,${shown}"></body>`);
  await card.locator("img").evaluate((image) => image.decode());
  await card.screenshot({ path: join(ROOT, file) });
  console.log(`${file}  ${link}`);
  await card.close();
}

mkdirSync(join(ROOT, "docs/views"), { recursive: true });
for (const [view, link] of Object.entries(VIEWS)) {
  if (!wanted(view)) continue;
  const page = await open(link, SIZES.desktop);
  if (view === "comparison") {
    await page.getByTestId("compare").click();
    await page.getByRole("link", { name: "Comparison" }).click();
    await page.locator("[data-testid=comparison] tbody tr").first().waitFor();
  }
  for (const [size, [width, height]] of Object.entries(SIZES)) {
    await page.setViewportSize({ width, height });
    await still(page);
    const file = `docs/views/${view}-${size}.webp`;
    writeFileSync(join(ROOT, file), await webp(await page.screenshot()));
    console.log(`${file}  ${link}`);
  }
  await page.close();
}
await browser.close();
await server.close();
