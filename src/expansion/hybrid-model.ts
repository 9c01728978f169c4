/**
 * A trained hybrid as plain data: raw predictors in, a risk with its uncertainty out. Ensemble, conformal set, and distance from what it was
 * trained on; when it should not be believed, it says so.
 */

import { standardDeviation } from "../math/statistics.ts";
import { type AffineForm, affineLogOdds } from "./affine-form.ts";
import { blockOf } from "./blocks.ts";
import { type Calibrator, calibratedRisk } from "./calibrator.ts";
import { type ConformalLimits, type ConformalSet, conformalSet } from "./conformal.ts";
import type { CaseSpace } from "./nearest-cases.ts";
import type { Standard } from "./standard.ts";

/** A trained hybrid. */
export interface HybridModel extends Standard {
  /** Predictors in the order of a row, as their blocks name them. */
  readonly predictors: readonly string[];
  /** Fitted on everyone. */
  readonly whole: AffineForm;
  /** Fitted on resampled participants: how much the risk depends on who happened to be there. */
  readonly members: readonly AffineForm[];
  readonly calibrator: Calibrator;
  readonly cutoff: number;
  readonly conformal: ConformalLimits;
  /** Root mean square of standardised predictors, block by block: what 99 % of training participants stay below. */
  readonly novelty: Readonly<Record<string, number>>;
  /** The training cases, where they may be named: of a simulated cohort. */
  readonly cases: CaseSpace | null;
}

/** A risk and how far to believe it. */
export interface HybridEstimate {
  readonly risk: number;
  /** 95 % interval over the ensemble, about the risk on the scale of log odds. */
  readonly low: number;
  readonly high: number;
  /** What cannot be excluded at the stated coverage: both = the model abstains from a decision, neither = unlike either class. */
  readonly conformalSet: ConformalSet;
  readonly coverage: number;
  /** Blocks whose predictors lie further out than those of 99 % of the training participants. */
  readonly unusual: readonly string[];
  /** Log odds relative to the mean participant of the training cohort, by block; with the baseline they add up to the whole. */
  readonly contributions: readonly { readonly block: string; readonly logOdds: number }[];
  readonly baselineLogOdds: number;
  /** Predictors that had no value and were filled. */
  readonly filled: readonly string[];
}

/** Root mean square of the standardised predictors of each block. */
export function blockDistances(
  names: readonly string[],
  row: ArrayLike<number>,
  { means, deviations, fills }: Standard,
): Record<string, number> {
  const sums = new Map<string, { sum: number; count: number }>();
  for (const [j, name] of names.entries()) {
    const sd = deviations[j] as number;
    if (sd === 0) continue;
    const value = Number.isNaN(row[j]) ? (fills[j] as number) : (row[j] as number);
    const block = blockOf(name);
    const { sum, count } = sums.get(block) ?? { sum: 0, count: 0 };
    sums.set(block, { sum: sum + ((value - means[j]!) / sd) ** 2, count: count + 1 });
  }
  return Object.fromEntries([...sums].map(([block, { sum, count }]) => [block, Math.sqrt(sum / count)]));
}

/** A row with the medians of the training cohort where there is no value. */
export function completeRow({ fills }: HybridModel, row: ArrayLike<number>): Float64Array {
  return Float64Array.from(row, (value, j) => (Number.isNaN(value) ? (fills[j] as number) : value));
}

/**
 * The risk of one participant, and how far to believe it.
 *
 * @param row in the order of `predictors`; NaN where there is no value
 */
export function predictHybrid(model: HybridModel, row: ArrayLike<number>): HybridEstimate {
  const complete = completeRow(model, row);
  const logOdds = affineLogOdds(model.whole, complete);
  const spread = model.members.length > 1 ? standardDeviation(membersLogOdds(model, complete)) : 0;
  const risk = calibratedRisk(model.calibrator, logOdds);
  const distances = blockDistances(model.predictors, complete, model);
  return {
    risk,
    low: calibratedRisk(model.calibrator, logOdds - 1.96 * spread),
    high: calibratedRisk(model.calibrator, logOdds + 1.96 * spread),
    conformalSet: conformalSet(model.conformal, risk),
    coverage: model.conformal.coverage,
    unusual: Object.keys(distances).filter((block) => distances[block]! > (model.novelty[block] ?? Infinity)),
    contributions: contributionsByBlock(model, complete),
    baselineLogOdds: affineLogOdds(model.whole, model.means),
    filled: model.predictors.filter((_, j) => Number.isNaN(row[j])),
  };
}

function membersLogOdds({ members }: HybridModel, row: Float64Array): Float64Array {
  return Float64Array.from(members, (member) => affineLogOdds(member, row));
}

function contributionsByBlock(model: HybridModel, row: Float64Array): HybridEstimate["contributions"] {
  const sums = new Map<string, number>();
  for (const [j, name] of model.predictors.entries()) {
    const part = model.whole.coefficients[j]! * (row[j]! - model.means[j]!);
    sums.set(blockOf(name), (sums.get(blockOf(name)) ?? 0) + part);
  }
  return [...sums].map(([block, logOdds]) => ({ block, logOdds }));
}

/** One predictor's part of the log odds. */
export interface PredictorContribution {
  readonly predictor: string;
  /** Its value, or the training median where it had none. */
  readonly value: number;
  /** Relative to the mean participant of the training cohort: of a linear model this is its Shapley value, predictors taken as independent. */
  readonly logOdds: number;
}

/**
 * The predictors that moved the log odds most, the strongest first; those that did not move it are left out.
 *
 * @param isShown which predictors may be named, e.g. none of the thousands of a network
 * @see Lundberg & Lee 2017, arXiv:1705.07874, corollary 1
 */
export function strongestPredictors(
  model: HybridModel,
  row: ArrayLike<number>,
  isShown: (predictor: string) => boolean,
  most: number,
): PredictorContribution[] {
  const complete = completeRow(model, row);
  return model.predictors
    .map((predictor, j) => {
      const value = complete[j] as number;
      return { predictor, value, logOdds: model.whole.coefficients[j]! * (value - model.means[j]!) };
    })
    .filter(({ predictor, logOdds }) => logOdds !== 0 && isShown(predictor))
    .sort((a, b) => Math.abs(b.logOdds) - Math.abs(a.logOdds))
    .slice(0, most);
}

/**
 * What the risk would be if some predictors had other values, all else equal.
 *
 * @param changes value by predictor; predictors that the model does not have are passed over
 */
export function riskIf(model: HybridModel, row: ArrayLike<number>, changes: Readonly<Record<string, number>>): number {
  const changed = completeRow(model, row);
  for (const [name, value] of Object.entries(changes)) {
    const at = model.predictors.indexOf(name);
    if (at >= 0) changed[at] = value;
  }
  return calibratedRisk(model.calibrator, affineLogOdds(model.whole, changed));
}
