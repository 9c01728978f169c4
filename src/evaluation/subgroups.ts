/** The same figures in parts of the cohort, and how far the parts are apart. */
import { HemacastError } from "../core/errors.ts";
import { requireSameLength } from "../core/guards.ts";
import { mean } from "../math/statistics.ts";
import { brierScore, calibrationInTheLarge } from "./calibration.ts";
import { classificationAt } from "./classification.ts";
import { aucInterval } from "./delong.ts";
import { type Interval, requireOutcomes } from "./predictions.ts";

/** Figures of one group; null where the group has too few participants of a class for the figure to exist. */
export interface SubgroupFigures {
  readonly group: string;
  readonly n: number;
  readonly events: number;
  readonly eventRate: number;
  readonly meanRisk: number;
  readonly auc: Interval | null;
  readonly calibrationInTheLarge: Interval | null;
  readonly brier: number;
  readonly sensitivity: Interval | null;
  readonly specificity: Interval | null;
}

/** Largest minus smallest value over the groups that have one; null with fewer than two. */
export interface FairnessGaps {
  readonly auc: number | null;
  readonly sensitivity: number | null;
  readonly specificity: number | null;
  readonly calibrationInTheLarge: number | null;
}

/** A table by one characteristic. */
export interface SubgroupTable {
  readonly by: string;
  readonly threshold: number;
  readonly groups: readonly SubgroupFigures[];
  readonly gaps: FairnessGaps;
}

/**
 * Figures by group, with the gaps between groups. Small groups differ by chance: read the intervals before the gaps.
 *
 * @param by what the groups are, e.g. "sex"
 * @param groupOf one label per participant
 * @param threshold for sensitivity and specificity
 * @throws HemacastError METRIC_UNDEFINED without participants
 */
export function subgroupTable(
  by: string,
  groupOf: readonly string[],
  outcome: ArrayLike<number>,
  risk: ArrayLike<number>,
  threshold: number,
): SubgroupTable {
  requireSameLength("groupOf", groupOf, "outcome", outcome);
  requireOutcomes(outcome, risk);
  const groups = [...new Set(groupOf)].sort().map((group) => {
    const rows = groupOf.flatMap((label, i) => (label === group ? [i] : []));
    return figuresOf(
      group,
      rows.map((i) => outcome[i] as number),
      rows.map((i) => risk[i] as number),
      threshold,
    );
  });
  const gap = (pick: (g: SubgroupFigures) => Interval | null): number | null => {
    const values = groups.flatMap((g) => pick(g)?.value ?? []);
    return values.length < 2 ? null : Math.max(...values) - Math.min(...values);
  };
  return {
    by,
    threshold,
    groups,
    gaps: {
      auc: gap((g) => g.auc),
      sensitivity: gap((g) => g.sensitivity),
      specificity: gap((g) => g.specificity),
      calibrationInTheLarge: gap((g) => g.calibrationInTheLarge),
    },
  };
}

function figuresOf(group: string, outcome: number[], risk: number[], threshold: number): SubgroupFigures {
  const events = outcome.reduce((sum, y) => sum + y, 0);
  const at = classificationAt(outcome, risk, threshold);
  return {
    group,
    n: outcome.length,
    events,
    eventRate: events / outcome.length,
    meanRisk: mean(risk),
    auc: unlessUndefined(() => aucInterval(outcome, risk)),
    calibrationInTheLarge: unlessUndefined(() => calibrationInTheLarge(outcome, risk)),
    brier: brierScore(outcome, risk),
    sensitivity: at.sensitivity,
    specificity: at.specificity,
  };
}

/**
 * The value, or null where the figure does not exist for these data; any other fault is thrown on.
 *
 * @example unlessUndefined(() => 1) // => 1
 */
export function unlessUndefined<T>(compute: () => T): T | null {
  try {
    return compute();
  } catch (thrown) {
    if (thrown instanceof HemacastError && thrown.family === "numerical") return null;
    throw thrown;
  }
}

/**
 * Labels for groups of a continuous characteristic by cut points.
 *
 * @param cuts ascending
 * @example groupByCuts([5, 20, 40], [10, 30], "mL") // => ["< 10 mL", "10 to < 30 mL", ">= 30 mL"]
 */
export function groupByCuts(values: ArrayLike<number>, cuts: readonly number[], unit: string): string[] {
  const suffix = unit === "" ? "" : ` ${unit}`;
  const label = (k: number): string =>
    k === 0
      ? `< ${cuts[0]}${suffix}`
      : k === cuts.length
        ? `>= ${cuts[k - 1]}${suffix}`
        : `${cuts[k - 1]} to < ${cuts[k]}${suffix}`;
  return Array.from(values, (value) =>
    Number.isNaN(value) ? "unknown" : label(cuts.filter((cut) => value >= cut).length),
  );
}
