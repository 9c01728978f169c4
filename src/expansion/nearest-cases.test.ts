import { expect, it } from "vitest";
import type { FeatureTable } from "../cohort/feature-table.ts";
import { createRandom } from "../core/random.ts";
import { fitCaseSpace, nearestCases } from "./nearest-cases.ts";
import { standardOf } from "./standard.ts";

/** Two numbers a person: `shape.size` says the first; two hundred `net.*` say the second, each with noise. */
function cohort(n: number): { table: FeatureTable; hidden: readonly (readonly [number, number])[] } {
  const random = createRandom(4);
  const hidden = Array.from({ length: n }, () => [random.normal(), random.normal()] as const);
  const names = ["shape.size", ...Array.from({ length: 200 }, (_, j) => `net.${j}`)];
  const values = hidden.flatMap(([a, b]) => [a, ...Array.from({ length: 200 }, () => 3 * b + random.normal())]);
  return {
    hidden,
    table: {
      participantIds: hidden.map((_, i) => `SIM-${i}`),
      ...{ names, values: Float64Array.from(values), sites: null },
      outcome: Uint8Array.from(hidden, ([, b]) => Number(b > 0)),
    },
  };
}

const { table, hidden } = cohort(80);
const standard = standardOf(table);
const space = fitCaseSpace(table, standard);
const rowOf = (i: number): Float64Array => table.values.slice(i * 201, (i + 1) * 201);

it("finds a case itself first, then those that are like it in every block, however many predictors a block has", () => {
  for (const i of [3, 40, 71]) {
    const [self, next, third] = nearestCases(space, standard, rowOf(i), 3);
    expect(self).toEqual({ id: `SIM-${i}`, expanded: hidden[i]![1] > 0, distance: 0 });
    const apart = (other: number): number =>
      Math.hypot(hidden[other]![0] - hidden[i]![0], hidden[other]![1] - hidden[i]![1]);
    const ranked = hidden.map((_, k) => k).sort((a, b) => apart(a) - apart(b));
    for (const near of [next, third]) expect(ranked.slice(1, 7).map((k) => `SIM-${k}`)).toContain(near?.id);
  }
});

it("measures in distances that are usual, and takes a row with a gap", () => {
  const usual = table.participantIds.map((_, i) => nearestCases(space, standard, rowOf(i), 2)[1]?.distance as number);
  expect([...usual].sort((a, b) => a - b)[39]).toBeLessThanOrEqual(1);
  expect([...usual].sort((a, b) => a - b)[40]).toBeGreaterThanOrEqual(1);
  const gap = rowOf(5);
  gap[7] = Number.NaN;
  expect(nearestCases(space, standard, gap, 1)[0]?.id).toBe("SIM-5");
});

it("is not made of cases that are all the same", () => {
  const same = { ...table, values: table.values.map((_, i) => i % 201) };
  expect(() => fitCaseSpace(same, standardOf(same))).toThrowCode("METRIC_UNDEFINED");
});
