/**
 * How long radiomics takes, on one thread: node bench/radiomics.mjs [--json] (after `npm run build`, with HEMACAST_DATA or ../shared/data beside the
 * clone). The peer of brain1 is PyRadiomics 8ed5793 on two cores (C code, CPU ms of its feature classes, user ms of its whole process); that of the
 * hematoma is the time allowed.
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { readNrrd } from "../dist/nrrd/read.js";
import { extractRadiomics } from "../dist/radiomics/extract.js";
import { resolveSettings } from "../dist/radiomics/settings.js";

const data = process.env.HEMACAST_DATA ?? fileURLToPath(new URL("../../shared/data", import.meta.url));
const file = (name) => `${data}/pyradiomics/data/brain1_${name}.nrrd`;
const read = (name) => readNrrd(readFileSync(file(name)), (packed) => gunzipSync(packed));
const cpuMs = (work) => {
  const start = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
};

const image = read("image");
const label = read("label");
const mask = { geometry: label.geometry, inside: Uint8Array.from(label.values, (v) => (v === 1 ? 1 : 0)) };
const settings = resolveSettings({});
for (let n = 0; n < 10; n++) extractRadiomics(image, mask, settings);
const warm = Array.from({ length: 9 }, () => cpuMs(() => extractRadiomics(image, mask, settings))).sort(
  (a, b) => a - b,
)[4];

const command = ["bin/hemacast.mjs", "radiomics", "extract", file("image"), file("label"), "--json"];
const cwd = fileURLToPath(new URL("..", import.meta.url));
const whole = Array.from({ length: 5 }, () => {
  const { stderr } = spawnSync(
    "bash",
    ["-c", `TIMEFORMAT='cpu %U'; time node ${command.map((c) => `'${c}'`).join(" ")} > /dev/null`],
    {
      cwd,
      encoding: "utf8",
    },
  );
  return 1000 * Number(/cpu ([\d.]+)/.exec(stderr)?.[1]);
}).sort((a, b) => a - b)[2];

// An ellipsoid of 30 mL in a noisy head-sized grid, resampled to 1 mm, with five scales and the wavelet, as exampleCT.yaml asks.
const size = [512, 512, 36];
const hu = Int16Array.from({ length: size[0] * size[1] * size[2] }, (_, v) => 30 + ((v * 7919) % 23));
const inside = new Uint8Array(hu.length);
for (let k = 0; k < 36; k++)
  for (let j = 190; j < 330; j++)
    for (let i = 190; i < 330; i++) {
      if (((i - 260) * 0.45) ** 2 / 22 ** 2 + ((j - 260) * 0.45) ** 2 / 20 ** 2 + ((k - 18) * 5) ** 2 / 16.3 ** 2 > 1)
        continue;
      inside[i + 512 * (j + 512 * k)] = 1;
      hu[i + 512 * (j + 512 * k)] += 30;
    }
const direction = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
];
const geometry = { size, spacing: [0.45, 0.45, 5], origin: [0, 0, 0], direction };
const filtered = resolveSettings({
  setting: { resampledPixelSpacing: [1, 1, 1], padDistance: 10 },
  imageType: { Original: {}, LoG: { sigma: [1, 2, 3, 4, 5] }, Wavelet: {} },
});
let features = 0;
const hematoma = cpuMs(() => {
  features = Object.keys(extractRadiomics({ geometry, values: hu }, { geometry, inside }, filtered).features).length;
});
const peakMb = process.resourceUsage().maxRSS / 1024;

const row = (name, ours, peer, unit) => ({ name, ours, peer, unit, ratio: ours / peer });
const results = [
  row("107 features of brain1, warm, CPU time", warm, 42, "ms"),
  row("whole command on brain1, user time", whole, 710, "ms"),
  row(`30 mL hematoma, LoG x 5 and wavelet, ${features} features, CPU time`, hematoma / 1000, 5, "s"),
  row("peak memory with a 512 x 512 x 36 scan", peakMb, 400, "MB"),
];
const machine = { cpu: cpus()[0]?.model, cores: cpus().length, node: process.version, threads: 1, load: loadavg()[0] };
if (process.argv.includes("--json")) console.log(JSON.stringify({ results, machine }, null, 2));
else
  for (const { name, ours, peer, unit } of results) console.log(`${name}: ${ours.toFixed(2)} ${unit} (peer ${peer})`);
