/** The largest distances on a surface, from the vertices on convex hulls alone. */
import { convexHull2d } from "../math/convex-hull-2d.ts";
import type { SurfaceMesh, VertexRows } from "./mesh.ts";

/** The largest distances in mm between two vertices of a surface: anywhere, and within planes of constant k, j and i. */
export interface Diameters {
  readonly anywhereMm: number;
  readonly inSliceMm: number;
  readonly inColumnMm: number;
  readonly inRowMm: number;
}

/** Points one after the other, `[x, y, z, x, y, z, ...]` in mm. */
export type Points = Float64Array;

/**
 * The vertices that can be corners of the convex hull of the mesh: those on the hull of their slice plane and of their column plane.
 *
 * @returns few points, a superset of the hull's corners
 */
export function extremeVertices(mesh: SurfaceMesh): Points {
  const { rowEnds } = mesh;
  const bySlice = hullsByPlane(rowEnds);
  const result: number[] = [];
  // Of a row's at most two vertices both are kept where they are corners of the slice's hull; then the same within planes of constant j.
  const byRow = new Map<number, number[]>();
  bySlice.forEach((hull, k) => {
    for (let p = 0; p < hull.length; p += 2) {
      const row = hull[p + 1] as number;
      const points = byRow.get(row) ?? [];
      if (points.length === 0) byRow.set(row, points);
      points.push(rowEnds.alongMm[hull[p] as number] as number, rowEnds.planeMm[k] as number);
    }
  });
  for (const [row, points] of byRow) {
    const hull = convexHull2d(points);
    for (let p = 0; p < hull.length; p += 2) {
      result.push(hull[p] as number, rowEnds.acrossMm[row] as number, hull[p + 1] as number);
    }
  }
  return Float64Array.from(result);
}

/** For each plane the corners of its hull as half-voxel indices (along, row). */
function hullsByPlane(ends: VertexRows): number[][] {
  return Array.from({ length: ends.planes - 1 }, (_, k) => {
    const points: number[] = [];
    for (let row = 0; row < ends.rows; row++) {
      const first = ends.first[row + ends.rows * k] as number;
      const last = ends.last[row + ends.rows * k] as number;
      if (first <= last) points.push(first, row);
      if (first < last) points.push(last, row);
    }
    return convexHull2d(points);
  });
}

/**
 * The largest distances between vertices of a mesh.
 *
 * @see IBSI L0JK (maximum 3D diameter); PyRadiomics Maximum2DDiameterSlice, -Column and -Row
 */
export function meshDiameters(mesh: SurfaceMesh): Diameters {
  return {
    anywhereMm: largestDistance(extremeVertices(mesh), 3),
    inSliceMm: largestInSlices(mesh.rowEnds),
    inColumnMm: largestAcross(mesh.rowEnds),
    inRowMm: largestAcross(mesh.columnEnds),
  };
}

function largestInSlices(ends: VertexRows): number {
  let largest = 0;
  for (const hull of hullsByPlane(ends)) {
    const points = hull.map((index, p) => (p % 2 === 0 ? ends.alongMm : ends.acrossMm)[index] as number);
    largest = Math.max(largest, largestDistance(points, 2));
  }
  return largest;
}

/** The largest distance within planes that hold the rows' axis and k. */
function largestAcross(ends: VertexRows): number {
  let largest = 0;
  for (let row = 0; row < ends.rows; row++) {
    const points: number[] = [];
    for (let k = 0; k + 1 < ends.planes; k++) {
      const first = ends.first[row + ends.rows * k] as number;
      const last = ends.last[row + ends.rows * k] as number;
      if (first <= last) points.push(ends.alongMm[first] as number, ends.planeMm[k] as number);
      if (first < last) points.push(ends.alongMm[last] as number, ends.planeMm[k] as number);
    }
    largest = Math.max(largest, largestDistance(convexHull2d(points), 2));
  }
  return largest;
}

function largestDistance(points: ArrayLike<number>, dimensions: 2 | 3): number {
  let largest = 0;
  for (let a = 0; a < points.length; a += dimensions) {
    for (let b = a + dimensions; b < points.length; b += dimensions) {
      const dx = (points[a] as number) - (points[b] as number);
      const dy = (points[a + 1] as number) - (points[b + 1] as number);
      const dz = dimensions === 3 ? (points[a + 2] as number) - (points[b + 2] as number) : 0;
      const squared = dx * dx + dy * dy + dz * dz;
      if (squared > largest) largest = squared;
    }
  }
  return Math.sqrt(largest);
}
