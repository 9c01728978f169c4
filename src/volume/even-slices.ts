/**
 * Slices at varying distances, repeated on an even grid and taken back. For formats that know one spacing only (NIfTI): an even slice is a copy of
 * the original slice that it lies in, so a mask keeps its volume to half an even gap at each border, and going back gives the same mask.
 */
import { HemacastError } from "../core/errors.ts";
import { add, scale } from "../math/vec3.ts";
import { type Geometry, sliceExtentMm, sliceIndexAt, sliceOffsetMm } from "./geometry.ts";

/** Widest even gap in mm; at most the narrowest original gap, so that no slice is lost. */
const WIDEST_GAP_MM = 1;

/** An even grid and, for each of its slices, the original slice that it copies. */
export interface EvenSlices {
  readonly geometry: Geometry;
  readonly from: readonly number[];
}

/**
 * The even grid for a geometry with varying gaps. It covers what the slices stand for: half the first gap below the first to half the last gap
 * above the last.
 *
 * @example evenSlices({ size: [1, 1, 3], spacing: [1, 1, 4], origin: [0, 0, 0], direction: [[1, 0, 0], [0, 1, 0], [0, 0, 1]], sliceOffsetsMm: [0, 1, 4] }).from // => [0, 1, 1, 2, 2, 2]
 */
export function evenSlices(geometry: Geometry): EvenSlices {
  const { sliceOffsetsMm, ...rest } = geometry;
  const nz = geometry.size[2];
  if (!sliceOffsetsMm || nz < 2) return { geometry: rest, from: Array.from({ length: nz }, (_, k) => k) };
  const narrowest = Math.min(...sliceOffsetsMm.slice(1).map((offset, k) => offset - (sliceOffsetsMm[k] as number)));
  const low = -sliceExtentMm(geometry, 0) / 2;
  const high = (sliceOffsetsMm[nz - 1] as number) + sliceExtentMm(geometry, nz - 1) / 2;
  const count = Math.ceil((high - low) / Math.min(WIDEST_GAP_MM, narrowest));
  const gap = (high - low) / count;
  return {
    geometry: {
      ...rest,
      size: [geometry.size[0], geometry.size[1], count],
      spacing: [geometry.spacing[0], geometry.spacing[1], gap],
      origin: add(geometry.origin, scale(geometry.direction[2], low + gap / 2)),
    },
    from: Array.from({ length: count }, (_, e) => nearestSlice(geometry, low + (e + 0.5) * gap)),
  };
}

function nearestSlice(geometry: Geometry, offsetMm: number): number {
  return Math.min(Math.max(Math.round(sliceIndexAt(geometry, offsetMm)), 0), geometry.size[2] - 1);
}

/** Values on the even grid: each slice a copy of the one it lies in. */
export function repeatSlices<T extends Uint8Array | Int16Array | Float32Array>(
  values: T,
  geometry: Geometry,
  even: EvenSlices,
): T {
  const perSlice = geometry.size[0] * geometry.size[1];
  const result = new (values.constructor as new (length: number) => T)(perSlice * even.from.length);
  for (const [e, k] of even.from.entries()) {
    result.set(values.subarray(k * perSlice, (k + 1) * perSlice) as Uint8Array, e * perSlice);
  }
  return result;
}

/**
 * The inverse of `repeatSlices`: for each original slice the even slice nearest to its centre.
 *
 * @throws HemacastError GEOMETRY_MISMATCH when the number of values is not that of the even grid
 */
export function takeSlicesBack<T extends Uint8Array | Int16Array | Float32Array>(
  values: T,
  geometry: Geometry,
  even: EvenSlices,
): T {
  const [nx, ny, nz] = geometry.size;
  const perSlice = nx * ny;
  if (values.length !== perSlice * even.from.length) {
    throw new HemacastError(
      "GEOMETRY_MISMATCH",
      `${values.length} values for an even grid of [${even.geometry.size}] voxels`,
    );
  }
  const gap = even.geometry.spacing[2];
  const low = -sliceExtentMm(geometry, 0) / 2;
  const result = new (values.constructor as new (length: number) => T)(perSlice * nz);
  for (let k = 0; k < nz; k++) {
    const e = Math.min(Math.max(Math.round((sliceOffsetMm(geometry, k) - low) / gap - 0.5), 0), even.from.length - 1);
    result.set(values.subarray(e * perSlice, (e + 1) * perSlice) as Uint8Array, k * perSlice);
  }
  return result;
}
