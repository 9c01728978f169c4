/** What happens at a cut-off: counts, rates with Wilson intervals, and cut-offs at fixed operating points. */
import { HemacastError } from "../core/errors.ts";
import { requireInRange } from "../core/guards.ts";
import { chiSquaredSurvival } from "../math/special.ts";
import type { RocPoint } from "./discrimination.ts";
import { wilsonInterval } from "./intervals.ts";
import { type Interval, requireOutcomes } from "./predictions.ts";

/** Counts at a threshold; positive means risk >= threshold. */
export interface ConfusionCounts {
  readonly truePositives: number;
  readonly falsePositives: number;
  readonly trueNegatives: number;
  readonly falseNegatives: number;
}

/**
 * Counts at one threshold.
 *
 * @throws HemacastError METRIC_UNDEFINED without participants
 * @example confusionAt([0, 1], [0.2, 0.7], 0.5) // => ({ truePositives: 1, falsePositives: 0, trueNegatives: 1, falseNegatives: 0 })
 */
export function confusionAt(outcome: ArrayLike<number>, risk: ArrayLike<number>, threshold: number): ConfusionCounts {
  const { n, events } = requireOutcomes(outcome, risk);
  let truePositives = 0;
  let falsePositives = 0;
  for (let i = 0; i < n; i++) {
    if ((risk[i] as number) < threshold) continue;
    if (outcome[i] === 1) truePositives++;
    else falsePositives++;
  }
  const falseNegatives = events - truePositives;
  return { truePositives, falsePositives, trueNegatives: n - events - falsePositives, falseNegatives };
}

/** Figures at a threshold. A figure is null where there is nothing to divide by; it is never set to 0. */
export interface ClassificationFigures extends ConfusionCounts {
  readonly threshold: number;
  readonly sensitivity: Interval | null;
  readonly specificity: Interval | null;
  readonly positivePredictiveValue: Interval | null;
  readonly negativePredictiveValue: Interval | null;
  readonly accuracy: Interval;
  readonly f1: number | null;
  /** Matthews correlation coefficient. */
  readonly mcc: number | null;
  readonly kappa: number | null;
  readonly balancedAccuracy: number | null;
}

/**
 * Every figure at one threshold, with Wilson intervals.
 *
 * @throws HemacastError METRIC_UNDEFINED without participants
 */
export function classificationAt(
  outcome: ArrayLike<number>,
  risk: ArrayLike<number>,
  threshold: number,
): ClassificationFigures {
  const counts = confusionAt(outcome, risk, threshold);
  const { truePositives: tp, falsePositives: fp, trueNegatives: tn, falseNegatives: fn } = counts;
  const n = tp + fp + tn + fn;
  const rate = (k: number, of: number): Interval | null => (of > 0 ? wilsonInterval(k, of) : null);
  const ratio = (a: number, b: number): number | null => (b > 0 ? a / b : null);
  const sensitivity = rate(tp, tp + fn);
  const specificity = rate(tn, tn + fp);
  const expected = ((tp + fp) * (tp + fn) + (tn + fn) * (tn + fp)) / n;
  return {
    ...counts,
    threshold,
    sensitivity,
    specificity,
    positivePredictiveValue: rate(tp, tp + fp),
    negativePredictiveValue: rate(tn, tn + fn),
    accuracy: wilsonInterval(tp + tn, n),
    f1: ratio(2 * tp, 2 * tp + fp + fn),
    mcc: ratio(tp * tn - fp * fn, Math.sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn))),
    kappa: ratio(tp + tn - expected, n - expected),
    balancedAccuracy: sensitivity && specificity ? (sensitivity.value + specificity.value) / 2 : null,
  };
}

/**
 * The highest cut-off with the best sensitivity among those whose specificity is at least the value given.
 * On the data it is evaluated on, such a point is descriptive; a cut-off to be used is chosen on tuning folds.
 *
 * @param roc from `rocCurve`
 * @param least in [0, 1]
 * @returns Infinity when only "nobody is positive" satisfies it
 * @example cutoffAtSpecificity(rocCurve([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]), 1) // => 0.8
 */
export function cutoffAtSpecificity(roc: readonly RocPoint[], least: number): number {
  requireInRange("least", least, 0, 1);
  let best = roc[0] as RocPoint;
  for (const point of roc) {
    if (1 - point.falsePositiveRate < least - 1e-12) break;
    if (point.truePositiveRate > best.truePositiveRate) best = point;
  }
  return best.threshold;
}

/**
 * The highest cut-off whose sensitivity is at least the value given.
 *
 * @param roc from `rocCurve`
 * @param least in [0, 1]
 * @example cutoffAtSensitivity(rocCurve([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]), 1) // => 0.35
 */
export function cutoffAtSensitivity(roc: readonly RocPoint[], least: number): number {
  requireInRange("least", least, 0, 1);
  return (roc.find((point) => point.truePositiveRate >= least - 1e-12) as RocPoint).threshold;
}

/**
 * Predictive values that a test of given sensitivity and specificity has at a stated prevalence (Bayes).
 *
 * @returns null where nobody would be positive (or negative)
 * @example predictiveValuesAt(0.8, 0.9, 0.5).positive // => 0.8 * 0.5 / (0.8 * 0.5 + (1 - 0.9) * 0.5)
 */
export function predictiveValuesAt(
  sensitivity: number,
  specificity: number,
  prevalence: number,
): { readonly positive: number | null; readonly negative: number | null } {
  for (const [name, value] of Object.entries({ sensitivity, specificity, prevalence }))
    requireInRange(name, value, 0, 1);
  const tp = sensitivity * prevalence;
  const fp = (1 - specificity) * (1 - prevalence);
  const tn = specificity * (1 - prevalence);
  const fn = (1 - sensitivity) * prevalence;
  return { positive: tp + fp > 0 ? tp / (tp + fp) : null, negative: tn + fn > 0 ? tn / (tn + fn) : null };
}

/** McNemar's test of two classifications of the same participants. */
export interface McNemarResult {
  /** Right by the first and wrong by the second. */
  readonly onlyFirstRight: number;
  readonly onlySecondRight: number;
  readonly chiSquared: number;
  readonly p: number;
}

/**
 * Compares the accuracy of two risks at one threshold (chi-squared with continuity correction).
 *
 * @throws HemacastError METRIC_UNDEFINED when they never disagree
 * @see McNemar 1947, doi:10.1007/BF02295996
 */
export function mcNemarTest(
  outcome: ArrayLike<number>,
  first: ArrayLike<number>,
  second: ArrayLike<number>,
  threshold: number,
): McNemarResult {
  const { n } = requireOutcomes(outcome, first);
  requireOutcomes(outcome, second);
  let onlyFirstRight = 0;
  let onlySecondRight = 0;
  for (let i = 0; i < n; i++) {
    const a = Number((first[i] as number) >= threshold) === outcome[i];
    const b = Number((second[i] as number) >= threshold) === outcome[i];
    if (a && !b) onlyFirstRight++;
    if (b && !a) onlySecondRight++;
  }
  const discordant = onlyFirstRight + onlySecondRight;
  if (discordant === 0) throw new HemacastError("METRIC_UNDEFINED", "the two classifications never disagree");
  const difference = Math.abs(onlyFirstRight - onlySecondRight);
  const chiSquared = Math.max(0, difference - 1) ** 2 / discordant;
  return { onlyFirstRight, onlySecondRight, chiSquared, p: chiSquaredSurvival(chiSquared, 1) };
}
