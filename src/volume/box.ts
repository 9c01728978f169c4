/** Boxes of voxels, so that work on a small region costs what the region costs. */
import type { Vec3 } from "../math/vec3.ts";
import { type Geometry, indexToLps, sliceExtentMm, sliceOffsetMm } from "./geometry.ts";
import type { CtVolume, Mask } from "./volume.ts";

/** A box of voxel indices: `low` inclusive, `high` exclusive. */
export interface Box {
  readonly low: Vec3;
  readonly high: Vec3;
}

/** The smallest box around the inside voxels, or null when there is none. */
export function boundingBox({ geometry, inside }: Mask): Box | null {
  const [nx, ny, nz] = geometry.size;
  const low = [nx, ny, nz];
  const high = [0, 0, 0];
  let v = inside.indexOf(1);
  while (v >= 0) {
    const row = Math.floor(v / nx);
    const end = (row + 1) * nx;
    const j = row % ny;
    const k = Math.floor(row / ny);
    low[0] = Math.min(low[0], v - row * nx);
    low[1] = Math.min(low[1], j);
    low[2] = Math.min(low[2], k);
    high[0] = Math.max(high[0], inside.lastIndexOf(1, end - 1) - row * nx + 1);
    high[1] = Math.max(high[1], j + 1);
    high[2] = k + 1;
    v = inside.indexOf(1, end);
  }
  return high[0] === 0 ? null : { low: low as unknown as Vec3, high: high as unknown as Vec3 };
}

/** The box grown by a margin in mm along i and j, and along k when asked, cut off at the edges of the grid. */
export function grownBox(box: Box, geometry: Geometry, marginMm: number, alongSlices: boolean): Box {
  const low = [...box.low];
  const high = [...box.high];
  for (const axis of [0, 1]) {
    const voxels = Math.ceil(marginMm / geometry.spacing[axis]);
    low[axis] = Math.max(0, low[axis] - voxels);
    high[axis] = Math.min(geometry.size[axis], high[axis] + voxels);
  }
  if (alongSlices) {
    const bottom = sliceOffsetMm(geometry, box.low[2]) - marginMm;
    const top = sliceOffsetMm(geometry, box.high[2] - 1) + marginMm;
    while (low[2] > 0 && sliceOffsetMm(geometry, low[2] - 1) >= bottom) low[2]--;
    while (high[2] < geometry.size[2] && sliceOffsetMm(geometry, high[2]) <= top) high[2]++;
  }
  return { low: low as unknown as Vec3, high: high as unknown as Vec3 };
}

/**
 * The grid of the voxels in a box. Each slice keeps its extent as far as its neighbours in the box tell it; a single slice keeps it exactly.
 *
 * @example croppedGeometry({ size: [4, 4, 4], spacing: [1, 1, 5], origin: [0, 0, 0], direction: [[1, 0, 0], [0, 1, 0], [0, 0, 1]] }, { low: [1, 0, 2], high: [3, 4, 4] }).origin // => [1, 0, 10]
 */
export function croppedGeometry(geometry: Geometry, { low, high }: Box): Geometry {
  const { sliceOffsetsMm, ...rest } = geometry;
  const size: Vec3 = [high[0] - low[0], high[1] - low[1], high[2] - low[2]];
  const cropped = { ...rest, size, origin: indexToLps(geometry, low) };
  if (!sliceOffsetsMm) return cropped;
  if (size[2] === 1) {
    return { ...cropped, spacing: [geometry.spacing[0], geometry.spacing[1], sliceExtentMm(geometry, low[2])] };
  }
  const first = sliceOffsetsMm[low[2]];
  return { ...cropped, sliceOffsetsMm: sliceOffsetsMm.slice(low[2], high[2]).map((offset) => offset - first) };
}

/** The part of a volume in a box. */
export function cropVolume(volume: CtVolume, box: Box): CtVolume {
  const geometry = croppedGeometry(volume.geometry, box);
  const hu = new (volume.hu.constructor as Float32ArrayConstructor)(
    geometry.size[0] * geometry.size[1] * geometry.size[2],
  );
  copyBox(volume.hu, volume.geometry.size, hu, box);
  return { geometry, hu, sources: volume.sources.slice(box.low[2], box.high[2]) };
}

/** The part of a mask in a box. */
export function cropMask(mask: Mask, box: Box): Mask {
  const geometry = croppedGeometry(mask.geometry, box);
  const inside = new Uint8Array(geometry.size[0] * geometry.size[1] * geometry.size[2]);
  copyBox(mask.inside, mask.geometry.size, inside, box);
  return { geometry, inside };
}

/** The inverse of `cropMask`: the cropped mask in its place on the whole grid, empty elsewhere. */
export function uncropMask(cropped: Mask, geometry: Geometry, { low, high }: Box): Mask {
  const [nx, ny] = geometry.size;
  const inside = new Uint8Array(nx * ny * geometry.size[2]);
  const width = high[0] - low[0];
  let from = 0;
  for (let k = low[2]; k < high[2]; k++) {
    for (let j = low[1]; j < high[1]; j++, from += width) {
      inside.set(cropped.inside.subarray(from, from + width), low[0] + nx * (j + ny * k));
    }
  }
  return { geometry, inside };
}

function copyBox(
  from: Int16Array | Float32Array | Uint8Array,
  [nx, ny]: Vec3,
  to: Int16Array | Float32Array | Uint8Array,
  { low, high }: Box,
): void {
  let at = 0;
  for (let k = low[2]; k < high[2]; k++) {
    for (let j = low[1]; j < high[1]; j++) {
      const start = low[0] + nx * (j + ny * k);
      to.set(from.subarray(start, start + high[0] - low[0]), at);
      at += high[0] - low[0];
    }
  }
}
