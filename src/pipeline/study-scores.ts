/** Published scores of the tested participants, beside the models: where a cohort has every input of a score for everybody. */
import { HemacastError } from "../core/errors.ts";
import { confusionAt } from "../evaluation/classification.ts";
import { aucInterval } from "../evaluation/delong.ts";
import { decisionThresholds, netBenefit } from "../evaluation/net-benefit.ts";
import type { Interval } from "../evaluation/predictions.ts";
import { unlessUndefined } from "../evaluation/subgroups.ts";
import { computeScore, type ScoreInput, type ScoreInputs } from "../markers/score.ts";
import { scoreDefinitions } from "../markers/scores.ts";

/** A score on the tested participants. */
export interface ScoreMetrics {
  readonly id: string;
  readonly source: string;
  /** How many of the tested participants have every input. */
  readonly complete: number;
  /** What the decision curve acts on: the published risk, or a total from which on the publication calls the risk high. */
  readonly rule: { readonly kind: "risk" } | { readonly kind: "total"; readonly from: number } | null;
  /** Of the total; null unless everybody is complete. */
  readonly auc: Interval | null;
  readonly netBenefit: readonly { readonly threshold: number; readonly value: number }[];
}

/** Totals that publications without a table of risks call high. */
const highRiskFrom: Readonly<Record<string, number>> = { bat: 3 };

const expansionScores = scoreDefinitions.filter(({ outcome }) => outcome === "hematoma-expansion");

/** The inputs of these scores that a number can give; presence is 1. */
const numericInputs = ["volumeMl", "hoursFromOnset", "nihss", "glucoseMgDl"] as const;
const presenceInputs = [
  "intraventricularHemorrhage",
  "blendSign",
  "hypodensity",
  "recurrentHemorrhage",
  "anticoagulation",
  "warfarin",
] as const;

/** Names of score inputs that a column may give. */
export const scoreColumns: readonly ScoreInput[] = [...numericInputs, ...presenceInputs];

/**
 * Score inputs of one row.
 *
 * @param value of a score input; NaN = not known
 */
export function scoreInputsOf(value: (input: ScoreInput) => number): ScoreInputs {
  const numbers = numericInputs.map((name) => [name, value(name)] as const);
  const presences = presenceInputs.map((name) => [name, value(name)] as const);
  return Object.fromEntries([
    ...numbers.filter(([, v]) => !Number.isNaN(v)),
    ...presences.filter(([, v]) => !Number.isNaN(v)).map(([name, v]) => [name, v > 0] as const),
  ]);
}

/**
 * Each score of hematoma expansion for which anybody has an input. A score is drawn only when everybody is complete: on fewer participants
 * its curve would not stand beside those of the models.
 */
export function studyScores(inputs: readonly ScoreInputs[], outcome: readonly number[]): ScoreMetrics[] {
  return expansionScores.flatMap((definition) => {
    const totals = inputs.map((row) => totalOf(() => computeScore(definition, row).total));
    const complete = totals.filter((total) => total !== null).length;
    if (complete === 0) return [];
    const { id, source } = definition;
    const partial: ScoreMetrics = { id, source, complete, rule: null, auc: null, netBenefit: [] };
    if (complete < inputs.length) return [partial];
    const known = totals as number[];
    const auc = unlessUndefined(() => aucInterval(outcome, known));
    const risks = known.map(definition.risk);
    if (risks.every((risk) => risk !== null)) {
      return [{ ...partial, rule: { kind: "risk" }, auc, netBenefit: netBenefit(outcome, risks as number[]) }];
    }
    const from = highRiskFrom[id];
    if (from === undefined) return [{ ...partial, auc }];
    return [{ ...partial, rule: { kind: "total", from }, auc, netBenefit: benefitOfRule(outcome, known, from) }];
  });
}

/** The rule acts on the same participants whatever the threshold; only the price of a false positive changes. */
function benefitOfRule(outcome: readonly number[], totals: readonly number[], from: number) {
  const { truePositives, falsePositives } = confusionAt(outcome, totals, from);
  const n = outcome.length;
  return decisionThresholds.map((threshold) => ({
    threshold,
    value: truePositives / n - (falsePositives / n) * (threshold / (1 - threshold)),
  }));
}

/** A value outside of what a score's input can be is a slip of the pen: no total then. */
function totalOf(compute: () => number | null): number | null {
  try {
    return compute();
  } catch (thrown) {
    if (thrown instanceof HemacastError && thrown.code === "ARGUMENT_INVALID") return null;
    throw thrown;
  }
}
