/** Many correlated predictors -> few uncorrelated ones: principal components, learned on a training set. */
import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import { type FeatureTable, selectTableColumns } from "../cohort/feature-table.ts";
import type { TrainingSet } from "../cohort/splits.ts";
import { HemacastError } from "../core/errors.ts";
import type { Transform } from "./transform.ts";

/** Components with less than this part of the variance are rounding. */
const LEAST_VARIANCE_PART = 1e-9;

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
  const x = selectTableColumns(table, group).values;
  const n = table.participantIds.length;
  const p = group.length;
  const { vectors, variances } = leadingComponents(x, n, p, components);
  const kept = variances.length;
  const scale = Math.sqrt(kept / variances.reduce((sum, variance) => sum + variance, 0));
  const names = Array.from({ length: kept }, (_, k) => `pc.${prefix}.${k + 1}`);
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

/** Loadings as columns, component by component, and the variance of each. */
function leadingComponents(
  x: Float64Array,
  n: number,
  p: number,
  components: number,
): { vectors: Float64Array[]; variances: number[] } {
  const gram = gramMatrix(x, n, p);
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(gram, { assumeSymmetric: true });
  const order = realEigenvalues.map((_, i) => i).sort((a, b) => realEigenvalues[b]! - realEigenvalues[a]!);
  const total = realEigenvalues.reduce((sum, value) => sum + Math.max(0, value), 0);
  const kept = order
    .slice(0, Math.min(components, n - 1, p))
    .filter((i) => realEigenvalues[i]! > LEAST_VARIANCE_PART * total);
  if (kept.length === 0) throw new HemacastError("METRIC_UNDEFINED", "the predictors to reduce do not vary");
  const vectors = kept.map((i) => {
    const loading = new Float64Array(p);
    const size = Math.sqrt(realEigenvalues[i]!);
    for (let row = 0; row < n; row++) {
      const weight = eigenvectorMatrix.get(row, i) / size;
      for (let j = 0; j < p; j++) loading[j] = loading[j]! + weight * x[row * p + j]!;
    }
    return signed(loading);
  });
  return { vectors, variances: kept.map((i) => realEigenvalues[i]! / n) };
}

/** X X^T: the eigenvectors of the smaller of the two products; there are far more predictors than participants. */
function gramMatrix(x: Float64Array, n: number, p: number): Matrix {
  const rows = Array.from({ length: n }, (_, i) => x.subarray(i * p, (i + 1) * p));
  const gram = Matrix.zeros(n, n);
  for (const [i, a] of rows.entries()) {
    for (let k = 0; k <= i; k++) {
      const b = rows[k] as Float64Array;
      let sum = 0;
      for (let j = 0; j < p; j++) sum += a[j]! * b[j]!;
      gram.set(i, k, sum);
      gram.set(k, i, sum);
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
    for (const [k, vector] of vectors.entries()) {
      let sum = 0;
      for (let j = 0; j < p; j++) sum += vector[j]! * group.values[i * p + j]!;
      out[i * vectors.length + k] = scale * sum;
    }
  }
  return out;
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
