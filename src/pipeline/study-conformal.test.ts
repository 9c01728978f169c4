import { expect, it } from "vitest";
import type { FeatureTable } from "../cohort/feature-table.ts";
import { conformalFigures } from "./study-conformal.ts";
import type { FoldResult } from "./study-fold.ts";

const table: FeatureTable = {
  participantIds: ["a", "b", "c", "d", "e"],
  ...{ names: [], values: new Float64Array(0), sites: null },
  outcome: Uint8Array.of(1, 1, 0, 0, 0),
};
const fold = (name: string, test: number[], risk: number[], conformal: object | null) =>
  ({ fold: name, test, predictions: [{ model: "m", risk, conformal }] }) as unknown as FoldResult;
const limits = { coverage: 0.8, leastIfExpands: 0.4, mostIfNot: 0.6 };

it("counts what is covered, decided and right, each participant once however often it was tested", () => {
  const first = [
    // a: decided, right. b: decided, wrong. c: abstained.
    fold("repeat-1-fold-1", [0, 1, 2], [0.9, 0.1, 0.5], limits),
    // d: decided, right. e: neither, by limits with a gap.
    fold("repeat-1-fold-2", [3, 4], [0.2, 0.5], { coverage: 0.8, leastIfExpands: 0.7, mostIfNot: 0.3 }),
  ];
  const expected = {
    coverage: 0.8,
    coveredIfExpands: { value: 1 / 2 },
    coveredIfNot: { value: 2 / 3 },
    right: { value: 2 / 3 },
  };
  for (const results of [first, [...first, ...first]]) {
    const found = conformalFigures(table, "m", [0, 1, 2, 3, 4], results);
    expect(found).toMatchObject(expected);
    expect([found?.decides, found?.abstains, found?.neither]).toBeAllClose([0.6, 0.2, 0.2], { absolute: 1e-12 });
  }
});

it("has no figures of a model without limits, and no share of nobody", () => {
  expect(conformalFigures(table, "m", [0], [fold("one", [0], [0.5], null)])).toBeNull();
  const lone = conformalFigures(table, "m", [0], [fold("one", [0], [0.5], limits)]);
  expect(lone).toMatchObject({ coveredIfExpands: { value: 1 }, coveredIfNot: null, right: null, abstains: 1 });
});
