/** Convex hulls in the plane. */

/**
 * The corners of the convex hull of points in the plane, counter-clockwise (Andrew's monotone chain). Points inside an edge are left out.
 *
 * @param points `[x, y, x, y, ...]`, n points
 * @returns the corners in the same form; all distinct points where they lie on one line, i.e. its two ends
 * @see Andrew 1979, doi:10.1016/0020-0190(79)90072-3
 * @example convexHull2d([0, 0, 1, 0, 2, 0, 2, 2, 1, 1, 0, 2]) // => [0, 0, 2, 0, 2, 2, 0, 2]
 */
export function convexHull2d(points: readonly number[]): number[] {
  const n = points.length / 2;
  const order = inOrder(points, n) ?? sortedOrder(points, n);
  if (n < 2) return points.slice();
  const corners: number[] = [];
  chain(points, order, corners);
  chain(points, order.reverse(), corners);
  return corners;
}

/** The order of points that ascend already, as those of a raster do; null where they do not. */
function inOrder(points: readonly number[], n: number): Int32Array | null {
  const order = new Int32Array(n);
  for (let p = 1; p < n; p++) {
    const at = 2 * p;
    const step = points[at] - points[at - 2];
    if (step < 0 || (step === 0 && points[at + 1] < points[at - 1])) return null;
    order[p] = at;
  }
  return order;
}

function sortedOrder(points: readonly number[], n: number): Int32Array {
  return Int32Array.from({ length: n }, (_, p) => 2 * p).sort(
    (a, b) => points[a] - points[b] || points[a + 1] - points[b + 1],
  );
}

/** Adds the corners on one side to the hull, the last left out, since the other side begins with it. */
function chain(points: readonly number[], order: Int32Array, hull: number[]): void {
  const from = hull.length;
  for (let n = 0; n < order.length; n++) {
    const x = points[order[n]];
    const y = points[order[n] + 1];
    let end = hull.length;
    while (end - from >= 4) {
      const ax = hull[end - 4];
      const ay = hull[end - 3];
      if ((hull[end - 2] - ax) * (y - ay) - (hull[end - 1] - ay) * (x - ax) > 0) break;
      end -= 2;
    }
    hull.length = end;
    hull.push(x, y);
  }
  hull.length -= 2;
}
