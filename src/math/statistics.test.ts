import fc from "fast-check";
import { expect, it } from "vitest";
import { ascendingOrder, mean, midranks, pearson, quantile, variance } from "./statistics.ts";

it("the order of many values is that of a comparison sort: stable, with negatives, zeros of both signs, ties and extremes", () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.double({ noNaN: true }), fc.constantFrom(0, -0, 1, -1, 1e-310, -1e308)), {
        minLength: 5,
        maxLength: 300,
      }),
      (list) => {
        const many = Array.from({ length: 6000 }, (_, i) => list[(i * 7919) % list.length] as number);
        const slow = many.map((_, i) => i).sort((i, j) => many[i]! - many[j]! || i - j);
        expect([...ascendingOrder(many)]).toEqual(slow);
      },
    ),
    { numRuns: 20, seed: 11 },
  );
});

it("midranks sum to n (n + 1) / 2 and share ties", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1 }), (list) => {
      const ranks = midranks(list);
      expect(ranks.reduce((a, b) => a + b, 0)).toBe((list.length * (list.length + 1)) / 2);
      for (const [i, value] of list.entries()) expect(ranks[i]).toBe(ranks[list.indexOf(value)]);
    }),
    { seed: 12 },
  );
});

it("quantiles are NumPy's default", () => {
  // numpy 1.24.2: np.quantile([7, 1, 3, 9], [.1, .25, .9])
  expect([0.1, 0.25, 0.9].map((p) => quantile([7, 1, 3, 9], p))).toBeAllClose([1.6, 2.5, 8.4], { absolute: 1e-12 });
});

it("summaries of nothing are refused", () => {
  expect(() => mean([])).toThrowCode("METRIC_UNDEFINED");
  expect(() => variance([1])).toThrowCode("METRIC_UNDEFINED");
  expect(() => pearson([1, 1], [1, 2])).toThrowCode("METRIC_UNDEFINED");
});
