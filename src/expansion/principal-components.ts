/** Many correlated predictors -> few uncorrelated ones: principal components, learned on a training set. */
import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import { type FeatureTable, selectTableColumns } from "../cohort/feature-table.ts";
import type { TrainingSet } from "../cohort/splits.ts";
import { HemacastError } from "../core/errors.ts";
import { dotProducts } from "../math/dense-matrix.ts";
import type { Transform } from "./transform.ts";

/** Components with less than this part of the variance are rounding. */
const LEAST_VARIANCE_PART = 1e-9;
/** What the names of components begin with. */
export const COMPONENT_PREFIX = "pc.";

/**
 * Replaces a group of predictors by its leading principal components, scaled so that together they have a variance of as many units as there are
 * components: a group of thousands then weighs no more than its components do. Other predictors pass. The components are called `pc.PREFIX.1` and so on.
 *
 * @param group names of predictors in the table, centred already (by `fitScaling`)
 * @param components how many, at most one less than the training rows
 * @throws HemacastError METRIC_UNDEFINED when the group has no variance
 */
export function fitPrincipalComponents(
  set: TrainingSet,
  group: readonly string[],
  prefix: string,
  components: number,
): Transform {
  const { table } = set;
  const p = group.length;
  const { vectors, variances } = leadingComponents(distinctRows(selectTableColumns(table, group)), components);
  const kept = variances.length;
  const scale = Math.sqrt(kept / variances.reduce((sum, variance) => sum + variance, 0));
  const names = Array.from({ length: kept }, (_, k) => `${COMPONENT_PREFIX}${prefix}.${k + 1}`);
  const inGroup = new Set(group);
  const others = table.names.filter((name) => !inGroup.has(name));
  return {
    what: `principal components of ${prefix}`,
    fittedOn: table.participantIds,
    names: [...others, ...names],
    facts: { of: p, kept, variances },
    apply: (rows) =>
      joined(selectTableColumns(rows, others), names, scores(selectTableColumns(rows, group), vectors, scale)),
  };
}

/** Rows that differ, and how often each occurs. */
export interface DistinctRows {
  readonly rows: readonly Float64Array[];
  readonly counts: readonly number[];
}

/** A cohort drawn with replacement holds two thirds of its participants: the components are the same, the product of rows is less than half as large. */
function distinctRows({ participantIds, names, values }: FeatureTable): DistinctRows {
  const p = names.length;
  const rows: Float64Array[] = [];
  const counts: number[] = [];
  const placesOf = new Map<string, number[]>();
  for (const [i, id] of participantIds.entries()) {
    const row = values.subarray(i * p, (i + 1) * p);
    const places = placesOf.get(id) ?? [];
    const same = places.find((place) => (rows[place] as Float64Array).every((value, j) => value === row[j]));
    if (same !== undefined) counts[same]!++;
    else {
      placesOf.set(id, [...places, rows.length]);
      rows.push(row);
      counts.push(1);
    }
  }
  return { rows, counts };
}

/**
 * Loadings of length 1, component by component, and the variance of each.
 *
 * @param distinct centred rows
 * @throws HemacastError METRIC_UNDEFINED when they do not vary
 */
export function leadingComponents(
  distinct: DistinctRows,
  components: number,
): { vectors: Float64Array[]; variances: number[] } {
  const { rows, counts } = distinct;
  const n = counts.reduce((sum, count) => sum + count, 0);
  const p = (rows[0] as Float64Array).length;
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(gramMatrix(distinct), {
    assumeSymmetric: true,
  });
  const order = realEigenvalues.map((_, i) => i).sort((a, b) => realEigenvalues[b]! - realEigenvalues[a]!);
  const total = realEigenvalues.reduce((sum, value) => sum + Math.max(0, value), 0);
  const kept = order
    .slice(0, Math.min(components, n - 1, p))
    .filter((i) => realEigenvalues[i]! > LEAST_VARIANCE_PART * total);
  if (kept.length === 0) throw new HemacastError("METRIC_UNDEFINED", "the predictors to reduce do not vary");
  const vectors = kept.map((i) => {
    const loading = new Float64Array(p);
    const size = Math.sqrt(realEigenvalues[i]!);
    for (const [r, row] of rows.entries()) {
      const weight = (eigenvectorMatrix.get(r, i) * Math.sqrt(counts[r]!)) / size;
      for (let j = 0; j < p; j++) loading[j] = loading[j]! + weight * row[j]!;
    }
    return signed(loading);
  });
  return { vectors, variances: kept.map((i) => realEigenvalues[i]! / n) };
}

/** X X^T, a row that occurs k times scaled by the root of k: the eigenvectors of the smaller of the two products; there are far more predictors than participants. */
function gramMatrix({ rows, counts }: DistinctRows): Matrix {
  const n = rows.length;
  const gram = Matrix.zeros(n, n);
  for (const [i, a] of rows.entries()) {
    for (const [k, product] of dotProducts(a, rows.slice(0, i + 1)).entries()) {
      const weighted = product * Math.sqrt(counts[i]! * counts[k]!);
      gram.set(i, k, weighted);
      gram.set(k, i, weighted);
    }
  }
  return gram;
}

/** An eigenvector has no sign of its own: the largest loading is made positive, so that a run can be repeated. */
function signed(loading: Float64Array): Float64Array {
  const largest = loading.reduce((best, value) => (Math.abs(value) > Math.abs(best) ? value : best), 0);
  return largest < 0 ? loading.map((value) => -value) : loading;
}

function scores(group: FeatureTable, vectors: readonly Float64Array[], scale: number): Float64Array {
  const n = group.participantIds.length;
  const p = group.names.length;
  const out = new Float64Array(n * vectors.length);
  for (let i = 0; i < n; i++) {
    out.set(dotProducts(group.values.subarray(i * p, (i + 1) * p), vectors), i * vectors.length);
  }
  return out.map((value) => scale * value);
}

function joined(table: FeatureTable, names: readonly string[], values: Float64Array): FeatureTable {
  const [p, q] = [table.names.length, names.length];
  const all = new Float64Array(table.participantIds.length * (p + q));
  for (let i = 0; i < table.participantIds.length; i++) {
    all.set(table.values.subarray(i * p, (i + 1) * p), i * (p + q));
    all.set(values.subarray(i * q, (i + 1) * q), i * (p + q) + p);
  }
  return { ...table, names: [...table.names, ...names], values: all };
}
