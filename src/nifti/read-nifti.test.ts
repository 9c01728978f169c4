import { describe, expect, it } from "vitest";
import type { Geometry } from "../volume/geometry.ts";
import { readNiftiCt, readNiftiMask } from "./read-nifti.ts";
import { niftiBytes } from "./write-nifti.ts";

const geometry: Geometry = {
  size: [3, 2, 2],
  spacing: [0.5, 0.6, 5],
  origin: [-10, -20, 30],
  direction: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
};
const values = Int16Array.from({ length: 12 }, (_, v) => 10 * v - 40);

/** A header field changed: [byte, kind, value]. */
type Change = readonly [number, "int16" | "float32" | "uint8" | "int32", number];

function changed(bytes: Uint8Array, ...changes: readonly Change[]): Uint8Array {
  const result = bytes.slice();
  const view = new DataView(result.buffer);
  for (const [at, kind, value] of changes) {
    if (kind === "int16") view.setInt16(at, value, true);
    else if (kind === "int32") view.setInt32(at, value, true);
    else if (kind === "float32") view.setFloat32(at, value, true);
    else view.setUint8(at, value);
  }
  return result;
}

const plain = niftiBytes(geometry, values);
const SFORM_CODE = 254;
const QFORM_CODE = 252;

describe("reading", () => {
  it("gives back what was written, by sform and by qform", () => {
    for (const bytes of [plain, changed(plain, [SFORM_CODE, "int16", 0])]) {
      const { volume } = readNiftiCt(bytes);
      expect(volume.hu).toEqual(values);
      // The header holds 32-bit numbers.
      expect(volume.geometry.spacing).toBeAllClose(geometry.spacing, { relative: 1e-7 });
      expect(volume.geometry.origin).toBeAllClose(geometry.origin, { absolute: 1e-5 });
      volume.geometry.direction.forEach((axis, a) => {
        expect(axis).toBeAllClose(geometry.direction[a] as readonly number[], { absolute: 1e-6 });
      });
    }
  });

  it.each(["uint8", "int8", "uint16", "int16", "uint32", "int32", "float32", "float64"] as const)(
    "reads %s in both byte orders",
    (type) => {
      for (const littleEndian of [true, false]) {
        const { volume } = readNiftiCt(rewritten(type, littleEndian));
        expect(Array.from(volume.hu)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
        expect(volume.geometry.size).toEqual([3, 2, 2]);
      }
    },
  );

  it("applies scl_slope and scl_inter, and takes a slope of 0 for none", () => {
    const scaled = changed(plain, [112, "float32", 2], [116, "float32", -1000]);
    expect(Array.from(readNiftiCt(scaled).volume.hu)).toEqual(Array.from(values, (v) => 2 * v - 1000));
    const unscaled = changed(plain, [112, "float32", 0], [116, "float32", 7]);
    expect(readNiftiCt(unscaled).volume.hu).toEqual(values);
  });

  it("converts metres to millimetres", () => {
    const { geometry: read } = readNiftiCt(changed(plain, [123, "uint8", 1])).volume;
    expect(read.spacing).toBeAllClose([500, 600, 5000], { relative: 1e-6 });
  });

  it("warns where the file states no orientation", () => {
    const bytes = changed(plain, [SFORM_CODE, "int16", 0], [QFORM_CODE, "int16", 0]);
    expect(readNiftiCt(bytes).findings.map((finding) => finding.code)).toEqual(["ORIENTATION_UNKNOWN"]);
  });

  it("takes out the shear of a tilted gantry by whole pixels, like DICOM", () => {
    // Row y of the affine gets 0.66 mm per slice: 1.1 pixels of 0.6 mm, which rounds to 1.
    const bytes = changed(plain, [280 + 4 * 6, "float32", -0.66]);
    const { volume, layout, findings } = readNiftiCt(bytes);
    expect(layout.tiltDegrees).toBeAllClose((Math.atan2(0.66, 5) * 180) / Math.PI, { absolute: 1e-4 });
    expect(volume.geometry.size).toEqual([3, 3, 2]);
    expect(volume.geometry.spacing[2]).toBeAllClose(5, { relative: 1e-6 });
    expect(volume.sources.map((source) => source.rowShift + 0)).toEqual([0, -1]);
    expect(Array.from(volume.hu.subarray(12))).toEqual([20, 30, 40, 50, 60, 70]);
    expect(volume.hu[6]).toBe(-1024);
    expect(findings[0]?.code).toBe("GANTRY_TILT_CORRECTED");
    expect(readNiftiMask(changed(bytes, [70, "int16", 4]), 70).mask.inside[6]).toBe(0);
  });

  it("accepts a fourth dimension of one volume", () => {
    expect(readNiftiCt(changed(plain, [40, "int16", 4])).volume.hu).toEqual(values);
  });
});

describe("refusing", () => {
  it.each<[string, Uint8Array, string, RegExp]>([
    ["several volumes", changed(plain, [40, "int16", 4], [48, "int16", 3]), "NIFTI_UNSUPPORTED", /3 x 2 x 2 x 3/],
    ["two dimensions", changed(plain, [40, "int16", 2]), "NIFTI_UNSUPPORTED", /dimension/],
    ["complex values", changed(plain, [70, "int16", 32]), "NIFTI_UNSUPPORTED", /datatype 32/],
    ["a header beside the image", changed(plain, [345, "uint8", 0x69]), "NIFTI_UNSUPPORTED", /\.hdr/],
    ["another width than its type", changed(plain, [72, "int16", 8]), "NIFTI_MALFORMED", /bitpix says 8/],
    ["a size of 0", changed(plain, [44, "int16", 0]), "NIFTI_MALFORMED", /size is 3 x 0 x 2/],
    ["a negative size", changed(plain, [44, "int16", -2]), "NIFTI_MALFORMED", /size/],
    ["a size beyond its bytes", changed(plain, [44, "int16", 200]), "NIFTI_MALFORMED", /truncated/],
    [
      "an enormous size",
      changed(plain, ...[42, 44, 46].map((at) => [at, "int16", 32767] as const)),
      "INPUT_TOO_LARGE",
      /32767/,
    ],
    ["voxels inside its header", changed(plain, [108, "float32", 8]), "NIFTI_MALFORMED", /vox_offset is 8/],
    ["voxels beyond its end", changed(plain, [108, "float32", 1e9]), "NIFTI_MALFORMED", /truncated/],
    ["a vox_offset of NaN", changed(plain, [108, "float32", Number.NaN]), "NIFTI_MALFORMED", /vox_offset/],
    ["a singular affine", changed(plain, [280, "float32", 0]), "NIFTI_MALFORMED", /singular/],
    ["an affine of NaN", changed(plain, [280, "float32", Number.NaN]), "NIFTI_MALFORMED", /finite/],
    ["pixels that are not rectangular", changed(plain, [284, "float32", 0.2]), "NIFTI_UNSUPPORTED", /rectangular/],
    [
      "an impossible quaternion",
      changed(plain, [SFORM_CODE, "int16", 0], [256, "float32", 3]),
      "NIFTI_MALFORMED",
      /quaternion/,
    ],
    [
      "an endless intercept",
      changed(plain, [112, "float32", 1], [116, "float32", Number.POSITIVE_INFINITY]),
      "NIFTI_MALFORMED",
      /scl_inter/,
    ],
    ["something else", new Uint8Array(400), "NIFTI_MALFORMED", /header/],
  ])("%s", (_, bytes, code, message) => {
    expect(() => readNiftiCt(bytes)).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) }),
    );
  });
});

/** The image 0..11 in a data type and byte order, written by hand: header fields of NIfTI-1 in order. */
function rewritten(type: keyof typeof writers, little: boolean): Uint8Array {
  const [code, width, write] = writers[type];
  const bytes = new Uint8Array(352 + 12 * width);
  const view = new DataView(bytes.buffer);
  view.setInt32(0, 348, little);
  [3, 3, 2, 2, 1, 1, 1, 1].forEach((n, i) => void view.setInt16(40 + 2 * i, n, little));
  view.setInt16(70, code, little);
  view.setInt16(72, 8 * width, little);
  view.setFloat32(108, 352, little);
  view.setInt16(SFORM_CODE, 1, little);
  [-1, 0, 0, 0, 0, -1, 0, 0, 0, 0, 5, 0].forEach((n, i) => void view.setFloat32(280 + 4 * i, n, little));
  bytes.set([0x6e, 0x2b, 0x31, 0], 344);
  for (let v = 0; v < 12; v++) write(view, 352 + v * width, v, little);
  return bytes;
}

const writers = {
  uint8: [2, 1, (view, at, v) => view.setUint8(at, v)],
  int16: [4, 2, (view, at, v, little) => view.setInt16(at, v, little)],
  int32: [8, 4, (view, at, v, little) => view.setInt32(at, v, little)],
  float32: [16, 4, (view, at, v, little) => view.setFloat32(at, v, little)],
  float64: [64, 8, (view, at, v, little) => view.setFloat64(at, v, little)],
  int8: [256, 1, (view, at, v) => view.setInt8(at, v)],
  uint16: [512, 2, (view, at, v, little) => view.setUint16(at, v, little)],
  uint32: [768, 4, (view, at, v, little) => view.setUint32(at, v, little)],
} as const satisfies Record<
  string,
  readonly [number, number, (view: DataView, at: number, v: number, little: boolean) => void]
>;
