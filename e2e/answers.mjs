// Whether a page is served with the program it names: node e2e/answers.mjs URL
const [url] = process.argv.slice(2);
const get = async (address) => {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${address} answers ${answer.status}`);
  return answer;
};
const page = await (await get(url)).text();
const [, program] = page.match(/data-program="?([^" >]+)/) ?? [];
if (!program) throw new Error("the page names no program");
for (const file of [program, program.replace("_bg.wasm", ".js")]) {
  const answer = await get(new URL(file, url));
  const bytes = new Uint8Array(await answer.arrayBuffer());
  const isProgram = String.fromCharCode(...bytes.subarray(0, 4)) === "\0asm";
  if (file.endsWith(".wasm") !== isProgram) throw new Error(`${file} is something else`);
  console.log(`${file}: ${bytes.length} bytes, ${answer.headers.get("content-type")}`);
}
