/** What every learner returns, and the last steps that all share: recalibration and the cut-off, from inner out-of-fold log odds. */
import type { FitRecord } from "../cohort/leakage.ts";
import type { TestSet, TrainingSet } from "../cohort/splits.ts";
import type { DenseMatrix } from "../math/dense-matrix.ts";
import type { Penalty } from "../math/logistic-regression.ts";
import { type Calibrator, calibratedRisk, fitCalibrator } from "./calibrator.ts";
import { chooseCutoff } from "./cutoff.ts";
import type { DenseNetwork } from "./dense-network.ts";
import type { ModelConfig } from "./learner-config.ts";
import { matchPredictors, type Preparation } from "./prepare.ts";

/** A fitted, frozen model of feature rows. */
export interface FittedModel {
  readonly name: string;
  /** Calibrated risk of each row, in [0, 1]. */
  risk(rows: TestSet | TrainingSet): Float64Array;
  /** Log odds of each row before recalibration. */
  logOdds(rows: TestSet | TrainingSet): Float64Array;
  /** Log odds of the training rows by fits that did not see them; null where no inner folds were needed. */
  readonly outOfFold: Float64Array | null;
  /** Positive from this risk on; chosen inside the training set. */
  readonly cutoff: number;
  readonly fits: readonly FitRecord[];
  readonly facts: FittedModelFacts;
}

/** What one learner learned. */
export type LearnerFacts =
  | { readonly kind: "logistic"; readonly penalty: Penalty; readonly alpha: number; readonly intercept: number }
  | { readonly kind: "late-fusion"; readonly intercept: number; readonly groups: readonly LearnerFacts[] }
  | {
      readonly kind: "network";
      readonly weightDecay: number;
      /** The networks whose log odds are averaged, and the step at which each had the least tuning loss. */
      readonly members: readonly {
        readonly network: DenseNetwork;
        readonly steps: number;
        readonly tuningLoss: number;
      }[];
    };

/** What a fit learned, for the run record. */
export interface FittedModelFacts {
  readonly predictors: number;
  readonly eventsPerCandidate: number;
  readonly learner: LearnerFacts;
  /** Log odds per standard deviation of the predictor; only those that are not 0. Of a network: the mean slope over the training rows. */
  readonly coefficients: Readonly<Record<string, number>>;
  readonly calibrator: Calibrator;
  readonly steps: Preparation["facts"];
}

/** A learner after fitting, before recalibration. */
export interface RawModel {
  /** In words, for the leakage guard. */
  readonly what: string;
  /** Log odds of each row of a prepared matrix. */
  logOdds(x: DenseMatrix): Float64Array;
  /** Per predictor of the preparation. */
  readonly coefficients: ArrayLike<number>;
  readonly learner: LearnerFacts;
}

/**
 * Recalibrates and chooses the cut-off.
 *
 * @param outOfFold log odds of the training rows by models that did not see them; null when neither step needs them
 * @throws HemacastError METRIC_UNDEFINED, NOT_CONVERGED as the calibrators do
 */
export function finishModel(
  set: TrainingSet,
  config: ModelConfig,
  preparation: Preparation,
  raw: RawModel,
  outOfFold: Float64Array | null,
): FittedModel {
  const { outcome, participantIds } = set.table;
  const calibrator = fitCalibrator(config.calibration, outOfFold ?? [], outcome);
  const risks = outOfFold?.map((value) => calibratedRisk(calibrator, value)) ?? new Float64Array(0);
  const events = outcome.reduce((sum, y) => sum + y, 0);
  const logOdds: FittedModel["logOdds"] = ({ table }) => raw.logOdds(preparation.matrix(table));
  return {
    name: config.name,
    risk: (rows) => logOdds(rows).map((value) => calibratedRisk(calibrator, value)),
    logOdds,
    outOfFold,
    cutoff: chooseCutoff(config.cutoff, outcome, risks),
    fits: [...preparation.fits, { what: `${raw.what} of model ${config.name}`, fittedOn: participantIds }],
    facts: {
      predictors: preparation.names.length,
      eventsPerCandidate:
        Math.min(events, outcome.length - events) / matchPredictors(set.table.names, config.predictors).length,
      learner: raw.learner,
      coefficients: Object.fromEntries(
        preparation.names.map((name, j) => [name, raw.coefficients[j] as number] as const).filter(([, b]) => b !== 0),
      ),
      calibrator,
      steps: preparation.facts,
    },
  };
}

/** Whether a model needs inner out-of-fold predictions at all. */
export function needsOutOfFold(config: ModelConfig): boolean {
  return config.calibration !== "none" || config.cutoff.rule !== "fixed";
}

/** One weight per row: all 1, or such that both classes weigh the same. */
export function classWeights(outcome: Uint8Array, kind: ModelConfig["classWeights"]): Float64Array {
  if (kind === "none") return new Float64Array(outcome.length).fill(1);
  const events = outcome.reduce((sum, y) => sum + y, 0);
  return Float64Array.from(outcome, (y) => outcome.length / 2 / (y === 1 ? events : outcome.length - events));
}

/** Weighted mean of the log loss, from log odds. */
export function meanLogLoss(
  logOdds: ArrayLike<number>,
  outcome: ArrayLike<number>,
  weights: ArrayLike<number>,
): number {
  let [sum, total] = [0, 0];
  for (let i = 0; i < logOdds.length; i++) {
    const eta = logOdds[i]!;
    sum += weights[i]! * (Math.log1p(Math.exp(-Math.abs(eta))) + Math.max(eta, 0) - outcome[i]! * eta);
    total += weights[i]!;
  }
  return sum / total;
}
