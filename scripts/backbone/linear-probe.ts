/** How much of what is true of a view a linear model reads out of features: ridge regression, cross-validated by study. */
import { auroc } from "../../src/evaluation/discrimination.ts";
import { choleskySolver } from "../../src/math/dense-matrix.ts";

/** Rows of features with what is true of each. */
export interface ProbeData {
  /** One row per view. */
  readonly features: readonly Float32Array[];
  /** The study of each view: views of one study stay together. */
  readonly studies: readonly number[];
}

/** What a probe found: area under the ROC curve for yes and no, explained variance (1 - error / variance) for measures. */
export interface ProbeScore {
  readonly kind: "auc" | "r2";
  readonly value: number;
  readonly views: number;
  readonly positives: number | null;
}

/** What the comparison of backbones writes down. */
export interface ProbeReport {
  readonly studies: number;
  readonly trainViews: number;
  readonly rows: readonly (ProbeScore & { readonly task: string; readonly backbone: string })[];
}

const folds = 5;
/** Ridge penalties, relative to the mean squared length of a standardised row. */
const penalties = [1e-3, 1e-2, 1e-1, 1];

/**
 * Probes one target. Views where it is null take no part.
 *
 * @returns null when a class has fewer than 8 views
 */
export function probe(
  { features, studies }: ProbeData,
  target: readonly (number | null)[],
  kind: ProbeScore["kind"],
): ProbeScore | null {
  const rows = target.flatMap((value, i) => (value === null ? [] : [i]));
  const y = rows.map((i) => target[i] as number);
  const positives = kind === "auc" ? y.filter((value) => value === 1).length : null;
  if (positives !== null && Math.min(positives, y.length - positives) < 8) return null;
  const order = [...new Set(rows.map((i) => studies[i] as number))].sort((a, b) => a - b);
  const foldOf = new Map(order.map((study, i) => [study, i % folds]));
  const fold = rows.map((i) => foldOf.get(studies[i] as number) as number);
  const scores = new Float64Array(rows.length);
  for (let held = 0; held < folds; held++) {
    const [training, testing] = [rows.keys(), rows.keys()].map((keys, k) =>
      [...keys].filter((i) => (fold[i] === held) === (k === 1)),
    ) as [number[], number[]];
    // The penalty is chosen inside the training folds, on the one that follows.
    const inner = (held + 1) % folds;
    const [fitting, tuning] = [training.filter((i) => fold[i] !== inner), training.filter((i) => fold[i] === inner)];
    const pick = (list: readonly number[]): Float32Array[] =>
      list.map((i) => features[rows[i] as number] as Float32Array);
    const values = (list: readonly number[]): number[] => list.map((i) => y[i] as number);
    const tried = ridge(pick(fitting), values(fitting), pick(tuning), penalties);
    const errors = tried.map((found) =>
      meanSquare(found.map((value, k) => value - (y[tuning[k] as number] as number))),
    );
    const best = penalties[errors.indexOf(Math.min(...errors))] as number;
    const [found] = ridge(pick(training), values(training), pick(testing), [best]);
    for (const [k, i] of testing.entries()) scores[i] = found?.[k] as number;
  }
  const mean = y.reduce((sum, value) => sum + value, 0) / y.length;
  const value =
    kind === "auc"
      ? auroc(y, scores)
      : 1 - meanSquare(y.map((v, i) => v - (scores[i] as number))) / meanSquare(y.map((v) => v - mean));
  return { kind, value, views: y.length, positives };
}

function meanSquare(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value ** 2, 0) / values.length;
}

/** Predictions for the rows to test, once per penalty, by the dual: as many unknowns as rows. */
function ridge(
  training: readonly Float32Array[],
  y: readonly number[],
  testing: readonly Float32Array[],
  ridges: readonly number[],
): number[][] {
  const standard = standardizer(training);
  const [a, b] = [training.map(standard), testing.map(standard)];
  const n = a.length;
  const gram = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) gram[i * n + j] = gram[j * n + i] = dot(a[i] as Float32Array, a[j] as Float32Array);
  }
  const crossed = b.map((row) => a.map((other) => dot(row, other)));
  const trace = a.reduce((sum, _, i) => sum + (gram[i * n + i] as number), 0);
  const mean = y.reduce((sum, value) => sum + value, 0) / n;
  return ridges.map((part) => {
    const penalized = gram.slice();
    // n times the mean squared length is the trace: with part 1 the penalty weighs as much as all rows.
    for (let i = 0; i < n; i++) penalized[i * n + i] = (penalized[i * n + i] as number) + part * trace;
    const weights = choleskySolver(penalized, n)(Float64Array.from(y, (value) => value - mean));
    return crossed.map((row) => row.reduce((sum, value, i) => sum + value * (weights[i] as number), mean));
  });
}

function standardizer(rows: readonly Float32Array[]): (row: Float32Array) => Float32Array {
  const width = (rows[0] as Float32Array).length;
  const mean = new Float64Array(width);
  const scale = new Float64Array(width);
  for (const row of rows)
    for (let i = 0; i < width; i++) mean[i] = (mean[i] as number) + (row[i] as number) / rows.length;
  for (const row of rows) {
    for (let i = 0; i < width; i++)
      scale[i] = (scale[i] as number) + ((row[i] as number) - (mean[i] as number)) ** 2 / rows.length;
  }
  // A feature that is constant on the training rows says nothing.
  const inverse = scale.map((variance) => (variance > 1e-12 ? 1 / Math.sqrt(variance) : 0));
  return (row) => row.map((value, i) => (value - (mean[i] as number)) * (inverse[i] as number));
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}
