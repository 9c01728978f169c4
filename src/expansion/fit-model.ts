/** The learner that a configuration asks for: one regression over all predictors, or several fused late. */
import type { TrainingSet } from "../cohort/splits.ts";
import { HemacastError } from "../core/errors.ts";
import type { Random } from "../core/random.ts";
import { matrixOf } from "../math/dense-matrix.ts";
import { fitLogistic } from "../math/logistic-regression.ts";
import { calibratedRisk, fitCalibrator } from "./calibrator.ts";
import { chooseCutoff } from "./cutoff.ts";
import type { FittedModel } from "./fitted-model.ts";
import type { ModelConfig } from "./learner-config.ts";
import { fitLogisticModel } from "./logistic-learner.ts";
import { matchPredictors } from "./prepare.ts";

/**
 * Fits a model on a training set. Nothing outside the set is looked at.
 *
 * @throws HemacastError CONFIG_INVALID for a network, which is fitted by `fitLearner`; as `fitLogisticModel`
 */
export function fitModel(set: TrainingSet, config: ModelConfig, random: Random): FittedModel {
  const { lateFusion } = config;
  if (config.network !== null) {
    throw new HemacastError(
      "CONFIG_INVALID",
      `model ${config.name}: a network cannot be fused late or saved as a bundle`,
    );
  }
  return lateFusion ? fitLateFusion(set, config, lateFusion, random) : fitLogisticModel(set, config, random);
}

/**
 * One regression per group; then a regression over what each says of participants it was not fitted on. Its three or so coefficients are fitted
 * on out-of-fold log odds, so they weigh the groups and recalibrate at once.
 */
function fitLateFusion(
  set: TrainingSet,
  config: ModelConfig,
  groups: readonly (readonly string[])[],
  random: Random,
): FittedModel {
  const parts = groups.map((predictors, g) => {
    // A group is tuned on inner folds even where its penalty is fixed: what it says out of fold is what it is weighed by.
    const own: ModelConfig = { ...config, predictors: [...predictors], lateFusion: null, calibration: "none" };
    return fitLogisticModel(set, { ...own, cutoff: { rule: "youden" } }, random.fork(`group ${g}`));
  });
  const { outcome } = set.table;
  const outOfFold = parts.map((part) => part.outOfFold as Float64Array);
  const design = matrixOf(Array.from(outcome, (_, i) => outOfFold.map((values) => values[i] as number)));
  const fusion = fitLogistic(design, outcome, { penalty: { l1: 0, l2: FUSION_RIDGE } });
  const fused = (values: readonly Float64Array[]): Float64Array =>
    (values[0] as Float64Array).map((_, i) =>
      values.reduce((sum, part, g) => sum + (fusion.coefficients[g] as number) * (part[i] as number), fusion.intercept),
    );
  const training = fused(outOfFold);
  const calibrator = fitCalibrator(config.calibration, training, outcome);
  const logOdds: FittedModel["logOdds"] = (rows) => fused(parts.map((part) => part.logOdds(rows)));
  const events = Math.min(...[0, 1].map((y) => outcome.filter((value) => value === y).length));
  return {
    name: config.name,
    risk: (rows) => logOdds(rows).map((value) => calibratedRisk(calibrator, value)),
    logOdds,
    outOfFold: training,
    cutoff: chooseCutoff(
      config.cutoff,
      outcome,
      training.map((value) => calibratedRisk(calibrator, value)),
    ),
    fits: [
      ...parts.flatMap((part) => part.fits),
      { what: `late fusion of model ${config.name}`, fittedOn: set.table.participantIds },
    ],
    facts: {
      predictors: parts.reduce((sum, part) => sum + part.facts.predictors, 0),
      eventsPerCandidate: events / matchPredictors(set.table.names, groups.flat()).length,
      learner: {
        kind: "late-fusion",
        intercept: fusion.intercept,
        groups: parts.map((part) => part.facts.learner),
      },
      coefficients: Object.fromEntries(groups.map((group, g) => [group.join("+"), fusion.coefficients[g] as number])),
      calibrator,
      steps: parts.flatMap((part) => part.facts.steps),
    },
  };
}

/** Of two log odds that nearly agree, neither is favoured without a reason. */
const FUSION_RIDGE = 1e-3;
