// What is on the screen can be taken away, and brought back.
import assert from "node:assert/strict";
import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { withPage } from "./browser.mjs";
import { colours, inspect, number, pixels, settings, stage, superphase } from "./instrument.mjs";

const GRID = 12;
const LINK = `?grid=${GRID}&repeats=3&steps=80&seed=5&engine=cpu`;

/** Opens the menu and presses the button of a file; gives its name and bytes. */
async function take(page, side, kind) {
  await page.locator("details.take").evaluate((menu) => (menu.open = true));
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByTestId(`take-${side}-${kind}`).click()]);
  return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
}

/** Loads a text as a file and gives the notes about it. */
async function bring(page, name, text) {
  await page.getByTestId("load-file").setInputFiles({ name, mimeType: "text/plain", buffer: Buffer.from(text) });
  await page.locator(".notices", { hasText: name }).waitFor();
  return page.locator(".notices", { hasText: name }).innerText();
}

const table = (bytes) => {
  const [header, ...rows] = bytes.toString().trim().split("\n").map((line) => line.split(","));
  return rows.map((row) => Object.fromEntries(row.map((cell, i) => [header[i], cell])));
};

const numeric = (cell) => (Number.isNaN(Number(cell)) ? cell : Number(cell));

/** Waits until a link's change has come to the page's pictures. */
const subtitle = (page, name) => page.getByTestId(`diagram-${name}`).locator(".diagram-name p").innerText();

test(
  "export: CSV is what the inspector shows, and can be loaded again",
  withPage({ path: LINK }, async (page) => {
    await stage(page, "done");
    const { name, bytes } = await take(page, "trained", "csv");
    assert.equal(name, `superphase-n2-m1-${GRID}x${GRID}-exact-80steps-3x-seed5-trained.csv`);
    await page.keyboard.press("Escape");
    const rows = table(bytes);
    assert.equal(rows.length, GRID * GRID);
    for (const [row, column] of [[0, 0], [2, 9], [7, 4], [11, 11]]) {
      const shown = await inspect(page, "empirical", row, column, GRID);
      const saved = rows[row * GRID + column];
      for (const [label, key] of [["norm", "last_norm"], ["superposition", "last_superposition"]]) {
        const close = Math.abs(number(shown[label]) - saved[key]) <= 0.006 * Math.max(0.1, Math.abs(saved[key]));
        assert.ok(close, `${label} ${shown[label]}, ${saved[key]} at ${row},${column}`);
      }
    }
    await page.mouse.move(2, 2);
    const before = await pixels(page, "empirical");
    // Something else, so that what is loaded is seen to be loaded.
    await settings(page);
    await page.locator("#seed, [data-name=seed] input").first().fill("6");
    await page.keyboard.press("Tab");
    await page.waitForFunction(() => location.search.includes("seed=6"));
    await stage(page, "done");
    const notes = await bring(page, "again.csv", bytes.toString());
    assert.match(notes, /does not say which models/);
    assert.deepEqual(await pixels(page, "empirical"), before);
    assert.equal(await subtitle(page, "empirical"), "from file again.csv");
  }),
);

test(
  "export: arrays and weights are those of the table, also of a run of several workers on its way",
  withPage({ asks: true, path: LINK }, async (page) => {
    await stage(page, "done");
    const csv = (await take(page, "trained", "csv")).bytes.toString();
    const npz = await take(page, "trained", "npz");
    assert.equal(npz.name, `superphase-n2-m1-${GRID}x${GRID}-exact-80steps-3x-seed5-trained.npz`);
    const header = { norm: "'<f4'", phase: "'<U", density: "'<f8'" };
    for (const [name, type] of Object.entries(header)) {
      const at = npz.bytes.indexOf(`${name}.npy`);
      assert.ok(at > 0 && npz.bytes.subarray(at, at + 160).toString("latin1").includes(type), name);
    }
    for (const [kind, ending] of [["weights-safetensors", "safetensors"], ["weights-npz", "npz"]]) {
      const { name, bytes } = await take(page, "trained", kind);
      assert.equal(name, `superphase-n2-m1-${GRID}x${GRID}-exact-80steps-3x-seed5-trained-weights.${ending}`);
      // What the command makes of them is the table, number for number; the table has a column more, of the agreement.
      const file = join(await mkdtemp(join(tmpdir(), "superphase-")), name);
      await writeFile(file, bytes);
      const measured = superphase("measure", file);
      assert.equal(measured.length, GRID * GRID);
      const own = table(csv);
      for (const [place, row] of measured.entries()) {
        for (const [column, value] of Object.entries(row)) assert.equal(`${value}`, `${numeric(own[place][column])}`, `${ending}: ${column} of row ${place}`);
      }
      // And so does the page.
      await page.getByTestId("load-file").setInputFiles(file);
      await page.locator(".notices", { hasText: name }).waitFor();
      await page.keyboard.press("Escape");
      assert.equal((await take(page, "trained", "csv")).bytes.toString(), csv);
      await page.getByTestId(`take-trained-${kind}`).click();
      await page.getByText("weights of these models are not here").waitFor();
      await page.reload();
      await stage(page, "done");
    }
    // Theory has no models, and of a run that is kept there are pixels alone.
    await page.locator("details.take").evaluate((menu) => (menu.open = true));
    assert.equal(await page.getByTestId("take-theory-weights-npz").count(), 0);
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Keep", exact: true }).click();
    await page.locator("details.take").evaluate((menu) => (menu.open = true));
    await page.getByTestId("take-theory-weights-npz").click();
    await page.getByText("weights of these models are not here").waitFor();
    await page.keyboard.press("Escape");
    // While the form asks for another run, which waits for a word, the file is that of the models shown.
    await settings(page);
    for (const [name, value] of [["steps", "1000000"], ["repeats", "64"]]) {
      await page.locator(`#${name}, [data-name=${name}] input`).first().fill(value);
      await page.keyboard.press("Tab");
    }
    await stage(page, "waiting");
    await page.keyboard.press("Escape");
    const { name, bytes } = await take(page, "trained", "weights-npz");
    assert.match(name, /-3x-/);
    const file = join(await mkdtemp(join(tmpdir(), "superphase-")), name);
    await writeFile(file, bytes);
    assert.equal(superphase("measure", file).length, GRID * GRID);
  }),
);

test(
  "export: SVG is well-formed and complete, PNG has the size asked for",
  withPage({ path: `${LINK}&layer=phase` }, async (page) => {
    await stage(page, "done");
    // The legend grows with the lines, which are computed after the run.
    await page.getByTestId("diagram-empirical").getByText("true, continuous").waitFor();
    let height;
    for (const side of ["trained", "theory"]) {
      const { name, bytes } = await take(page, side, "svg");
      assert.match(name, side === "trained" ? /-seed5-trained-phase\.svg$/ : /^superphase-n2-m1-12x12-theory-phase\.svg$/);
      const seen = await page.evaluate((text) => {
        const svg = new DOMParser().parseFromString(text, "image/svg+xml");
        return {
          error: svg.querySelector("parsererror")?.textContent,
          texts: [...svg.querySelectorAll("text")].map((t) => t.textContent),
          link: svg.querySelector("desc").textContent,
          images: svg.querySelectorAll("image").length,
          curves: svg.querySelectorAll("[clip-path] path").length,
          size: ["width", "height"].map((key) => Number(svg.documentElement.getAttribute(key))),
        };
      }, bytes.toString());
      assert.equal(seen.error, undefined);
      assert.equal(seen.images, 1);
      assert.ok(seen.curves >= 3);
      assert.match(seen.link, /\/some\/where\/superphase\/\?v=1&grid=12.*layer=phase/);
      for (const word of ["0.1×", "10×", "0.01", "feature density, 1 − S", "closed-form boundary"]) {
        assert.ok(seen.texts.includes(word), `${word} in ${seen.texts}`);
      }
      assert.ok(seen.texts.some((text) => text.startsWith("antipodal")));
      if (side === "trained") height = seen.size[1];
    }
    for (const scale of [1, 2, 4]) {
      await page.getByTestId("take-scale").selectOption(`${scale}`);
      const { name, bytes } = await take(page, "trained", "png");
      assert.match(name, /\.png$/);
      assert.deepEqual([bytes.readUInt32BE(16), bytes.readUInt32BE(20)], [576 * scale, Math.round(height * scale)]);
      // The diagram is in it: the middle of the square has the colours of the page's own.
      const found = await page.evaluate(async ([data, scale]) => {
        const image = new Image();
        image.src = `data:image/png;base64,${data}`;
        await image.decode();
        const canvas = Object.assign(document.createElement("canvas"), { width: image.width, height: image.height });
        const context = canvas.getContext("2d");
        context.drawImage(image, 0, 0);
        const at = (row, column) => [...context.getImageData((72 + (column + 0.5) * 40) * scale, (60 + (row + 0.5) * 40) * scale, 1, 1).data];
        return [at(0, 1), at(0, 10), at(10, 6)];
      }, [bytes.toString("base64"), scale]);
      const { data } = await pixels(page, "empirical");
      const own = [[0, 1], [0, 10], [10, 6]].map(([row, column]) => data.slice(4 * (row * GRID + column), 4 * (row * GRID + column) + 4));
      assert.deepEqual(found, own, `scale ${scale}`);
    }
  }),
);

test(
  "export: JSON holds the whole run and opens as the same, and a change trains again",
  withPage({ path: `${LINK}&layer=basin&lr=0.02&aggregate=mean` }, async (page) => {
    await stage(page, "done");
    const { bytes } = await take(page, "trained", "json");
    const run = JSON.parse(bytes);
    assert.equal(run.format, "superphase-run");
    assert.deepEqual([run.parameters.seed, run.parameters.lr, run.parameters.importance, run.step], [5, 0.02, "0.1..10", 80]);
    assert.match(run.engine, /CPU/);
    for (const plane of ["norm", "superposition", "polysemanticity", "loss", "phase"]) assert.equal(run[plane].length, GRID * GRID, plane);
    const before = await pixels(page, "empirical");
    // The link in it opens the same run; here with other parameters first.
    await page.goto(page.url().replace(/\?.*/, "?grid=8&repeats=1&steps=20&layer=basin&engine=cpu"));
    await stage(page, "done");
    const notes = await bring(page, "run.json", bytes.toString());
    assert.match(notes, /shows run\.json/);
    assert.deepEqual(await pixels(page, "empirical"), before);
    assert.equal(await subtitle(page, "empirical"), "from file run.json");
    await page.waitForFunction(() => /seed=5/.test(location.search) && /lr=0.02/.test(location.search));
    // It stays until something is changed.
    await page.waitForTimeout(500);
    assert.equal(await subtitle(page, "empirical"), "from file run.json");
    const again = JSON.parse((await take(page, "trained", "json")).bytes);
    for (const key of ["parameters", "norm", "superposition", "loss", "phase", "repeats", "thresholds"]) assert.deepEqual(again[key], run[key], key);
    await page.getByRole("button", { name: "Train again", exact: true }).click();
    await page.waitForFunction(() => !document.querySelector("[data-testid=diagram-empirical] .diagram-name p").textContent.startsWith("from file"));
    await stage(page, "done");
    assert.deepEqual(await pixels(page, "empirical"), before, "the file's parameters give the file's results");
  }),
);

test(
  "export: a table of repro-superposition, dropped on the page, stands beside the theory",
  withPage({ path: "?grid=8&repeats=1&steps=20&engine=cpu&layer=phase" }, async (page) => {
    await stage(page, "done");
    const lines = ["log_sparsity_index,log_weight_index,log_sparsity,log_weight,last_polysemanticity,last_norm"];
    for (let i = 0; i < 6; i++) for (let j = 0; j < 9; j++) lines.push(`${i},${j},${-0.4 * i},${-1 + 0.25 * j},${i > 3 ? 0.9 : 0},${j > 3 ? 1 : 0}`);
    await page.evaluate((text) => {
      const data = new DataTransfer();
      data.items.add(new File([text], "theirs.csv", { type: "text/csv" }));
      for (const kind of ["dragover", "drop"]) window.dispatchEvent(new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true }));
    }, lines.join("\n"));
    const notes = page.locator(".notices", { hasText: "theirs.csv" });
    await notes.waitFor();
    assert.match(await notes.innerText(), /square of the polysemanticity/);
    const { width, height } = await pixels(page, "empirical");
    assert.deepEqual([width, height], [9, 6]);
    assert.equal((await pixels(page, "theory")).width, 9, "theory has the file's axes");
    assert.equal(await colours(page, "empirical"), 3);
    await page.locator(".notices", { hasText: "theirs.csv" }).getByRole("button", { name: "Dismiss" }).click();
    for (const [name, text, why] of [["a.csv", "x,y\n1,2", /no column log_sparsity_index/], ["b.json", "{", /not JSON/]]) {
      assert.match(await bring(page, name, text), why);
    }
    assert.equal(await subtitle(page, "empirical"), "from file theirs.csv", "a bad file changes nothing");
  }),
);

test(
  "export: embedded diagrams stand alone and lead to the whole page",
  withPage({ path: `${LINK}&embed=1`, viewport: { width: 960, height: 720 } }, async (page) => {
    await stage(page, "done");
    assert.ok((await colours(page, "empirical")) > 5);
    assert.equal(await page.locator("header, .controls, article, .side").count(), 0);
    assert.equal(await page.locator(".legend").count(), 2);
    const link = page.getByRole("link", { name: "Open in Superphase" });
    const href = await link.getAttribute("href");
    assert.match(href, /grid=12/);
    assert.doesNotMatch(href, /embed/);
    await page.waitForTimeout(600);
    assert.match(page.url(), /embed=1/);
    await page.goto(page.url().replace("embed=1", "embed=trained"));
    await stage(page, "done");
    assert.equal(await page.locator("figure.diagram").count(), 1);
    // The snippet of the whole page is an embedded page.
    await page.goto(href);
    await page.locator("details.take summary").click();
    const snippet = await page.getByTestId("take-snippet").inputValue();
    // Not parsed in the page, whose policy forbids the style that the snippet has elsewhere.
    const source = snippet.match(/src="([^"]*)"/)[1].replaceAll("&amp;", "&");
    assert.match(source, /grid=12.*embed=1/);
    await page.keyboard.press("Escape");
    assert.equal(await page.locator("details.take").evaluate((menu) => menu.open), false);
  }),
);

test(
  "export: both diagrams as a PDF of their own size, letters as letters",
  withPage({ webgpu: "absent", path: LINK }, async (page) => {
    await stage(page, "done");
    await page.evaluate(() => (window.print = () => (window.printed = true)));
    await page.locator("details.take summary").click();
    await page.getByTestId("take-both-pdf").click();
    await page.waitForFunction(() => window.printed);
    await page.getByText("Choose “Save as PDF”").waitFor();
    const pdf = (await page.pdf({ preferCSSPageSize: true })).toString("latin1");
    assert.equal(pdf.match(/\/Type\s*\/Page\b/g).length, 1, "one sheet");
    const [, width, height] = pdf.match(/\/MediaBox\s*\[\s*0\s+0\s+([\d.]+)\s+([\d.]+)/);
    // 140 mm are 396.9 points.
    assert.ok(Math.abs(width - 396.9) < 1 && height > 150 && height < 400, `${width} x ${height}`);
    assert.match(pdf, /\/Font\b/);
    // Afterwards the page prints as before.
    await page.evaluate(() => window.dispatchEvent(new Event("afterprint")));
    assert.equal(await page.locator(".print-figure").count(), 0);
    assert.equal(await page.evaluate(() => document.adoptedStyleSheets.length), 0);
  }),
);
