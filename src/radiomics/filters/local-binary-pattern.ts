/** Local binary patterns within slices: how each voxel compares with points on a circle around it. */
import type { Box, ScalarImage } from "../region.ts";

/** What is made of the comparisons. */
export type PatternMethod = "default" | "ror" | "uniform";

/** How patterns are taken. */
export interface PatternOptions {
  /** Radius of the circle in voxels. */
  readonly radius: number;
  readonly samples: number;
  readonly method: PatternMethod;
  /** The axis across which the planes lie: 0 = k (slices), 1 = j, 2 = i. */
  readonly flatAxis: 0 | 1 | 2;
}

/**
 * The pattern of each voxel of a box. Points between voxels are interpolated; beyond the image there is 0, as in the peer.
 *
 * @returns values in the box: `default` the pattern as a number, `ror` the smallest of its rotations, `uniform` the number of points that are not
 * darker where the pattern changes at most twice, else samples + 1
 * @see Ojala et al. 2002, doi:10.1109/TPAMI.2002.1017623; scikit-image local_binary_pattern; PyRadiomics 3.1 imageoperations.getLBP2DImage
 */
export function localBinaryPattern({ geometry, values }: ScalarImage, box: Box, options: PatternOptions): Float64Array {
  const { size } = geometry;
  const strides = [1, size[0], size[0] * size[1]];
  const [rowAxis, columnAxis] = planeAxes[options.flatAxis];
  const circle = pointsOnCircle(options.radius, options.samples);
  const found = new Float64Array(options.samples);
  const result = new Float64Array(box.size[0] * box.size[1] * box.size[2]);
  let at = 0;
  for (let k = 0; k < box.size[2]; k++) {
    for (let j = 0; j < box.size[1]; j++) {
      for (let i = 0; i < box.size[0]; i++) {
        const index = [i + box.start[0], j + box.start[1], k + box.start[2]];
        const plane = index.reduce((sum, x, axis) => sum + x * strides[axis], 0);
        const [r, c] = [index[rowAxis], index[columnAxis]];
        const base = plane - r * strides[rowAxis] - c * strides[columnAxis];
        const voxel = (row: number, column: number): number =>
          row < 0 || column < 0 || row >= size[rowAxis] || column >= size[columnAxis]
            ? 0
            : values[base + row * strides[rowAxis] + column * strides[columnAxis]];
        circle.forEach(([dr, dc], p) => {
          found[p] = bilinear(voxel, r + dr, c + dc);
        });
        result[at++] = patternOf(found, values[plane], options.method);
      }
    }
  }
  return result;
}

/** Rows and columns of a plane by its flat axis, in the order in which the peer swaps the axes of a volume [k, j, i]. */
const planeAxes = [
  [1, 0],
  [2, 0],
  [1, 2],
] as const;

/** Points from the right counter-clockwise; rounded, so that those on the axes meet voxels. */
function pointsOnCircle(radius: number, samples: number): (readonly [number, number])[] {
  const rounded = (x: number): number => Math.round(x * 1e5) / 1e5;
  return Array.from({ length: samples }, (_, p) => {
    const angle = (2 * Math.PI * p) / samples;
    return [rounded(-radius * Math.sin(angle)), rounded(radius * Math.cos(angle))] as const;
  });
}

function bilinear(voxel: (row: number, column: number) => number, r: number, c: number): number {
  const [top, left] = [Math.floor(r), Math.floor(c)];
  const [bottom, right] = [Math.ceil(r), Math.ceil(c)];
  const [dr, dc] = [r - top, c - left];
  const above = (1 - dc) * voxel(top, left) + dc * voxel(top, right);
  const below = (1 - dc) * voxel(bottom, left) + dc * voxel(bottom, right);
  return (1 - dr) * above + dr * below;
}

function patternOf(points: Float64Array, centre: number, method: PatternMethod): number {
  const samples = points.length;
  if (method === "uniform") {
    let [changes, high] = [0, 0];
    for (let p = 0; p < samples; p++) {
      const one = points[p] >= centre;
      if (one) high++;
      // The last point is not compared with the first, as in the peer.
      if (p + 1 < samples && one !== points[p + 1] >= centre) changes++;
    }
    return changes <= 2 ? high : samples + 1;
  }
  let pattern = 0;
  for (let p = 0; p < samples; p++) if (points[p] >= centre) pattern += 2 ** p;
  return method === "ror" ? smallestRotation(pattern, samples) : pattern;
}

function smallestRotation(pattern: number, samples: number): number {
  let [rotated, smallest] = [pattern, pattern];
  for (let p = 1; p < samples; p++) {
    rotated = Math.floor(rotated / 2) + (rotated % 2) * 2 ** (samples - 1);
    smallest = Math.min(smallest, rotated);
  }
  return smallest;
}
