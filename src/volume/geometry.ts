/**
 * Where voxels are in the patient: size, spacing, origin and axes, in LPS millimetres. Data and pure functions; no voxel values here.
 * Slices of a head CT may be unevenly spaced, so the third axis has either one spacing or a list of slice positions.
 */
import { HemacastError } from "../core/errors.ts";
import { cross, dot, length, subtract, type Vec3 } from "../math/vec3.ts";

/** The three unit axes of a grid in LPS: towards larger i (columns), j (rows) and k (slices). Mutually orthogonal. */
export type Axes = readonly [Vec3, Vec3, Vec3];

/** A grid of voxels in the patient. Voxel (i, j, k) is at memory index `i + nx * (j + ny * k)`. */
export interface Geometry {
  /** Number of voxels along i, j, k: DICOM `[Columns, Rows, slices]`. */
  readonly size: Vec3;
  /** Distance in mm between neighbouring voxel centres along i, j, k. With `sliceOffsetsMm`, the third is the median gap. */
  readonly spacing: Vec3;
  /** LPS position in mm of the centre of voxel (0, 0, 0). */
  readonly origin: Vec3;
  readonly direction: Axes;
  /** Only where gaps vary: the distance in mm of each slice's centre from the first one, increasing, length nz. */
  readonly sliceOffsetsMm?: readonly number[];
  /** DICOM Frame of Reference UID, where known. */
  readonly frameOfReferenceUID?: string;
}

/** How far apart, in mm, corner voxels of two grids may be and still count as the same grid: rounding of decimal strings, nothing more. */
const SAME_GRID_TOLERANCE_MM = 0.01;

/**
 * Checks a geometry once, where it enters: whole sizes, positive spacing, orthonormal axes (1e-4), increasing slice offsets.
 * Left-handed grids are allowed; they occur in NIfTI.
 *
 * @throws HemacastError GEOMETRY_INVALID naming the field
 */
export function checkedGeometry(geometry: Geometry): Geometry {
  const { size, spacing, origin, direction, sliceOffsetsMm } = geometry;
  for (const n of size)
    if (!(Number.isSafeInteger(n) && n >= 1)) fail(`size is [${size}]; each must be a whole number of at least 1`);
  for (const s of spacing)
    if (!(s > 0 && Number.isFinite(s))) fail(`spacing is [${spacing}] mm; each must be positive and finite`);
  for (const o of origin) if (!Number.isFinite(o)) fail(`origin is [${origin}]; each must be finite`);
  for (let a = 0; a < 3; a++) {
    for (let b = a; b < 3; b++) {
      const product = dot(direction[a] as Vec3, direction[b] as Vec3);
      if (!(Math.abs(product - (a === b ? 1 : 0)) <= 1e-4)) {
        fail(`direction axes ${a} and ${b} have inner product ${product}; axes must be orthogonal and of length 1`);
      }
    }
  }
  if (sliceOffsetsMm) {
    if (sliceOffsetsMm.length !== size[2]) fail(`${sliceOffsetsMm.length} slice offsets for ${size[2]} slices`);
    if (sliceOffsetsMm[0] !== 0) fail(`the first slice offset is ${sliceOffsetsMm[0]}; it must be 0`);
    for (let k = 1; k < sliceOffsetsMm.length; k++) {
      const gap = (sliceOffsetsMm[k] as number) - (sliceOffsetsMm[k - 1] as number);
      if (!(gap > 0 && Number.isFinite(gap)))
        fail(`slice offsets must increase; slice ${k} is ${gap} mm after slice ${k - 1}`);
    }
  }
  return geometry;
}

function fail(message: string): never {
  throw new HemacastError("GEOMETRY_INVALID", message);
}

/**
 * Number of voxels.
 *
 * @example voxelCount({ size: [2, 3, 4], spacing: [1, 1, 1], origin: [0, 0, 0], direction: [[1, 0, 0], [0, 1, 0], [0, 0, 1]] }) // => 24
 */
export function voxelCount(geometry: Geometry): number {
  return geometry.size[0] * geometry.size[1] * geometry.size[2];
}

/**
 * Distance in mm of a slice's centre from the first slice's; fractional and outside indices are interpolated and extended.
 *
 * @example sliceOffsetMm({ size: [1, 1, 3], spacing: [1, 1, 5], origin: [0, 0, 0], direction: [[1, 0, 0], [0, 1, 0], [0, 0, 1]] }, 2) // => 10
 */
export function sliceOffsetMm(geometry: Geometry, k: number): number {
  const offsets = geometry.sliceOffsetsMm;
  if (!offsets || offsets.length < 2) return k * geometry.spacing[2];
  const below = Math.min(Math.max(Math.floor(k), 0), offsets.length - 2);
  const start = offsets[below] as number;
  return start + (k - below) * ((offsets[below + 1] as number) - start);
}

/**
 * The fractional slice index at a distance in mm from the first slice: the inverse of `sliceOffsetMm`.
 *
 * @example sliceIndexAt({ size: [1, 1, 3], spacing: [1, 1, 5], origin: [0, 0, 0], direction: [[1, 0, 0], [0, 1, 0], [0, 0, 1]] }, 7.5) // => 1.5
 */
export function sliceIndexAt(geometry: Geometry, offsetMm: number): number {
  const offsets = geometry.sliceOffsetsMm;
  if (!offsets || offsets.length < 2) return offsetMm / geometry.spacing[2];
  let below = 0;
  while (below < offsets.length - 2 && (offsets[below + 1] as number) <= offsetMm) below++;
  const start = offsets[below] as number;
  return below + (offsetMm - start) / ((offsets[below + 1] as number) - start);
}

/**
 * Thickness in mm of tissue that a slice stands for: half the way to each neighbour; an end slice takes its one gap.
 *
 * @example sliceExtentMm({ size: [1, 1, 3], spacing: [1, 1, 4], origin: [0, 0, 0], direction: [[1, 0, 0], [0, 1, 0], [0, 0, 1]], sliceOffsetsMm: [0, 4, 10] }, 1) // => 5
 */
export function sliceExtentMm(geometry: Geometry, k: number): number {
  const last = geometry.size[2] - 1;
  if (!geometry.sliceOffsetsMm || last === 0) return geometry.spacing[2];
  const low = Math.max(k - 1, 0);
  const high = Math.min(k + 1, last);
  return (sliceOffsetMm(geometry, high) - sliceOffsetMm(geometry, low)) / (high - low);
}

/**
 * Volume in mL of one voxel of slice k.
 *
 * @example voxelMl({ size: [1, 1, 1], spacing: [10, 10, 10], origin: [0, 0, 0], direction: [[1, 0, 0], [0, 1, 0], [0, 0, 1]] }, 0) // => 1
 */
export function voxelMl(geometry: Geometry, k: number): number {
  return (geometry.spacing[0] * geometry.spacing[1] * sliceExtentMm(geometry, k)) / 1000;
}

/**
 * LPS position in mm of a (fractional) voxel index.
 *
 * @example indexToLps({ size: [4, 4, 4], spacing: [1, 1, 5], origin: [10, 0, 0], direction: [[1, 0, 0], [0, 1, 0], [0, 0, 1]] }, [1, 0, 2]) // => [11, 0, 10]
 */
export function indexToLps(geometry: Geometry, index: Vec3): Vec3 {
  const { origin, direction, spacing } = geometry;
  const [x, y, z] = direction;
  const a = index[0] * spacing[0];
  const b = index[1] * spacing[1];
  const c = sliceOffsetMm(geometry, index[2]);
  return [
    origin[0] + a * x[0] + b * y[0] + c * z[0],
    origin[1] + a * x[1] + b * y[1] + c * z[1],
    origin[2] + a * x[2] + b * y[2] + c * z[2],
  ];
}

/**
 * Fractional voxel index of an LPS position in mm.
 *
 * @example lpsToIndex({ size: [4, 4, 4], spacing: [1, 1, 5], origin: [10, 0, 0], direction: [[1, 0, 0], [0, 1, 0], [0, 0, 1]] }, [11, 0, 10]) // => [1, 0, 2]
 */
export function lpsToIndex(geometry: Geometry, point: Vec3): Vec3 {
  const { origin, direction, spacing } = geometry;
  const relative = subtract(point, origin);
  return [
    dot(relative, direction[0]) / spacing[0],
    dot(relative, direction[1]) / spacing[1],
    sliceIndexAt(geometry, dot(relative, direction[2])),
  ];
}

/**
 * Whether the third axis is the vector product of the first two.
 *
 * @example isRightHanded({ size: [1, 1, 1], spacing: [1, 1, 1], origin: [0, 0, 0], direction: [[1, 0, 0], [0, 1, 0], [0, 0, -1]] }) // => false
 */
export function isRightHanded(geometry: Geometry): boolean {
  const [x, y, z] = geometry.direction;
  return dot(cross(x, y), z) > 0;
}

/**
 * Throws unless two grids are the same: equal size, every corner and every slice within 0.01 mm, and no different frame of reference.
 *
 * @param what what is compared, e.g. "mask and image"
 * @throws HemacastError GEOMETRY_MISMATCH saying which property differs, with both values
 */
export function requireSameGrid(a: Geometry, b: Geometry, what: string): void {
  const mismatch = (message: string): never => {
    throw new HemacastError("GEOMETRY_MISMATCH", `${what} are on different grids: ${message}`);
  };
  if (a.size.some((n, axis) => n !== b.size[axis])) mismatch(`sizes are [${a.size}] and [${b.size}] voxels`);
  if (
    a.frameOfReferenceUID !== undefined &&
    b.frameOfReferenceUID !== undefined &&
    a.frameOfReferenceUID !== b.frameOfReferenceUID
  ) {
    mismatch("their FrameOfReferenceUIDs differ");
  }
  const [nx, ny, nz] = a.size;
  for (let k = 0; k < nz; k++) {
    for (const [i, j] of [
      [0, 0],
      [nx - 1, 0],
      [0, ny - 1],
    ] as const) {
      const gapMm = length(subtract(indexToLps(a, [i, j, k]), indexToLps(b, [i, j, k])));
      if (!(gapMm <= SAME_GRID_TOLERANCE_MM)) {
        mismatch(
          `voxel (${i}, ${j}, ${k}) is ${gapMm.toFixed(3)} mm apart; at most ${SAME_GRID_TOLERANCE_MM} mm is rounding`,
        );
      }
    }
  }
}
