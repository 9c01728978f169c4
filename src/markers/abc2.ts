/** ABC/2, the bedside estimate of hematoma volume, computed from a mask so that it can stand beside the voxel volume. */
import { HemacastError } from "../core/errors.ts";
import { convexHull, type PlanePoint } from "../math/plane-polygon.ts";
import { sliceExtentMm } from "../volume/geometry.ts";
import { type Mask, voxelsPerSlice } from "../volume/volume.ts";

/** ABC/2 with its three lengths. */
export interface Abc2 {
  readonly ml: number;
  /** Longest diameter on the slice with the largest area. */
  readonly aMm: number;
  /** Largest width perpendicular to A on the same slice. */
  readonly bMm: number;
  /** Sum of slice extents: whole where the area is > 75 % of the largest, half where it is 25 to 75 %, none below. */
  readonly cMm: number;
  /** The slice with the largest area. */
  readonly slice: number;
}

/**
 * ABC/2 of a mask: longest diameter A on the slice with the largest area, width B perpendicular to it, height C by the share of each slice's area.
 * Lengths run from pixel edge to pixel edge, as a caliper is set; each slice counts with its own extent.
 *
 * @throws HemacastError MASK_EMPTY
 * @see Kothari et al. 1996, doi:10.1161/01.STR.27.8.1304
 */
export function abc2(mask: Mask): Abc2 {
  const counts = voxelsPerSlice(mask);
  const largest = Math.max(...counts);
  if (!(largest > 0)) throw new HemacastError("MASK_EMPTY", "the mask has no voxel; ABC/2 needs a hematoma");
  const slice = counts.indexOf(largest);
  const hull = convexHull(pixelCorners(mask, slice));
  const [aMm, axis] = longestDiameter(hull);
  const bMm = widthAcross(hull, axis);
  let cMm = 0;
  counts.forEach((count, k) => {
    cMm += heightWeight(count / largest) * sliceExtentMm(mask.geometry, k);
  });
  return { ml: (aMm * bMm * cMm) / 2000, aMm, bMm, cMm, slice };
}

/**
 * ABC/2 in mL, see `abc2`.
 *
 * @throws HemacastError MASK_EMPTY
 */
export function abc2Ml(mask: Mask): number {
  return abc2(mask).ml;
}

/**
 * How much of a slice counts towards C, by its area as a share of the largest.
 *
 * @example [0.76, 0.75, 0.25, 0.24].map(heightWeight) // => [1, 0.5, 0.5, 0]
 */
export function heightWeight(shareOfLargest: number): number {
  if (shareOfLargest > 0.75) return 1;
  return shareOfLargest >= 0.25 ? 0.5 : 0;
}

/** Corners in mm of the first and last inside pixel of each row: all that the convex hull of a slice can need. */
function pixelCorners(mask: Mask, k: number): PlanePoint[] {
  const [nx, ny] = mask.geometry.size;
  const [dx, dy] = mask.geometry.spacing;
  const corners: PlanePoint[] = [];
  for (let j = 0; j < ny; j++) {
    const row = nx * (j + ny * k);
    const first = mask.inside.subarray(row, row + nx).indexOf(1);
    if (first < 0) continue;
    const last = mask.inside.subarray(row, row + nx).lastIndexOf(1);
    for (const y of [j - 0.5, j + 0.5]) corners.push([(first - 0.5) * dx, y * dy], [(last + 0.5) * dx, y * dy]);
  }
  return corners;
}

function longestDiameter(hull: readonly PlanePoint[]): [number, PlanePoint] {
  let longest = 0;
  let axis: PlanePoint = [1, 0];
  hull.forEach((a, n) => {
    for (const b of hull.slice(n + 1)) {
      const mm = Math.hypot(b[0] - a[0], b[1] - a[1]);
      if (mm > longest) {
        longest = mm;
        axis = [(b[0] - a[0]) / mm, (b[1] - a[1]) / mm];
      }
    }
  });
  return [longest, axis];
}

/** Extent of the hull perpendicular to an axis of length 1. */
function widthAcross(hull: readonly PlanePoint[], axis: PlanePoint): number {
  const across = hull.map(([x, y]) => x * axis[1] - y * axis[0]);
  return Math.max(...across) - Math.min(...across);
}
