import fc from "fast-check";
import { describe, expect, it } from "vitest";
import reference from "../../test/reference/statistics-optimisers.json" with { type: "json" };
import { matrixOf } from "./dense-matrix.ts";
import { createLogisticSolver, fitLogistic } from "./logistic-regression.ts";

// Agreement with glmnet, R and scikit-learn: test/statistics and optimisers-reference.test.ts.
describe("a path", () => {
  const { y, x1, x2, x3, x4, x5 } = reference.input;
  const x = matrixOf(y.map((_, i) => [x1, x2, x3, x4, x5].map((column) => column[i]!)));
  const found = (fit: { intercept: number; coefficients: Float64Array }) => [fit.intercept, ...fit.coefficients];

  it("with warm starts and kept curvature gives what single fits give", () => {
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
