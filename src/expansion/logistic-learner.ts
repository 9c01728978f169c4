/** From a training set to a calibrated risk: preparation, penalty tuned on inner folds, recalibration and cut-off from inner out-of-fold predictions. */
import { applyInnerFold, repeatedFolds, type TrainingSet } from "../cohort/splits.ts";
import type { Random } from "../core/random.ts";
import { createLogisticSolver, type LogisticFit, type Penalty } from "../math/logistic-regression.ts";
import { classWeights, type FittedModel, finishModel, meanLogLoss, needsOutOfFold } from "./fitted-model.ts";
import type { ModelConfig } from "./learner-config.ts";
import { fitPreparation } from "./prepare.ts";

interface Candidate {
  readonly alpha: number;
  readonly penalty: Penalty;
}

/** Inner log loss is the criterion; penalties are compared on the same folds. */
interface Tuned {
  readonly chosen: Candidate;
  /** Out-of-fold log odds of the training rows with the chosen penalty. */
  readonly logOdds: Float64Array;
}

/**
 * Fits a model on a training set. Nothing outside the set is looked at.
 *
 * @throws HemacastError METRIC_UNDEFINED when a class has fewer participants than inner folds; NOT_CONVERGED; CONFIG_INVALID for predictors that are not there
 */
export function fitLogisticModel(set: TrainingSet, config: ModelConfig, random: Random): FittedModel {
  const preparation = fitPreparation(set, config, random.fork("preparation"));
  const x = preparation.matrix(set.table);
  const outcome = set.table.outcome;
  const weights = classWeights(outcome, config.classWeights);
  const candidates = candidatesFor(x, outcome, weights, config);
  const needsInner = candidates.length > 1 || needsOutOfFold(config);
  const tuned = needsInner
    ? tune(set, config, candidates, random)
    : { chosen: candidates[0] as Candidate, logOdds: null };
  const fit = fitAlong(x, outcome, weights, candidates, tuned.chosen);
  const { alpha, penalty } = tuned.chosen;
  return finishModel(
    set,
    config,
    preparation,
    {
      what: "logistic regression",
      logOdds: (rows) => logOddsOf(rows, fit),
      coefficients: fit.coefficients,
      learner: { kind: "logistic", penalty, alpha, intercept: fit.intercept },
    },
    tuned.logOdds,
  );
}

type Matrix = { rows: number; columns: number; values: Float64Array };

/** A path per alpha, strongest first. Ridge has no penalty that empties the model; glmnet's convention alpha = 0.001 sets its scale. */
function candidatesFor(x: Matrix, outcome: Uint8Array, weights: Float64Array, config: ModelConfig): Candidate[] {
  const { alphas, lambdas, fixedC } = config.logistic;
  const at = (alpha: number, lambda: number): Candidate => ({
    alpha,
    penalty: { l1: lambda * alpha, l2: lambda * (1 - alpha) },
  });
  if (fixedC !== null) return alphas.map((alpha) => at(alpha, 1 / (x.rows * fixedC)));
  const largest = createLogisticSolver(x, outcome, { weights }).largestUsefulL1;
  return alphas.flatMap((alpha) =>
    Array.from({ length: lambdas }, (_, k) => {
      const strongest = alpha === 0 ? largest * 10 : largest / Math.max(alpha, 0.001);
      const reach = alpha === 0 ? 1e-4 : 1e-3;
      return at(alpha, strongest * (lambdas === 1 ? 1 : reach ** (k / (lambdas - 1))));
    }),
  );
}

/** Solves down the path of the candidate's alpha, so that each solution starts from the one before. */
function fitAlong(
  x: Matrix,
  outcome: Uint8Array,
  weights: Float64Array,
  path: readonly Candidate[],
  target: Candidate,
): LogisticFit {
  const solver = createLogisticSolver(x, outcome, { weights, tolerance: 1e-9 });
  const stronger = path.filter(
    (candidate) => candidate.alpha === target.alpha && lambdaOf(candidate) > lambdaOf(target),
  );
  for (const candidate of stronger) solver.solve(candidate.penalty);
  return solver.solve(target.penalty);
}

function lambdaOf({ penalty }: Candidate): number {
  return penalty.l1 + penalty.l2;
}

function tune(set: TrainingSet, config: ModelConfig, candidates: readonly Candidate[], random: Random): Tuned {
  const n = set.table.participantIds.length;
  const seed = random.fork("inner folds").integer(2 ** 31);
  const folds = repeatedFolds(set.table, { folds: config.innerFolds, repeats: 1, seed });
  const logOdds = candidates.map(() => new Float64Array(n));
  const losses = folds.map((fold) => {
    const { training, tuning } = applyInnerFold(set, fold);
    const preparation = fitPreparation(training, config, random.fork(`preparation ${fold.name}`));
    const [x, z] = [preparation.matrix(training.table), preparation.matrix(tuning.table)];
    const weights = classWeights(training.table.outcome, config.classWeights);
    const tuningWeights = classWeights(tuning.table.outcome, config.classWeights);
    // A penalty is compared with others here; the digits beyond the sixth do not change which is best.
    const solvers = new Map(
      config.logistic.alphas.map((alpha) => [
        alpha,
        createLogisticSolver(x, training.table.outcome, { weights, tolerance: 1e-6 }),
      ]),
    );
    return candidates.map((candidate, k) => {
      const fit = solvers.get(candidate.alpha)!.solve(candidate.penalty);
      const values = logOddsOf(z, fit);
      for (const [i, row] of fold.test.entries()) logOdds[k]![row] = values[i]!;
      return meanLogLoss(values, tuning.table.outcome, tuningWeights);
    });
  });
  const chosen = pickCandidate(candidates, losses, config.logistic.rule);
  return { chosen: candidates[chosen] as Candidate, logOdds: logOdds[chosen] as Float64Array };
}

function pickCandidate(
  candidates: readonly Candidate[],
  losses: readonly (readonly number[])[],
  rule: "min" | "1se",
): number {
  const means = candidates.map((_, k) => losses.reduce((sum, fold) => sum + (fold[k] as number), 0) / losses.length);
  const best = means.indexOf(means.reduce((least, value) => Math.min(least, value)));
  if (rule === "min") return best;
  const spread = losses.reduce((sum, fold) => sum + ((fold[best] as number) - (means[best] as number)) ** 2, 0);
  const limit = (means[best] as number) + Math.sqrt(spread / (losses.length - 1) / losses.length);
  const { alpha } = candidates[best] as Candidate;
  return candidates.findIndex((candidate, k) => candidate.alpha === alpha && (means[k] as number) <= limit);
}

function logOddsOf(x: Matrix, fit: LogisticFit): Float64Array {
  const p = x.columns;
  const used = Array.from(fit.coefficients, (b, j) => (b !== 0 ? j : -1)).filter((j) => j >= 0);
  return Float64Array.from({ length: x.rows }, (_, i) => {
    let eta = fit.intercept;
    for (const j of used) eta += x.values[i * p + j]! * fit.coefficients[j]!;
    return eta;
  });
}
