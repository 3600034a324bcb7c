// The table of bench/static.csv, which bench/static/run writes; started by itself, this puts it into RESULTS.md.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const BENCH = fileURLToPath(new URL("..", import.meta.url));
const HEAD = "## Kernels, compiled for a GPU";

/** The section of RESULTS.md; nothing before the figures were ever made. */
export function section() {
  const file = join(BENCH, "static.csv");
  if (!existsSync(file)) return "";
  const [comment, , ...lines] = readFileSync(file, "utf8").trim().split("\n");
  const count = (value) => Number(value).toLocaleString("en");
  const rows = lines.map((line) => {
    const [name, vgprs, , spilled, spilledScalars, lds, code, instructions, fmas, looped, loopFmas] = line.split(",");
    const share = Number(loopFmas) ? `${count(loopFmas)} of ${count(looped)} (${Math.round((100 * loopFmas) / looped)} %)` : "";
    const spills = Number(spilled) + Number(spilledScalars);
    return `| ${[name, vgprs, spills, count(lds), count(code), count(instructions), count(fmas), share].join(" | ")} |`;
  });
  return `${HEAD}

Written by \`bench/static/run\`, which runs nothing: ${comment.replace(/^# /, "")}. The *inner loop* is, of the loops that have 16 fused multiplications and additions (FMAs) or more and hold no other such loop, the one with the smallest share of them.

| kernel | vector registers | spilled | bytes of workgroup memory | bytes of code | instructions | FMAs | FMAs in the inner loop |
| --- | --- | --- | --- | --- | --- | --- | --- |
${rows.join("\n")}
`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const file = join(BENCH, "RESULTS.md");
  const before = readFileSync(file, "utf8").split(HEAD)[0].trimEnd();
  writeFileSync(file, `${before}\n\n${section()}`);
}
