/** Interpolation with cubic B-splines on evenly spaced samples, mirrored at both ends. */

const POLE = Math.sqrt(3) - 2;

/** After this many samples the influence of a mirrored end is below 1e-14. */
export const bsplineReach = 25;

/**
 * Turns samples into B-spline coefficients, in place, along one line of memory.
 *
 * @param data samples; the line is `data[start + n * stride]` for n in [0, length)
 * @see Unser 1999, doi:10.1109/79.799930
 */
export function toBsplineCoefficients(data: Float64Array, start: number, stride: number, length: number): void {
  if (length === 1) return;
  const at = (n: number): number => start + n * stride;
  for (let n = 0; n < length; n++) (data[at(n)] as number) *= 6;
  data[at(0)] = causalStart(data, start, stride, length);
  for (let n = 1; n < length; n++) (data[at(n)] as number) += POLE * (data[at(n - 1)] as number);
  data[at(length - 1)] =
    (POLE / (POLE * POLE - 1)) * (POLE * (data[at(length - 2)] as number) + (data[at(length - 1)] as number));
  for (let n = length - 2; n >= 0; n--) data[at(n)] = POLE * ((data[at(n + 1)] as number) - (data[at(n)] as number));
}

/** The first value of the recursion from the left: the geometric sum over the mirrored line. */
function causalStart(data: Float64Array, start: number, stride: number, length: number): number {
  // 1e-10, the horizon that ITK uses, so that values agree with it to rounding.
  const horizon = Math.ceil(Math.log(1e-10) / Math.log(Math.abs(POLE)));
  let power = POLE;
  if (horizon < length) {
    let sum = data[start] as number;
    for (let n = 1; n < horizon; n++) {
      sum += power * (data[start + n * stride] as number);
      power *= POLE;
    }
    return sum;
  }
  let mirrored = POLE ** (length - 1);
  let sum = (data[start] as number) + mirrored * (data[start + (length - 1) * stride] as number);
  mirrored = (mirrored * mirrored) / POLE;
  for (let n = 1; n <= length - 2; n++) {
    sum += (power + mirrored) * (data[start + n * stride] as number);
    power *= POLE;
    mirrored /= POLE;
  }
  return sum / (1 - power * power);
}

/**
 * The weights of the four coefficients around a position, for a fraction in [0, 1) past the second of them.
 *
 * @example bsplineWeights(0).map((w) => Math.round(6 * w)) // => [1, 4, 1, 0]
 */
export function bsplineWeights(fraction: number): [number, number, number, number] {
  const w3 = (fraction * fraction * fraction) / 6;
  const w0 = 1 / 6 + (fraction * (fraction - 1)) / 2 - w3;
  const w2 = fraction + w0 - 2 * w3;
  return [w0, 1 - w0 - w2 - w3, w2, w3];
}
