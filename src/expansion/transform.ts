/** Steps that turn raw predictors into what a learner eats. Each is fitted on a training set, remembers on whom, and is then frozen. */
import { type FeatureTable, selectTableColumns, tableColumn } from "../cohort/feature-table.ts";
import type { TrainingSet } from "../cohort/splits.ts";
import { HemacastError } from "../core/errors.ts";
import { mean, median, pearson, standardDeviation } from "../math/statistics.ts";

/** A fitted, frozen step. */
export interface Transform {
  readonly what: string;
  /** Participants it was fitted on, for the leakage guard. */
  readonly fittedOn: readonly string[];
  /** Predictors that it gives, in order. */
  readonly names: readonly string[];
  /** What was learned, for the run record. */
  readonly facts: Readonly<Record<string, unknown>>;
  apply(table: FeatureTable): FeatureTable;
}

/** Replaces missing values by the training median, or the more frequent value of a binary predictor. Predictors that nobody in training has are dropped. */
export function fitImputation(set: TrainingSet): Transform {
  const fills = set.table.names.flatMap((name, column) => {
    const known = tableColumn(set.table, column).filter((value) => !Number.isNaN(value));
    if (known.length === 0) return [];
    const isBinary = known.every((value) => value === 0 || value === 1);
    const fill = isBinary ? Number(mean(known) > 0.5) : median(known);
    return [{ name, fill, missing: set.table.participantIds.length - known.length }];
  });
  const values = new Map(fills.map(({ name, fill }) => [name, fill]));
  const names = [...values.keys()];
  const impute = (name: string): ((value: number) => number) => {
    const fill = values.get(name) as number;
    return (value) => (Number.isNaN(value) ? fill : value);
  };
  return columnwise("imputation", set, names, impute, {
    dropped: set.table.names.filter((name) => !values.has(name)),
    imputed: Object.fromEntries(fills.filter((f) => f.missing > 0).map(({ name, ...rest }) => [name, rest])),
  });
}

/** Subtracts the training mean and divides by the training standard deviation; predictors that are constant in training are dropped. */
export function fitScaling(set: TrainingSet): Transform {
  const moments = new Map(
    set.table.names.flatMap((name, column) => {
      const values = tableColumn(set.table, column);
      const sd = standardDeviation(values);
      return sd > 1e-12 * Math.max(1, Math.abs(mean(values))) ? [[name, { mean: mean(values), sd }] as const] : [];
    }),
  );
  const scale = (name: string): ((value: number) => number) => {
    const m = moments.get(name)!;
    return (value) => (value - m.mean) / m.sd;
  };
  const dropped = set.table.names.filter((name) => !moments.has(name));
  return columnwise("scaling", set, [...moments.keys()], scale, { dropped, moments: Object.fromEntries(moments) });
}

/**
 * Drops predictors until no pair correlates above the limit; of a pair the one that ranks the training outcome better stays.
 *
 * @param limit largest allowed |Pearson correlation|, in (0, 1]
 * @throws HemacastError ARGUMENT_INVALID for another limit
 */
export function fitCorrelationFilter(set: TrainingSet, limit: number): Transform {
  if (!(limit > 0 && limit <= 1)) {
    throw new HemacastError("ARGUMENT_INVALID", `the largest correlation lies in (0, 1], got ${limit}`);
  }
  const columns = set.table.names.map((name, column) => {
    const values = tableColumn(set.table, column);
    return { name, values, strength: Math.abs(correlation(values, set.table.outcome)) };
  });
  const kept: typeof columns = [];
  for (const candidate of [...columns].sort((a, b) => b.strength - a.strength || (a.name < b.name ? -1 : 1))) {
    if (kept.every((other) => Math.abs(correlation(candidate.values, other.values)) <= limit)) kept.push(candidate);
  }
  const names = set.table.names.filter((name) => kept.some((k) => k.name === name));
  return selection("correlation filter", set, names, { limit });
}

function correlation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return isConstant(a) || isConstant(b) ? 0 : pearson(a, b);
}

function isConstant(values: ArrayLike<number>): boolean {
  for (let i = 1; i < values.length; i++) if (values[i] !== values[0]) return false;
  return true;
}

/** A step that keeps some predictors as they are. */
export function selection(
  what: string,
  set: TrainingSet,
  names: readonly string[],
  facts: Readonly<Record<string, unknown>>,
): Transform {
  if (names.length === 0) throw new HemacastError("METRIC_UNDEFINED", `${what} leaves no predictor`);
  return {
    what,
    fittedOn: set.table.participantIds,
    names,
    facts: { ...facts, kept: names.length, of: set.table.names.length },
    apply: (table) => selectTableColumns(table, names),
  };
}

function columnwise(
  what: string,
  set: TrainingSet,
  names: readonly string[],
  changeOf: (name: string) => (value: number) => number,
  facts: Readonly<Record<string, unknown>>,
): Transform {
  if (names.length === 0) throw new HemacastError("METRIC_UNDEFINED", `${what} leaves no predictor`);
  return {
    what,
    fittedOn: set.table.participantIds,
    names,
    facts,
    apply(table) {
      const chosen = selectTableColumns(table, names);
      const changes = names.map(changeOf);
      return { ...chosen, values: chosen.values.map((value, i) => changes[i % changes.length]!(value)) };
    },
  };
}

/** Applies a fitted step to a training set; the result is still a training set. */
export function transformTraining(set: TrainingSet, step: Transform): TrainingSet {
  return { ...set, table: step.apply(set.table) };
}
