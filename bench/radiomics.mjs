/**
 * How long radiomics takes, on one thread: node bench/radiomics.mjs [--json] (after `npm run build`, with HEMACAST_DATA or ../shared/data beside the
 * clone). The peer of brain1 is PyRadiomics 8ed5793 on two cores (C code, CPU ms of its feature classes, user ms of its whole process); that of the
 * hematoma is the time allowed.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { readNrrd } from "../dist/nrrd/read.js";
import { writeNifti } from "../dist/pipeline/nifti-files.js";
import { extractRadiomics } from "../dist/radiomics/extract.js";
import { resolveSettings } from "../dist/radiomics/settings-file.js";

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

/** Runs the command line; the process itself tells its user time and its largest memory when it ends. */
const atExit = `process.on("exit",()=>{const u=process.resourceUsage();process.stderr.write("used "+u.userCPUTime/1000+" "+u.maxRSS/1024)})`;
const run = (...args) => {
  const { stderr, status } = spawnSync(
    process.execPath,
    ["--import", `data:text/javascript,${atExit}`, "bin/hemacast.mjs", ...args],
    { cwd: fileURLToPath(new URL("..", import.meta.url)), encoding: "utf8", maxBuffer: 2 ** 26 },
  );
  const used = /used ([\d.]+) ([\d.]+)/.exec(stderr);
  if (status !== 0 || !used) throw new Error(stderr);
  return { userMs: Number(used[1]), peakMb: Number(used[2]) };
};
const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];
const whole = median(
  Array.from({ length: 31 }, () => run("radiomics", "extract", file("image"), file("label"), "--json").userMs),
);
/** What Node itself takes before the first line of any program: how much of the time is not ours to save, and how loaded the machine is. */
const bare = median(
  Array.from({ length: 9 }, () => {
    const { stderr } = spawnSync(process.execPath, ["--import", `data:text/javascript,${atExit}`, "-e", "0"], {
      encoding: "utf8",
    });
    return Number(/used ([\d.]+)/.exec(stderr)?.[1]);
  }),
);

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

// The same head on 60 slices, from files, as a user gives it.
const folder = mkdtempSync(join(tmpdir(), "radiomics-bench-"));
const long = { geometry: { ...geometry, size: [512, 512, 60], spacing: [0.45, 0.45, 2.5] } };
const slices = (from, k) => from.subarray(512 * 512 * k, 512 * 512 * (k + 1));
const stretched = (from, into) => {
  for (let k = 0; k < 60; k++) into.set(slices(from, Math.floor((k * 36) / 60)), 512 * 512 * k);
  return into;
};
await writeNifti(join(folder, "ct.nii.gz"), long.geometry, stretched(hu, new Int16Array(512 * 512 * 60)));
await writeNifti(join(folder, "mask.nii.gz"), long.geometry, stretched(inside, new Uint8Array(512 * 512 * 60)));
writeFileSync(
  join(folder, "filters.yaml"),
  "{setting: {resampledPixelSpacing: [1, 1, 1], padDistance: 10}, imageType: {Original: , LoG: {sigma: [1, 2, 3, 4, 5]}, Wavelet: }}",
);
const scan = ["radiomics", "extract", join(folder, "ct.nii.gz"), join(folder, "mask.nii.gz"), "--json"];
const plainMb = run(...scan).peakMb;
const filteredMb = run(...scan, "--settings", join(folder, "filters.yaml")).peakMb;
rmSync(folder, { recursive: true });

const row = (name, ours, peer, unit) => ({ name, ours, peer, unit, ratio: ours / peer });
const results = [
  row("107 features of brain1, warm, CPU time", warm, 42, "ms"),
  row("whole command on brain1, user time", whole, 710, "ms"),
  row(`30 mL hematoma, LoG x 5 and wavelet, ${features} features, CPU time`, hematoma / 1000, 5, "s"),
  row("peak memory of the command on a 512 x 512 x 60 scan, 107 features", plainMb, 400, "MB"),
  row("peak memory of the command on a 512 x 512 x 60 scan, with LoG x 5 and wavelet", filteredMb, 400, "MB"),
];
const machine = {
  cpu: cpus()[0]?.model,
  cores: cpus().length,
  node: process.version,
  threads: 1,
  load: loadavg()[0],
  emptyNodeProcessUserMs: bare,
};
if (process.argv.includes("--json")) console.log(JSON.stringify({ results, machine }, null, 2));
else
  for (const { name, ours, peer, unit } of results) console.log(`${name}: ${ours.toFixed(2)} ${unit} (peer ${peer})`);
