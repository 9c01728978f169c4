/** Summaries of lists of numbers. Definitions that differ between packages are named. */
import { HemacastError } from "../core/errors.ts";
import { requireInRange, requireSameLength } from "../core/guards.ts";

function requireValues(name: string, values: ArrayLike<number>, least: number): void {
  if (values.length < least)
    throw new HemacastError("METRIC_UNDEFINED", `${name} needs at least ${least} values, got ${values.length}`);
}

/**
 * Arithmetic mean.
 *
 * @throws HemacastError METRIC_UNDEFINED when there is no value
 * @example mean([1, 2, 6]) // => 3
 */
export function mean(values: ArrayLike<number>): number {
  requireValues("mean", values, 1);
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] as number;
  return sum / values.length;
}

/**
 * Sample variance, divided by n - 1, in two passes.
 *
 * @throws HemacastError METRIC_UNDEFINED with fewer than two values
 * @example variance([1, 2, 3, 4]) * 3 // => 5
 */
export function variance(values: ArrayLike<number>): number {
  return covariance(values, values);
}

/**
 * Sample standard deviation, divided by n - 1.
 *
 * @throws HemacastError METRIC_UNDEFINED with fewer than two values
 * @example standardDeviation([1, 3]) // => Math.SQRT2
 */
export function standardDeviation(values: ArrayLike<number>): number {
  return Math.sqrt(variance(values));
}

/**
 * Sample covariance, divided by n - 1.
 *
 * @throws HemacastError METRIC_UNDEFINED with fewer than two values
 * @example covariance([1, 3], [2, 6]) // => 4
 */
export function covariance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const n = requireSameLength("a", a, "b", b);
  requireValues("covariance", a, 2);
  const meanA = mean(a);
  const meanB = mean(b);
  let sum = 0;
  for (let i = 0; i < n; i++) sum += ((a[i] as number) - meanA) * ((b[i] as number) - meanB);
  return sum / (n - 1);
}

/**
 * Pearson correlation.
 *
 * @throws HemacastError METRIC_UNDEFINED when a list is constant
 * @example pearson([1, 2, 3], [2, 4, 6]) // => 1
 */
export function pearson(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const scale = Math.sqrt(variance(a) * variance(b));
  if (!(scale > 0)) throw new HemacastError("METRIC_UNDEFINED", "a correlation needs two lists that vary");
  return Math.max(-1, Math.min(1, covariance(a, b) / scale));
}

/**
 * Quantile by linear interpolation between order statistics (type 7 of Hyndman & Fan; the default of R and NumPy).
 *
 * @param p in [0, 1]
 * @throws HemacastError METRIC_UNDEFINED when there is no value
 * @see Hyndman & Fan 1996, doi:10.1080/00031305.1996.10473566
 * @example quantile([1, 2, 3, 4], 0.5) // => 2.5
 */
export function quantile(values: ArrayLike<number>, p: number): number {
  requireValues("quantile", values, 1);
  return quantileOfSorted(Float64Array.from(values).sort(), p);
}

/**
 * Quantile (type 7) of values that are already in ascending order.
 *
 * @example quantileOfSorted([0, 10], 0.25) // => 2.5
 */
export function quantileOfSorted(sorted: ArrayLike<number>, p: number): number {
  requireInRange("p", p, 0, 1);
  const position = p * (sorted.length - 1);
  const below = Math.floor(position);
  const low = sorted[below] as number;
  const high = sorted[Math.min(below + 1, sorted.length - 1)] as number;
  return low + (position - below) * (high - low);
}

/**
 * Median.
 *
 * @throws HemacastError METRIC_UNDEFINED when there is no value
 * @example median([3, 1, 2]) // => 2
 */
export function median(values: ArrayLike<number>): number {
  return quantile(values, 0.5);
}

/**
 * Positions of the values in ascending order of value.
 *
 * @example [...ascendingOrder([30, 10, 20])] // => [1, 2, 0]
 */
export function ascendingOrder(values: ArrayLike<number>): Uint32Array {
  if (values.length > 5000) return radixOrder(values);
  const order = new Uint32Array(values.length);
  for (let i = 0; i < order.length; i++) order[i] = i;
  return order.sort((i, j) => (values[i] as number) - (values[j] as number) || i - j);
}

/** The same for many values: four stable counting passes over 16 bits each of the doubles' order-preserving bit patterns. */
function radixOrder(values: ArrayLike<number>): Uint32Array {
  const n = values.length;
  const keys = new Uint16Array(Float64Array.from(values, (value) => value + 0).buffer);
  for (let i = 0; i < 4 * n; i += 4) {
    // Negative numbers have all bits turned, others the sign bit: then patterns ascend as the numbers do.
    const negative = keys[i + 3]! >= 0x8000;
    for (let k = 0; k < 4; k++) keys[i + k] = negative ? ~keys[i + k]! : k === 3 ? keys[i + k]! | 0x8000 : keys[i + k]!;
  }
  let order = new Uint32Array(n);
  let next = new Uint32Array(n);
  for (let i = 0; i < n; i++) order[i] = i;
  const starts = new Uint32Array(65537);
  for (let pass = 0; pass < 4; pass++) {
    starts.fill(0);
    for (let i = 0; i < n; i++) starts[keys[4 * i + pass]! + 1]!++;
    for (let k = 0; k < 65536; k++) starts[k + 1]! += starts[k]!;
    for (let i = 0; i < n; i++) {
      const row = order[i]!;
      next[starts[keys[4 * row + pass]!]!++] = row;
    }
    [order, next] = [next, order];
  }
  return order;
}

/**
 * Ranks from 1, ties sharing the mean of their ranks.
 *
 * @example [...midranks([10, 20, 10])] // => [1.5, 3, 1.5]
 */
export function midranks(values: ArrayLike<number>): Float64Array {
  const order = ascendingOrder(values);
  const ranks = new Float64Array(values.length);
  for (let start = 0; start < order.length; ) {
    let end = start + 1;
    while (end < order.length && values[order[end] as number] === values[order[start] as number]) end++;
    for (let k = start; k < end; k++) ranks[order[k] as number] = (start + end + 1) / 2;
    start = end;
  }
  return ranks;
}

/**
 * The standard logistic function 1 / (1 + exp(-x)).
 *
 * @example logistic(0) // => 0.5
 */
export function logistic(x: number): number {
  return x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x));
}

/**
 * Log odds of a probability strictly inside (0, 1).
 *
 * @throws HemacastError ARGUMENT_INVALID outside (0, 1)
 * @example logit(0.5) // => 0
 */
export function logit(p: number): number {
  if (!(p > 0 && p < 1)) throw new HemacastError("ARGUMENT_INVALID", `logit needs 0 < p < 1, got ${p}`);
  return Math.log(p) - Math.log1p(-p);
}
