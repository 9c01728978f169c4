/** One fold of a study, as a worker runs it: fit every model on the training side, check for leaks, score the test side. */
import type { FeatureTable } from "../cohort/feature-table.ts";
import { findLeaks, type Leak } from "../cohort/leakage.ts";
import { applyFold, applyInnerFold, type Fold, type TrainingSet } from "../cohort/splits.ts";
import { HemacastError } from "../core/errors.ts";
import { createRandom, type Random, shuffled } from "../core/random.ts";
import { auroc } from "../evaluation/discrimination.ts";
import { unlessUndefined } from "../evaluation/subgroups.ts";
import { calibratedRisk } from "../expansion/calibrator.ts";
import { type ConformalLimits, conformalLimits } from "../expansion/conformal.ts";
import { fitLearner } from "../expansion/fit-learner.ts";
import type { FittedModel, FittedModelFacts } from "../expansion/fitted-model.ts";
import type { ModelConfig } from "../expansion/learner-config.ts";

/** What a fold works on; plain data, so that it can be sent to a thread. */
export interface FoldTask {
  readonly fold: Fold;
  readonly models: readonly ModelConfig[];
  readonly seed: number;
  /** Shares of the training participants for the learning curve; empty = none. */
  readonly learningCurve: readonly number[];
  /** Of the conformal sets, in (0, 1). */
  readonly coverage: number;
}

/** What one model said of the test rows of one fold. */
export interface FoldPrediction {
  readonly model: string;
  readonly risk: readonly number[];
  readonly cutoff: number;
  /** From the inner folds of the training part; null for a model without them. */
  readonly conformal: ConformalLimits | null;
  readonly facts: FittedModelFacts;
}

/** The result of a fold; plain data. */
export interface FoldResult {
  readonly fold: string;
  /** Rows of the table, in the order of each `risk`. */
  readonly test: readonly number[];
  readonly predictions: readonly FoldPrediction[];
  readonly leaks: readonly Leak[];
  readonly learningCurve: readonly { readonly participants: number; readonly auc: number | null }[];
  readonly seconds: number;
}

/**
 * Runs one fold. Every random choice depends on the seed and the fold's name alone, so folds may run in any order.
 *
 * @throws HemacastError as `fitLearner`
 */
export async function runFold(
  table: FeatureTable,
  { fold, models, seed, learningCurve, coverage }: FoldTask,
): Promise<FoldResult> {
  const startedAt = performance.now();
  const { training, test } = applyFold(table, fold);
  const random = createRandom(seed).fork(fold.name);
  const fitted: FittedModel[] = [];
  for (const config of models) fitted.push(await fitLearner(training, config, random.fork(config.name)));
  const predictions = fitted.map((model) => ({
    model: model.name,
    risk: Array.from(model.risk(test)),
    cutoff: model.cutoff,
    conformal: model.outOfFold && conformalOf(model, model.outOfFold, training.table.outcome, coverage),
    facts: model.facts,
  }));
  const leaks = findLeaks(table, fold, { fits: fitted.flatMap((model) => model.fits) });
  const curve: { participants: number; auc: number | null }[] = [];
  for (const share of learningCurve) {
    const part = partOf(training, share, random.fork(`share ${share}`));
    const model = await whereDefined(fitLearner(part, models[0] as ModelConfig, random.fork(`curve ${share}`)));
    const participants = new Set(part.table.participantIds).size;
    const auc = model && unlessUndefined(() => auroc(test.table.outcome, model.risk(test)));
    curve.push({ participants, auc });
  }
  const seconds = (performance.now() - startedAt) / 1000;
  return { fold: fold.name, test: fold.test, predictions, leaks, learningCurve: curve, seconds };
}

function conformalOf(
  { facts: { calibrator } }: FittedModel,
  outOfFold: Float64Array,
  outcome: Uint8Array,
  coverage: number,
): ConformalLimits {
  const risks = outOfFold.map((logOdds) => calibratedRisk(calibrator, logOdds));
  return conformalLimits(risks, outcome, coverage);
}

/** A small share may hold too few of a class to fit at all: no point of the curve then. */
async function whereDefined<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch (thrown) {
    if (thrown instanceof HemacastError && thrown.family === "numerical") return null;
    throw thrown;
  }
}

/** A share of the training participants, both classes in proportion. */
function partOf(training: TrainingSet, share: number, random: Random): TrainingSet {
  const ids = training.table.participantIds;
  const kept = new Set(
    [0, 1].flatMap((outcome) => {
      const ofClass = [...new Set(ids.filter((_, i) => training.table.outcome[i] === outcome))];
      return shuffled(ofClass, random).slice(0, Math.max(2, Math.round(share * ofClass.length)));
    }),
  );
  const rows = ids.flatMap((id, i) => (kept.has(id) ? [i] : []));
  return applyInnerFold(training, { name: `share-${share}`, training: rows, test: [] }).training;
}
