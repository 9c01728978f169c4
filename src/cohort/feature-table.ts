/** Participants by predictors, with outcomes: what learners and splits work on. */
import { HemacastError } from "../core/errors.ts";

/** One row per participant (or per scan, then several rows share a participant). */
export interface FeatureTable {
  readonly participantIds: readonly string[];
  /** Names of the predictors, in column order. */
  readonly names: readonly string[];
  /** Row-major, participants x names; NaN = missing. */
  readonly values: Float64Array;
  /** 1 = event, 0 = none. */
  readonly outcome: Uint8Array;
  /** Site or scanner of each row; null when the cohort has one. */
  readonly sites: readonly string[] | null;
}

/**
 * Checks a table whole.
 *
 * @throws HemacastError MANIFEST_INVALID when lengths disagree, an outcome is not 0 or 1, a name repeats, or a value is infinite
 */
export function requireFeatureTable(table: FeatureTable): FeatureTable {
  const n = table.participantIds.length;
  const fault = (message: string): never => {
    throw new HemacastError("MANIFEST_INVALID", message);
  };
  if (n === 0) fault("the feature table has no row");
  if (table.names.length === 0) fault("the feature table has no predictor");
  if (table.values.length !== n * table.names.length) fault("the feature table's values do not fit its rows and names");
  if (table.outcome.length !== n) fault(`the feature table has ${n} rows and ${table.outcome.length} outcomes`);
  if (table.sites && table.sites.length !== n) fault(`the feature table has ${n} rows and ${table.sites.length} sites`);
  if (!table.outcome.every((y) => y === 0 || y === 1)) fault("an outcome is neither 0 nor 1");
  const places = placesOf(table.names);
  const repeated = table.names.find((name, i) => places.get(name) !== i);
  if (repeated !== undefined) fault(`the predictor ${repeated} is there twice`);
  if (table.values.some((value) => Math.abs(value) === Number.POSITIVE_INFINITY)) fault("a predictor is infinite");
  return table;
}

/**
 * The rows named, in that order.
 *
 * @param rows indices of rows
 */
export function selectTableRows(table: FeatureTable, rows: ArrayLike<number>): FeatureTable {
  const p = table.names.length;
  const values = new Float64Array(rows.length * p);
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i] as number;
    values.set(table.values.subarray(row * p, (row + 1) * p), i * p);
  }
  const pick = <T>(list: ArrayLike<T>): T[] => Array.from(rows, (row) => list[row] as T);
  return {
    participantIds: pick(table.participantIds),
    names: table.names,
    values,
    outcome: Uint8Array.from(rows, (row) => table.outcome[row] as number),
    sites: table.sites ? pick(table.sites) : null,
  };
}

/**
 * The predictors named, in that order.
 *
 * @throws HemacastError MANIFEST_INVALID when the table lacks one
 */
export function selectTableColumns(table: FeatureTable, names: readonly string[]): FeatureTable {
  const places = placesOf(table.names);
  const columns = names.map((name) => {
    const column = places.get(name);
    if (column === undefined) throw new HemacastError("MANIFEST_INVALID", `the feature table has no predictor ${name}`);
    return column;
  });
  const p = table.names.length;
  const values = new Float64Array(table.participantIds.length * names.length);
  for (let i = 0; i < table.participantIds.length; i++) {
    for (let k = 0; k < columns.length; k++)
      values[i * columns.length + k] = table.values[i * p + (columns[k] as number)] as number;
  }
  return { ...table, names: [...names], values };
}

/** Last column of each name. */
function placesOf(names: readonly string[]): ReadonlyMap<string, number> {
  return new Map(names.map((name, i) => [name, i]));
}

/**
 * One predictor, copied; NaN = missing.
 */
export function tableColumn(table: FeatureTable, column: number): Float64Array {
  const p = table.names.length;
  return new Float64Array(table.participantIds.length).map((_, i) => table.values[i * p + column] as number);
}
