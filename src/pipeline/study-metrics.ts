/** Fold results -> the figures of a study: per model, between models, by subgroup. */
import type { FeatureTable } from "../cohort/feature-table.ts";
import type { Leak } from "../cohort/leakage.ts";
import { HemacastError } from "../core/errors.ts";
import { type BootstrapPlan, bootstrapByParticipant, weightedAuroc } from "../evaluation/bootstrap.ts";
import { holmAdjusted } from "../evaluation/delong.ts";
import { auroc } from "../evaluation/discrimination.ts";
import { compareModels, type Evaluation, evaluatePredictions, type ModelComparison } from "../evaluation/evaluate.ts";
import { wilsonInterval } from "../evaluation/intervals.ts";
import type { Interval } from "../evaluation/predictions.ts";
import type { SelectivePoint } from "../evaluation/selective.ts";
import { type SubgroupTable, subgroupTable, unlessUndefined } from "../evaluation/subgroups.ts";
import { mean, median, quantile, standardDeviation } from "../math/statistics.ts";
import type { ConformalFigures } from "../report/study-view.ts";
import type { StudyConfig } from "./study-config.ts";
import { conformalFigures } from "./study-conformal.ts";
import type { FoldResult } from "./study-fold.ts";
import { selectivePoints } from "./study-selective.ts";

/** Risks of one model: the mean over repeats of each participant's out-of-fold risks. */
export interface ModelRisks {
  readonly name: string;
  readonly risk: Float64Array;
}

/** The figures of one model. */
export interface ModelMetrics {
  readonly name: string;
  /**
   * On the mean out-of-fold risk of each participant. With several repeats that mean is an ensemble of models, which may do better than any
   * one of them: the figure for a single model is `aucByRepeat`.
   */
  readonly evaluation: Evaluation;
  /**
   * AUC within each repeat (or fold, where every participant is tested once): its mean with an interval by bootstrap over participants,
   * and how much the split alone moves it.
   */
  readonly aucByRepeat: {
    readonly mean: number;
    readonly low: number | null;
    readonly high: number | null;
    readonly sd: number | null;
    readonly repeats: number;
  };
  /** Participants called high-risk by the cut-off that each fold chose in its training part. */
  readonly atTunedCutoff: {
    readonly sensitivity: Interval | null;
    readonly specificity: Interval | null;
    readonly medianCutoff: number;
  };
  /** Of those of whom it is surest: by how far the risk lies from the fold's own cut-off. */
  readonly selective: readonly SelectivePoint[];
  readonly conformal: ConformalFigures | null;
  readonly predictors: { readonly median: number; readonly eventsPerCandidate: number };
  /** How often a predictor has a coefficient, and its median, over folds; the most frequent first. */
  readonly selected: readonly { readonly name: string; readonly frequency: number; readonly median: number }[];
}

/** A pair of models. */
export interface PairMetrics extends ModelComparison {
  readonly first: string;
  readonly second: string;
  readonly pHolm: number;
}

/** Everything that `metrics.json` holds about the models. */
export interface StudyMetrics {
  readonly models: readonly ModelMetrics[];
  readonly comparisons: readonly PairMetrics[];
  readonly subgroups: readonly SubgroupTable[];
  readonly learningCurve: readonly { readonly participants: number; readonly auc: Interval }[];
  readonly leaks: readonly Leak[];
}

/** The rows that were tested, and the mean risk of each model for them. */
export interface StudyPredictions {
  /** Rows of the table that some fold tested. */
  readonly rows: readonly number[];
  readonly models: readonly ModelRisks[];
}

/**
 * Averages each row's risks over the repeats in which it was tested.
 *
 * @throws HemacastError INVARIANT_BROKEN when a fold lacks a model
 */
export function collectPredictions(
  table: FeatureTable,
  names: readonly string[],
  results: readonly FoldResult[],
): StudyPredictions {
  const n = table.participantIds.length;
  const times = new Int32Array(n);
  for (const { test } of results) for (const row of test) times[row]!++;
  const rows = Array.from(times, (_, row) => row).filter((row) => times[row]! > 0);
  const models = names.map((name) => {
    const sums = new Float64Array(n);
    for (const result of results) {
      const risk = riskOf(result, name);
      for (const [i, row] of result.test.entries()) sums[row]! += risk[i]!;
    }
    return { name, risk: Float64Array.from(rows, (row) => sums[row]! / times[row]!) };
  });
  return { rows, models };
}

function riskOf(result: FoldResult, name: string): readonly number[] {
  const found = result.predictions.find((p) => p.model === name);
  if (!found) throw new HemacastError("INVARIANT_BROKEN", `fold ${result.fold} has no predictions of ${name}`);
  return found.risk;
}

/**
 * All figures of a study.
 *
 * @throws HemacastError METRIC_UNDEFINED when the tested participants hold one class
 */
export function studyMetrics(
  table: FeatureTable,
  config: StudyConfig,
  results: readonly FoldResult[],
  predictions: StudyPredictions,
  subgroups: ReadonlyMap<string, readonly string[]>,
): StudyMetrics {
  const outcome = predictions.rows.map((row) => table.outcome[row] as number);
  const participantIds = predictions.rows.map((row) => table.participantIds[row] as string);
  const plan = { ...config.evaluation, seed: config.seed };
  const models = predictions.models.map(({ name, risk }) => ({
    name,
    evaluation: evaluatePredictions({ participantIds, outcome, risk }, plan),
    aucByRepeat: aucByRepeat(table, name, results, plan),
    conformal: conformalFigures(table, name, predictions.rows, results),
    selective: selectivePoints(table, { name, risk }, predictions.rows, results),
    ...summariseFits(table, name, results),
  }));
  const threshold = median(results.map((r) => r.predictions[0]!.cutoff));
  return {
    models,
    comparisons: comparePairs(outcome, predictions.models),
    subgroups: [...subgroups].map(([by, labels]) =>
      subgroupTable(
        by,
        predictions.rows.map((row) => labels[row] as string),
        outcome,
        predictions.models[0]!.risk,
        threshold,
      ),
    ),
    learningCurve: learningCurve(results),
    leaks: distinctLeaks(results.flatMap((result) => result.leaks)),
  };
}

/** Folds of one repeat are pooled, since each participant is tested once in it. */
function aucByRepeat(
  table: FeatureTable,
  name: string,
  results: readonly FoldResult[],
  plan: BootstrapPlan,
): ModelMetrics["aucByRepeat"] {
  const repeats = new Map<string, { rows: number[]; risk: number[] }>();
  for (const result of results) {
    const repeat = /^repeat-\d+/.exec(result.fold)?.[0] ?? result.fold;
    const pooled = repeats.get(repeat) ?? { rows: [], risk: [] };
    pooled.rows.push(...result.test);
    pooled.risk.push(...riskOf(result, name));
    repeats.set(repeat, pooled);
  }
  const usable = [...repeats.values()].flatMap(({ rows, risk }) => {
    const outcome = rows.map((row) => table.outcome[row] as number);
    const statistic = unlessUndefined(() => weightedAuroc(outcome, risk));
    return statistic ? [{ rows, statistic, auc: auroc(outcome, risk) }] : [];
  });
  const values = usable.map(({ auc }) => auc);
  const tested = [...new Set(usable.flatMap(({ rows }) => rows))];
  const place = new Map(tested.map((row, i) => [row, i]));
  const participantIds = tested.map((row) => table.participantIds[row] as string);
  const ofAllRows = (weights: Float64Array): number | null => {
    const found = usable.flatMap(
      ({ rows, statistic }) => statistic(Float64Array.from(rows, (row) => weights[place.get(row)!]!)) ?? [],
    );
    return found.length === usable.length ? mean(found) : null;
  };
  // Many repeats of many participants: a few hundred draws give the digits shown.
  const replicates = Math.max(200, Math.min(plan.replicates, Math.floor(2e7 / (usable.length * tested.length))));
  const interval = unlessUndefined(() =>
    bootstrapByParticipant(participantIds, { auc: ofAllRows }, { seed: plan.seed, replicates }),
  );
  return {
    mean: mean(values),
    low: interval?.auc.low ?? null,
    high: interval?.auc.high ?? null,
    sd: values.length > 1 ? standardDeviation(values) : null,
    repeats: values.length,
  };
}

function summariseFits(table: FeatureTable, name: string, results: readonly FoldResult[]) {
  const fits = results.map((result) => ({ result, fit: result.predictions.find((p) => p.model === name)! }));
  let [tp, fn, tn, fp] = [0, 0, 0, 0];
  for (const { result, fit } of fits) {
    for (const [i, row] of result.test.entries()) {
      const positive = (fit.risk[i] as number) >= fit.cutoff;
      if (table.outcome[row] === 1) positive ? tp++ : fn++;
      else positive ? fp++ : tn++;
    }
  }
  // Repeats test the same participants again: counts are divided by the repeats so that intervals rest on participants.
  const repeats =
    fits.reduce((sum, { result }) => sum + result.test.length, 0) / new Set(results.flatMap((r) => r.test)).size;
  const share = (k: number, of: number): Interval | null =>
    of > 0 ? { ...wilsonInterval(Math.round(k / repeats), Math.round(of / repeats)), value: k / of } : null;
  const coefficients = new Map<string, number[]>();
  for (const { fit } of fits) {
    for (const [predictor, value] of Object.entries(fit.facts.coefficients)) {
      coefficients.set(predictor, [...(coefficients.get(predictor) ?? []), value]);
    }
  }
  return {
    atTunedCutoff: {
      sensitivity: share(tp, tp + fn),
      specificity: share(tn, tn + fp),
      medianCutoff: median(fits.map(({ fit }) => fit.cutoff)),
    },
    predictors: {
      median: median(fits.map(({ fit }) => Object.keys(fit.facts.coefficients).length)),
      eventsPerCandidate: median(fits.map(({ fit }) => fit.facts.eventsPerCandidate)),
    },
    selected: [...coefficients]
      .map(([predictor, values]) => ({
        name: predictor,
        frequency: values.length / fits.length,
        median: median(values),
      }))
      .sort((a, b) => b.frequency - a.frequency || Math.abs(b.median) - Math.abs(a.median))
      .slice(0, 40),
  };
}

/** Every pair, in the order of the configuration, with Holm's adjustment over all of them. */
function comparePairs(outcome: readonly number[], models: readonly ModelRisks[]): PairMetrics[] {
  const pairs = models.flatMap((first, i) =>
    models.slice(i + 1).flatMap((second) => {
      const found = unlessUndefined(() => compareModels(outcome, first.risk, second.risk));
      return found ? [{ first: first.name, second: second.name, ...found }] : [];
    }),
  );
  const adjusted = holmAdjusted(pairs.map((pair) => pair.comparison.p));
  return pairs.map((pair, k) => ({ ...pair, pHolm: adjusted[k] as number }));
}

/** Mean and central 90 % over the folds that ran it, by number of training participants. */
function learningCurve(results: readonly FoldResult[]): StudyMetrics["learningCurve"] {
  const first = results.find((result) => result.learningCurve.length > 0)?.learningCurve ?? [];
  return first
    .map((point, k) => {
      const values = results.flatMap((result) => result.learningCurve[k]?.auc ?? []);
      if (values.length === 0) return null;
      return {
        participants: point.participants,
        auc: { value: mean(values), low: quantile(values, 0.05), high: quantile(values, 0.95) },
      };
    })
    .filter((point) => point !== null);
}

function distinctLeaks(leaks: readonly Leak[]): Leak[] {
  return [...new Map(leaks.map((leak) => [`${leak.code} ${leak.message}`, leak])).values()];
}
