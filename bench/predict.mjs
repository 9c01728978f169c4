/**
 * How long `hemacast predict` takes from the start of the process to its end, and the most memory: node bench/predict.mjs INPUT [--json]. All of three runs
 * are shown, because a machine that does other things as well makes each slower.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const program = fileURLToPath(new URL("../bin/hemacast.mjs", import.meta.url));
const [input] = process.argv.slice(2).filter((argument) => argument !== "--json");
if (!input) throw new Error("usage: node bench/predict.mjs INPUT [--json]");

const kinds = [
  { name: "with the image model", models: ["--model", "lu2024-simulated", "--model", "markers-794"] },
  { name: "with models from measurements", models: [] },
];

/** Linux tells the most memory that a process had while it runs. */
function peakMb(pid) {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}

async function run(models) {
  const folder = mkdtempSync(join(tmpdir(), "hemacast-bench-"));
  const start = performance.now();
  const args = [program, "predict", input, ...models, "--out", join(folder, "out"), "--json"];
  const child = spawn(process.execPath, args, { stdio: "ignore" });
  let mb = 0;
  const watch = setInterval(() => {
    mb = Math.max(mb, peakMb(child.pid));
  }, 50);
  const exitCode = await new Promise((resolve) => child.on("close", resolve));
  clearInterval(watch);
  const wallS = (performance.now() - start) / 1000;
  rmSync(folder, { recursive: true });
  if (exitCode !== 0) throw new Error(`predict ended with ${exitCode}`);
  return { wallS, mb };
}

const results = [];
for (const { name, models } of kinds) {
  const runs = [];
  for (let n = 0; n < 3; n++) runs.push(await run(models));
  results.push({ name, wallS: runs.map(({ wallS }) => wallS), peakMb: Math.max(...runs.map(({ mb }) => mb)) });
}
const machine = { processor: cpus()[0]?.model, cores: cpus().length, load: loadavg()[0] };
if (process.argv.includes("--json")) console.log(JSON.stringify({ machine, results }, null, 2));
else
  for (const { name, wallS, peakMb: most } of results)
    console.log(`${name}: ${wallS.map((s) => s.toFixed(1)).join(", ")} s, at most ${most.toFixed(0)} MB`);
