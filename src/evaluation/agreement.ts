/** Agreement of two measurements of the same quantity, such as volumes: bias and limits, concordance, intraclass correlation. */
import { HemacastError } from "../core/errors.ts";
import { requireSameLength } from "../core/guards.ts";
import { fQuantile, normalQuantile, tQuantile } from "../math/special.ts";
import { mean, pearson, quantile, standardDeviation } from "../math/statistics.ts";
import type { Interval } from "./predictions.ts";

/** Bias and limits of agreement, with 95 % intervals of each. */
export interface BlandAltman {
  readonly n: number;
  /** Mean of second - first. */
  readonly bias: Interval;
  readonly standardDeviation: number;
  readonly lowerLimit: Interval;
  readonly upperLimit: Interval;
  /** Mean and difference of each pair, for the plot. */
  readonly points: readonly { readonly mean: number; readonly difference: number }[];
}

/**
 * Bland and Altman's analysis of second minus first.
 *
 * @throws HemacastError METRIC_UNDEFINED with fewer than three pairs
 * @see Bland & Altman 1999, doi:10.1177/096228029900800204
 */
export function blandAltman(first: ArrayLike<number>, second: ArrayLike<number>): BlandAltman {
  const n = requirePairs(first, second);
  const points = Array.from({ length: n }, (_, i) => ({
    mean: ((first[i] as number) + (second[i] as number)) / 2,
    difference: (second[i] as number) - (first[i] as number),
  }));
  const differences = points.map((point) => point.difference);
  const bias = mean(differences);
  const sd = standardDeviation(differences);
  const t = tQuantile(0.975, n - 1);
  const z = normalQuantile(0.975);
  const biasError = sd / Math.sqrt(n);
  const limitError = sd * Math.sqrt(1 / n + z ** 2 / (2 * (n - 1)));
  const around = (value: number, error: number): Interval => ({
    value,
    low: value - t * error,
    high: value + t * error,
  });
  return {
    n,
    bias: around(bias, biasError),
    standardDeviation: sd,
    lowerLimit: around(bias - z * sd, limitError),
    upperLimit: around(bias + z * sd, limitError),
    points,
  };
}

/**
 * Lin's concordance correlation coefficient with its interval (Fisher's z): correlation times closeness to the line of identity.
 * Moments are divided by n, as in Lin's paper.
 *
 * @throws HemacastError METRIC_UNDEFINED with fewer than three pairs or when a list is constant
 * @see Lin 1989, doi:10.2307/2532051; variance corrected in Lin 2000, doi:10.1111/j.0006-341X.2000.00324.x
 */
export function concordance(first: ArrayLike<number>, second: ArrayLike<number>): Interval {
  const n = requirePairs(first, second);
  const r = pearson(first, second);
  const shrink = Math.sqrt((n - 1) / n);
  const [sx, sy] = [standardDeviation(first) * shrink, standardDeviation(second) * shrink];
  const shift = mean(first) - mean(second);
  const value = (2 * r * sx * sy) / (sx ** 2 + sy ** 2 + shift ** 2);
  if (Math.abs(value) >= 1 || r === 0) return { value, low: value, high: value };
  const u2 = shift ** 2 / (sx * sy);
  const variance =
    (((1 - r ** 2) * value ** 2) / ((1 - value ** 2) * r ** 2) +
      (2 * value ** 3 * (1 - value) * u2) / (r * (1 - value ** 2) ** 2) -
      (value ** 4 * u2 ** 2) / (2 * r ** 2 * (1 - value ** 2) ** 2)) /
    (n - 2);
  const half = normalQuantile(0.975) * Math.sqrt(Math.max(0, variance));
  return { value, low: Math.tanh(Math.atanh(value) - half), high: Math.tanh(Math.atanh(value) + half) };
}

/** The intraclass correlations of single measurements. */
export interface IntraclassCorrelation {
  /** Each subject by other raters: ICC(1,1). */
  readonly oneWay: Interval;
  /** Raters are a sample, absolute agreement: ICC(2,1). The one to report for volumes. */
  readonly twoWayAgreement: Interval;
  /** Raters are fixed, consistency: ICC(3,1). */
  readonly twoWayConsistency: Interval;
}

/**
 * Intraclass correlations by analysis of variance.
 *
 * @param ratings one row per subject, one value per rater
 * @throws HemacastError METRIC_UNDEFINED with fewer than two subjects or raters, rows of unequal length, or without any variation
 * @see Shrout & Fleiss 1979, doi:10.1037/0033-2909.86.2.420; McGraw & Wong 1996, doi:10.1037/1082-989X.1.1.30
 */
export function intraclassCorrelation(ratings: readonly (readonly number[])[]): IntraclassCorrelation {
  const n = ratings.length;
  const k = ratings[0]?.length ?? 0;
  if (n < 2 || k < 2 || ratings.some((row) => row.length !== k || !row.every(Number.isFinite))) {
    throw new HemacastError(
      "METRIC_UNDEFINED",
      "an ICC needs two subjects and two raters, and a finite value from each",
    );
  }
  const grand = mean(ratings.flat());
  const subjectMeans = ratings.map(mean);
  const raterMeans = Array.from({ length: k }, (_, j) => mean(ratings.map((row) => row[j] as number)));
  const squares = (values: readonly number[]): number => values.reduce((sum, v) => sum + (v - grand) ** 2, 0);
  const betweenSubjects = k * squares(subjectMeans);
  const betweenRaters = n * squares(raterMeans);
  const total = squares(ratings.flat());
  const msSubjects = betweenSubjects / (n - 1);
  const msRaters = betweenRaters / (k - 1);
  const msWithin = (total - betweenSubjects) / (n * (k - 1));
  const msError = Math.max(0, total - betweenSubjects - betweenRaters) / ((n - 1) * (k - 1));
  if (!(msSubjects > 0) || !(msError > 1e-12 * msSubjects)) {
    if (msSubjects > 0 && msWithin <= 1e-12 * msSubjects) {
      const perfect = { value: 1, low: 1, high: 1 };
      return { oneWay: perfect, twoWayAgreement: perfect, twoWayConsistency: perfect };
    }
    throw new HemacastError("METRIC_UNDEFINED", "an ICC needs subjects that differ and raters that err");
  }
  const fromF = (value: number, f: number, df: number): Interval => {
    const low = f / fQuantile(0.975, n - 1, df);
    const high = f * fQuantile(0.975, df, n - 1);
    return { value, low: (low - 1) / (low + k - 1), high: (high - 1) / (high + k - 1) };
  };
  return {
    oneWay: fromF((msSubjects - msWithin) / (msSubjects + (k - 1) * msWithin), msSubjects / msWithin, n * (k - 1)),
    twoWayAgreement: agreementInterval({ n, k, msSubjects, msRaters, msError }),
    twoWayConsistency: fromF(
      (msSubjects - msError) / (msSubjects + (k - 1) * msError),
      msSubjects / msError,
      (n - 1) * (k - 1),
    ),
  };
}

function agreementInterval(ms: {
  n: number;
  k: number;
  msSubjects: number;
  msRaters: number;
  msError: number;
}): Interval {
  const { n, k, msSubjects, msRaters, msError } = ms;
  const value = (msSubjects - msError) / (msSubjects + (k - 1) * msError + (k * (msRaters - msError)) / n);
  const a = (k * value) / (n * (1 - value));
  const b = 1 + (k * value * (n - 1)) / (n * (1 - value));
  const df =
    (a * msRaters + b * msError) ** 2 / ((a * msRaters) ** 2 / (k - 1) + (b * msError) ** 2 / ((n - 1) * (k - 1)));
  const common = k * msRaters + (k * n - k - n) * msError;
  const fLow = fQuantile(0.975, n - 1, df);
  const fHigh = fQuantile(0.975, df, n - 1);
  return {
    value,
    low: (n * (msSubjects - fLow * msError)) / (fLow * common + n * msSubjects),
    high: (n * (fHigh * msSubjects - msError)) / (common + n * fHigh * msSubjects),
  };
}

/** What is reported of volumes against their reference. */
export interface VolumeAgreement {
  readonly blandAltman: BlandAltman;
  readonly concordance: Interval;
  readonly intraclass: Interval;
  readonly medianAbsoluteErrorMl: number;
}

/**
 * Volumes against their reference, pair by pair.
 *
 * @throws HemacastError METRIC_UNDEFINED with fewer than three pairs or without variation
 */
export function volumeAgreement(referenceMl: ArrayLike<number>, foundMl: ArrayLike<number>): VolumeAgreement {
  const n = requirePairs(referenceMl, foundMl);
  const pairs = Array.from({ length: n }, (_, i) => [referenceMl[i] as number, foundMl[i] as number]);
  return {
    blandAltman: blandAltman(referenceMl, foundMl),
    concordance: concordance(referenceMl, foundMl),
    intraclass: intraclassCorrelation(pairs).twoWayAgreement,
    medianAbsoluteErrorMl: quantile(
      pairs.map(([a, b]) => Math.abs((b as number) - (a as number))),
      0.5,
    ),
  };
}

function requirePairs(first: ArrayLike<number>, second: ArrayLike<number>): number {
  const n = requireSameLength("first", first, "second", second);
  if (n < 3) throw new HemacastError("METRIC_UNDEFINED", `agreement needs at least 3 pairs, got ${n}`);
  for (const list of [first, second])
    for (let i = 0; i < n; i++)
      if (!Number.isFinite(list[i])) throw new HemacastError("NON_FINITE", `measurement ${i} is ${list[i]}`);
  return n;
}
