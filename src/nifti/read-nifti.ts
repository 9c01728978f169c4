/** NIfTI -> grid and values, with the axes turned so that i runs to the left, j to the back and k to the head of the patient. */
import { HemacastError } from "../core/errors.ts";
import type { Finding } from "../core/finding.ts";
import { add, cross, dot, length, scale, subtract, unit, type Vec3 } from "../math/vec3.ts";
import type { Axes } from "../volume/geometry.ts";
import { type AxisOrder, canonicalOrder, reorderedValues } from "../volume/orient.ts";
import { layOutStack, placeSlice, type SliceStack, type StackLayout } from "../volume/slice-stack.ts";
import { AIR_HU, type CtVolume, createCtVolume, createMask, type Mask } from "../volume/volume.ts";
import { type NiftiHeader, niftiDataTypes, readNiftiHeader } from "./header.ts";

/** A NIfTI image on a grid. */
export interface NiftiImage {
  readonly layout: StackLayout;
  /** x fastest; 16-bit where all values are whole and in range. */
  readonly values: Int16Array | Float32Array;
  readonly findings: readonly Finding[];
}

/** Cosine between the axes of a slice beyond which its pixels are not rectangular. */
const LARGEST_SKEW = 1e-3;

/**
 * Reads a NIfTI image. A shear of the third axis (gantry tilt) is taken out by whole pixels, as for DICOM; voxels that no slice covers get `outside`.
 *
 * @param bytes the file, unpacked
 * @param outside value where there is no data, e.g. AIR_HU for a CT, 0 for a mask
 * @throws HemacastError NIFTI_MALFORMED (also for values that are not finite), NIFTI_UNSUPPORTED (also for axes within a slice that are not
 * orthogonal), INPUT_TOO_LARGE
 * @see https://nifti.nimh.nih.gov/pub/dist/src/niftilib/nifti1.h
 */
export function readNifti(bytes: Uint8Array, outside: number): NiftiImage {
  const header = readNiftiHeader(bytes);
  const axes = storedAxes(header);
  const turnedSize = axes.order.from.map((stored) => header.size[stored]) as unknown as Vec3;
  const [columns, rows, slices] = turnedSize;
  const layout = layOutStack(stackOf(header, axes, turnedSize));
  const values = rescaled(typedVoxels(bytes, header), header);
  const turned = reorderedValues(values, header.size, axes.order);
  const sheared = layout.geometry.size[0] !== columns || layout.geometry.size[1] !== rows;
  if (!sheared) return { layout, values: turned, findings: findingsOf(header, layout, sheared) };
  const [nx, ny, nz] = layout.geometry.size;
  const placed = new (values.constructor as Int16ArrayConstructor)(nx * ny * nz).fill(outside);
  const perSlice = columns * rows;
  for (let k = 0; k < slices; k++) {
    placeSlice(layout, k, turned.subarray(k * perSlice, (k + 1) * perSlice), columns, placed);
  }
  return { layout, values: placed, findings: findingsOf(header, layout, sheared) };
}

/**
 * A CT in NIfTI as a volume. The values are taken as HU: NIfTI does not say what they are.
 *
 * @throws HemacastError what `readNifti` throws
 */
export function readNiftiCt(bytes: Uint8Array): {
  volume: CtVolume;
  layout: StackLayout;
  findings: readonly Finding[];
} {
  const { layout, values, findings } = readNifti(bytes, AIR_HU);
  const sources = layout.placements.map(({ columnShift, rowShift }) => ({ columnShift, rowShift }));
  return { volume: createCtVolume(layout.geometry, values, sources), layout, findings };
}

/**
 * A mask in NIfTI: every voxel whose value is not 0 is inside; with `label`, those of that value.
 *
 * @throws HemacastError what `readNifti` throws; NIFTI_UNSUPPORTED without `label` when there are several labels, naming them
 */
export function readNiftiMask(bytes: Uint8Array, label?: number): { mask: Mask; findings: readonly Finding[] } {
  const { layout, values, findings } = readNifti(bytes, 0);
  const inside = new Uint8Array(values.length);
  const labels = new Set<number>();
  for (let v = 0; v < values.length; v++) {
    const value = values[v] as number;
    if (value === 0) continue;
    if (label === undefined ? labels.size < 9 : false) labels.add(value);
    if (label === undefined || value === label) inside[v] = 1;
  }
  if (labels.size > 1) {
    const listed = [...labels].sort((a, b) => a - b).join(", ");
    throw new HemacastError(
      "NIFTI_UNSUPPORTED",
      `the mask holds several values (${listed}); name the label that is meant`,
    );
  }
  return { mask: createMask(layout.geometry, inside), findings };
}

/** How the stored axes become those of the result, and the step in LPS mm from one voxel to the next along each. */
interface StoredAxes {
  readonly order: AxisOrder;
  readonly steps: readonly [Vec3, Vec3, Vec3];
}

/** RAS to LPS at the door: the first two coordinates change sign. */
function lpsColumn(header: NiftiHeader, column: number): Vec3 {
  const [x, y, z] = header.affine;
  return [-(x[column] as number), -(y[column] as number), z[column] as number];
}

/** Pairs each axis of the patient with the stored axis closest to it. */
function storedAxes(header: NiftiHeader): StoredAxes {
  const columns = ([0, 1, 2] as const).map((axis) => lpsColumn(header, axis));
  const lengths = columns.map(length);
  const volume = Math.abs(dot(cross(columns[0] as Vec3, columns[1] as Vec3), columns[2] as Vec3));
  if (!(volume > 1e-6 * (lengths[0] as number) * (lengths[1] as number) * (lengths[2] as number))) {
    throw new HemacastError("NIFTI_MALFORMED", "its affine is singular: the axes do not span a volume");
  }
  const direction = columns.map((column, a) => scale(column, 1 / (lengths[a] as number))) as unknown as Axes;
  const { from, flipped } = canonicalOrder({ direction });
  const steps = from.map((stored, axis) => scale(columns[stored] as Vec3, flipped[axis] ? -1 : 1));
  return { order: { from, flipped }, steps: steps as unknown as readonly [Vec3, Vec3, Vec3] };
}

function stackOf(header: NiftiHeader, { order, steps }: StoredAxes, [columns, rows, slices]: Vec3): SliceStack {
  const [x, y, z] = steps;
  const skew = Math.abs(dot(x, y)) / (length(x) * length(y));
  if (skew > LARGEST_SKEW) {
    throw new HemacastError(
      "NIFTI_UNSUPPORTED",
      `the pixels of its slices are not rectangular (the cosine between their axes is ${skew.toFixed(4)}); resample it to orthogonal axes`,
    );
  }
  const rowAxis = unit(x);
  const columnAxis = unit(subtract(y, scale(rowAxis, dot(y, rowAxis))));
  const normalMm = dot(z, cross(rowAxis, columnAxis));
  // Axes nearest to L, P and S are right-handed but for grids about 45 degrees oblique on all axes, which no scanner makes.
  if (!(normalMm > 0))
    throw new HemacastError("NIFTI_UNSUPPORTED", "its axes are too oblique to be called left, back and head");
  const corner = steps.reduce(
    (at, step, axis) =>
      order.flipped[axis] ? subtract(at, scale(step, ([columns, rows, slices][axis] as number) - 1)) : at,
    lpsColumn(header, 3),
  );
  return {
    columns,
    rows,
    pixelSpacing: [length(x), length(y)],
    rowAxis,
    columnAxis,
    origins: Array.from({ length: slices }, (_, k) => add(corner, scale(z, k))),
    singleSliceMm: normalMm,
  };
}

type Stored =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | Float32Array
  | Float64Array;

const arrays = {
  uint8: Uint8Array,
  int8: Int8Array,
  uint16: Uint16Array,
  int16: Int16Array,
  uint32: Uint32Array,
  int32: Int32Array,
  float32: Float32Array,
  float64: Float64Array,
} as const;

const hostIsLittleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

function typedVoxels(bytes: Uint8Array, header: NiftiHeader): Stored {
  const { bytes: width } = niftiDataTypes[header.dataType];
  const count = header.size[0] * header.size[1] * header.size[2];
  const own = new Uint8Array(bytes.subarray(header.voxOffset, header.voxOffset + count * width));
  if (width > 1 && header.littleEndian !== hostIsLittleEndian) {
    for (let at = 0; at < own.length; at += width) own.subarray(at, at + width).reverse();
  }
  return new arrays[header.dataType](own.buffer);
}

/** Stored values times slope plus intercept; 16-bit if that loses nothing. */
function rescaled(stored: Stored, header: NiftiHeader): Int16Array | Float32Array {
  const { slope, intercept } = header;
  const whole = new Int16Array(stored.length);
  let v = 0;
  for (; v < stored.length; v++) {
    const value = (stored[v] as number) * slope + intercept;
    whole[v] = value;
    if (whole[v] !== value) break;
  }
  if (v === stored.length) return whole;
  const values = new Float32Array(stored.length);
  for (v = 0; v < stored.length; v++) {
    const value = (stored[v] as number) * slope + intercept;
    values[v] = value;
    if (!Number.isFinite(values[v])) {
      throw new HemacastError(
        "NIFTI_MALFORMED",
        `voxel ${v} is ${value}; a CT has a finite value everywhere. Replace it, for example by -1024`,
      );
    }
  }
  return values;
}

function findingsOf(header: NiftiHeader, layout: StackLayout, sheared: boolean): Finding[] {
  const findings: Finding[] = [];
  if (sheared) {
    findings.push({
      code: "GANTRY_TILT_CORRECTED",
      severity: "info",
      message: `the affine is sheared by ${layout.tiltDegrees.toFixed(1)} degrees; slices were moved by whole pixels (at most ${layout.largestRoundingMm.toFixed(2)} mm off)`,
    });
  }
  if (header.affineFrom === "pixdim") {
    findings.push({
      code: "ORIENTATION_UNKNOWN",
      severity: "warning",
      message: "the file states no orientation (sform and qform codes are 0); left and right may be exchanged",
    });
  }
  return findings;
}
