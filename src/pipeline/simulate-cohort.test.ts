import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { scannerProfiles } from "../simulation/scanner/scanner-profile.ts";
import { simulateCase } from "../simulation/simulate-case.ts";
import { maskMl } from "../volume/volume.ts";
import { readMask } from "./nifti-files.ts";
import { readCt } from "./read-input.ts";
import { type CohortOptions, type CohortSummary, simulateCohort } from "./simulate-cohort.ts";
import { writeSimulatedScan } from "./simulate-study.ts";

const options: CohortOptions = {
  ...{ participants: 2, sites: 2, seed: 3, scenario: "literature", profile: "fast", format: "dicom", threads: 1 },
};
let folder: string;
let summary: CohortSummary;
const table = async (name: string, cohort = "cohort"): Promise<Record<string, string>[]> => {
  const [head, ...lines] = (await readFile(join(folder, cohort, name), "utf8")).trim().split("\n");
  const columns = (head as string).split(",");
  return lines.map((line) => Object.fromEntries(line.split(",").map((cell, i) => [columns[i] as string, cell])));
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "simulate-"));
  summary = await simulateCohort(join(folder, "cohort"), options);
}, 600_000);
afterAll(() => rm(folder, { recursive: true }));

it("writes studies that read back as what was simulated, with true masks on their grid", async () => {
  const [row] = await table("manifest-truth.csv");
  const { volume } = await readCt(join(folder, "cohort", row?.baselineScan as string));
  const { mask } = await readMask(join(folder, "cohort", row?.baselineMask as string), { onGrid: volume.geometry });
  expect(maskMl(mask)).toBeAllClose(Number(row?.baselineVolumeMl), { relative: 0.01 });
  expect(await readdir(join(folder, "cohort", "SIM-0001", "baseline"))).toHaveLength(36);
});

it("says in every study, table and file name that it is simulated", async () => {
  const image = await readFile(join(folder, "cohort", "SIM-0001", "baseline", "00001.dcm"), "latin1");
  expect(image).toContain("SIMULATED^SIM-0001");
  expect(image).toContain("DERIVED\\PRIMARY\\AXIAL");
  expect(image).toContain("SIMULATED by Hemacast: not a patient");
  for (const row of await table("manifest.csv")) expect(row.site).toMatch(/^SIMULATED-/);
  for (const row of await table("truth.csv")) expect(row.simulated).toBe("1");
  expect(await readFile(join(folder, "cohort", "README.txt"), "utf8")).toContain("not a patient");
});

it("keeps the outcome and the true volumes consistent with the conventional definition", async () => {
  for (const row of await table("truth.csv")) {
    const growth = Number(row.followUpVolumeMl) - Number(row.volumeMl);
    expect(growth >= 6 || growth >= 0.33 * Number(row.volumeMl)).toBe(row.outcome === "1");
  }
  expect(summary.bayesAuc.monteCarlo).toBeAllClose(summary.bayesAuc.stated, { absolute: 0.01 });
});

it("brings a tilted scan with varying gaps back from DICOM bit for bit", async () => {
  // Half the pixels, to be quick; the tilt and the gaps are what matters.
  const scanner = { ...scannerProfiles.tilted, matrix: 128, pixelMm: 1.95 };
  const simulated = simulateCase({ seed: 4, scanner, hematoma: { location: "putamen", volumeMl: 25 } });
  await writeSimulatedScan(join(folder, "tilted"), "baseline", simulated, {
    ...{ format: "dicom", participantId: "SIM-0001", seed: 4, scanner: "tilted", background: null },
  });
  const { volume } = await readCt(join(folder, "tilted", "baseline"));
  expect(volume.geometry.size).toEqual(simulated.volume.geometry.size);
  expect(volume.sources.map(({ rowShift }) => rowShift)).toEqual(
    simulated.volume.sources.map(({ rowShift }) => rowShift),
  );
  expect(volume.hu).toEqual(simulated.volume.hu);
  const { mask } = await readMask(join(folder, "tilted", "baseline-hematoma.nii.gz"), { onGrid: volume.geometry });
  expect(mask.inside).toEqual(simulated.truth.mask.inside);
});

it("refuses a cohort of nobody", async () => {
  await expect(simulateCohort(join(folder, "none"), { ...options, participants: 0 })).rejects.toMatchObject({
    code: "ARGUMENT_INVALID",
  });
});

it("tells outcomes of other scenarios for the same baseline scans, and refuses that with follow-up scans", async () => {
  const out = join(folder, "baseline-only");
  await simulateCohort(out, { ...options, participants: 1, baselineOnly: true, also: ["null"] });
  const [paired] = await table("manifest-truth.csv");
  const [asked] = await table("manifest-truth.csv", "baseline-only");
  const [other] = await table("null/manifest-truth.csv", "baseline-only");
  const [truth] = await table("null/truth.csv", "baseline-only");
  // The planned blood in the ventricles stands in for what a scan would show of it.
  const { followUpIvhMl: _planned, ...known } = asked as Record<string, string>;
  const { followUpIvhMl: _measured, ...expected } = paired as Record<string, string>;
  expect(known).toEqual({ ...expected, followUpScan: "", followUpMask: "" });
  expect(other?.baselineScan).toBe(`../${asked?.baselineScan}`);
  expect(truth?.risk).toBe("0.27");
  await expect(simulateCohort(join(folder, "refused"), { ...options, also: ["null"] })).rejects.toMatchObject({
    code: "ARGUMENT_INVALID",
  });
}, 60_000);
