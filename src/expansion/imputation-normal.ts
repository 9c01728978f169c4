/** What the known inputs of one participant say about the missing ones, by the means and covariances of a cohort. */
import { choleskySolver } from "../math/dense-matrix.ts";

/**
 * Fills each missing entry with its expectation given the known ones, under a joint normal distribution:
 * mean_m + S_mk S_kk^-1 (x_k - mean_k). With nothing known it is the mean.
 *
 * @param values null = missing
 * @param means same length
 * @param covariance row-major, length squared; positive definite over the known entries
 * @throws HemacastError NOT_CONVERGED when the covariance of the known entries is singular
 * @see Little & Rubin 2019, Statistical Analysis with Missing Data, 3rd ed., section 4.2 (regression imputation)
 * @example conditionalMean([2, null], [0, 10], [1, 0.5, 0.5, 1]) // => [2, 11]
 */
export function conditionalMean(
  values: readonly (number | null)[],
  means: readonly number[],
  covariance: readonly number[],
): number[] {
  const n = values.length;
  const known = values.flatMap((value, i) => (value === null ? [] : [i]));
  if (known.length === 0) return [...means];
  if (known.length === n) return values as number[];
  const between = Float64Array.from(known.flatMap((i) => known.map((j) => covariance[i * n + j] as number)));
  const deviation = Float64Array.from(known, (i) => (values[i] as number) - (means[i] as number));
  const weights = choleskySolver(between, known.length)(deviation);
  return values.map((value, i) =>
    value !== null
      ? value
      : known.reduce(
          (sum, j, k) => sum + (covariance[i * n + j] as number) * (weights[k] as number),
          means[i] as number,
        ),
  );
}
