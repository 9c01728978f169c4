/** Gaussian smoothing and its second derivative by a fourth-order recursion, the same at every scale. */

/** Coefficients of the recursion: forward input, backward input, shared output, and what a constant continuation at the ends contributes. */
export interface RecursiveFilter {
  readonly forward: readonly [number, number, number, number];
  readonly backward: readonly [number, number, number, number];
  readonly feedback: readonly [number, number, number, number];
}

/** Deriche's fit of a Gaussian and of its second derivative by two damped cosines: amplitudes, frequencies and damping. */
const fit = {
  frequency: [0.6681, 2.0787],
  damping: [-1.3932, -1.3732],
  gaussian: { a: [1.353, -0.3531], b: [1.8151, 0.0902] },
  second: { a: [-1.3563, 0.3446], b: [5.2318, -2.2355] },
} as const;

/**
 * A recursive Gaussian (order 0, sum 1) or its second derivative (order 2, scaled so that a parabola x^2 / 2 gives 1).
 *
 * @param sigma in samples
 * @see Deriche 1993, INRIA research report 1893; Farnebaeck & Westin 2006, doi:10.1007/s10851-006-8464-z
 */
export function recursiveGaussian(sigma: number, order: 0 | 2): RecursiveFilter {
  const e = fit.damping.map((d) => Math.exp(d / sigma)) as [number, number];
  const cos = fit.frequency.map((w) => Math.cos(w / sigma)) as [number, number];
  const sin = fit.frequency.map((w) => Math.sin(w / sigma)) as [number, number];
  const feedback = [
    -2 * (e[1] * cos[1] + e[0] * cos[0]),
    4 * cos[0] * cos[1] * e[0] * e[1] + e[0] ** 2 + e[1] ** 2,
    -2 * (cos[0] * e[0] * e[1] ** 2 + cos[1] * e[1] * e[0] ** 2),
    e[0] ** 2 * e[1] ** 2,
  ] as const;
  const numerator = ({ a, b }: { a: readonly [number, number]; b: readonly [number, number] }): Four => [
    a[0] + a[1],
    e[1] * (b[1] * sin[1] - (a[1] + 2 * a[0]) * cos[1]) + e[0] * (b[0] * sin[0] - (a[0] + 2 * a[1]) * cos[0]),
    2 * e[0] * e[1] * ((a[0] + a[1]) * cos[1] * cos[0] - b[0] * cos[1] * sin[0] - b[1] * cos[0] * sin[1]) +
      a[1] * e[0] ** 2 +
      a[0] * e[1] ** 2,
    e[1] * e[0] ** 2 * (b[1] * sin[1] - a[1] * cos[1]) + e[0] * e[1] ** 2 * (b[0] * sin[0] - a[0] * cos[0]),
  ];
  // Moments of the two-sided response decide the scale: sum 1 for the Gaussian; sum 0 and second moment 2 for the derivative.
  const [d0, d1, d2] = moments([1, ...feedback]);
  const gaussian = numerator(fit.gaussian);
  if (order === 0) return filterOf(scaled(gaussian, 1 / ((2 * sum(gaussian)) / d0 - gaussian[0])), feedback);
  const second = numerator(fit.second);
  const beta = -(2 * sum(second) - d0 * second[0]) / (2 * sum(gaussian) - d0 * gaussian[0]);
  const mixed = second.map((x, n) => x + beta * (gaussian[n] as number)) as unknown as Four;
  const [n0, n1, n2] = moments(mixed);
  const scale = (n2 * d0 * d0 - d2 * n0 * d0 - 2 * n1 * d1 * d0 + 2 * d1 * d1 * n0) / d0 ** 3;
  return filterOf(scaled(mixed, 1 / scale), feedback);
}

type Four = readonly [number, number, number, number];

/** Sums of c(n), n c(n) and n^2 c(n). */
function moments(c: readonly number[]): [number, number, number] {
  return [0, 1, 2].map((power) => c.reduce((total, x, n) => total + x * n ** power, 0)) as [number, number, number];
}

function sum(c: readonly number[]): number {
  return c.reduce((total, x) => total + x, 0);
}

function scaled(c: Four, factor: number): Four {
  return c.map((x) => x * factor) as unknown as Four;
}

/** Both orders are even functions, so the backward part mirrors the forward one. */
function filterOf(forward: Four, feedback: Four): RecursiveFilter {
  const backward = [1, 2, 3, 4].map(
    (n) => (forward[n] ?? 0) - (feedback[n - 1] as number) * forward[0],
  ) as unknown as Four;
  return { forward, backward, feedback };
}

/**
 * Filters every line along an axis; the ends continue with their last value.
 *
 * @param size voxels along i, j, k, at least 4 along the axis
 * @param into where the result goes; may be `values`; single precision as ITK keeps integer images between passes
 */
export function filterLines(
  values: Float32Array | Float64Array,
  size: readonly [number, number, number],
  axis: 0 | 1 | 2,
  filter: RecursiveFilter,
  into: Float32Array | Float64Array,
): void {
  const n = size[axis];
  const stride = [1, size[0], size[0] * size[1]][axis] as number;
  const line = new Float64Array(n);
  const out = new Float64Array(n);
  const back = new Float64Array(n);
  for (let base = 0; base < values.length; base += stride * n) {
    for (let s = base; s < base + stride; s++) {
      for (let i = 0; i < n; i++) line[i] = values[s + i * stride] as number;
      filterLine(line, filter, out, back);
      for (let i = 0; i < n; i++) into[s + i * stride] = out[i] as number;
    }
  }
}

/** One line: a pass from each end, added. */
function filterLine(x: Float64Array, f: RecursiveFilter, out: Float64Array, back: Float64Array): void {
  const n = x.length;
  const [n0, n1, n2, n3] = f.forward;
  const [m1, m2, m3, m4] = f.backward;
  const [d1, d2, d3, d4] = f.feedback;
  const gain = 1 + d1 + d2 + d3 + d4;
  const [first, last] = [x[0] as number, x[n - 1] as number];
  let [xa, xb, xc] = [first, first, first];
  let ya = (first * (n0 + n1 + n2 + n3)) / gain;
  let [yb, yc, yd] = [ya, ya, ya];
  for (let i = 0; i < n; i++) {
    const v = x[i] as number;
    const y = n0 * v + n1 * xa + n2 * xb + n3 * xc - (d1 * ya + d2 * yb + d3 * yc + d4 * yd);
    out[i] = y;
    [xc, xb, xa] = [xb, xa, v];
    [yd, yc, yb, ya] = [yc, yb, ya, y];
  }
  let xd = last;
  [xa, xb, xc] = [last, last, last];
  ya = (last * (m1 + m2 + m3 + m4)) / gain;
  [yb, yc, yd] = [ya, ya, ya];
  for (let i = n - 1; i >= 0; i--) {
    const y = m1 * xa + m2 * xb + m3 * xc + m4 * xd - (d1 * ya + d2 * yb + d3 * yc + d4 * yd);
    back[i] = y;
    [xd, xc, xb, xa] = [xc, xb, xa, x[i] as number];
    [yd, yc, yb, ya] = [yc, yb, ya, y];
  }
  for (let i = 0; i < n; i++) (out[i] as number) += back[i] as number;
}
