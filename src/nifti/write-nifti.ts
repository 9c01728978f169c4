/** Grid and values -> NIfTI-1 bytes (LPS -> RAS at the door). */
import { HemacastError } from "../core/errors.ts";
import { type Geometry, isRightHanded, voxelCount } from "../volume/geometry.ts";
import { niftiDataTypes } from "./header.ts";

/** Values that can be written. */
export type NiftiValues = Uint8Array | Int16Array | Float32Array;

const HEADER_BYTES = 352;

/**
 * A NIfTI-1 file, not packed. Both sform and qform are set (code 1, scanner), in mm.
 *
 * @param values `nx * ny * nz` values, x fastest; stored as they are (uint8, int16 or float32)
 * @throws HemacastError GEOMETRY_INVALID when gaps vary: NIfTI has one spacing. Resample first (`evenSlices`).
 * @see https://nifti.nimh.nih.gov/pub/dist/src/niftilib/nifti1.h
 */
export function niftiBytes(geometry: Geometry, values: NiftiValues): Uint8Array {
  if (geometry.sliceOffsetsMm) {
    throw new HemacastError(
      "GEOMETRY_INVALID",
      "NIfTI cannot hold slices at varying distances; resample to even slices first",
    );
  }
  const expected = voxelCount(geometry);
  if (values.length !== expected) {
    throw new HemacastError("GEOMETRY_INVALID", `${values.length} values for a grid of ${expected} voxels`);
  }
  const bytes = new Uint8Array(HEADER_BYTES + values.byteLength);
  writeHeader(new DataView(bytes.buffer), geometry, values);
  writeValues(bytes, values);
  return bytes;
}

function writeHeader(view: DataView, geometry: Geometry, values: NiftiValues): void {
  const type = values instanceof Uint8Array ? "uint8" : values instanceof Int16Array ? "int16" : "float32";
  const { code, bytes } = niftiDataTypes[type];
  const float = (at: number, ...numbers: number[]) =>
    numbers.forEach((n, i) => void view.setFloat32(at + 4 * i, n, true));
  view.setInt32(0, 348, true);
  [3, ...geometry.size, 1, 1, 1, 1].forEach((n, i) => void view.setInt16(40 + 2 * i, n, true));
  view.setInt16(70, code, true);
  view.setInt16(72, 8 * bytes, true);
  float(76, isRightHandedInRas(geometry) ? 1 : -1, ...geometry.spacing, 0, 0, 0, 0);
  float(108, HEADER_BYTES, 1, 0);
  view.setUint8(123, 2);
  view.setInt16(252, 1, true);
  view.setInt16(254, 1, true);
  const rows = rasRows(geometry);
  float(256, ...quaternionOf(rows, geometry), ...rows.map((row) => row[3] as number));
  float(280, ...rows.flat());
  [0x6e, 0x2b, 0x31, 0].forEach((byte, i) => void view.setUint8(344 + i, byte));
}

/** LPS to RAS: the first two coordinates change sign, which leaves handedness as it is. */
function isRightHandedInRas(geometry: Geometry): boolean {
  return isRightHanded(geometry);
}

function rasRows(geometry: Geometry): number[][] {
  return [0, 1, 2].map((a) => {
    const sign = a < 2 ? -1 : 1;
    const steps = geometry.direction.map(
      (axis, column) => sign * (axis[a] as number) * (geometry.spacing[column] as number),
    );
    return [...steps, sign * (geometry.origin[a] as number)].map((v) => v + 0);
  });
}

/** quatern_b, c, d of the rotation, with the third axis reversed for a left-handed grid. @see nifti1_io.c, nifti_mat44_to_quatern */
function quaternionOf(rows: readonly (readonly number[])[], geometry: Geometry): [number, number, number] {
  const flip = isRightHanded(geometry) ? 1 : -1;
  const r = (row: number, column: number): number =>
    (((rows[row] as readonly number[])[column] as number) / (geometry.spacing[column] as number)) *
    (column === 2 ? flip : 1);
  // The largest of the four squares is taken for the root, so that nothing is divided by a number near 0.
  const squares = [
    1 + r(0, 0) + r(1, 1) + r(2, 2),
    1 + r(0, 0) - r(1, 1) - r(2, 2),
    1 - r(0, 0) + r(1, 1) - r(2, 2),
    1 - r(0, 0) - r(1, 1) + r(2, 2),
  ];
  const largest = squares.indexOf(Math.max(...squares));
  const root = 2 * Math.sqrt(squares[largest] as number);
  const products = {
    ab: r(2, 1) - r(1, 2),
    ac: r(0, 2) - r(2, 0),
    ad: r(1, 0) - r(0, 1),
    bc: r(0, 1) + r(1, 0),
    bd: r(0, 2) + r(2, 0),
    cd: r(1, 2) + r(2, 1),
  };
  const { ab, ac, ad, bc, bd, cd } = products;
  const [a, b, c, d] = (
    [
      [root / 4, ab / root, ac / root, ad / root],
      [ab / root, root / 4, bc / root, bd / root],
      [ac / root, bc / root, root / 4, cd / root],
      [ad / root, bd / root, cd / root, root / 4],
    ] as const
  )[largest] as readonly [number, number, number, number];
  return a < 0 ? [-b, -c, -d] : [b, c, d];
}

function writeValues(bytes: Uint8Array, values: NiftiValues): void {
  const view = new DataView(bytes.buffer, HEADER_BYTES);
  if (values instanceof Uint8Array) bytes.set(values, HEADER_BYTES);
  else if (values instanceof Int16Array) values.forEach((v, i) => void view.setInt16(2 * i, v, true));
  else values.forEach((v, i) => void view.setFloat32(4 * i, v, true));
}
