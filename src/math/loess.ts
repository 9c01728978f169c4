/** Local quadratic regression on one predictor, the smoother behind flexible calibration curves. */
import { HemacastError } from "../core/errors.ts";
import { requireInRange, requireSameLength } from "../core/guards.ts";
import { ascendingOrder } from "./statistics.ts";

/** Value and slope of the local fit at a knot. */
interface Knot {
  readonly x: number;
  readonly value: number;
  readonly slope: number;
}

/**
 * Smoothed y at each x: a tricube-weighted quadratic over the nearest `span` share of points is fitted at knots, and
 * values between knots come from cubic Hermite pieces, as in R's `loess(y ~ x, degree = 2)` with `surface = "interpolate"`.
 *
 * @param span in (0, 1]; R's default is 0.75
 * @returns same order as x
 * @throws HemacastError METRIC_UNDEFINED with fewer than 4 distinct x
 * @see Cleveland & Grosse 1991, doi:10.1007/BF01890836
 */
export function smoothLoess(x: ArrayLike<number>, y: ArrayLike<number>, span = 0.75): Float64Array {
  const n = requireSameLength("x", x, "y", y);
  requireInRange("span", span, Number.MIN_VALUE, 1);
  const order = ascendingOrder(x);
  const sortedX = Float64Array.from(order, (i) => x[i] as number);
  const sortedY = Float64Array.from(order, (i) => y[i] as number);
  if (new Set(sortedX).size < 4) {
    throw new HemacastError("METRIC_UNDEFINED", "loess needs at least 4 distinct values of the predictor");
  }
  const neighbours = Math.min(n, Math.floor(n * span + 1e-5));
  const knots = knotPositions(sortedX, Math.floor(n * span * 0.2)).map((at) => fitAt(at, sortedX, sortedY, neighbours));
  return Float64Array.from({ length: n }, (_, i) => hermite(knots, x[i] as number));
}

/** Ends of the range, 0.5 % outside it, and medians of ever smaller halves until at most `cellSize` points are left. */
function knotPositions(sorted: Float64Array, cellSize: number): number[] {
  const first = sorted[0] as number;
  const last = sorted[sorted.length - 1] as number;
  const margin = 0.005 * Math.max(last - first, 1e-10 * Math.max(Math.abs(first), Math.abs(last)) + 1e-30);
  const knots = [first - margin, last + margin];
  const split = (from: number, to: number): void => {
    if (to - from + 1 <= cellSize) return;
    const cut = cutPosition(sorted, from, to);
    if (cut === null) return;
    knots.push(sorted[cut]!);
    split(from, cut);
    split(cut + 1, to);
  };
  split(0, sorted.length - 1);
  return knots.sort((a, b) => a - b);
}

/** The last point of the lower half, moved away from the median only as far as ties demand. */
function cutPosition(sorted: Float64Array, from: number, to: number): number | null {
  const middle = Math.floor((from + to + 2) / 2) - 1;
  for (let distance = 0; distance <= to - from; distance++) {
    for (const cut of distance === 0 ? [middle] : [middle + distance, middle - distance]) {
      if (cut < from || cut >= to) return middle;
      if (sorted[cut] !== sorted[cut + 1]) return cut;
    }
  }
  return null;
}

function fitAt(at: number, x: Float64Array, y: Float64Array, neighbours: number): Knot {
  const first = firstNeighbour(at, x, neighbours);
  const last = first + neighbours - 1;
  const bandwidth = Math.max(at - (x[first] as number), (x[last] as number) - at);
  // Normal equations of 1, u, u^2 with u in bandwidths: well scaled, three unknowns.
  const moments = new Float64Array(5);
  const sums = new Float64Array(3);
  for (let i = first; i <= last; i++) {
    const u = (x[i]! - at) / bandwidth;
    let power = (1 - Math.abs(u) ** 3) ** 3;
    for (let k = 0; k < 5; k++) {
      moments[k]! += power;
      if (k < 3) sums[k]! += power * y[i]!;
      power *= u;
    }
  }
  const [value, slope] = solveQuadratic(moments, sums);
  return { x: at, value, slope: slope / bandwidth };
}

/** The nearest neighbours of a position in sorted x are a window; this finds where it starts. */
function firstNeighbour(at: number, x: Float64Array, neighbours: number): number {
  let low = 0;
  let high = x.length - neighbours;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (at - x[middle]! > x[middle + neighbours]! - at) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Solves the 3 x 3 moment equations; where the points do not determine a quadratic, a line or a mean. */
function solveQuadratic(m: Float64Array, s: Float64Array): [number, number] {
  const [m0, m1, m2, m3, m4] = [m[0]!, m[1]!, m[2]!, m[3]!, m[4]!];
  const minor0 = m2 * m4 - m3 * m3;
  const minor1 = m1 * m4 - m2 * m3;
  const minor2 = m1 * m3 - m2 * m2;
  const determinant = m0 * minor0 - m1 * minor1 + m2 * minor2;
  if (Math.abs(determinant) > 1e-12 * m0 ** 3) {
    const value = (s[0]! * minor0 - s[1]! * minor1 + s[2]! * minor2) / determinant;
    const slope = (m0 * (s[1]! * m4 - s[2]! * m3) - s[0]! * minor1 + m2 * (m1 * s[2]! - m2 * s[1]!)) / determinant;
    return [value, slope];
  }
  const line = m0 * m2 - m1 * m1;
  if (line > 1e-9 * m0 * m0) return [(s[0]! * m2 - s[1]! * m1) / line, (m0 * s[1]! - m1 * s[0]!) / line];
  return [s[0]! / m0, 0];
}

function hermite(knots: readonly Knot[], x: number): number {
  let low = 0;
  let high = knots.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((knots[middle] as Knot).x < x) low = middle;
    else high = middle;
  }
  const a = knots[low] as Knot;
  const b = knots[high] as Knot;
  const width = b.x - a.x;
  const h = (x - a.x) / width;
  const g = 1 - h;
  return (
    g * g * (1 + 2 * h) * a.value +
    h * h * (3 - 2 * h) * b.value +
    g * g * h * width * a.slope -
    h * h * g * width * b.slope
  );
}
