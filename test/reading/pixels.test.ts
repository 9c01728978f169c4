/** Stored values to HU, in all the ways in which scanners store them, and frames of multi-frame objects. */
import { describe, expect, it } from "vitest";
import { ctImages, readHu } from "../../src/dicom/ct-image.ts";
import { readPart10 } from "../../src/dicom/read-dataset.ts";
import { writeCtSeries } from "../../src/dicom/write-ct.ts";
import type { WritableElement } from "../../src/dicom/write-dataset.ts";
import { readDicom } from "../../src/pipeline/read-dicom.ts";
import { encapsulated, encodeFrame } from "../support/encapsulated.ts";
import { enhancedCt } from "../support/enhanced-ct.ts";
import { inMemory, syntheticFiles, syntheticSeries } from "../support/synthetic-ct.ts";

/** HU of an image of 4 x 1 pixels that stores the words given. */
async function huOf(words: readonly number[], extra: readonly WritableElement[]) {
  const series = syntheticSeries({ columns: 4, rows: 1, tableMm: [0] });
  const pixels = new Uint8Array(Uint16Array.from(words).buffer);
  const bytes = writeCtSeries({ ...series, extra: [...extra, ["PixelData", "OW", pixels]] })[0]?.bytes as Uint8Array;
  const file = await readPart10(bytes);
  const [image] = ctImages(file, "slice.dcm");
  if (!image) throw new Error("no image");
  return readHu(file, image);
}

const bits = (stored: number, signed: 0 | 1): WritableElement[] => [
  ["BitsStored", "US", stored],
  ["HighBit", "US", stored - 1],
  ["PixelRepresentation", "US", signed],
];

describe("stored values", () => {
  it("signed in 12 bits get their sign, whatever lies in the upper four", async () => {
    const { hu } = await huOf([0x0fff, 0xafff, 0x0800, 0x57ff], bits(12, 1));
    expect(Array.from(hu)).toEqual([-1, -1, -2048, 2047]);
  });

  it("unsigned in 12 bits lose the overlay in the upper four", async () => {
    const { hu } = await huOf([0x0000, 0xf400, 0x1fff, 0x0400], [...bits(12, 0), ["RescaleIntercept", "DS", -1024]]);
    expect(Array.from(hu)).toEqual([-1024, 0, 3071, 0]);
  });

  it("left-aligned below another HighBit are shifted", async () => {
    const left: WritableElement[] = [
      ["BitsStored", "US", 12],
      ["HighBit", "US", 15],
      ["PixelRepresentation", "US", 0],
    ];
    expect(Array.from((await huOf([0x0010, 0xffff, 0x4000, 0], left)).hu)).toEqual([1, 4095, 1024, 0]);
  });

  it("unsigned in 16 bits with padding of 63536 become air there", async () => {
    const { hu, paddedPixels } = await huOf(
      [63536, 1024, 0, 2048],
      [...bits(16, 0), ["PixelPaddingValue", "US", 63536], ["RescaleIntercept", "DS", -1024]],
    );
    expect(Array.from(hu)).toEqual([-1024, 0, -1024, 1024]);
    expect(paddedPixels).toBe(1);
    expect(hu).toBeInstanceOf(Int16Array);
  });

  it("in the padding range are all padding", async () => {
    const { hu, paddedPixels } = await huOf(
      [0x10000 - 3000, 0x10000 - 2500, 0x10000 - 2000, 40],
      [
        ["PixelPaddingValue", "SS", -3000],
        ["PixelPaddingRangeLimit", "SS", -2000],
      ],
    );
    expect(Array.from(hu)).toEqual([-1024, -1024, -1024, 40]);
    expect(paddedPixels).toBe(3);
  });

  it("equal to a padding value that tissue can have are measurements", async () => {
    const { hu, paddedPixels } = await huOf([0, 40, 0, 60], [["PixelPaddingValue", "SS", 0]]);
    expect(Array.from(hu)).toEqual([0, 40, 0, 60]);
    expect(paddedPixels).toBe(0);
  });

  it("with a fractional slope keep their fractions, in 32 bits", async () => {
    const { hu } = await huOf([1, 2, 3, 100], [["RescaleSlope", "DS", 0.5]]);
    expect(hu).toBeInstanceOf(Float32Array);
    expect(Array.from(hu)).toEqual([0.5, 1, 1.5, 50]);
  });

  it("that leave 16 bits after rescale are not wrapped", async () => {
    const { hu } = await huOf([30000, 0, 1, 2], [["RescaleSlope", "DS", 2]]);
    expect(Array.from(hu)).toEqual([60000, 0, 2, 4]);
  });

  it.each<[string, WritableElement[]]>([
    ["more bits stored than allocated", [["BitsStored", "US", 17]]],
    ["a high bit beyond them", [["HighBit", "US", 16]]],
    ["32 bits", [["BitsAllocated", "US", 32]]],
    ["no rows", [["Rows", "US", 0]]],
    ["more rows than pixels", [["Rows", "US", 2]]],
  ])("are refused with %s", async (_, extra) => {
    await expect(huOf([1, 2, 3, 4], extra)).rejects.toMatchObject({ code: "DICOM_MALFORMED" });
  });

  it("shown inverted (MONOCHROME1) are the same HU", async () => {
    const inverted = await readDicom(syntheticFiles({}, [["PhotometricInterpretation", "CS", "MONOCHROME1"]]), {});
    expect(inverted.volume.hu).toEqual((await readDicom(syntheticFiles(), {})).volume.hu);
    expect(inverted.findings.map((finding) => finding.code)).toContain("MONOCHROME1");
  });

  it("of one series with fractions on one slice are all kept", async () => {
    const files = syntheticFiles();
    const half = syntheticFiles({}, [["RescaleSlope", "DS", 0.5]]);
    const { volume } = await readDicom([...files.slice(0, 5), ...half.slice(5, 6), ...files.slice(6)], {});
    const whole = await readDicom(files, {});
    const perSlice = 24 * 20;
    expect(Array.from(volume.hu.subarray(0, perSlice))).toEqual(Array.from(whole.volume.hu.subarray(0, perSlice)));
    const expected = Array.from(whole.volume.hu.subarray(5 * perSlice, 6 * perSlice), (value) => value / 2);
    expect(Array.from(volume.hu.subarray(5 * perSlice, 6 * perSlice))).toEqual(expected);
  });
});

describe("an enhanced CT", () => {
  const series = syntheticSeries();
  const shuffled = [3, 0, 7, 11, 1, 2, 10, 9, 4, 5, 6, 8];

  it("is the volume of its frames, whatever their order, each with its own rescale and frame number", async () => {
    const { volume, series: read } = await readDicom(inMemory([enhancedCt(series, shuffled)]), {});
    expect(volume.hu).toEqual((await readDicom(syntheticFiles(), {})).volume.hu);
    expect(volume.sources.map((source) => source.frameNumber)).toEqual(
      series.slices.map((_, k) => shuffled.indexOf(k) + 1),
    );
    expect(volume.sources.every((source) => source.sopInstanceUID === "2.25.1001")).toBe(true);
    expect(read.imageCount).toBe(12);
  });

  it("with a frame missing is refused, naming the frames", async () => {
    const file = enhancedCt(series, [0, 1, 2, 3, 5, 6, 7, 8]);
    await expect(readDicom(inMemory([file]), {})).rejects.toMatchObject({
      code: "SERIES_INCOMPLETE",
      message: expect.stringContaining("enhanced.dcm frame 4 and enhanced.dcm frame 5"),
    });
  });

  it("with another number of functional groups than frames is refused", async () => {
    const file = enhancedCt(series, undefined, [["NumberOfFrames", "IS", 11]]);
    await expect(readDicom(inMemory([file]), {})).rejects.toMatchObject({ code: "DICOM_MALFORMED" });
  });

  it("without functional groups does not say where its frames lie, and is refused", async () => {
    const file = enhancedCt(series, undefined, [["PerFrameFunctionalGroupsSequence", "SQ", []]]);
    await expect(readDicom(inMemory([file]), {})).rejects.toMatchObject({ code: "SERIES_NOT_HEAD_CT" });
  });

  describe("compressed", () => {
    const lone = writeCtSeries(series);
    const plain = enhancedCt({ ...series, slices: series.slices }, undefined);
    const frames = () => Promise.all(lone.map(({ bytes }) => encodeFrame("jpeg-ls", bytes)));
    const syntax = "1.2.840.10008.1.2.4.80";
    // Every odd frame of the object is written 10 lower, below an intercept of 10; the lone files hold HU themselves.
    const lowered = async () => {
      const read = await readDicom(inMemory([plain]), {});
      return read.volume.hu.map((hu, v) => hu + (Math.floor(v / (24 * 20)) % 2 ? 10 : 0));
    };
    const read = async (fragments: readonly Uint8Array[], table: readonly number[] = []) =>
      (await readDicom(inMemory([{ ...plain, bytes: encapsulated(plain.bytes, syntax, fragments, table) }]), {})).volume
        .hu;

    it("has one fragment for each frame", async () => {
      expect(await read(await frames())).toEqual(await lowered());
    });

    it("has several fragments for a frame, told apart by the offset table", async () => {
      const halves = (await frames()).flatMap((frame) => [frame.subarray(0, 60), frame.subarray(60)]);
      const even = halves.map((part) => 8 + part.length + (part.length % 2));
      const starts = even.map((_, n) => even.slice(0, n).reduce((a, b) => a + b, 0)).filter((_, n) => n % 2 === 0);
      expect(await read(halves, starts)).toEqual(await lowered());
    });

    it("has several fragments for a frame and no table, and is refused", async () => {
      const halves = (await frames()).flatMap((frame) => [frame.subarray(0, 60), frame.subarray(60)]);
      await expect(read(halves)).rejects.toMatchObject({
        code: "DICOM_MALFORMED",
        message: expect.stringContaining("24 fragments cannot be assigned to its 12 frames"),
      });
    });
  });
});
