/** `hemacast inspect` as a user meets it, and masks on slices that NIfTI cannot hold. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { inspectionJson, inspectionText } from "../../src/cli/commands/inspect.ts";
import { toJson } from "../../src/core/json.ts";
import { writeCtSeries } from "../../src/dicom/write-ct.ts";
import { readMask, writeMask } from "../../src/pipeline/nifti-files.ts";
import { readCt } from "../../src/pipeline/read-input.ts";
import { createMask, maskMl } from "../../src/volume/volume.ts";
import { syntheticSeries } from "../support/synthetic-ct.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "hemacast-inspect-"));
  const tilted = { tableAxis: [0, Math.sin(-0.3), Math.cos(0.3)] as const, tableMm: [0, 4, 8, 12, 13, 20, 27, 34] };
  const series = syntheticSeries({ columns: 40, rows: 40, pixelMm: 1, ...tilted });
  for (const { fileName, bytes } of writeCtSeries(series)) writeFileSync(join(folder, fileName), bytes);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("inspect", () => {
  it("has the keys that others rely on, and no number that JSON cannot hold", async () => {
    const json = inspectionJson(folder, await readCt(folder));
    expect(Object.keys(json)).toEqual(["schema", "input", "series", "geometry", "corrections", "findings"]);
    expect(JSON.parse(toJson(json))).toMatchObject({
      schema: "hemacast/inspect/1",
      input: { format: "dicom-folder" },
      series: { modality: "CT", imageCount: 8 },
      geometry: { uniformGaps: false },
      corrections: [{ code: "GANTRY_TILT_CORRECTED" }],
      findings: [{ code: "SLICE_GAPS_VARY" }],
    });
    expect(json.geometry.tiltDegrees).toBeAllClose((0.3 * 180) / Math.PI, { absolute: 1e-6 });
    expect(json.geometry.slices).toHaveLength(8);
  });

  it("says the same to people, on one screen, without the name of anybody", async () => {
    const text = inspectionText(folder, await readCt(folder));
    expect(text).toMatch(/tilt +17\.19 degrees/);
    expect(text).toMatch(/gaps +3\.82 x3, 0\.96 x1, 6\.69 x3 mm \(they vary\)/);
    expect(text).toMatch(/to look at +SLICE_GAPS_VARY/);
    expect(text.split("\n").length).toBeLessThan(25);
    expect(text).not.toMatch(/SIM-0001|SIMULATED/);
  });
});

describe("a mask on slices at varying distances", () => {
  it("is written on even slices, and read back to its own without a difference", async () => {
    const { volume } = await readCt(folder);
    const mask = createMask(
      volume.geometry,
      Uint8Array.from(volume.hu, (hu) => (hu >= 0 && hu <= 80 ? 1 : 0)),
    );
    const path = join(folder, "mask.nii.gz");
    const findings = await writeMask(path, mask);
    expect(findings.map((finding) => finding.code)).toEqual(["WRITTEN_ON_EVEN_SLICES"]);
    const alone = (await readMask(path)).mask;
    // Half an even gap of under 1 mm at each border of a body of 35 mm.
    expect(maskMl(alone)).toBeAllClose(maskMl(mask), { relative: 0.03 });
    expect((await readMask(path, { onGrid: volume.geometry })).mask).toEqual(mask);
  });

  it("is not taken back from a grid that is not the even one", async () => {
    const { volume } = await readCt(folder);
    const path = join(folder, "other.nii.gz");
    const [nx, ny] = volume.geometry.size;
    const { sliceOffsetsMm: _, ...rest } = volume.geometry;
    await writeMask(path, createMask({ ...rest, size: [nx, ny, 5], spacing: [1, 1, 3] }));
    const read = readMask(path, { onGrid: volume.geometry });
    await expect(read).rejects.toMatchObject({ code: "GEOMETRY_MISMATCH" });
  });
});
