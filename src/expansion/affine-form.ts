/** Whatever steps lie between predictors and log odds, as long as each is affine, the whole is one coefficient per predictor. */
import type { FeatureTable } from "../cohort/feature-table.ts";
import type { TestSet } from "../cohort/splits.ts";
import type { FittedModel } from "./fitted-model.ts";

/** log odds = intercept + sum of coefficient x predictor, predictors in raw units. */
export interface AffineForm {
  readonly intercept: number;
  readonly coefficients: Float64Array;
}

/** Rows probed at once: bounds memory, 512 rows of ten thousand predictors are 40 MB. */
const CHUNK = 512;

/**
 * The affine form of a fitted model: asked at the origin and at one step along each predictor.
 *
 * @param origin a complete row about which to ask, e.g. the medians, so that differences are not lost in rounding
 * @param steps size of the step along each predictor, e.g. its standard deviation; not 0
 */
export function affineForm(
  model: Pick<FittedModel, "logOdds">,
  names: readonly string[],
  origin: Float64Array,
  steps: Float64Array,
): AffineForm {
  const p = names.length;
  const atOrigin = logOddsOf(model, names, [origin])[0] as number;
  const coefficients = new Float64Array(p);
  for (let start = 0; start < p; start += CHUNK) {
    const moved = Array.from({ length: Math.min(CHUNK, p - start) }, (_, k) => {
      const row = Float64Array.from(origin);
      row[start + k] = row[start + k]! + steps[start + k]!;
      return row;
    });
    for (const [k, value] of logOddsOf(model, names, moved).entries()) {
      coefficients[start + k] = (value - atOrigin) / steps[start + k]!;
    }
  }
  const intercept = coefficients.reduce((sum, b, j) => sum - b * origin[j]!, atOrigin);
  return { intercept, coefficients };
}

/**
 * The log odds of a complete row.
 *
 * @example affineLogOdds({ intercept: 1, coefficients: Float64Array.of(2) }, Float64Array.of(3)) // => 7
 */
export function affineLogOdds({ intercept, coefficients }: AffineForm, row: ArrayLike<number>): number {
  return coefficients.reduce((sum, b, j) => sum + b * (row[j] as number), intercept);
}

function logOddsOf(
  model: Pick<FittedModel, "logOdds">,
  names: readonly string[],
  rows: readonly Float64Array[],
): Float64Array {
  const values = new Float64Array(rows.length * names.length);
  for (const [i, row] of rows.entries()) values.set(row, i * names.length);
  const table: FeatureTable = {
    participantIds: rows.map((_, i) => String(i)),
    ...{ names, values, outcome: new Uint8Array(rows.length), sites: null },
  };
  return model.logOdds({ role: "test", table } as TestSet);
}
