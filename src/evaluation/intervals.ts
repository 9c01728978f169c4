/** Intervals of a proportion. */
import { HemacastError } from "../core/errors.ts";
import { requireWhole } from "../core/guards.ts";
import { betaQuantile, normalQuantile } from "../math/special.ts";
import type { Interval } from "./predictions.ts";

function requireCounts(successes: number, n: number): void {
  requireWhole("successes", successes, 0);
  requireWhole("n", n, 0);
  if (n === 0 || successes > n) {
    throw new HemacastError("METRIC_UNDEFINED", `a proportion of ${successes} in ${n} has no value`);
  }
}

/**
 * Wilson's score interval, without continuity correction; good even for few participants.
 *
 * @throws HemacastError METRIC_UNDEFINED when n is 0 or smaller than the successes
 * @see Wilson 1927, doi:10.1080/01621459.1927.10502953
 * @example wilsonInterval(0, 20).low // => 0
 */
export function wilsonInterval(successes: number, n: number, level = 0.95): Interval {
  requireCounts(successes, n);
  const z = normalQuantile(0.5 + level / 2);
  const value = successes / n;
  const center = (value + (z * z) / (2 * n)) / (1 + (z * z) / n);
  const half = (z / (1 + (z * z) / n)) * Math.sqrt((value * (1 - value)) / n + (z * z) / (4 * n * n));
  return {
    value,
    low: successes === 0 ? 0 : Math.max(0, center - half),
    high: successes === n ? 1 : Math.min(1, center + half),
  };
}

/**
 * Clopper and Pearson's exact interval; never covers less than it says.
 *
 * @throws HemacastError METRIC_UNDEFINED when n is 0 or smaller than the successes
 * @see Clopper & Pearson 1934, doi:10.1093/biomet/26.4.404
 * @example clopperPearsonInterval(0, 20).low // => 0
 */
export function clopperPearsonInterval(successes: number, n: number, level = 0.95): Interval {
  requireCounts(successes, n);
  const tail = (1 - level) / 2;
  return {
    value: successes / n,
    low: successes === 0 ? 0 : betaQuantile(tail, successes, n - successes + 1),
    high: successes === n ? 1 : betaQuantile(1 - tail, successes + 1, n - successes),
  };
}
