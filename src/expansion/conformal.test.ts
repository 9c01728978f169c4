import { expect, it } from "vitest";
import { createRandom } from "../core/random.ts";
import { conformalLimits, conformalSet } from "./conformal.ts";

/** Risks of n participants whose log odds lie one apart by outcome. */
function cohort(n: number, seed: number): { risks: Float64Array; outcome: Uint8Array } {
  const random = createRandom(seed);
  const outcome = Uint8Array.from({ length: n }, () => Number(random.uniform() < 0.3));
  const risks = Float64Array.from(outcome, (y) => 1 / (1 + Math.exp(-(random.normal() + y - 1))));
  return { risks, outcome };
}

it.each([0.6, 0.8, 0.9])("covers newcomers of either class at %f", (coverage) => {
  const known = cohort(4000, 1);
  const limits = conformalLimits(known.risks, known.outcome, coverage);
  const fresh = cohort(20_000, 2);
  for (const y of [0, 1]) {
    const own = fresh.risks.filter((_, i) => fresh.outcome[i] === y);
    const wanted = y === 1 ? "expands" : "does-not";
    const covered = own.filter((risk) => conformalSet(limits, risk).includes(wanted)).length / own.length;
    // Four standard errors of a quantile among some 1,200.
    expect(covered).toBeAllClose(coverage, { absolute: 0.05 });
  }
});

it("excludes nothing with too few participants to know", () => {
  const limits = conformalLimits(Float64Array.of(0.1, 0.2, 0.8, 0.9), Uint8Array.of(0, 0, 1, 1), 0.9);
  expect(limits).toEqual({ coverage: 0.9, leastIfExpands: 0, mostIfNot: 1 });
  expect(conformalSet(limits, 0.99)).toEqual(["expands", "does-not"]);
});

it("says neither where the limits leave a gap", () => {
  expect(conformalSet({ coverage: 0.6, leastIfExpands: 0.7, mostIfNot: 0.4 }, 0.5)).toEqual([]);
});
