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
  const order = Array.from({ length: points.length / 2 }, (_, p) => 2 * p).sort(
    (a, b) => x(points, a) - x(points, b) || y(points, a) - y(points, b),
  );
  const lower = chain(points, order);
  const upper = chain(points, order.reverse());
  const corners = order.length < 2 ? order : [...lower.slice(0, -1), ...upper.slice(0, -1)];
  return corners.flatMap((p) => [x(points, p), y(points, p)]);
}

function chain(points: readonly number[], order: readonly number[]): number[] {
  const result: number[] = [];
  for (const p of order) {
    while (result.length >= 2 && !turnsLeft(points, result[result.length - 2] as number, result.at(-1) as number, p)) {
      result.pop();
    }
    result.push(p);
  }
  return result;
}

function turnsLeft(points: readonly number[], a: number, b: number, c: number): boolean {
  const [ax, ay] = [x(points, a), y(points, a)];
  return (x(points, b) - ax) * (y(points, c) - ay) - (y(points, b) - ay) * (x(points, c) - ax) > 0;
}

function x(points: readonly number[], p: number): number {
  return points[p] as number;
}

function y(points: readonly number[], p: number): number {
  return points[p + 1] as number;
}
