/** Training cases as points of a few dimensions, so that a model can name those that are most like the one it is asked about. */
import type { FeatureTable } from "../cohort/feature-table.ts";
import { dotProducts } from "../math/dense-matrix.ts";
import { median } from "../math/statistics.ts";
import { blockOf } from "./blocks.ts";
import { leadingComponents } from "./principal-components.ts";
import type { Standard } from "./standard.ts";

/** Enough to tell cases apart, and too few to give their measurements away in full. */
const DIMENSIONS = 8;

/** Training cases and how a row of predictors becomes a point among them. */
export interface CaseSpace {
  readonly ids: readonly string[];
  readonly expanded: readonly boolean[];
  /** One per case. */
  readonly points: readonly Float64Array[];
  /** One per dimension: a weight for each predictor, in raw units about its mean. */
  readonly loadings: readonly Float64Array[];
}

/** A training case and how far it is. */
export interface NearCase {
  readonly id: string;
  readonly expanded: boolean;
  /** 1 = as far as a training case usually is from the one nearest to it. */
  readonly distance: number;
}

/**
 * The space of a cohort: principal components of the standardised predictors, every block with the same weight however many predictors it has.
 *
 * @throws HemacastError METRIC_UNDEFINED when no predictor varies
 */
export function fitCaseSpace(table: FeatureTable, standard: Standard): CaseSpace {
  const { names, values, participantIds, outcome } = table;
  const sizes = new Map<string, number>();
  for (const name of names) sizes.set(blockOf(name), (sizes.get(blockOf(name)) ?? 0) + 1);
  const weights = Float64Array.from(names, (name, j) => {
    const sd = standard.deviations[j] as number;
    return sd > 0 ? 1 / (sd * Math.sqrt(sizes.get(blockOf(name)) as number)) : 0;
  });
  const p = names.length;
  const centred = participantIds.map((_, i) => centredRow(values.subarray(i * p, (i + 1) * p), standard));
  const rows = centred.map((row) => row.map((value, j) => value * weights[j]!));
  const { vectors } = leadingComponents({ rows, counts: rows.map(() => 1) }, DIMENSIONS);
  const loadings = vectors.map((vector) => vector.map((value, j) => value * weights[j]!));
  return {
    ids: participantIds,
    expanded: Array.from(outcome, (y) => y === 1),
    points: centred.map((row) => dotProducts(row, loadings)),
    loadings,
  };
}

function centredRow(row: ArrayLike<number>, { means, fills }: Standard): Float64Array {
  return Float64Array.from(row, (value, j) => (Number.isNaN(value) ? fills[j]! : value) - means[j]!);
}

/**
 * The training cases most like a row, the nearest first.
 *
 * @param row in the order of the predictors; NaN where there is no value
 */
export function nearestCases(space: CaseSpace, standard: Standard, row: ArrayLike<number>, most: number): NearCase[] {
  const { ids, expanded, points, loadings } = space;
  const own = dotProducts(centredRow(row, standard), loadings);
  const usual = usualDistance(points);
  return points
    .map((point, i) => ({
      ...{ id: ids[i] as string, expanded: expanded[i] as boolean },
      distance: distanceBetween(own, point) / usual,
    }))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, most);
}

/** Median over cases of the distance to the nearest one that is not the same. */
function usualDistance(points: readonly Float64Array[]): number {
  const nearest = points.map((point) =>
    points
      .map((other) => distanceBetween(point, other))
      .reduce((least, distance) => (distance > 0 ? Math.min(least, distance) : least), Number.POSITIVE_INFINITY),
  );
  return median(nearest);
}

function distanceBetween(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += (a[k]! - b[k]!) ** 2;
  return Math.sqrt(sum);
}
