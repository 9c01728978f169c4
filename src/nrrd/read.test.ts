import { gunzipSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nrrd } from "../../test/support/pyradiomics-data.ts";
import { sharedData } from "../../test/support/shared-data.ts";
import { HemacastError } from "../core/errors.ts";
import { looksLikeNrrd, readNrrd } from "./read.ts";

const gunzip = (bytes: Uint8Array, maximum: number): Uint8Array => gunzipSync(bytes, { maxOutputLength: maximum });

const plain: Record<string, string> = {
  type: "short",
  dimension: "3",
  space: "left-posterior-superior",
  sizes: "2 2 1",
  "space directions": "(0.5,0,0) (0,0.5,0) (0,0,5)",
  endian: "little",
  encoding: "raw",
  "space origin": "(1,2,3)",
};

function file(
  changes: Record<string, string | undefined> = {},
  data: Uint8Array = bytesOf([1, -2, 3, 400]),
): Uint8Array {
  const fields = Object.entries({ ...plain, ...changes }).filter(([, value]) => value !== undefined);
  const header = `NRRD0004\n# comment\n${fields.map(([name, value]) => `${name}: ${value}\n`).join("")}kind:=test\n\n`;
  return Buffer.concat([Buffer.from(header), data]);
}

function bytesOf(values: number[]): Uint8Array {
  return new Uint8Array(Int16Array.from(values).buffer);
}

it("reads values and grid, raw and gzip, little and big endian", () => {
  const values = Int16Array.from([1, -2, 3, 400]);
  const swapped = Buffer.from(bytesOf([1, -2, 3, 400])).swap16();
  for (const bytes of [
    file(),
    file({ encoding: "gzip" }, gzipSync(bytesOf([1, -2, 3, 400]))),
    file({ endian: "big" }, swapped),
  ]) {
    const image = readNrrd(bytes, gunzip);
    expect(image.values).toEqual(values);
    expect(image.geometry).toEqual({
      size: [2, 2, 1],
      spacing: [0.5, 0.5, 5],
      origin: [1, 2, 3],
      direction: [
        [1, 0, 0],
        [0, 1, 0],
        [0, 0, 1],
      ],
    });
  }
});

it("turns RAS into LPS", () => {
  const { origin, direction } = readNrrd(file({ space: "right-anterior-superior" }), gunzip).geometry;
  expect(origin).toEqual([-1, -2, 3]);
  expect(direction[0][0]).toBe(-1);
});

it.each([
  ["NRRD_MALFORMED", { sizes: undefined }],
  ["NRRD_MALFORMED", { sizes: "2 2 2" }],
  ["NRRD_MALFORMED", { endian: "middle" }],
  ["NRRD_MALFORMED", { "space directions": "(1,0,0) (0,1,0)" }],
  ["NRRD_MALFORMED", { "space directions": "(0,0,0) (0,1,0) (0,0,1)" }],
  ["NRRD_MALFORMED", { "space origin": "none" }],
  ["GEOMETRY_INVALID", { sizes: "2 -2 1" }],
  ["GEOMETRY_INVALID", { "space directions": "(1,0,0) (0.5,1,0) (0,0,1)" }],
  ["INPUT_TOO_LARGE", { sizes: "60000 60000 60000" }],
  ["NRRD_MALFORMED", { encoding: "gzip" }],
  ["NRRD_UNSUPPORTED", { type: "block" }],
  ["NRRD_UNSUPPORTED", { dimension: "4" }],
  ["NRRD_UNSUPPORTED", { encoding: "bzip2" }],
  ["NRRD_UNSUPPORTED", { space: "scanner-xyz" }],
  ["NRRD_UNSUPPORTED", { "data file": "other.raw" }],
  ["NRRD_UNSUPPORTED", { "byte skip": "-1" }],
] as const)("refuses with %s: %o", (code, changes) => {
  expect(() => readNrrd(file(changes), gunzip)).toThrowCode(code);
});

it("refuses bytes that are no NRRD or have no end of header", () => {
  expect(looksLikeNrrd(new Uint8Array(4))).toBe(false);
  expect(() => readNrrd(new Uint8Array(100), gunzip)).toThrowCode("NRRD_MALFORMED");
  expect(() => readNrrd(Buffer.from(`NRRD0004\n${"x".repeat(100_000)}`), gunzip)).toThrowCode("NRRD_MALFORMED");
});

it("a damaged header is read or refused with a code, never anything else", () => {
  const whole = file();
  fc.assert(
    fc.property(fc.nat(whole.length - 1), fc.nat(255), (at, value) => {
      const damaged = Uint8Array.from(whole);
      damaged[at] = value;
      try {
        readNrrd(damaged, gunzip, 1000);
      } catch (thrown) {
        expect(thrown).toBeInstanceOf(HemacastError);
      }
    }),
    { numRuns: 300 },
  );
});

describe.skipIf(!sharedData)("on real files", () => {
  it("reads brain1 on its grid", () => {
    const { geometry, values } = nrrd("brain1_image");
    expect(geometry.size).toEqual([256, 256, 25]);
    expect(geometry.spacing[2]).toBeCloseTo(6.5, 12);
    // Mean that PyRadiomics 2.1 printed for this image (baseline_shape.csv, diagnostics_Image-original_Mean).
    expect(Float64Array.from(values).reduce((sum, v) => sum + v, 0) / values.length).toBeCloseTo(385.6564080810547, 9);
  });
});
