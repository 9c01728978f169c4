import { describe, expect, it } from "vitest";
import { blandAltman, concordance, intraclassCorrelation, volumeAgreement } from "./agreement.ts";

/** Table 2 of Shrout & Fleiss 1979: four judges, six targets. */
const judges = [
  [9, 2, 5, 8],
  [6, 1, 3, 2],
  [8, 4, 6, 8],
  [7, 1, 2, 6],
  [10, 5, 6, 9],
  [6, 2, 4, 7],
];

it("the intraclass correlations that Shrout & Fleiss published, .17, .29 and .71", () => {
  const icc = intraclassCorrelation(judges);
  expect([icc.oneWay.value, icc.twoWayAgreement.value, icc.twoWayConsistency.value]).toBeAllClose([0.17, 0.29, 0.71], {
    absolute: 0.005,
  });
  // intervals as the R package psych documents for this table, two decimals
  expect([icc.oneWay.low, icc.oneWay.high]).toBeAllClose([-0.13, 0.72], { absolute: 0.005 });
  expect([icc.twoWayAgreement.low, icc.twoWayAgreement.high]).toBeAllClose([0.02, 0.76], { absolute: 0.005 });
  expect([icc.twoWayConsistency.low, icc.twoWayConsistency.high]).toBeAllClose([0.34, 0.95], { absolute: 0.005 });
});

it("concordance is 1 on the identity, falls with a shift, and its interval covers it", () => {
  const a = [1, 4, 2, 8, 5, 7];
  expect(concordance(a, a).value).toBeCloseTo(1, 12);
  // 2 s^2 / (2 s^2 + shift^2) with s^2 = 6.25 (divided by n)
  const shifted = concordance(
    a,
    a.map((x) => x + 3),
  );
  expect(shifted.value).toBeAllClose((2 * 6.25) / (2 * 6.25 + 9), { absolute: 1e-12 });
  const noisy = concordance(a, [1.5, 3, 2.5, 9, 4, 7.5]);
  expect(noisy.low).toBeLessThan(noisy.value);
  expect(noisy.high).toBeGreaterThan(noisy.value);
});

it("bias and limits of agreement by hand", () => {
  const result = blandAltman([10, 20, 30], [11, 23, 32]);
  expect(result.bias.value).toBe(2);
  expect(result.standardDeviation).toBe(1);
  expect([result.lowerLimit.value, result.upperLimit.value]).toBeAllClose(
    [2 - 1.959963984540054, 2 + 1.959963984540054],
    {
      absolute: 1e-12,
    },
  );
  // t(.975, 2) = 4.302652729749464 (scipy 1.10 stats.t.ppf)
  expect(result.bias.high - 2).toBeAllClose(4.302652729749464 / Math.sqrt(3), { absolute: 1e-9 });
});

it("volume agreement puts them together", () => {
  const found = volumeAgreement([10, 20, 30, 40], [11, 19, 33, 38]);
  expect(found.medianAbsoluteErrorMl).toBe(1.5);
  expect(found.intraclass.value).toBeGreaterThan(0.95);
});

describe("refuses", () => {
  it.each([
    ["two pairs", () => blandAltman([1, 2], [1, 2])],
    ["a constant list", () => concordance([1, 1, 1], [1, 2, 3])],
    ["one rater", () => intraclassCorrelation([[1], [2]])],
    [
      "subjects that do not differ",
      () =>
        intraclassCorrelation([
          [1, 2],
          [2, 1],
        ]),
    ],
  ])("%s", (_, action) => expect(action).toThrowCode("METRIC_UNDEFINED"));
  it("NaN", () => expect(() => blandAltman([1, 2, Number.NaN], [1, 2, 3])).toThrowCode("NON_FINITE"));
});
