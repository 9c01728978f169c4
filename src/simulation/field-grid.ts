/** A scalar field on a regular grid in head space, and how it is read between its points. */
import type { Geometry } from "../volume/geometry.ts";

/** A grid in head space: LPS mm with the anterior commissure at the origin. */
export interface HeadGrid {
  readonly size: readonly [number, number, number];
  readonly spacingMm: readonly [number, number, number];
  readonly originMm: readonly [number, number, number];
}

/** Values on a grid in head space: `values[i + nx * (j + ny * k)]`. */
export interface FieldGrid extends HeadGrid {
  readonly values: Float32Array;
}

/** The grid as the geometry of a volume, whose axes are those of head space. */
export function headGeometry({ size, spacingMm, originMm }: HeadGrid): Geometry {
  const direction = [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ] as const;
  return { size, spacing: spacingMm, origin: originMm, direction };
}

/**
 * Fills a grid that covers a box, calling the function at every point.
 *
 * @param lowMm, highMm opposite corners of the box, head space
 */
export function fillField(
  lowMm: readonly [number, number, number],
  highMm: readonly [number, number, number],
  spacingMm: readonly [number, number, number],
  valueAt: (x: number, y: number, z: number) => number,
): FieldGrid {
  const count = (axis: 0 | 1 | 2): number => Math.max(2, Math.ceil((highMm[axis] - lowMm[axis]) / spacingMm[axis]) + 1);
  const size = [count(0), count(1), count(2)] as const;
  const values = new Float32Array(size[0] * size[1] * size[2]);
  let v = 0;
  for (let k = 0; k < size[2]; k++) {
    const z = lowMm[2] + k * spacingMm[2];
    for (let j = 0; j < size[1]; j++) {
      const y = lowMm[1] + j * spacingMm[1];
      for (let i = 0; i < size[0]; i++) values[v++] = valueAt(lowMm[0] + i * spacingMm[0], y, z);
    }
  }
  return { size, spacingMm, originMm: lowMm, values };
}

/**
 * The field at a point by trilinear interpolation; `outside` beyond the grid.
 *
 * @example sampleField({ size: [2, 2, 2], spacingMm: [1, 1, 1], originMm: [0, 0, 0], values: Float32Array.of(0, 1, 0, 1, 0, 1, 0, 1) }, 0.5, 0.2, 0.9, -1) // => 0.5
 */
export function sampleField(field: FieldGrid, x: number, y: number, z: number, outside: number): number {
  const { size, spacingMm, originMm, values } = field;
  const nx = size[0];
  const ny = size[1];
  const u = (x - originMm[0]) / spacingMm[0];
  const v = (y - originMm[1]) / spacingMm[1];
  const w = (z - originMm[2]) / spacingMm[2];
  if (!(u >= 0 && v >= 0 && w >= 0 && u < nx - 1 && v < ny - 1 && w < size[2] - 1)) return outside;
  const i = u | 0;
  const j = v | 0;
  const k = w | 0;
  const fu = u - i;
  const fv = v - j;
  const fw = w - k;
  const p = i + nx * (j + ny * k);
  const q = p + nx * ny;
  const a = values[p] as number;
  const b = values[p + nx] as number;
  const c = values[q] as number;
  const d = values[q + nx] as number;
  const ab = a + fu * ((values[p + 1] as number) - a);
  const bb = b + fu * ((values[p + nx + 1] as number) - b);
  const cb = c + fu * ((values[q + 1] as number) - c);
  const db = d + fu * ((values[q + nx + 1] as number) - d);
  const low = ab + fv * (bb - ab);
  return low + fw * (cb + fv * (db - cb) - low);
}
