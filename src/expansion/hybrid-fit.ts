/** Fits the hybrid that goes into a bundle: once on everyone, then on resampled participants, each fit collapsed to one coefficient per predictor. */

import { type FeatureTable, selectTableColumns, selectTableRows } from "../cohort/feature-table.ts";
import { type TrainingSet, wholeCohort } from "../cohort/splits.ts";
import { type Random, type RandomState, resumeRandom } from "../core/random.ts";
import { quantile } from "../math/statistics.ts";
import { type AffineForm, affineForm } from "./affine-form.ts";
import { calibratedRisk } from "./calibrator.ts";
import { conformalLimits } from "./conformal.ts";
import { fitModel } from "./fit-model.ts";
import type { FittedModelFacts } from "./fitted-model.ts";
import { blockDistances, type HybridModel } from "./hybrid-model.ts";
import type { ModelConfig } from "./learner-config.ts";
import { fitCaseSpace } from "./nearest-cases.ts";
import { matchPredictors } from "./prepare.ts";
import { type Standard, standardOf } from "./standard.ts";

/** What every member of the ensemble is fitted from; plain data, so that it can be sent to a thread. */
export interface EnsembleTask {
  readonly table: FeatureTable;
  readonly config: ModelConfig;
  /** A member's own stream is forked from this one by its number. */
  readonly random: RandomState;
  /** Where and how far apart a fit is asked for its coefficients. */
  readonly origin: Float64Array;
  readonly steps: Float64Array;
  readonly members: number;
}

/** Fits all members of an ensemble, in their order: by `fitMember`, wherever that runs. */
export type FitEnsemble = (task: EnsembleTask) => Promise<AffineForm[]>;

/**
 * Fits the model that goes into a bundle: on everyone, after all evaluation is done.
 *
 * @param options.members size of the ensemble
 * @param options.coverage of the conformal set, in (0, 1)
 * @param options.namesCases keep the training cases as points with their names: for cohorts without patients. @default false
 * @param fitEnsemble default: one member after the other
 * @throws HemacastError as `fitModel`
 */
export async function fitHybridModel(
  set: TrainingSet,
  config: ModelConfig,
  random: Random,
  options: { members: number; coverage: number; namesCases?: boolean },
  fitEnsemble: FitEnsemble = oneAfterTheOther,
): Promise<HybridModel> {
  const table = selectTableColumns(
    set.table,
    matchPredictors(set.table.names, config.lateFusion?.flat() ?? config.predictors),
  );
  const training = wholeCohort(table);
  const standard = standardOf(table);
  const { fills, deviations } = standard;
  // A predictor that never varied is dropped by the scaling, so any step shows that it has no coefficient.
  const steps = deviations.map((sd) => (sd > 0 ? sd : 1));
  const fitted = fitModel(training, config, random.fork("whole"));
  const members = await fitEnsemble({
    ...{ table, origin: fills, steps, members: options.members, random: random.state() },
    config: withFixedPenalty(config, fitted.facts, table.participantIds.length),
  });
  const outOfFold = Float64Array.from(fitted.outOfFold ?? fitted.logOdds(training), (value) =>
    calibratedRisk(fitted.facts.calibrator, value),
  );
  return {
    ...{ ...standard, predictors: table.names, members },
    whole: affineForm(fitted, table.names, fills, steps),
    calibrator: fitted.facts.calibrator,
    cutoff: fitted.cutoff,
    conformal: conformalLimits(outOfFold, table.outcome, options.coverage),
    novelty: noveltyLimits(table, standard),
    cases: options.namesCases ? fitCaseSpace(table, standard) : null,
  };
}

/**
 * One member: the same model fitted on participants drawn with replacement. Depends on the task and the number alone.
 *
 * @param k number of the member, from 0
 * @throws HemacastError as `fitModel`
 */
export function fitMember({ table, config, random, origin, steps }: EnsembleTask, k: number): AffineForm {
  const own = resumeRandom(random).fork(`member ${k}`);
  const member = fitModel(resampled(table, own.fork("participants")), config, own.fork("fit"));
  return affineForm(member, table.names, origin, steps);
}

const oneAfterTheOther: FitEnsemble = async (task) =>
  Array.from({ length: task.members }, (_, k) => fitMember(task, k));

/** The penalty that the whole cohort chose, so that members differ by their participants alone. */
function withFixedPenalty(config: ModelConfig, { learner }: FittedModelFacts, n: number): ModelConfig {
  const first = learner.kind === "late-fusion" ? learner.groups[0] : learner;
  if (first?.kind !== "logistic") return config;
  const { penalty, alpha } = first;
  const fixedC = 1 / (n * (penalty.l1 + penalty.l2));
  const logistic = { ...config.logistic, alphas: [alpha], fixedC };
  return { ...config, logistic, calibration: "none", cutoff: { rule: "fixed", at: 0.5 } };
}

/** As many participants as there are, drawn with replacement within each class, so that no member lacks one. */
function resampled(table: FeatureTable, random: Random): TrainingSet {
  const { participantIds, outcome } = table;
  const rows = [0, 1].flatMap((y) => {
    const ofClass = participantIds.flatMap((_, i) => (outcome[i] === y ? [i] : []));
    return ofClass.map(() => ofClass[random.integer(ofClass.length)] as number);
  });
  return wholeCohort(selectTableRows(table, rows));
}

function noveltyLimits(table: FeatureTable, standard: Standard): Record<string, number> {
  const p = table.names.length;
  const distances = table.participantIds.map((_, i) =>
    blockDistances(table.names, table.values.subarray(i * p, (i + 1) * p), standard),
  );
  const blocks = Object.keys(distances[0] as Record<string, number>);
  return Object.fromEntries(
    blocks.map((block) => [
      block,
      quantile(
        distances.map((each) => each[block] as number),
        0.99,
      ),
    ]),
  );
}
