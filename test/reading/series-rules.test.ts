/** Which series is taken, how its slices are put in order, and when it is refused: each rule with an input on which it decides. */
import { describe, expect, it } from "vitest";
import type { WritableElement } from "../../src/dicom/write-dataset.ts";
import type { InputFile } from "../../src/pipeline/input-files.ts";
import { readDicom } from "../../src/pipeline/read-dicom.ts";
import { type SyntheticScan, syntheticFiles } from "../support/synthetic-ct.ts";

const even = (count: number, gapMm: number): number[] => Array.from({ length: count }, (_, k) => gapMm * k);

/** A series of a study; its number tells its UID apart, its file names tell it apart in messages. */
function series(number: number, scan: SyntheticScan = {}, extra: readonly WritableElement[] = []): InputFile[] {
  const files = syntheticFiles({ ...scan, series: { ...scan.series, seriesNumber: number } }, extra);
  return files.map((file) => ({ ...file, name: `${number}-${file.name}` }));
}

const readAll = (...all: InputFile[][]) => readDicom(all.flat(), {});
const numberOf = async (files: InputFile[]): Promise<string> => (await readDicom(files, {})).series.seriesInstanceUID;

describe("of several series", () => {
  const routine = series(1);
  it.each<[string, InputFile[], RegExp]>([
    ["a localizer", series(2, { tableMm: [0] }, [["ImageType", "CS", "ORIGINAL\\PRIMARY\\LOCALIZER"]]), /localizer/],
    ["another modality", series(2, {}, [["Modality", "CS", "MR"]]), /modality is MR/],
    ["a contrast series", series(2, {}, [["ContrastBolusAgent", "LO", "IOMERON 350"]]), /contrast agent/],
    ["another body part", series(2, {}, [["BodyPartExamined", "CS", "CHEST"]]), /not the head/],
    ["a sharp kernel", series(2, {}, [["ConvolutionKernel", "SH", "H60s"]]), /sharp kernel/],
    ["thin slices", series(2, { tableMm: even(56, 1) }), /further from 5 mm/],
    ["half a head", series(2, { tableMm: even(5, 5) }), /covers less/],
    ["derived images", series(2, {}, [["ImageType", "CS", "DERIVED\\SECONDARY\\AXIAL"]]), /derived/],
    ["colour images", series(2, {}, [["SamplesPerPixel", "US", 3]]), /colour/],
    ["a coronal reformat", series(2, { columnAxis: [0, 0, -1], tableAxis: [0, 1, 0], huAt: () => 0 }), /not axial/],
  ])("the routine one is taken, not %s, and the reason is said", async (_, other, reason) => {
    for (const files of [
      [...routine, ...other],
      [...other, ...routine],
    ]) {
      const { series: chosen } = await readDicom(files, {});
      expect(chosen.seriesInstanceUID).toBe(await numberOf(routine));
      expect(chosen.otherSeries).toHaveLength(1);
      expect(chosen.otherSeries[0]?.reason).toMatch(reason);
      expect(chosen.chosenBecause).not.toBe("");
    }
  });

  it("two that fit equally well are not decided between", async () => {
    await expect(readAll(routine, series(2))).rejects.toMatchObject({
      code: "SERIES_AMBIGUOUS",
      message: expect.stringContaining("--series"),
    });
  });

  it("fitting series of two studies are not decided between, whatever their rank", async () => {
    const later = series(2, { series: { participantId: "SIM-0001", seed: 9 } }, [["ConvolutionKernel", "SH", "BONE"]]);
    await expect(readAll(routine, later)).rejects.toMatchObject({ code: "SERIES_AMBIGUOUS" });
  });

  it("the one asked for is taken, and a UID that is not there is refused", async () => {
    const bone = series(2, {}, [["ConvolutionKernel", "SH", "BONEPLUS"]]);
    const wanted = await numberOf(bone);
    const read = await readDicom([...routine, ...bone], { seriesInstanceUID: wanted });
    expect(read.series).toMatchObject({
      seriesInstanceUID: wanted,
      chosenBecause: expect.stringContaining("asked for"),
    });
    const missing = readDicom(routine, { seriesInstanceUID: "1.2.3" });
    await expect(missing).rejects.toMatchObject({ code: "SERIES_NOT_FOUND" });
  });

  it("a contrast series that is asked for is read, with a warning", async () => {
    const contrast = series(2, {}, [["ContrastBolusAgent", "LO", "IOMERON 350"]]);
    await expect(readAll(contrast)).rejects.toMatchObject({ code: "SERIES_NOT_HEAD_CT" });
    const read = readDicom(contrast, { seriesInstanceUID: await uidOf(contrast) });
    expect((await read).findings.map((finding) => finding.code)).toContain("CONTRAST_AGENT");
  });

  it("no head CT among them is refused with what speaks against each", async () => {
    await expect(readAll(series(1, {}, [["Modality", "CS", "MR"]]))).rejects.toMatchObject({
      code: "SERIES_NOT_HEAD_CT",
      message: expect.stringContaining("modality is MR"),
    });
  });

  it("two patients are not mixed, and none is named", async () => {
    const other = series(2, { series: { participantId: "SECRET-77", seed: 1 } });
    const refusal = await readAll(routine, other).then(
      () => null,
      (thrown) => thrown,
    );
    expect(refusal).toMatchObject({ code: "PATIENTS_MIXED" });
    expect(refusal.message).not.toMatch(/SECRET|SIM-0001/);
  });
});

async function uidOf(files: InputFile[]): Promise<string> {
  const message = await readDicom(files, { seriesInstanceUID: "none" }).then(
    () => "",
    (thrown) => thrown.message as string,
  );
  return /2\.25\.\d+/.exec(message)?.[0] ?? "";
}

describe("slices of a series", () => {
  const gapsTo = (gaps: readonly number[]): number[] => {
    let at = 0;
    return [0, ...gaps.map((gap) => (at += gap))];
  };

  it.each<[string, number[]]>([
    ["in the middle", [5, 5, 5, 10, 5, 5, 5]],
    ["before the last", [5, 5, 5, 5, 5, 10]],
    ["twice", [5, 10, 5, 5, 10, 5, 5]],
    ["in the thin part of two parts", [2.5, 2.5, 5, 2.5, 2.5, 2.5, 5, 5, 5]],
  ])("missing %s is refused, naming the files around the gap", async (_, gaps) => {
    await expect(readAll(series(1, { tableMm: gapsTo(gaps) }))).rejects.toMatchObject({
      code: "SERIES_INCOMPLETE",
      message: expect.stringMatching(/between 1-\d+\.dcm and 1-\d+\.dcm/),
    });
  });

  it("missing every other one is noticed by InstanceNumber", async () => {
    const files = series(1, { tableMm: even(14, 5) });
    const kept = files.filter((_, k) => k < 8 || k % 2 === 1);
    await expect(readDicom(kept, {})).rejects.toMatchObject({ code: "SERIES_INCOMPLETE" });
  });

  it.each<[string, number[]]>([
    ["4 mm, then 7 mm", [4, 4, 4, 4, 7, 7, 7, 7]],
    ["4 mm, 1.08 mm, then 7 mm", [4, 4, 4, 4, 1.08, 7, 7, 7, 7]],
    ["2.5 mm, then 5 mm", [2.5, 2.5, 2.5, 2.5, 5, 5, 5, 5]],
  ])("acquired at %s are read, with their own extents", async (_, gaps) => {
    const { volume, findings } = await readAll(series(1, { tableMm: gapsTo(gaps) }));
    expect(volume.geometry.sliceOffsetsMm).toBeAllClose(gapsTo(gaps), { absolute: 1e-9 });
    expect(findings.map((finding) => finding.code)).toContain("SLICE_GAPS_VARY");
  });

  it("there twice are read once, when they are the same", async () => {
    const files = series(1);
    const again = files.slice(2, 5).map((file) => ({ ...file, name: `copy of ${file.name}` }));
    const { volume, findings } = await readAll(files, again);
    expect(volume).toEqual((await readAll(files)).volume);
    expect(findings.find((finding) => finding.code === "DUPLICATES_DROPPED")?.message).toMatch(/^3 /);
  });

  it("that differ at one position are refused, with what tells them apart", async () => {
    const other = series(1, { huAt: () => 7, series: { seed: 1 } }, [["AcquisitionNumber", "IS", 2]]);
    await expect(readAll(series(1), other)).rejects.toMatchObject({
      code: "SERIES_INCONSISTENT",
      message: expect.stringContaining("acquisitionNumber"),
    });
  });

  it("that overlap are read, each millimetre counted once", async () => {
    const { volume, findings } = await readAll(series(1, { tableMm: even(20, 2.5) }));
    expect(volume.geometry.spacing[2]).toBeAllClose(2.5, { relative: 1e-12 });
    expect(findings.map((finding) => finding.code)).toContain("SLICES_OVERLAP");
  });

  it.each<[string, SyntheticScan, string]>([
    ["orientation", { columnAxis: [0, Math.cos(0.2), Math.sin(0.2)] }, "ImageOrientationPatient"],
    ["size", { columns: 30 }, "size"],
    ["PixelSpacing", { pixelMm: 2.1 }, "PixelSpacing"],
  ])("that differ in %s are refused", async (_, scan, named) => {
    const half = series(1).slice(0, 6);
    const otherHalf = series(1, scan).slice(6);
    await expect(readAll(half, otherHalf)).rejects.toMatchObject({
      code: "SERIES_INCONSISTENT",
      message: expect.stringContaining(named),
    });
  });

  it("lose a localizer among them", async () => {
    const scout = series(1, { tableMm: [100], columnAxis: [0, 0, -1] }, [
      ["ImageType", "CS", "ORIGINAL\\PRIMARY\\LOCALIZER"],
    ]);
    const { volume, findings } = await readAll(series(1), scout);
    expect(volume.geometry.size[2]).toBe(12);
    expect(findings.map((finding) => finding.code)).toContain("LOCALIZER_DROPPED");
  });

  it("of which there is one stand for their declared thickness, with a warning", async () => {
    const { volume, findings } = await readAll(series(1, { tableMm: [30] }));
    expect(volume.geometry.spacing[2]).toBe(5);
    expect(findings.map((finding) => finding.code)).toContain("SINGLE_SLICE");
  });
});
