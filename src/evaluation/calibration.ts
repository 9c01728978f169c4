/** Whether the risks mean what they say: calibration in the large, slope, flexible curve, and scores of the whole. */
import { HemacastError } from "../core/errors.ts";
import { matrixOf } from "../math/dense-matrix.ts";
import { smoothLoess } from "../math/loess.ts";
import { fitLogistic, logisticCovariance } from "../math/logistic-regression.ts";
import { normalQuantile, twoSidedNormalP } from "../math/special.ts";
import { logit, quantile } from "../math/statistics.ts";
import { type Interval, requireOutcomes, requireRisks } from "./predictions.ts";

/** Logistic recalibration of the risks: perfect is intercept 0, slope 1. */
export interface CalibrationLine {
  /** Calibration in the large: the shift in log odds with the slope fixed at 1. Above 0: risks are too low. */
  readonly intercept: Interval;
  /** Below 1: risks are too extreme. */
  readonly slope: Interval;
  /** The intercept of the two-parameter fit that gave the slope; not calibration in the large. */
  readonly interceptAtSlope: number;
}

/** Risks of exactly 0 or 1 have no log odds; they are moved inside by this much, and by no more. */
const riskMargin = 1e-10;

function logOdds(risk: ArrayLike<number>): Float64Array {
  return Float64Array.from({ length: risk.length }, (_, i) =>
    logit(Math.min(1 - riskMargin, Math.max(riskMargin, risk[i] as number))),
  );
}

/**
 * Calibration intercept and slope with Wald intervals.
 *
 * @param risk in [0, 1]; 0 and 1 count as 1e-10 and 1 - 1e-10
 * @throws HemacastError METRIC_UNDEFINED when one class is absent or all risks are equal; NOT_CONVERGED when risks separate the classes
 * @see Van Calster et al. 2019, doi:10.1186/s12916-019-1466-7
 */
export function calibrationLine(outcome: ArrayLike<number>, risk: ArrayLike<number>): CalibrationLine {
  requireRisks(outcome, risk);
  const eta = logOdds(risk);
  if (eta.every((value) => value === eta[0]))
    throw new HemacastError("METRIC_UNDEFINED", "the calibration slope has no value when all risks are equal");
  const x = matrixOf(Array.from(eta, (value) => [value]));
  const line = fitLogistic(x, outcome);
  const covariance = logisticCovariance(x, line);
  return {
    intercept: calibrationInTheLarge(outcome, risk),
    slope: wald(line.coefficients[0] as number, covariance[3] as number),
    interceptAtSlope: line.intercept,
  };
}

/**
 * Calibration in the large: the intercept of a logistic regression with the log odds of the risk as offset.
 *
 * @throws HemacastError METRIC_UNDEFINED when one class is absent
 */
export function calibrationInTheLarge(outcome: ArrayLike<number>, risk: ArrayLike<number>): Interval {
  const { n } = requireRisks(outcome, risk);
  const x = { rows: n, columns: 0, values: new Float64Array(0) };
  const offset = logOdds(risk);
  const fit = fitLogistic(x, outcome, { offset });
  return wald(fit.intercept, logisticCovariance(x, fit, { offset })[0] as number);
}

function wald(value: number, variance: number): Interval {
  const half = normalQuantile(0.975) * Math.sqrt(variance);
  return { value, low: value - half, high: value + half };
}

/**
 * Mean squared difference between risk and outcome; one class alone is enough.
 *
 * @see Brier 1950, doi:10.1175/1520-0493(1950)078<0001:VOFEIT>2.0.CO;2
 * @example brierScore([0, 1], [0, 0.5]) // => 0.125
 */
export function brierScore(outcome: ArrayLike<number>, risk: ArrayLike<number>): number {
  const { n } = requireOutcomes(outcome, risk);
  let sum = 0;
  for (let i = 0; i < n; i++) sum += ((risk[i] as number) - (outcome[i] as number)) ** 2;
  return sum / n;
}

/**
 * Share of the Brier score of "everybody has the prevalence" that is explained: 1 is perfect, 0 useless, negative harmful.
 *
 * @throws HemacastError METRIC_UNDEFINED when one class is absent
 * @example scaledBrier([0, 1], [0, 0.5]) // => 0.5
 */
export function scaledBrier(outcome: ArrayLike<number>, risk: ArrayLike<number>): number {
  const { n, events } = requireRisks(outcome, risk);
  return 1 - brierScore(outcome, risk) / ((events / n) * (1 - events / n));
}

/**
 * Mean negative log likelihood of the outcomes.
 *
 * @throws HemacastError METRIC_UNDEFINED when a risk of exactly 0 or 1 is wrong (the loss is infinite)
 * @example logLoss([1, 0], [0.5, 0.5]) // => Math.LN2
 */
export function logLoss(outcome: ArrayLike<number>, risk: ArrayLike<number>): number {
  const { n } = requireOutcomes(outcome, risk);
  let sum = 0;
  for (let i = 0; i < n; i++) sum -= outcome[i] === 1 ? Math.log(risk[i] as number) : Math.log1p(-(risk[i] as number));
  if (!Number.isFinite(sum)) throw new HemacastError("METRIC_UNDEFINED", "a certain risk (0 or 1) was wrong: infinite");
  return sum / n;
}

/**
 * Spiegelhalter's test of the Brier score's calibration part.
 *
 * @throws HemacastError METRIC_UNDEFINED when every risk is 0, 0.5 or 1
 * @see Spiegelhalter 1986, doi:10.1002/sim.4780050506
 */
export function spiegelhalterTest(outcome: ArrayLike<number>, risk: ArrayLike<number>): { z: number; p: number } {
  const { n } = requireOutcomes(outcome, risk);
  let numerator = 0;
  let denominator = 0;
  for (let i = 0; i < n; i++) {
    const p = risk[i] as number;
    numerator += ((outcome[i] as number) - p) * (1 - 2 * p);
    denominator += (1 - 2 * p) ** 2 * p * (1 - p);
  }
  if (!(denominator > 0)) throw new HemacastError("METRIC_UNDEFINED", "Spiegelhalter's z has no variance here");
  const z = numerator / Math.sqrt(denominator);
  return { z, p: twoSidedNormalP(z) };
}

/** The flexible calibration curve and its mean, median, 90th percentile and largest distance from the diagonal. */
export interface FlexibleCalibration {
  /** The smoothed event rate at each participant's risk, in [0, 1], in the order given. */
  readonly observed: Float64Array;
  /** Integrated calibration index: the mean of |observed - risk|. */
  readonly ici: number;
  readonly e50: number;
  readonly e90: number;
  readonly eMax: number;
}

/**
 * Smooths outcome over risk (loess, span 0.75, degree 2, as R) and measures the distance from the diagonal.
 *
 * @throws HemacastError METRIC_UNDEFINED when one class is absent or fewer than 10 participants or 4 distinct risks are there
 * @see Austin & Steyerberg 2019, doi:10.1002/sim.8281
 */
export function flexibleCalibration(outcome: ArrayLike<number>, risk: ArrayLike<number>): FlexibleCalibration {
  const { n } = requireRisks(outcome, risk);
  if (n < 10) throw new HemacastError("METRIC_UNDEFINED", `a calibration curve needs 10 participants, found ${n}`);
  const observed = smoothLoess(risk, outcome).map((value) => Math.min(1, Math.max(0, value)));
  const distance = observed.map((value, i) => Math.abs(value - (risk[i] as number)));
  return {
    observed,
    ici: distance.reduce((sum, d) => sum + d, 0) / n,
    e50: quantile(distance, 0.5),
    e90: quantile(distance, 0.9),
    eMax: distance.reduce((most, d) => Math.max(most, d), 0),
  };
}

/** Participants of similar risk: what was predicted and what happened. */
export interface CalibrationBin {
  readonly n: number;
  readonly meanRisk: number;
  readonly eventRate: number;
}

/**
 * Groups participants by risk, between quantiles (about equal numbers) or in equal widths; empty groups are left out.
 * An edge belongs to the group below it for quantiles as for widths (scikit-learn's `calibration_curve`).
 *
 * @throws HemacastError METRIC_UNDEFINED without participants
 * @example calibrationBins([0, 1], [0.1, 0.9], 2, "width").map((bin) => bin.n) // => [1, 1]
 */
export function calibrationBins(
  outcome: ArrayLike<number>,
  risk: ArrayLike<number>,
  bins = 10,
  by: "quantile" | "width" = "quantile",
): CalibrationBin[] {
  const { n } = requireOutcomes(outcome, risk);
  const edges = Array.from({ length: bins - 1 }, (_, k) => (k + 1) / bins).map((p) =>
    by === "quantile" ? quantile(risk, p) : p,
  );
  const groups = Array.from({ length: bins }, () => ({ n: 0, risks: 0, events: 0 }));
  for (let i = 0; i < n; i++) {
    const p = risk[i] as number;
    let k = 0;
    while (k < edges.length && p > (edges[k] as number)) k++;
    const group = groups[k]!;
    group.n++;
    group.risks += p;
    group.events += outcome[i] as number;
  }
  return groups
    .filter((group) => group.n > 0)
    .map((group) => ({ n: group.n, meanRisk: group.risks / group.n, eventRate: group.events / group.n }));
}

/**
 * Expected calibration error: the mean distance of the bins of equal width from the diagonal, weighted by their size.
 * Depends on the bins; prefer the ICI.
 *
 * @example expectedCalibrationError([0, 1], [0.25, 0.75], 2) // => 0.25
 */
export function expectedCalibrationError(outcome: ArrayLike<number>, risk: ArrayLike<number>, bins = 10): number {
  const { n } = requireOutcomes(outcome, risk);
  return calibrationBins(outcome, risk, bins, "width").reduce(
    (sum, bin) => sum + (bin.n / n) * Math.abs(bin.eventRate - bin.meanRisk),
    0,
  );
}
