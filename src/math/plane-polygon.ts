/** Convex hulls and polygons in a plane, as pairs of numbers. */
import { convexHull2d } from "./convex-hull-2d.ts";

/** A point in a plane. */
export type PlanePoint = readonly [number, number];

/**
 * Corners of the convex hull of points, counter-clockwise.
 *
 * @example convexHull([[0, 0], [2, 0], [1, 1], [2, 2], [0, 2]]) // => [[0, 0], [2, 0], [2, 2], [0, 2]]
 */
export function convexHull(points: readonly PlanePoint[]): PlanePoint[] {
  const corners = convexHull2d(points.flat());
  return Array.from({ length: corners.length / 2 }, (_, n) => [corners[2 * n], corners[2 * n + 1]] as const);
}

/** Twice the signed area of a triangle; positive for a left turn. */
function turn(a: PlanePoint, b: PlanePoint, c: PlanePoint): number {
  return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);
}

/**
 * Area of a simple polygon.
 *
 * @example polygonArea([[0, 0], [2, 0], [2, 2], [0, 2]]) // => 4
 */
export function polygonArea(corners: readonly PlanePoint[]): number {
  let twice = 0;
  corners.forEach((a, n) => {
    const b = corners[(n + 1) % corners.length];
    twice += a[0] * b[1] - b[0] * a[1];
  });
  return Math.abs(twice) / 2;
}

/** Whether a point is inside or on the border of a convex counter-clockwise polygon. */
export function inConvexPolygon(corners: readonly PlanePoint[], point: PlanePoint): boolean {
  return corners.every((a, n) => turn(a, corners[(n + 1) % corners.length], point) >= -1e-9);
}
