/** What the predictors of a cohort are usually like, from which a single row is told to be usual, unusual or incomplete. */
import { type FeatureTable, tableColumn } from "../cohort/feature-table.ts";
import { mean, median, standardDeviation } from "../math/statistics.ts";

/** One number per predictor each. */
export interface Standard {
  /** Used where a predictor has no value: the training median. */
  readonly fills: Float64Array;
  readonly means: Float64Array;
  readonly deviations: Float64Array;
}

/** The standard of a table; a predictor that nobody has is 0 throughout. */
export function standardOf(table: FeatureTable): Standard {
  const columns = table.names.map((_, j) => tableColumn(table, j).filter((value) => !Number.isNaN(value)));
  const fills = Float64Array.from(columns, (known) => (known.length > 0 ? median(known) : 0));
  return {
    fills,
    means: Float64Array.from(columns, (known, j) => (known.length > 0 ? mean(known) : fills[j]!)),
    deviations: Float64Array.from(columns, (known) => (known.length > 1 ? standardDeviation(known) : 0)),
  };
}
