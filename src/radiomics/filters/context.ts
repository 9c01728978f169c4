/** How much of an image around a region a filter must see to give the region the values that it would have in the whole image. */
import type { Vec3 } from "../../math/vec3.ts";
import type { Box, ScalarImage } from "../region.ts";

/** A part of an image as double precision numbers, and where the region lies in it. */
export interface Context {
  readonly size: Vec3;
  readonly spacing: Vec3;
  readonly values: Float64Array;
  readonly box: Box;
}

/**
 * Cuts a region out with a margin on every side, not beyond the image.
 *
 * @param wholeAtEdge take an axis whole where the margin meets the image's edge: for filters that wrap around
 */
export function contextOf(image: ScalarImage, box: Box, margin: Vec3, wholeAtEdge: boolean): Context {
  const [low, high] = [[0, 0, 0] as [number, number, number], [0, 0, 0] as [number, number, number]];
  for (const axis of [0, 1, 2] as const) {
    const n = image.geometry.size[axis];
    const [from, to] = [box.start[axis] - margin[axis], box.start[axis] + box.size[axis] + margin[axis]];
    const meetsEdge = from < 0 || to > n;
    low[axis] = wholeAtEdge && meetsEdge ? 0 : Math.max(from, 0);
    high[axis] = wholeAtEdge && meetsEdge ? n : Math.min(to, n);
  }
  const size: Vec3 = [high[0] - low[0], high[1] - low[1], high[2] - low[2]];
  const [nx, ny] = image.geometry.size;
  const values = new Float64Array(size[0] * size[1] * size[2]);
  for (let k = 0; k < size[2]; k++) {
    for (let j = 0; j < size[1]; j++) {
      const row = low[0] + nx * (low[1] + j + ny * (low[2] + k));
      values.set(image.values.subarray(row, row + size[0]), size[0] * (j + size[1] * k));
    }
  }
  return {
    size,
    spacing: image.geometry.spacing,
    values,
    box: { start: [box.start[0] - low[0], box.start[1] - low[1], box.start[2] - low[2]], size: box.size },
  };
}

/**
 * The values of the region's box.
 *
 * @param values of the context's size
 */
export function valuesInBox(values: Float64Array | Float32Array, context: Context): Float64Array {
  const { size, box } = context;
  const result = new Float64Array(box.size[0] * box.size[1] * box.size[2]);
  for (let k = 0; k < box.size[2]; k++) {
    for (let j = 0; j < box.size[1]; j++) {
      const row = box.start[0] + size[0] * (box.start[1] + j + size[1] * (box.start[2] + k));
      result.set(values.subarray(row, row + box.size[0]), box.size[0] * (j + box.size[1] * k));
    }
  }
  return result;
}
