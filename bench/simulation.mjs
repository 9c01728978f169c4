/** How long simulated studies take, on one thread: node bench/simulation.mjs [--json] (after `npm run build`). The peer is the time allowed. */
import { cpus, loadavg } from "node:os";
import { scannerProfiles, simulateCase } from "../dist/index.js";

const seconds = (work) => {
  const start = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1e6;
};
const PAIRS = 8;
simulateCase({ seed: 1, scanner: scannerProfiles.fast });
const study = seconds(() => simulateCase({ seed: 2, scanner: scannerProfiles.sequential }));
const pairs = seconds(() => {
  for (let seed = 10; seed < 10 + PAIRS; seed++) simulateCase({ seed, scanner: scannerProfiles.fast, followUp: true });
});
const results = [
  { name: "one study of 512 x 512 x 36, CPU time", ours: study, peer: 4, unit: "s", ratio: study / 4 },
  { name: "a pair of 256 x 256 x 36, CPU time", ours: pairs / PAIRS, peer: 2.4, unit: "s", ratio: pairs / PAIRS / 2.4 },
];
const machine = { cpu: cpus()[0]?.model, cores: cpus().length, node: process.version, threads: 1, load: loadavg()[0] };
if (process.argv.includes("--json")) console.log(JSON.stringify({ results, machine }));
else
  for (const { name, ours, peer, unit } of results)
    console.log(`${name}: ${ours.toFixed(2)} ${unit} (allowed ${peer})`);
