import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRiskModel, type LogisticRiskModel, predictRisk } from "./risk-model.ts";

const input = (
  name: string,
  kind: "continuous" | "binary",
  plausible: [number, number],
  seen: [number, number],
  mean: number,
) => ({
  ...{ name, label: name, unit: "1", kind, mean },
  plausible: { low: plausible[0], high: plausible[1] },
  seen: { low: seen[0], high: seen[1] },
});

const model: LogisticRiskModel = {
  inputs: [
    input("volumeMl", "continuous", [0, 500], [1, 100], 20),
    input("blendSign", "binary", [0, 1], [0, 1], 0.25),
    input("gcs", "continuous", [3, 15], [4, 15], 12),
  ],
  intercept: -1,
  coefficients: [0.02, 0.6, -0.1],
  covariance: [0.1, 0, 0, -0.005, 0, 0.00002, 0, 0, 0, 0, 0.03, 0, -0.005, 0, 0, 0.0004],
  inputCovariance: [400, 1, -20, 1, 0.19, -0.1, -20, -0.1, 9],
};
const complete = { volumeMl: 30, blendSign: 1, gcs: 10 };

it("gives the logistic of the linear predictor, inside its interval, with nothing missing", () => {
  const found = predictRisk(model, complete);
  const expected = 1 / (1 + Math.exp(1 - 0.6 - 0.6 + 1));
  expect(found.value).toBeAllClose(expected, { absolute: 1e-15 });
  expect(found.value).toBe(createRiskModel(model).risk(Float64Array.of(30, 1, 10)));
  expect(found.low).toBeLessThan(found.value);
  expect(found.high).toBeGreaterThan(found.value);
  expect(found).toMatchObject({ missing: [], outOfRange: [], missingRange: null });
  expect(found.perInput.map((c) => c.logOdds)).toBeAllClose([0.2, 0.45, 0.2], { absolute: 1e-12 });
});

it("a missing input is set to its expectation given the others, and the range covers all it could be", () => {
  const found = predictRisk(model, { volumeMl: 30, blendSign: 1 });
  expect(found.missing).toEqual(["gcs"]);
  const gcs = found.perInput[2]!;
  expect(gcs.source).toBe("imputed");
  // by hand: S = [[400, 1], [1, .19]], S^-1 (10, .75) = (75 - ...) solved with det 75
  const [a, b] = [(0.19 * 10 - 1 * 0.75) / 75, (400 * 0.75 - 1 * 10) / 75];
  expect(gcs.value).toBeAllClose(12 - 20 * a - 0.1 * b, { absolute: 1e-12 });
  expect(found.missingRange!.high).toBe(predictRisk(model, { ...complete, gcs: 4 }).value);
  expect(found.missingRange!.low).toBe(predictRisk(model, { ...complete, gcs: 15 }).value);
});

it("no complete value of a missing input leaves the envelope", () => {
  fc.assert(
    fc.property(
      fc.double({ min: 1, max: 100, noNaN: true }),
      fc.integer({ min: 0, max: 1 }),
      fc.double({ min: 4, max: 15, noNaN: true }),
      fc.subarray(["volumeMl", "blendSign", "gcs"]),
      (volumeMl, blendSign, gcs, known) => {
        const all = { volumeMl, blendSign, gcs };
        const some = Object.fromEntries(Object.entries(all).filter(([name]) => known.includes(name)));
        const [whole, partial] = [predictRisk(model, all), predictRisk(model, some)];
        expect(partial.low).toBeLessThanOrEqual(whole.low + 1e-12);
        expect(partial.high).toBeGreaterThanOrEqual(whole.high - 1e-12);
        expect(partial.value).toBeGreaterThanOrEqual(partial.low);
        expect(partial.value).toBeLessThanOrEqual(partial.high);
      },
    ),
    { seed: 3 },
  );
});

it("a value outside what was seen is flagged and counts as the nearest end", () => {
  const found = predictRisk(model, { ...complete, volumeMl: 300 });
  expect(found.outOfRange).toEqual(["volumeMl"]);
  expect(found.perInput[0]).toMatchObject({ value: 100, source: "clamped" });
  expect(found.value).toBe(predictRisk(model, { ...complete, volumeMl: 100 }).value);
});

describe("refuses", () => {
  it.each([
    ["a score that cannot be", { gcs: 16 }],
    ["NaN", { volumeMl: Number.NaN }],
    ["half a blend sign", { blendSign: 0.5 }],
    ["an unknown name", { age: 70 }],
  ])("%s", (_, values) => expect(() => predictRisk(model, values)).toThrowCode("CLINICAL_INVALID"));
  it.each([
    ["coefficients that do not fit", { coefficients: [1] }],
    ["a covariance that does not fit", { covariance: [1] }],
    ["a number that is not finite", { intercept: Number.NaN }],
    ["ranges that contradict each other", { inputs: model.inputs.map((i) => ({ ...i, mean: -1 })) }],
  ])("%s", (_, change) => expect(() => createRiskModel({ ...model, ...change })).toThrowCode("BUNDLE_INVALID"));
});
