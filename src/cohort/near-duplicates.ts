/** Rows of a feature table that are copies of each other, exactly or but for rounding and noise. */
import { createRandom } from "../core/random.ts";
import { type FeatureTable, tableColumn } from "./feature-table.ts";

/** Root mean square difference, in standard deviations per predictor, below which two rows are one participant twice. */
const nearDistance = 0.01;

/** With fewer continuous predictors two participants may agree by chance. */
const leastContinuous = 8;

/**
 * How many rows of one side have a near copy on the other. Only predictors with many distinct values are compared.
 *
 * @param a rows of one side
 * @param b rows of the other, which are counted
 */
export function nearDuplicateRows(
  table: FeatureTable,
  a: readonly number[],
  b: readonly number[],
): { readonly pairs: number; readonly exact: number } {
  const columns = continuousColumns(table);
  if (columns.length < leastContinuous) return { pairs: 0, exact: 0 };
  const n = table.participantIds.length;
  const p = columns.length;
  const standardized = new Float64Array(n * p);
  for (const [k, { values, center, spread }] of columns.entries()) {
    for (let i = 0; i < n; i++) standardized[i * p + k] = Number.isNaN(values[i]) ? 0 : (values[i]! - center) / spread;
  }
  // Rows that are near lie near in every projection: sorting along one leaves few pairs to compare.
  const random = createRandom(1).fork("projection");
  const direction = Float64Array.from({ length: p }, () => random.normal());
  const norm = Math.hypot(...direction);
  const projection = Float64Array.from({ length: n }, (_, i) => {
    let sum = 0;
    for (let k = 0; k < p; k++) sum += standardized[i * p + k]! * direction[k]!;
    return sum / norm;
  });
  const reach = nearDistance * Math.sqrt(p);
  const sorted = [...a].sort((i, j) => projection[i]! - projection[j]!);
  let [pairs, exact] = [0, 0];
  for (const row of b) {
    let nearest = Number.POSITIVE_INFINITY;
    for (let at = lowerBound(sorted, projection, projection[row]! - reach); at < sorted.length; at++) {
      const other = sorted[at]!;
      if (projection[other]! > projection[row]! + reach) break;
      if (table.participantIds[other] === table.participantIds[row]) continue;
      let squares = 0;
      for (let k = 0; k < p; k++) squares += (standardized[row * p + k]! - standardized[other * p + k]!) ** 2;
      nearest = Math.min(nearest, Math.sqrt(squares / p));
    }
    if (nearest < nearDistance) pairs++;
    if (nearest === 0) exact++;
  }
  return { pairs, exact };
}

function continuousColumns(table: FeatureTable) {
  return table.names.flatMap((_, column) => {
    const values = tableColumn(table, column);
    const known = values.filter((value) => !Number.isNaN(value));
    if (known.length === 0 || new Set(known).size < Math.min(20, known.length / 2)) return [];
    const center = known.reduce((sum, v) => sum + v, 0) / known.length;
    const spread = Math.sqrt(known.reduce((sum, v) => sum + (v - center) ** 2, 0) / known.length);
    return spread > 0 ? [{ values, center, spread }] : [];
  });
}

function lowerBound(sorted: readonly number[], projection: Float64Array, least: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (projection[sorted[middle]!]! < least) low = middle + 1;
    else high = middle;
  }
  return low;
}
