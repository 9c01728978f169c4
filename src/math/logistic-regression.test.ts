import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { oraclePath, sharedData } from "../../test/support/shared-data.ts";
import { matrixOf } from "./dense-matrix.ts";
import { createLogisticSolver, fitLogistic, logisticCovariance } from "./logistic-regression.ts";

const columns = (input: Record<string, number[]>) =>
  matrixOf(input.x1!.map((_, i) => ["x1", "x2", "x3", "x4", "x5"].map((name) => input[name]![i]!)));

describe.skipIf(!sharedData)("against glmnet 4.1.6, R glm and scikit-learn 1.2.1 (oracles/statistics.json)", () => {
  const oracle = sharedData ? JSON.parse(readFileSync(oraclePath("statistics.json"), "utf8")) : null;
  const x = oracle && columns(oracle.input);
  const y: number[] = oracle?.input.y;
  const n = 200;
  const found = (fit: { intercept: number; coefficients: Float64Array }) => [fit.intercept, ...fit.coefficients];

  it("the unpenalised fit is R's glm, with its standard errors", () => {
    const fit = fitLogistic(x, y);
    const { coef, se, loglik } = oracle.R.values.glm_unpenalised;
    // R stops at a relative change of the deviance of 1e-8, statsmodels at 1e-12
    expect(found(fit)).toBeAllClose(oracle.python.values.logit_unpenalised.coef, { absolute: 1e-9 });
    expect(found(fit)).toBeAllClose(Object.values<number>(coef), { absolute: 1e-7 });
    const covariance = logisticCovariance(x, fit);
    expect(Array.from({ length: 6 }, (_, j) => Math.sqrt(covariance[7 * j]!))).toBeAllClose(
      oracle.python.values.logit_unpenalised.se,
      { absolute: 1e-9 },
    );
    expect(Array.from({ length: 6 }, (_, j) => Math.sqrt(covariance[7 * j]!))).toBeAllClose(Object.values<number>(se), {
      absolute: 1e-5,
    });
    expect(-fit.meanLogLoss * n).toBeAllClose(loglik, { absolute: 1e-9 });
  });

  it.each([0.1, 1, 10])("L2 with C = %s is the exact Newton solution", (c) => {
    const { intercept, coef } = oracle.python.values[`l2_C${c}_newton_exact`];
    const fit = fitLogistic(x, y, { penalty: { l1: 0, l2: 1 / (n * c) } });
    expect(found(fit)).toBeAllClose([intercept, ...coef], { absolute: 1e-9 });
  });

  it.each([
    ["glmnet_ridge_lambda_0.005", 0, 0.005],
    ["glmnet_lasso_lambda_0.05", 0.05, 0],
    ["glmnet_lasso_lambda_0.005", 0.005, 0],
  ])("%s", (name, l1, l2) => {
    const fit = fitLogistic(x, y, { penalty: { l1, l2 } });
    expect(found(fit)).toBeAllClose(Object.values<number>(oracle.R.values[name]), { absolute: 1e-6 });
  });

  it.each([0.1, 1, 10].flatMap((c) => [["l1", c, 1] as const, ["enet0.5", c, 0.5] as const]))(
    "scikit-learn %s with C = %s",
    (name, c, alpha) => {
      const { intercept, coef } = oracle.python.values[`${name}_C${c}_saga`];
      const lambda = 1 / (n * c);
      const fit = fitLogistic(x, y, { penalty: { l1: lambda * alpha, l2: lambda * (1 - alpha) } });
      expect(found(fit)).toBeAllClose([intercept, ...coef], { absolute: 1e-6 });
    },
  );

  it("balanced class weights", () => {
    const events = y.reduce((sum, value) => sum + value, 0);
    const weights = y.map((value) => n / 2 / (value === 1 ? events : n - events));
    const { intercept, coef } = oracle.python.values.l2_C1_balanced;
    const fit = fitLogistic(x, y, { weights, penalty: { l1: 0, l2: 1 / n } });
    // scikit-learn's lbfgs stops early (a gradient of 3e-5): optimisers-reference.test.ts proves it and compares with a tight one
    expect(found(fit)).toBeAllClose([intercept, ...coef], { absolute: 2e-6 });
  });

  it("a path with warm starts and kept curvature gives what single fits give", () => {
    const solver = createLogisticSolver(x, y);
    for (let lambda = solver.largestUsefulL1; lambda > 1e-4; lambda *= 0.6) {
      const penalty = { l1: 0.7 * lambda, l2: 0.3 * lambda };
      expect(found(solver.solve(penalty))).toBeAllClose(found(fitLogistic(x, y, { penalty })), { absolute: 1e-7 });
    }
  });

  it("the largest useful L1 keeps every coefficient at zero, and a little less does not", () => {
    const solver = createLogisticSolver(x, y);
    expect([...solver.solve({ l1: solver.largestUsefulL1 * 1.000001, l2: 0 }).coefficients]).toEqual([0, 0, 0, 0, 0]);
    expect(solver.solve({ l1: solver.largestUsefulL1 * 0.99, l2: 0 }).coefficients.some((b) => b !== 0)).toBe(true);
  });
});

const smallProblem = fc
  .array(
    fc.tuple(fc.double({ min: -3, max: 3, noNaN: true }), fc.double({ min: -3, max: 3, noNaN: true }), fc.boolean()),
    {
      minLength: 8,
      maxLength: 40,
    },
  )
  .filter((rows) => rows.some((r) => r[2]) && rows.some((r) => !r[2]));

it("a weight of two is the row given twice; a weight of zero is the row left out", () => {
  fc.assert(
    fc.property(smallProblem, (rows) => {
      const penalty = { l1: 0.02, l2: 0.05 };
      const coefficientsOf = (list: typeof rows, weights?: number[]) =>
        fitLogistic(
          matrixOf(list.map((r) => [r[0], r[1]])),
          list.map((r) => Number(r[2])),
          { penalty, ...(weights ? { weights } : {}) },
        );
      const doubled = coefficientsOf([...rows, rows[0]!]);
      const weighted = coefficientsOf(
        rows,
        rows.map((_, i) => (i === 0 ? 2 : 1)),
      );
      expect([...weighted.coefficients]).toBeAllClose([...doubled.coefficients], { absolute: 1e-7 });
      const withNoise = coefficientsOf([...rows, [3, -3, true]], [...rows.map(() => 1), 0]);
      expect([...withNoise.coefficients]).toBeAllClose([...coefficientsOf(rows).coefficients], { absolute: 1e-7 });
    }),
    { numRuns: 50, seed: 1 },
  );
});

describe("refuses", () => {
  const x = matrixOf([[0], [1], [2], [3]]);
  it("one class", () => expect(() => fitLogistic(x, [1, 1, 1, 1])).toThrowCode("METRIC_UNDEFINED"));
  it("weights that are all zero", () =>
    expect(() => fitLogistic(x, [0, 1, 0, 1], { weights: [0, 0, 0, 0] })).toThrowCode("METRIC_UNDEFINED"));
  it("weights that leave one class", () =>
    expect(() => fitLogistic(x, [0, 1, 0, 1], { weights: [0, 1, 0, 1] })).toThrowCode("METRIC_UNDEFINED"));
  it("NaN", () =>
    expect(() => fitLogistic({ rows: 2, columns: 1, values: new Float64Array([Number.NaN, 1]) }, [0, 1])).toThrowCode(
      "NON_FINITE",
    ));
  it("separable classes without a penalty", () =>
    expect(() => fitLogistic(x, [0, 0, 1, 1])).toThrowCode("NOT_CONVERGED"));
  it("a repeated column without a penalty", () =>
    expect(() =>
      fitLogistic(
        matrixOf([
          [0, 0],
          [1, 1],
          [2, 2],
          [3, 3],
        ]),
        [0, 1, 0, 1],
      ),
    ).toThrowCode("NOT_CONVERGED"));
  it("an outcome outside [0, 1]", () => expect(() => fitLogistic(x, [0, 2, 0, 1])).toThrowCode("ARGUMENT_INVALID"));
});
