// A web worker: waits for the page's program, as [address of its script, its compiled WebAssembly], and runs it.
const start = async ({ data: [script, module] }) => {
  const { default: run } = await import(script);
  await run({ module_or_path: module });
};
// The page hears of errors, but not of rejected promises.
addEventListener("message", (event) => start(event).catch(reportError), { once: true });
