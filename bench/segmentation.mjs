/**
 * How long one head CT takes, and the most memory: node bench/segmentation.mjs INPUT [--json]. Best of three, without reading; CPU seconds of all threads
 * stand beside wall seconds, because a shared machine changes only the latter.
 */
import { cpus, loadavg } from "node:os";
import { openSegmenter } from "../dist/pipeline/open-segmenter.js";
import { readCt } from "../dist/pipeline/read-input.js";

const [input] = process.argv.slice(2).filter((argument) => argument !== "--json");
if (!input) throw new Error("usage: node bench/segmentation.mjs INPUT [--json]");
const { volume } = await readCt(input);
const rows = [];
for (const name of ["hematoma-unet", "threshold"]) {
  const opened = await openSegmenter(name);
  const runs = [];
  for (let n = 0; n < 3; n++) {
    const [wall, cpu] = [performance.now(), process.cpuUsage()];
    await opened.segment(volume);
    const used = process.cpuUsage(cpu);
    runs.push({ wall: (performance.now() - wall) / 1000, cpu: (used.user + used.system) / 1e6 });
  }
  await opened.release();
  const least = (of) => Math.min(...runs.map(of));
  rows.push({ name, wall: least(({ wall }) => wall), cpu: least(({ cpu }) => cpu) });
}
const [network, baseline] = rows;
const results = [
  {
    name: "segment, CPU",
    ours: network.cpu,
    peer: baseline.cpu,
    unit: "s (peer: threshold)",
    ratio: network.cpu / baseline.cpu,
  },
  {
    name: "segment, wall",
    ours: network.wall,
    peer: baseline.wall,
    unit: "s (peer: threshold)",
    ratio: network.wall / baseline.wall,
  },
  {
    name: "peak memory of the process",
    ours: process.resourceUsage().maxRSS / 1024,
    peer: null,
    unit: "MB",
    ratio: null,
  },
];
const machine = { size: volume.geometry.size, processor: cpus()[0]?.model, threads: 1, load: loadavg()[0] };
if (process.argv.includes("--json")) console.log(JSON.stringify({ machine, results }, null, 2));
else
  for (const { name, ours, peer, unit } of results)
    console.log(`${name}: ${ours.toFixed(2)} ${unit}${peer === null ? "" : `, ${peer.toFixed(2)}`}`);
