/** Spatial augmentation: one smooth map from the pixels of a patch to places in a larger slab; HU and labels go through the same map. */
import type { Random } from "../core/random.ts";

/** How far samples are moved. */
export interface SpatialRange {
  readonly rotationDegrees: number;
  /** Sizes between 1 / factor and factor. */
  readonly scaleFactor: number;
  readonly shiftPixels: number;
  /** Standard deviation of the elastic displacement at its control points. */
  readonly elasticPixels: number;
}

/** Where each pixel of the patch comes from, in pixels of the slab. */
export interface SpatialMap {
  readonly x: Float32Array;
  readonly y: Float32Array;
}

/** Control points of the elastic displacement along columns and rows. */
const CONTROL: readonly [number, number] = [5, 6];

/** The map that moves nothing: the patch lies in the middle of the slab. */
export function centredMap(patch: readonly [number, number], slab: readonly [number, number]): SpatialMap {
  return mapWith(patch, slab, () => [0, 0], 1, 0, 1);
}

/** A random map: rotation, scale, shift, left-right mirror and elastic displacement. */
export function randomMap(
  patch: readonly [number, number],
  slab: readonly [number, number],
  range: SpatialRange,
  random: Random,
): SpatialMap {
  const spread = (): number => 2 * random.uniform() - 1;
  const angle = (spread() * range.rotationDegrees * Math.PI) / 180;
  const scale = range.scaleFactor ** spread();
  const shift = [spread() * range.shiftPixels, spread() * range.shiftPixels];
  const mirror = random.uniform() < 0.5 ? -1 : 1;
  const elastic = random.uniform() < 0.5 ? elasticField(patch, range.elasticPixels, random) : null;
  return mapWith(
    patch,
    slab,
    (x, y) => {
      const [dx, dy] = elastic ? elastic(x, y) : [0, 0];
      return [dx + shift[0], dy + shift[1]];
    },
    scale,
    angle,
    mirror,
  );
}

function mapWith(
  [columns, rows]: readonly [number, number],
  slab: readonly [number, number],
  displacement: (x: number, y: number) => readonly [number, number],
  scale: number,
  angle: number,
  mirror: number,
): SpatialMap {
  const x = new Float32Array(columns * rows);
  const y = new Float32Array(columns * rows);
  const c = Math.cos(angle) / scale;
  const s = Math.sin(angle) / scale;
  for (let j = 0, p = 0; j < rows; j++) {
    for (let i = 0; i < columns; i++, p++) {
      const [dx, dy] = displacement(i, j);
      const u = mirror * (i - (columns - 1) / 2);
      const v = j - (rows - 1) / 2;
      x[p] = (slab[0] - 1) / 2 + c * u - s * v + dx;
      y[p] = (slab[1] - 1) / 2 + s * u + c * v + dy;
    }
  }
  return { x, y };
}

/** A displacement that is smooth between random control points (cubic blending of their values). */
function elasticField(
  [columns, rows]: readonly [number, number],
  sigma: number,
  random: Random,
): (x: number, y: number) => readonly [number, number] {
  const [nx, ny] = CONTROL;
  const points = Array.from({ length: nx * ny }, () => [sigma * random.normal(), sigma * random.normal()] as const);
  const smooth = (t: number): number => t * t * (3 - 2 * t);
  return (x, y) => {
    const gx = (x / columns) * (nx - 1);
    const gy = (y / rows) * (ny - 1);
    const i = Math.floor(gx);
    const j = Math.floor(gy);
    const tx = smooth(gx - i);
    const ty = smooth(gy - j);
    const at = (axis: 0 | 1): number =>
      (points[i + nx * j][axis] * (1 - tx) + points[i + 1 + nx * j][axis] * tx) * (1 - ty) +
      (points[i + nx * (j + 1)][axis] * (1 - tx) + points[i + 1 + nx * (j + 1)][axis] * tx) * ty;
    return [at(0), at(1)];
  };
}

/**
 * Values of a slab at the places of a map, by linear interpolation; beyond the slab its edge holds.
 *
 * @param offset shift of the slab against the map, in pixels: imitates slices that moved against each other
 */
export function sampleAt(
  values: Int16Array | Uint8Array,
  [columns, rows]: readonly [number, number],
  map: SpatialMap,
  result: Float32Array,
  offset: readonly [number, number] = [0, 0],
): void {
  for (let p = 0; p < result.length; p++) {
    const x = Math.min(columns - 1.001, Math.max(0, map.x[p] + offset[0]));
    const y = Math.min(rows - 1.001, Math.max(0, map.y[p] + offset[1]));
    const i = Math.floor(x);
    const j = Math.floor(y);
    const tx = x - i;
    const ty = y - j;
    const base = i + columns * j;
    const top = values[base] + tx * (values[base + 1] - values[base]);
    const bottom = values[base + columns] + tx * (values[base + columns + 1] - values[base + columns]);
    result[p] = top + ty * (bottom - top);
  }
}
