/** Where scikit-learn's default stopping rules leave 1e-5, which side is off: gradients in 50 digits and solutions with a tight tolerance (test/reference/statistics-optimisers.py). */
import { describe, expect, it } from "vitest";
import reference from "../../test/reference/statistics-optimisers.json" with { type: "json" };
import { matrixOf } from "./dense-matrix.ts";
import { fitLogistic, type LogisticFit } from "./logistic-regression.ts";
import { logistic } from "./statistics.ts";

const { y, scoreA, x1, x2, x3, x4, x5 } = reference.input;
const n = y.length;
const events = y.reduce((sum, value) => sum + value, 0);
const predictors = y.map((_, i) => [x1, x2, x3, x4, x5].map((column) => column[i]!));
const balanced = y.map((value) => n / 2 / (value === 1 ? events : n - events));
const smoothed = y.map((value) => (value === 1 ? (events + 1) / (events + 2) : 1 / (n - events + 2)));
const found = (fit: LogisticFit) => [fit.intercept, ...fit.coefficients];

/** The summed objective's largest absolute derivative, as the reference defines it. */
function gradientAt(
  rows: number[][],
  targets: number[],
  weights: number[] | null,
  l2: number,
  beta: readonly number[],
): number {
  const gradient = beta.map((b, j) => (j === 0 ? 0 : l2 * b));
  for (const [i, row] of rows.entries()) {
    const design = [1, ...row];
    const risk = logistic(design.reduce((sum, value, j) => sum + value * beta[j]!, 0));
    for (const [j, value] of design.entries()) gradient[j]! += (weights?.[i] ?? 1) * (risk - targets[i]!) * value;
  }
  return Math.max(...gradient.map(Math.abs));
}

const problems = [
  ["l2_C0.1", predictors, y, null, 10],
  ["l2_C1", predictors, y, null, 1],
  ["l2_C10", predictors, y, null, 0.1],
  ["l2_C1_balanced", predictors, y, balanced, 1],
  ["platt_A_on_score", scoreA.map((p) => [p]), smoothed, null, 0],
  ["platt_A_on_logit", scoreA.map((p) => [Math.log(p / (1 - p))]), smoothed, null, 0],
] as const;

describe("against scikit-learn 1.2.1 with tight tolerances", () => {
  it.each(problems)("%s", (name, rows, targets, weights, l2) => {
    const fit = fitLogistic(matrixOf([...rows]), targets, {
      penalty: { l1: 0, l2: l2 / n },
      ...(weights ? { weights } : {}),
    });
    const { default: stopped, tight } = reference.cases[name];
    // BFGS cannot take the summed gradient of the flattest problem below 3e-9, which is 1.4e-9 of a coefficient
    expect(found(fit)).toBeAllClose(tight.solution, { absolute: 1e-8 });
    // the gradient in double precision is the one in 50 digits
    const at = (beta: readonly number[]) => gradientAt([...rows], [...targets], weights, l2, beta);
    expect(at(stopped.solution)).toBeAllClose(stopped.gradient, { relative: 1e-6 });
    // and ours is at the optimum, to the tolerance of the fit (1e-10 of the mean), where the default stop is not
    expect(at(found(fit))).toBeLessThan(n * 1e-10);
    expect(stopped.gradient).toBeGreaterThan(n * 1e-10);
  });
});
