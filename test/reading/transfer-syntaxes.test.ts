/** Every transfer syntax gives the same pixels. DCMTK writes what it can write; it is an independent peer. */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ctImages, readHu } from "../../src/dicom/ct-image.ts";
import { transferSyntaxes, transferSyntaxOf } from "../../src/dicom/pixels/transfer-syntaxes.ts";
import { readPart10 } from "../../src/dicom/read-dataset.ts";
import { writeCtSeries } from "../../src/dicom/write-ct.ts";
import type { WritableElement } from "../../src/dicom/write-dataset.ts";
import { root } from "../architecture/source-files.ts";
import { encapsulated, encodeFrame, type FrameCodec } from "../support/encapsulated.ts";
import { syntheticSeries } from "../support/synthetic-ct.ts";

const hasDcmtk = spawnSync("dcmconv", ["--version"]).status === 0;

/** The ways in which scanners store HU: signed 16 bits; unsigned 12 bits below an intercept; signed 12 bits. */
const layouts: readonly { name: string; extra: readonly WritableElement[]; stored: (hu: number) => number }[] = [
  { name: "signed, 16 bits", extra: [], stored: (hu) => hu },
  {
    name: "unsigned, 12 of 16 bits",
    extra: [
      ["BitsStored", "US", 12],
      ["HighBit", "US", 11],
      ["PixelRepresentation", "US", 0],
      ["RescaleIntercept", "DS", -1024],
    ],
    stored: (hu) => hu + 1024,
  },
  {
    name: "unsigned, 16 bits",
    extra: [
      ["PixelRepresentation", "US", 0],
      ["RescaleIntercept", "DS", -32768],
    ],
    stored: (hu) => hu + 32768,
  },
];

const base = syntheticSeries({ columns: 50, rows: 34, pixelMm: 1, tableMm: [0] });
const hu = base.slices[0]?.hu as Int16Array;

async function pixelsOf(bytes: Uint8Array): Promise<{ syntax: string; hu: ArrayLike<number> }> {
  const file = await readPart10(bytes);
  const [image] = ctImages(file, "slice.dcm");
  if (!image) throw new Error("no image");
  return { syntax: file.transferSyntaxUID, hu: (await readHu(file, image)).hu };
}

describe.each(layouts)("$name", ({ extra, stored }) => {
  const words = Uint16Array.from(hu, stored);
  const written = writeCtSeries({
    ...base,
    extra: [...extra, ["PixelData", "OW", new Uint8Array(words.buffer)]],
  })[0]?.bytes as Uint8Array;
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "hemacast-syntax-"));
    writeFileSync(join(folder, "in.dcm"), written);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("as written", async () => {
    expect(Array.from((await pixelsOf(written)).hu)).toEqual(Array.from(hu));
  });

  it.skipIf(!hasDcmtk).each([
    ["1.2.840.10008.1.2", "dcmconv", ["+ti"]],
    ["1.2.840.10008.1.2.1", "dcmconv", ["+te"]],
    ["1.2.840.10008.1.2.2", "dcmconv", ["+tb"]],
    ["1.2.840.10008.1.2.1.99", "dcmconv", ["+td"]],
    ["1.2.840.10008.1.2.5", "dcmcrle", []],
    ["1.2.840.10008.1.2.4.57", "dcmcjpeg", ["+el"]],
    ["1.2.840.10008.1.2.4.70", "dcmcjpeg", ["+e1"]],
    ["1.2.840.10008.1.2.4.80", "dcmcjpls", ["+el"]],
  ] as const)("%s by %s", async (syntax, tool, options) => {
    const out = join(folder, `${syntax}.dcm`);
    execFileSync(tool, [...options, join(folder, "in.dcm"), out]);
    const read = await pixelsOf(new Uint8Array(readFileSync(out)));
    expect(read.syntax).toBe(syntax);
    expect(Array.from(read.hu)).toEqual(Array.from(hu));
  });

  it.each([
    ["1.2.840.10008.1.2.5", "rle"],
    ["1.2.840.10008.1.2.4.57", "jpeg"],
    ["1.2.840.10008.1.2.4.70", "jpeg"],
    ["1.2.840.10008.1.2.4.80", "jpeg-ls"],
    ["1.2.840.10008.1.2.4.81", "jpeg-ls"],
    ["1.2.840.10008.1.2.4.90", "jpeg-2000"],
    ["1.2.840.10008.1.2.4.91", "jpeg-2000"],
    ["1.2.840.10008.1.2.4.201", "ht-jpeg-2000"],
    ["1.2.840.10008.1.2.4.202", "ht-jpeg-2000"],
    ["1.2.840.10008.1.2.4.203", "ht-jpeg-2000"],
  ] as const)("%s by the %s encoder", async (syntax, codec) => {
    const frame = await encodeFrame(codec satisfies FrameCodec, written);
    const read = await pixelsOf(encapsulated(written, syntax, [frame]));
    expect(read.syntax).toBe(syntax);
    expect(Array.from(read.hu)).toEqual(Array.from(hu));
  });
});

describe("a compressed frame", () => {
  const written = writeCtSeries(base)[0]?.bytes as Uint8Array;

  it("may lie in several fragments", async () => {
    const frame = await encodeFrame("jpeg-2000", written);
    const parts = [frame.subarray(0, 100), frame.subarray(100, 102), frame.subarray(102)];
    const read = await pixelsOf(encapsulated(written, "1.2.840.10008.1.2.4.90", parts));
    expect(Array.from(read.hu)).toEqual(Array.from(hu));
  });

  it.each(["jpeg", "jpeg-ls", "jpeg-2000", "ht-jpeg-2000"] as const)(
    "of another size than its image is refused (%s)",
    async (codec) => {
      const larger = writeCtSeries(syntheticSeries({ columns: 60, rows: 34, tableMm: [0] }))[0]?.bytes as Uint8Array;
      const syntax = transferSyntaxes.find((entry) => entry.codec === codec)?.uid as string;
      const frame = await encodeFrame(codec, larger);
      await expect(pixelsOf(encapsulated(written, syntax, [frame]))).rejects.toMatchObject({
        code: "DICOM_MALFORMED",
        message: expect.stringContaining("60 x 34"),
      });
    },
  );

  describe.each(["rle", "jpeg", "jpeg-ls", "jpeg-2000", "ht-jpeg-2000"] as const)("(%s)", (codec) => {
    const syntax = transferSyntaxes.find((entry) => entry.codec === codec)?.uid as string;

    it.each([0.02, 0.1, 0.5, 0.9, 0.99])("of which only a part of %f is there is refused", async (part) => {
      const frame = await encodeFrame(codec, written);
      const cut = frame.subarray(0, Math.floor(frame.length * part));
      await expect(pixelsOf(encapsulated(written, syntax, [cut]))).rejects.toMatchObject({ code: "DICOM_MALFORMED" });
    });

    it("that is damaged does not spoil the next one", async () => {
      const frame = await encodeFrame(codec, written);
      const damaged = frame.slice();
      damaged.fill(0x55, 60, -8);
      await pixelsOf(encapsulated(written, syntax, [damaged])).catch(() => {});
      const read = await pixelsOf(encapsulated(written, syntax, [frame]));
      expect(Array.from(read.hu)).toEqual(Array.from(hu));
    });
  });
});

it("a syntax that is not read is refused with its UID and what to do", () => {
  expect(() => transferSyntaxOf("1.2.840.10008.1.2.4.50")).toThrowCode("TRANSFER_SYNTAX_UNSUPPORTED");
  expect(() => transferSyntaxOf("1.2.840.10008.1.2.4.50")).toThrow(/4\.50 .* dcmdjpeg/);
});

it("the documentation lists the syntaxes that are read, and no other", () => {
  const text = readFileSync(join(root, "docs/reference/transfer-syntaxes.md"), "utf8");
  const listed = [...text.matchAll(/^\| `([0-9.]+)` +\| (.+?) +\|/gm)].map((match) => [match[1], match[2]]);
  expect(listed).toEqual(transferSyntaxes.map(({ uid, name }) => [uid, name]));
});
