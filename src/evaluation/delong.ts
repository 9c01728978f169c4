/** DeLong's variance of the AUC and the tests built on it, by the O(n log n) algorithm with midranks. */
import { HemacastError } from "../core/errors.ts";
import { requireInRange } from "../core/guards.ts";
import { normalQuantile, twoSidedNormalP, twoSidedTP } from "../math/special.ts";
import { covariance, logistic, logit, mean, midranks, variance } from "../math/statistics.ts";
import { type Interval, requireTwoClasses } from "./predictions.ts";

/** For each participant, the share of the other class that it is ranked correctly against. */
export interface Placements {
  readonly auc: number;
  readonly ofEvents: Float64Array;
  readonly ofNonEvents: Float64Array;
}

/**
 * The structural components of the AUC.
 *
 * @throws HemacastError METRIC_UNDEFINED when only one class is present
 * @see Sun & Xu 2014, doi:10.1109/LSP.2014.2337313
 * @example [...placements([0, 1, 1], [0.2, 0.1, 0.9]).ofEvents] // => [0, 1]
 */
export function placements(outcome: ArrayLike<number>, score: ArrayLike<number>): Placements {
  const { n, events, nonEvents } = requireTwoClasses(outcome, score);
  const eventScores = new Float64Array(events);
  const nonEventScores = new Float64Array(nonEvents);
  const all = new Float64Array(n);
  let e = 0;
  let o = 0;
  for (let i = 0; i < n; i++) if (outcome[i] === 1) eventScores[e++] = score[i] as number;
  for (let i = 0; i < n; i++) if (outcome[i] === 0) nonEventScores[o++] = score[i] as number;
  all.set(eventScores);
  all.set(nonEventScores, events);
  const [together, within, without] = [midranks(all), midranks(eventScores), midranks(nonEventScores)];
  const ofEvents = within.map((rank, k) => (together[k]! - rank) / nonEvents);
  const ofNonEvents = without.map((rank, k) => 1 - (together[events + k]! - rank) / events);
  return { auc: mean(ofEvents), ofEvents, ofNonEvents };
}

function requireVariance({ ofEvents, ofNonEvents }: Placements): void {
  if (ofEvents.length < 2 || ofNonEvents.length < 2) {
    throw new HemacastError(
      "METRIC_UNDEFINED",
      `DeLong's variance needs two participants of each class, found ${ofEvents.length} and ${ofNonEvents.length}`,
    );
  }
}

/**
 * Variance of the AUC.
 *
 * @throws HemacastError METRIC_UNDEFINED with fewer than two participants in a class
 * @see DeLong, DeLong & Clarke-Pearson 1988, doi:10.2307/2531595
 */
export function delongVariance(p: Placements): number {
  requireVariance(p);
  return variance(p.ofEvents) / p.ofEvents.length + variance(p.ofNonEvents) / p.ofNonEvents.length;
}

/**
 * Covariance of the AUCs of two scores of the same participants.
 *
 * @throws HemacastError METRIC_UNDEFINED with fewer than two participants in a class
 */
export function delongCovariance(a: Placements, b: Placements): number {
  requireVariance(a);
  return (
    covariance(a.ofEvents, b.ofEvents) / a.ofEvents.length +
    covariance(a.ofNonEvents, b.ofNonEvents) / a.ofNonEvents.length
  );
}

/**
 * AUC with DeLong's interval.
 *
 * @param options.level coverage, default 0.95
 * @param options.scale `linear` is the common symmetric interval, cut at 0 and 1; `logit` stays inside by itself
 * @throws HemacastError METRIC_UNDEFINED when a class has fewer than two participants, or (logit) when the AUC is 0 or 1
 * @example aucInterval([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]).value // => 0.75
 */
export function aucInterval(
  outcome: ArrayLike<number>,
  score: ArrayLike<number>,
  options: { level?: number; scale?: "linear" | "logit" } = {},
): Interval {
  const parts = placements(outcome, score);
  const { auc } = parts;
  const z = normalQuantile(0.5 + requireInRange("level", options.level ?? 0.95, 0, 1) / 2);
  const error = Math.sqrt(delongVariance(parts));
  if (options.scale === "logit") {
    if (auc === 0 || auc === 1)
      throw new HemacastError("METRIC_UNDEFINED", `the logit interval has no value at an AUC of ${auc}`);
    const half = (z * error) / (auc * (1 - auc));
    return { value: auc, low: logistic(logit(auc) - half), high: logistic(logit(auc) + half) };
  }
  return { value: auc, low: Math.max(0, auc - z * error), high: Math.min(1, auc + z * error) };
}

/** The difference of two AUCs, first minus second, with its test. */
export interface AucComparison {
  readonly deltaAuc: number;
  readonly low: number;
  readonly high: number;
  /** The statistic: standard normal when paired, Student's t when not. */
  readonly statistic: number;
  readonly p: number;
}

/**
 * Compares the AUCs of two scores of the same participants.
 *
 * @throws HemacastError METRIC_UNDEFINED when a class has fewer than two participants, or when the scores rank everybody alike (no variance to test against)
 * @see DeLong, DeLong & Clarke-Pearson 1988, doi:10.2307/2531595
 */
export function compareAuc(
  outcome: ArrayLike<number>,
  scoreA: ArrayLike<number>,
  scoreB: ArrayLike<number>,
  level = 0.95,
): AucComparison {
  const a = placements(outcome, scoreA);
  const b = placements(outcome, scoreB);
  const deltaAuc = a.auc - b.auc;
  const varianceOfDelta = delongVariance(a) + delongVariance(b) - 2 * delongCovariance(a, b);
  if (!(varianceOfDelta > 1e-20)) {
    throw new HemacastError(
      "METRIC_UNDEFINED",
      `the difference of the AUCs (${deltaAuc}) has no variance: both scores place every participant alike`,
    );
  }
  const error = Math.sqrt(varianceOfDelta);
  const half = normalQuantile(0.5 + level / 2) * error;
  const statistic = deltaAuc / error;
  return { deltaAuc, low: deltaAuc - half, high: deltaAuc + half, statistic, p: twoSidedNormalP(statistic) };
}

/**
 * Compares the AUCs of two groups of different participants (Welch's degrees of freedom, as pROC).
 *
 * @throws HemacastError METRIC_UNDEFINED when a class of a group has fewer than two participants, or without any variance
 */
export function compareAucUnpaired(
  a: { outcome: ArrayLike<number>; score: ArrayLike<number> },
  b: { outcome: ArrayLike<number>; score: ArrayLike<number> },
): AucComparison & { degreesOfFreedom: number } {
  const [pa, pb] = [placements(a.outcome, a.score), placements(b.outcome, b.score)];
  const [va, vb] = [delongVariance(pa), delongVariance(pb)];
  if (!(va + vb > 0)) throw new HemacastError("METRIC_UNDEFINED", "neither AUC has any variance to test against");
  const deltaAuc = pa.auc - pb.auc;
  const error = Math.sqrt(va + vb);
  const degreesOfFreedom = (va + vb) ** 2 / (va ** 2 / (a.outcome.length - 1) + vb ** 2 / (b.outcome.length - 1));
  const statistic = deltaAuc / error;
  const half = normalQuantile(0.975) * error;
  const p = twoSidedTP(statistic, degreesOfFreedom);
  return { deltaAuc, low: deltaAuc - half, high: deltaAuc + half, statistic, p, degreesOfFreedom };
}

/**
 * Adjusts p-values of several tests for multiplicity (Holm: family-wise error, no assumption on dependence).
 *
 * @see Holm 1979, Scand J Stat 6:65-70
 * @example holmAdjusted([0.01, 0.5, 0.02]) // => [0.03, 0.5, 0.04]
 */
export function holmAdjusted(pValues: readonly number[]): number[] {
  const order = pValues.map((_, i) => i).sort((i, j) => (pValues[i] as number) - (pValues[j] as number));
  const adjusted = new Array<number>(pValues.length);
  let running = 0;
  for (const [rank, i] of order.entries()) {
    running = Math.max(running, Math.min(1, (pValues.length - rank) * (pValues[i] as number)));
    adjusted[i] = running;
  }
  return adjusted;
}
