/** Canonical axes (i towards L, j towards P, k towards S) and back, by permuting and flipping: no value is interpolated. */
import { HemacastError } from "../core/errors.ts";
import { scale, type Vec3 } from "../math/vec3.ts";
import { type Geometry, indexToLps, sliceOffsetMm } from "./geometry.ts";
import type { CtVolume, Mask } from "./volume.ts";

/** A reordering of axes: new axis a runs along old axis `from[a]`, backwards where `flipped[a]`. */
export interface AxisOrder {
  readonly from: Vec3;
  readonly flipped: readonly [boolean, boolean, boolean];
}

/**
 * The reordering that brings each axis nearest to L, P, S. The assignment with the largest sum of cosines wins, so that oblique grids have one
 * answer; among equals the one that moves least.
 *
 * @example canonicalOrder({ size: [1, 1, 1], spacing: [1, 1, 1], origin: [0, 0, 0], direction: [[0, 1, 0], [0, 0, -1], [-1, 0, 0]] }) // => { from: [2, 0, 1], flipped: [true, false, true] }
 */
export function canonicalOrder({ direction }: Pick<Geometry, "direction">): AxisOrder {
  const orders: readonly Vec3[] = [
    [0, 1, 2],
    [1, 0, 2],
    [0, 2, 1],
    [2, 1, 0],
    [1, 2, 0],
    [2, 0, 1],
  ];
  const alignment = (order: Vec3): number => order.reduce((sum, old, a) => sum + Math.abs(direction[old][a]), 0);
  const from = orders.reduce((best, order) => (alignment(order) > alignment(best) + 1e-9 ? order : best));
  return { from, flipped: [direction[from[0]][0] < 0, direction[from[1]][1] < 0, direction[from[2]][2] < 0] };
}

/**
 * The reordering that undoes another.
 *
 * @example inverseOrder({ from: [2, 0, 1], flipped: [true, false, true] }) // => { from: [1, 2, 0], flipped: [false, true, true] }
 */
export function inverseOrder({ from, flipped }: AxisOrder): AxisOrder {
  const back = [0, 1, 2].map((old) => from.indexOf(old));
  return { from: back as unknown as Vec3, flipped: back.map((a) => flipped[a]) as unknown as AxisOrder["flipped"] };
}

/**
 * The grid after a reordering.
 *
 * @throws HemacastError GEOMETRY_INVALID when uneven gaps would have to lie along another axis than the third
 */
export function reorderedGeometry(geometry: Geometry, { from, flipped }: AxisOrder): Geometry {
  const { sliceOffsetsMm, ...rest } = geometry;
  if (sliceOffsetsMm && from[2] !== 2) {
    throw new HemacastError(
      "GEOMETRY_INVALID",
      "slices with uneven gaps are not axial; resample the volume to even spacing before reordering its axes",
    );
  }
  const corner: [number, number, number] = [0, 0, 0];
  from.forEach((old, a) => {
    if (flipped[a]) corner[old] = geometry.size[old] - 1;
  });
  const reordered: Geometry = {
    ...rest,
    size: from.map((old) => geometry.size[old]) as unknown as Vec3,
    spacing: from.map((old) => geometry.spacing[old]) as unknown as Vec3,
    origin: indexToLps(geometry, corner),
    direction: from.map((old, a) =>
      flipped[a] ? scale(geometry.direction[old], -1) : geometry.direction[old],
    ) as unknown as Geometry["direction"],
  };
  if (!sliceOffsetsMm) return reordered;
  if (!flipped[2]) return { ...reordered, sliceOffsetsMm };
  const last = sliceOffsetMm(geometry, geometry.size[2] - 1);
  return { ...reordered, sliceOffsetsMm: sliceOffsetsMm.map((offset) => last - offset).reverse() };
}

/**
 * A volume with reordered axes. Slices keep their sources as long as the axes in the plane stay; else sources are unknown.
 *
 * @throws HemacastError GEOMETRY_INVALID as `reorderedGeometry`
 */
export function reorderVolume(volume: CtVolume, order: AxisOrder): CtVolume {
  if (leavesAlone(order)) return volume;
  const geometry = reorderedGeometry(volume.geometry, order);
  const hu = reorderedValues(volume.hu, volume.geometry.size, order);
  const { from, flipped } = order;
  const inPlaneKept = from[0] === 0 && from[1] === 1 && !flipped[0] && !flipped[1];
  const sources = inPlaneKept
    ? flipped[2]
      ? [...volume.sources].reverse()
      : volume.sources
    : Array.from({ length: geometry.size[2] }, () => ({ columnShift: 0, rowShift: 0 }));
  return { geometry, hu, sources };
}

/**
 * A mask with reordered axes.
 *
 * @throws HemacastError GEOMETRY_INVALID as `reorderedGeometry`
 */
export function reorderMask(mask: Mask, order: AxisOrder): Mask {
  if (leavesAlone(order)) return mask;
  return {
    geometry: reorderedGeometry(mask.geometry, order),
    inside: reorderedValues(mask.inside, mask.geometry.size, order),
  };
}

/** Whether axes are in their places already: then a volume is its own reordering, and whatever is known of it stays known. */
function leavesAlone({ from, flipped }: AxisOrder): boolean {
  return from.every((old, a) => old === a && !flipped[a]);
}

/**
 * Values in memory order after a reordering.
 *
 * @example Array.from(reorderedValues(Uint8Array.of(1, 2, 3, 4), [2, 2, 1], { from: [1, 0, 2], flipped: [false, true, false] })) // => [2, 4, 1, 3]
 */
export function reorderedValues<T extends Int16Array | Float32Array | Uint8Array>(
  values: T,
  size: Vec3,
  { from, flipped }: AxisOrder,
): T {
  const strides: Vec3 = [1, size[0], size[0] * size[1]];
  const [nx, ny, nz] = from.map((old) => size[old]);
  let start = 0;
  const [sx, sy, sz] = from.map((old, a) => {
    if (flipped[a]) start += (size[old] - 1) * strides[old];
    return flipped[a] ? -strides[old] : strides[old];
  });
  const result = new (values.constructor as new (length: number) => T)(values.length);
  let at = 0;
  for (let k = 0; k < nz; k++) {
    for (let j = 0; j < ny; j++) {
      for (let i = 0, old = start + j * sy + k * sz; i < nx; i++, old += sx) result[at++] = values[old];
    }
  }
  return result;
}
