/** All figures of one set of predictions, and of two against each other. */

import {
  type BootstrapInterval,
  type BootstrapPlan,
  bootstrapByParticipant,
  type PermutationTest,
  permutationTest,
  weightedAuroc,
  weightedAveragePrecision,
  weightedBrier,
} from "./bootstrap.ts";
import {
  brierScore,
  calibrationLine,
  flexibleCalibration,
  logLoss,
  scaledBrier,
  spiegelhalterTest,
} from "./calibration.ts";
import {
  type ClassificationFigures,
  classificationAt,
  cutoffAtSensitivity,
  cutoffAtSpecificity,
} from "./classification.ts";
import { type AucComparison, aucInterval, compareAuc } from "./delong.ts";
import { rocCurve } from "./discrimination.ts";
import { decisionThresholds, netBenefit } from "./net-benefit.ts";
import { averagePrecision } from "./precision-recall.ts";
import { type Interval, requireRisks } from "./predictions.ts";
import { type Reclassification, reclassification } from "./reclassification.ts";
import { unlessUndefined } from "./subgroups.ts";

/** One risk per participant. */
export interface PredictionTable {
  readonly participantIds: readonly string[];
  /** 1 = event, 0 = none. */
  readonly outcome: ArrayLike<number>;
  /** In [0, 1]. */
  readonly risk: ArrayLike<number>;
}

/** The figures that `hemacast evaluate --json` prints; a figure without a value on these data is null. */
export interface Evaluation {
  readonly n: number;
  readonly events: number;
  readonly prevalence: number;
  /** With DeLong's 95 % interval. */
  readonly auc: Interval;
  /** Average precision; a useless score has the prevalence. */
  readonly ap: number;
  readonly brier: number;
  readonly scaledBrier: number;
  readonly logLoss: number | null;
  /** Intercept is calibration in the large (slope fixed at 1). */
  readonly calibration: { readonly slope: number | null; readonly intercept: number | null };
  readonly calibrationIntervals: { readonly slope: Interval; readonly intercept: Interval } | null;
  readonly flexibleCalibration: {
    readonly ici: number;
    readonly e50: number;
    readonly e90: number;
    readonly eMax: number;
  } | null;
  readonly spiegelhalter: { readonly z: number; readonly p: number } | null;
  readonly netBenefit: readonly { readonly threshold: number; readonly value: number; readonly treatAll: number }[];
  readonly classification: readonly ClassificationFigures[];
  /** Descriptive cut-offs on these data; null where no participant is positive. */
  readonly operatingPoints: readonly { readonly at: string; readonly figures: ClassificationFigures | null }[];
  /** By participant; null where classes are too small to resample, and beyond 100,000 participants, where it adds no digit to DeLong's. */
  readonly bootstrap: {
    readonly auc: BootstrapInterval;
    readonly ap: BootstrapInterval;
    readonly brier: BootstrapInterval;
  } | null;
  /** Null beyond 100,000 participants. */
  readonly betterThanChance: PermutationTest | null;
}

/** How thorough an evaluation is. */
export interface EvaluationPlan extends BootstrapPlan {
  /** Thresholds at which the classification figures are given. */
  readonly thresholds: readonly number[];
  readonly permutations: number;
}

/** Above this number of participants resampling costs minutes and moves no digit that is shown. */
const resamplingLimit = 100_000;

/**
 * What is done unless asked otherwise.
 *
 * @example defaultEvaluationPlan.replicates // => 2000
 */
export const defaultEvaluationPlan: EvaluationPlan = {
  replicates: 2000,
  seed: 20_240_501,
  thresholds: [0.1, 0.2, 0.3, 0.4, 0.5],
  permutations: 2000,
};

/**
 * Evaluates one set of predictions.
 *
 * @throws HemacastError METRIC_UNDEFINED when only one class is present or a class has one participant; ARGUMENT_INVALID for a risk outside [0, 1]
 */
export function evaluatePredictions(table: PredictionTable, plan: EvaluationPlan = defaultEvaluationPlan): Evaluation {
  const { participantIds, outcome, risk } = table;
  const { n, events } = requireRisks(outcome, risk);
  const line = unlessUndefined(() => calibrationLine(outcome, risk));
  const flexible = unlessUndefined(() => flexibleCalibration(outcome, risk));
  const isLarge = n > resamplingLimit;
  const statistics = () => ({
    auc: weightedAuroc(outcome, risk),
    ap: weightedAveragePrecision(outcome, risk),
    brier: weightedBrier(outcome, risk),
  });
  return {
    n,
    events,
    prevalence: events / n,
    auc: aucInterval(outcome, risk),
    ap: averagePrecision(outcome, risk),
    brier: brierScore(outcome, risk),
    scaledBrier: scaledBrier(outcome, risk),
    logLoss: unlessUndefined(() => logLoss(outcome, risk)),
    calibration: { slope: line?.slope.value ?? null, intercept: line?.intercept.value ?? null },
    calibrationIntervals: line && { slope: line.slope, intercept: line.intercept },
    flexibleCalibration: flexible && { ici: flexible.ici, e50: flexible.e50, e90: flexible.e90, eMax: flexible.eMax },
    spiegelhalter: unlessUndefined(() => spiegelhalterTest(outcome, risk)),
    netBenefit: netBenefit(outcome, risk, decisionThresholds),
    classification: plan.thresholds.map((threshold) => classificationAt(outcome, risk, threshold)),
    operatingPoints: operatingPoints(outcome, risk),
    bootstrap: isLarge ? null : unlessUndefined(() => bootstrapByParticipant(participantIds, statistics(), plan)),
    betterThanChance: isLarge ? null : permutationTest(participantIds, outcome, risk, plan),
  };
}

function operatingPoints(outcome: ArrayLike<number>, risk: ArrayLike<number>): Evaluation["operatingPoints"] {
  const roc = rocCurve(outcome, risk);
  const at = (name: string, threshold: number) => ({
    at: name,
    figures: Number.isFinite(threshold) ? classificationAt(outcome, risk, threshold) : null,
  });
  return [0.8, 0.9].flatMap((least) => [
    at(`specificity >= ${least}`, cutoffAtSpecificity(roc, least)),
    at(`sensitivity >= ${least}`, cutoffAtSensitivity(roc, least)),
  ]);
}

/** Two models on the same participants; `deltaAuc` is the first minus the second. */
export interface ModelComparison {
  readonly comparison: AucComparison;
  readonly deltaNetBenefit: readonly { readonly threshold: number; readonly value: number }[];
  readonly deltaBrier: number;
  /** Of the first against the second, at a threshold of the prevalence. */
  readonly reclassification: Reclassification;
}

/**
 * Compares two risks of the same participants, in the same order.
 *
 * @throws HemacastError METRIC_UNDEFINED when only one class is present or the scores rank everybody alike
 */
export function compareModels(
  outcome: ArrayLike<number>,
  first: ArrayLike<number>,
  second: ArrayLike<number>,
): ModelComparison {
  const { n, events } = requireRisks(outcome, first);
  const [a, b] = [netBenefit(outcome, first), netBenefit(outcome, second)];
  return {
    comparison: compareAuc(outcome, first, second),
    deltaNetBenefit: a.map((point, k) => ({ threshold: point.threshold, value: point.value - (b[k]?.value ?? 0) })),
    deltaBrier: brierScore(outcome, first) - brierScore(outcome, second),
    reclassification: reclassification(outcome, second, first, events / n),
  };
}
