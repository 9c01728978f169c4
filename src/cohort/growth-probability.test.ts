import fc from "fast-check";
import { expect, it } from "vitest";
import { createRandom } from "../core/random.ts";
import {
  expansionDefinitions,
  growthProbability,
  labelCertainty,
  type MeasuredVolume,
  meetsDefinition,
  minimumDetectableChangeMl,
} from "./growth-probability.ts";

const conventional = expansionDefinitions[0];

it("without error it is what the two volumes say, at the boundary included", () => {
  const exact = (ml: number) => ({ ml, sdMl: 0 });
  expect(growthProbability(exact(30), exact(36), conventional)).toBe(1);
  expect(growthProbability(exact(30), exact(35.9), conventional)).toBe(0);
  expect(growthProbability(exact(10), exact(13.3), conventional)).toBe(1);
  expect(meetsDefinition(30, 36, conventional)).toBe(true);
  expect(meetsDefinition(30, 35.9, conventional)).toBe(false);
});

it("agrees with drawing volumes at random", () => {
  const random = createRandom(5);
  const [baseline, followUp] = [
    { ml: 14, sdMl: 1.2 },
    { ml: 18.5, sdMl: 1.6 },
  ];
  for (const definition of expansionDefinitions) {
    const draws = 200_000;
    let hits = 0;
    for (let n = 0; n < draws; n++) {
      const [v1, v2] = [baseline.ml + baseline.sdMl * random.normal(), followUp.ml + followUp.sdMl * random.normal()];
      if (meetsDefinition(v1, v2, definition)) hits++;
    }
    // Four standard errors of a share over 200,000 draws.
    expect(growthProbability(baseline, followUp, definition)).toBeAllClose(hits / draws, { absolute: 0.0045 });
  }
});

it("rises with growth and falls with a stricter definition", () => {
  const volume: fc.Arbitrary<MeasuredVolume> = fc.record({
    ml: fc.double({ min: 0, max: 100, noNaN: true }),
    sdMl: fc.double({ min: 0.01, max: 8, noNaN: true }),
  });
  fc.assert(
    fc.property(volume, volume, fc.double({ min: 0, max: 20, noNaN: true }), (baseline, followUp, more) => {
      const grown = { ...followUp, ml: followUp.ml + more };
      const [three, six, nine] = [1, 2, 3].map((n) => growthProbability(baseline, followUp, expansionDefinitions[n]));
      expect(growthProbability(baseline, grown, conventional)).toBeGreaterThanOrEqual(
        growthProbability(baseline, followUp, conventional) - 1e-9,
      );
      expect(three).toBeGreaterThanOrEqual(six - 1e-9);
      expect(six).toBeGreaterThanOrEqual(nine - 1e-9);
      expect(three).toBeLessThanOrEqual(1);
      expect(nine).toBeGreaterThanOrEqual(0);
    }),
  );
});

it("the smallest detectable change is 1.96 standard deviations of a difference", () => {
  expect(minimumDetectableChangeMl(0.5, 0.5)).toBeCloseTo(1.96 * Math.SQRT1_2, 12);
});

it("a label is certain from 95 % on to either side", () => {
  expect([0.949, 0.95, 0.05, 0.051].map((p) => labelCertainty(p))).toEqual([
    "uncertain",
    "expansion",
    "no-expansion",
    "uncertain",
  ]);
});

it("refuses volumes that cannot be", () => {
  expect(() => growthProbability({ ml: -1, sdMl: 1 }, { ml: 1, sdMl: 1 }, conventional)).toThrowCode(
    "ARGUMENT_INVALID",
  );
  expect(() => growthProbability({ ml: 1, sdMl: Number.NaN }, { ml: 1, sdMl: 1 }, conventional)).toThrowCode(
    "ARGUMENT_INVALID",
  );
});
