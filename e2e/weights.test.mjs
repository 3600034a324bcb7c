// Weights as files: taken from experiments, brought to the diagram.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { withPage } from "./browser.mjs";
import { inspect, number, stage } from "./instrument.mjs";

/** A safetensors file of 32-bit floats: [name, shape, numbers] each. */
function safetensors(...tensors) {
  const header = {};
  let end = 0;
  for (const [name, shape, numbers] of tensors) {
    header[name] = { dtype: "F32", shape, data_offsets: [end, (end += 4 * numbers.length)] };
  }
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, ...tensors.map(([, , numbers]) => Buffer.from(Float32Array.from(numbers).buffer))]);
}

/** Loads a file and gives the notes about it. */
async function bring(page, name, buffer) {
  await page.getByTestId("load-file").setInputFiles({ name, mimeType: "application/octet-stream", buffer });
  const notes = page.locator(".notices", { hasText: name });
  await notes.waitFor();
  return notes.innerText();
}

test(
  "weights: those of others are measured and drawn in the diagram's place",
  withPage({ path: "?grid=6&repeats=1&steps=20&engine=cpu" }, async (page) => {
    await stage(page, "done");
    // As a linear layer has them, (m, n): the first half has an antipodal pair, the second a feature left out.
    const half = (pair, rest) => [...Array(18).fill(pair), ...Array(18).fill(rest)].flat();
    const file = safetensors(["net.weight", [36, 1, 2], half([1, -0.5], [1, 0])], ["net.bias", [36, 2], Array(72).fill(0)]);
    assert.match(await bring(page, "torch.safetensors", file), /shows torch\.safetensors/);
    for (const [row, norm] of [[1, 0.5], [4, 0]]) {
      const shown = await inspect(page, "empirical", row, 3, 6);
      assert.ok(Math.abs(number(shown.norm) - norm) < 0.01, `${shown.norm} in row ${row}`);
    }
    const wrong = safetensors(["W", [3, 9, 2], Array(54).fill(0)]);
    assert.match(await bring(page, "large.safetensors", wrong), /large\.safetensors cannot be shown: features is 9/);
    assert.match(await bring(page, "cut.npz", Buffer.from("PK\x03\x04 and no more")), /no whole zip archive/);
  }),
);

test(
  "weights: an experiment's are saved as safetensors and npz",
  withPage({ path: "?study=five-in-two&steps=40&instances=3&engine=cpu" }, async (page) => {
    await stage(page, "done");
    const take = async (id) => {
      const button = page.getByTestId(id);
      await button.evaluate((own) => own.closest("details")?.setAttribute("open", ""));
      const [download] = await Promise.all([page.waitForEvent("download"), button.click()]);
      return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
    };
    const { name, bytes } = await take("save-safetensors");
    assert.match(name, /\.safetensors$/);
    const header = JSON.parse(bytes.subarray(8, 8 + Number(bytes.readBigUInt64LE())));
    assert.deepEqual(header.W.shape, [3, 1, 5, 2]);
    assert.match(header.__metadata__.link, /study=five-in-two/);
    for (const [id, inside] of [["save-weights-npz", "W.npy"], ["save-measures-npz", "dimensionality.npy"]]) {
      const npz = await take(id);
      assert.match(npz.name, /\.npz$/);
      assert.ok(npz.bytes.includes(inside), `${id} has ${inside}`);
    }
  }),
);
