import { appendFile, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { writeMask, writeNifti } from "../../src/pipeline/nifti-files.ts";
import { type BatchOptions, extractBatch } from "../../src/pipeline/radiomics-batch.ts";
import { resolveSettings } from "../../src/radiomics/settings-file.ts";
import type { Geometry } from "../../src/volume/geometry.ts";
import { createMask } from "../../src/volume/volume.ts";

const direction: Geometry["direction"] = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
];
const geometry: Geometry = { size: [16, 14, 8], spacing: [1, 1, 2], origin: [0, 0, 0], direction };
const settings = resolveSettings({ featureClass: { firstorder: ["Mean", "Entropy"], shape: ["MeshVolume"] } });

let folder = "";
const at = (name: string): string => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "radiomics-batch-"));
  for (const n of [1, 2, 3]) {
    const values = Int16Array.from({ length: 1792 }, (_, v) => 30 + ((v * (31 + n)) % 40));
    const inside = Uint8Array.from(values, (_, v) =>
      v % 16 > 3 && v % 16 < 7 + n && Math.floor(v / 224) % 7 > 1 ? 1 : 0,
    );
    await writeNifti(at(`ct${n}.nii.gz`), geometry, values);
    await writeMask(at(`mask${n}.nii.gz`), createMask(geometry, inside));
  }
  const rows = [1, 2, 3].map((n) => `case ${n},ct${n}.nii.gz,mask${n}.nii.gz`);
  await writeFile(at("cases.csv"), ["caseId,Image,Mask", ...rows].join("\n"));
  await writeFile(
    at("broken.csv"),
    [
      "image,mask,label",
      ...rows.map((row) => `${row.split(",").slice(1)},1`),
      "ct1.nii.gz,none.nii.gz,1",
      "ct1.nii.gz,mask1.nii.gz,7",
    ].join("\n"),
  );
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const run = (manifest: string, out: string, more: Partial<BatchOptions> = {}) =>
  extractBatch(at(manifest), { settings, out: at(out), ...more });

it("writes a row per case in the order of the manifest, and what it takes to make it again", async () => {
  const summary = await run("cases.csv", "table.csv");
  expect(summary).toMatchObject({ cases: 3, reused: 0, failed: [] });
  const [header, ...lines] = (await readFile(at("table.csv"), "utf8")).trimEnd().split("\n");
  expect(header).toMatch(
    /^caseId,image,mask,label,status,.*original_shape_MeshVolume,original_firstorder_Mean,original_firstorder_Entropy$/,
  );
  expect(lines.map((line) => line.split(",")[0])).toEqual(["case 1", "case 2", "case 3"]);
  const provenance = JSON.parse(await readFile(at("table.csv.provenance.json"), "utf8"));
  expect(provenance).toMatchObject({ tool: "hemacast", compatibleWith: "PyRadiomics 3.1" });
  expect(provenance.manifestSha256).toMatch(/^[0-9a-f]{64}$/);
  // Every case has features, so nothing is left to go on with.
  await expect(stat(at("table.csv.journal.jsonl"))).rejects.toThrow();
});

it("a case that fails has a row with its error; the next run computes it alone again", async () => {
  const first = await run("broken.csv", "broken.json");
  expect(first.failed.map(({ caseId, code }) => [caseId, code])).toEqual([
    ["4", "INPUT_NOT_FOUND"],
    ["5", "MASK_EMPTY"],
  ]);
  const { rows, provenance } = JSON.parse(await readFile(at("broken.json"), "utf8"));
  expect(provenance.settingsSha256).toMatch(/^[0-9a-f]{64}$/);
  expect(rows[0].features.original_firstorder_Mean).toBeGreaterThan(30);
  expect(rows[3]).toMatchObject({ status: "failed", errorCode: "INPUT_NOT_FOUND", features: {} });
  expect(await run("broken.csv", "broken.json")).toMatchObject({ reused: 3 });
  // Half a line of a run that was stopped is passed over.
  await appendFile(at("broken.json.journal.jsonl"), '{"key":"12');
  expect(await run("broken.csv", "broken.json")).toMatchObject({ reused: 3 });
  // An image that has changed is read again.
  await writeNifti(at("ct1.nii.gz"), geometry, new Int16Array(1792).fill(50));
  expect(await run("broken.csv", "broken.json")).toMatchObject({ reused: 2 });
});

it("does not mix results of different settings", async () => {
  const other = resolveSettings({ setting: { binWidth: 5 } });
  await expect(run("broken.csv", "broken.json", { settings: other })).rejects.toMatchObject({ code: "OUTPUT_EXISTS" });
  expect(await run("broken.csv", "broken.json", { settings: other, restart: true })).toMatchObject({ reused: 0 });
});

it("refuses a manifest without the columns, with a case twice, and an output of no known kind", async () => {
  await writeFile(at("wrong.csv"), "a,b\n1,2\n");
  await expect(run("wrong.csv", "x.csv")).rejects.toMatchObject({ code: "MANIFEST_INVALID" });
  await writeFile(at("twice.csv"), "caseId,image,mask\nA,a,b\nA,c,d\n");
  await expect(run("twice.csv", "x.csv")).rejects.toMatchObject({ code: "MANIFEST_INVALID" });
  await expect(run("cases.csv", "x.xlsx")).rejects.toMatchObject({ code: "ARGUMENT_INVALID" });
});

it("perturbs each case and writes the ICC of each feature", async () => {
  await run("cases.csv", "robust.csv", { perturb: { count: 3, chain: "NRTVC", seed: 1 } });
  const [header, ...lines] = (await readFile(at("robust.csv.robustness.csv"), "utf8")).trimEnd().split("\n");
  expect(header).toBe("feature,icc,icc95Low,icc95High,class");
  expect(lines.map((line) => line.split(",")[0])).toEqual([
    "original_shape_MeshVolume",
    "original_firstorder_Mean",
    "original_firstorder_Entropy",
  ]);
  for (const line of lines) {
    const [, value, low, high] = line.split(",").map(Number) as [number, number, number, number];
    expect(low <= value && value <= high).toBe(true);
  }
});
