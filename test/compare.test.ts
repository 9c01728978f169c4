import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { comparisonSummary } from "../src/cli/commands/compare.ts";
import type { Vec3 } from "../src/math/vec3.ts";
import { writeComparison } from "../src/pipeline/compare-output.ts";
import { type ComparisonResult, compareScans } from "../src/pipeline/compare-scans.ts";
import { readMask } from "../src/pipeline/nifti-files.ts";
import type { ScanIdentity } from "../src/pipeline/read-dicom.ts";
import type { CtInput } from "../src/pipeline/read-input.ts";
import { parseComparison } from "../src/report/compare-document.ts";
import type { Segmenter } from "../src/segmentation/segmenter.ts";
import { type RigidTransform, rotationFromVector } from "../src/volume/registration.ts";
import { registerSkulls } from "../src/volume/registration-skull.ts";
import { type CtVolume, type Mask, maskMl } from "../src/volume/volume.ts";
import { bonyHead, bonyHeadClot, bonyHeadGeometry } from "./support/bony-head.ts";

const still: RigidTransform = { rotation: rotationFromVector([0, 0, 0]), centerMm: [0, 0, 0], shiftMm: [0, 0, 0] };
const moved: RigidTransform = {
  rotation: rotationFromVector([0.15, 0.03, 0.05]),
  centerMm: [0, 0, 0],
  shiftMm: [4, -9, 8],
};

const inputOf = (volume: CtVolume, identity?: ScanIdentity): CtInput => ({
  volume,
  findings: [],
  identity,
  description: {
    format: "nifti",
    grid: {
      size: volume.geometry.size,
      pixelSpacingMm: [volume.geometry.spacing[0], volume.geometry.spacing[1]],
      gapsMm: [],
      uniformGaps: true,
      normal: [0, 0, 1],
      tiltDegrees: 0,
      shiftPx: [],
      largestRoundingMm: 0,
    },
  },
});

/** Knows the truth: the clot of each scan. */
const segmenterOf =
  (truth: ReadonlyMap<CtVolume, Mask>): Segmenter =>
  async (volume) => ({ mask: truth.get(volume) as Mask, findings: [], model: { name: "truth", version: "1" } });

function pair(beforeMm: number, afterMm: number, motion: RigidTransform = moved, shape: Vec3 = [1, 1, 1]) {
  const before = bonyHead(still, bonyHeadGeometry, [1, 1, 1], beforeMm);
  const after = bonyHead(motion, bonyHeadGeometry, shape, afterMm);
  const truth = new Map([
    [before, bonyHeadClot(still, beforeMm)],
    [after, bonyHeadClot(motion, afterMm)],
  ]);
  return { before, after, settings: { segmenter: segmenterOf(truth), register: registerSkulls } };
}

describe("two scans of a head that moved by 9 degrees and 13 mm", () => {
  const { before, after, settings } = pair(17, 20);
  const folder = mkdtempSync(join(tmpdir(), "compare-"));
  let result: ComparisonResult;
  beforeAll(async () => {
    result = await compareScans(inputOf(before), inputOf(after), { ...settings, baselineHours: 2, followUpHours: 26 });
    result = { ...result, comparison: await writeComparison(folder, result, before) };
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it("measures growth, its error and its rates", () => {
    const { growth, baseline, followUp } = result.comparison;
    expect(growth.ml).toBeCloseTo(maskMl(result.followUpMask) - maskMl(result.baselineMask), 9);
    expect(growth.percent).toBeCloseTo((100 * growth.ml) / baseline.volumeMl, 9);
    expect(growth.sdMl).toBeCloseTo(Math.hypot(baseline.volumeSdMl, followUp.volumeSdMl), 9);
    expect(growth).toMatchObject({
      hoursBetween: 24,
      mlPerHour: growth.ml / 24,
      ultraEarlyMlPerHour: baseline.volumeMl / 2,
    });
    expect(growth.definitions[0]).toMatchObject({ id: "6-ml-or-33-percent", met: true, label: "expansion" });
  });

  it("lays the clots over each other: what was there stays there", () => {
    const { map, baseline, growth } = result.comparison;
    // A clot of 20 mL on voxels of 2.5 x 2.5 x 5 mm, taken to another grid by the nearest voxel, loses or gains a few per cent at its edge.
    expect(map.stableMl).toBeGreaterThan(0.9 * baseline.volumeMl);
    expect(map.grownMl - map.resolvedMl).toBeAllClose(growth.ml, { absolute: 0.08 * baseline.volumeMl });
  });

  it("writes a valid document, the report, and masks on both grids", async () => {
    const document = JSON.parse(readFileSync(join(folder, "comparison.json"), "utf8"));
    expect(parseComparison(document)).toEqual(result.comparison);
    const html = readFileSync(join(folder, "report.html"), "utf8");
    expect(html).toContain("血肿增长报告");
    expect(html).not.toMatch(/NaN|undefined/);
    const there = await readMask(join(folder, "baseline-mask-on-followup.nii.gz"), { onGrid: after.geometry });
    expect(there.mask.inside).toEqual(result.baselineOnFollowUp.inside);
    expect(existsSync(join(folder, "growth-map-on-baseline.nii.gz"))).toBe(true);
  });

  it("says it on one screen", () => {
    expect(comparisonSummary(result.comparison, "out/report.html")).toMatch(
      /expansion {3}expansion by >= 6 mL or >= 33 %/,
    );
  });
});

it("identical scans give no growth at all", async () => {
  const { before, settings } = pair(17, 17, still);
  const { comparison } = await compareScans(inputOf(before), inputOf(before), settings);
  expect(comparison.growth.ml).toBe(0);
  expect(comparison.map).toMatchObject({ grownMl: 0, resolvedMl: 0 });
  expect(comparison.registration.rotationDegrees).toBeLessThan(0.05);
  expect(comparison.findings).toEqual([]);
});

describe("what does not fit together", () => {
  const { before, after, settings } = pair(17, 14);
  const identity = (patient: string, hour: number): ScanIdentity => ({
    patientHash: patient,
    acquiredAtMs: hour * 3_600_000,
  });

  it("two patients are refused when the files say so", async () => {
    const [a, b] = [inputOf(before, identity("a", 0)), inputOf(after, identity("b", 24))];
    await expect(compareScans(a, b, settings)).rejects.toMatchObject({ code: "PATIENTS_MIXED" });
  });

  it("the wrong order is refused when the files or the typed hours say so", async () => {
    const [a, b] = [inputOf(before, identity("a", 24)), inputOf(after, identity("a", 0))];
    await expect(compareScans(a, b, settings)).rejects.toMatchObject({ code: "SERIES_INCONSISTENT" });
    const typed = { ...settings, baselineHours: 26, followUpHours: 2 };
    await expect(compareScans(inputOf(before), inputOf(after), typed)).rejects.toMatchObject({
      code: "SERIES_INCONSISTENT",
    });
  });

  it("a hematoma that shrinks is flagged: as the wrong order without times, as unexplained with them", async () => {
    const untimed = await compareScans(inputOf(before), inputOf(after), settings);
    expect(untimed.comparison.findings.map(({ code }) => code)).toEqual(["ORDER_SUSPECTED"]);
    const timed = await compareScans(inputOf(before, identity("a", 0)), inputOf(after, identity("a", 24)), settings);
    expect(timed.comparison.findings.map(({ code }) => code)).toEqual(["SHRINKAGE_UNEXPLAINED"]);
  });

  it("another head is flagged by its skull", async () => {
    const other = pair(17, 17, still, [1.1, 0.9, 1]);
    const { comparison } = await compareScans(inputOf(other.before), inputOf(other.after), other.settings);
    expect(comparison.findings.map(({ code }) => code)).toContain("DIFFERENT_HEADS_SUSPECTED");
  });
});
