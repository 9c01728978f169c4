/** Fast Fourier transform of three-dimensional grids whose sides are powers of two. */

/** A complex grid, x fastest. */
export interface ComplexGrid {
  readonly size: readonly [number, number, number];
  readonly re: Float64Array;
  readonly im: Float64Array;
}

/**
 * The smallest power of two that is at least n.
 *
 * @example powerOfTwoFrom(5) // => 8
 */
export function powerOfTwoFrom(n: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(n, 1)));
}

/**
 * Transforms a grid in place along its three axes (forward, without scale).
 *
 * @see Cooley & Tukey 1965, doi:10.1090/S0025-5718-1965-0178586-1
 */
export function fft3d({ size, re, im }: ComplexGrid): void {
  for (const axis of [0, 1, 2] as const) {
    const n = size[axis];
    if (n === 1) continue;
    const stride = [1, size[0], size[0] * size[1]][axis] as number;
    const line = { re: new Float64Array(n), im: new Float64Array(n) };
    const plan = planFor(n);
    for (let base = 0; base < re.length; base += stride * n) {
      for (let s = base; s < base + stride; s++) {
        for (let i = 0; i < n; i++) {
          const to = plan.order[i] as number;
          line.re[to] = re[s + i * stride] as number;
          line.im[to] = im[s + i * stride] as number;
        }
        transformLine(line, plan);
        for (let i = 0; i < n; i++) {
          re[s + i * stride] = line.re[i] as number;
          im[s + i * stride] = line.im[i] as number;
        }
      }
    }
  }
}

interface Plan {
  readonly order: Int32Array;
  readonly cos: Float64Array;
  readonly sin: Float64Array;
}

function planFor(n: number): Plan {
  const bits = Math.log2(n);
  const order = Int32Array.from({ length: n }, (_, i) => {
    let reversed = 0;
    for (let b = 0; b < bits; b++) reversed |= ((i >> b) & 1) << (bits - 1 - b);
    return reversed;
  });
  const angle = (i: number): number => (-2 * Math.PI * i) / n;
  return {
    order,
    cos: Float64Array.from({ length: n / 2 }, (_, i) => Math.cos(angle(i))),
    sin: Float64Array.from({ length: n / 2 }, (_, i) => Math.sin(angle(i))),
  };
}

function transformLine({ re, im }: { re: Float64Array; im: Float64Array }, { cos, sin }: Plan): void {
  const n = re.length;
  for (let half = 1; half < n; half *= 2) {
    const skip = n / (2 * half);
    for (let start = 0; start < n; start += 2 * half) {
      for (let t = 0; t < half; t++) {
        const [a, b] = [start + t, start + t + half];
        const [c, s] = [cos[t * skip] as number, sin[t * skip] as number];
        const x = c * (re[b] as number) - s * (im[b] as number);
        const y = s * (re[b] as number) + c * (im[b] as number);
        re[b] = (re[a] as number) - x;
        im[b] = (im[a] as number) - y;
        (re[a] as number) += x;
        (im[a] as number) += y;
      }
    }
  }
}
