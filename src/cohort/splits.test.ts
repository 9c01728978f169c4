import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { FeatureTable } from "./feature-table.ts";
import { applyFold, givenSplit, leaveOneSiteOut, repeatedFolds, type TrainingSet, temporalSplit } from "./splits.ts";

function table(ids: string[], outcome: number[], sites: string[] | null = null): FeatureTable {
  const values = Float64Array.from(ids, (_, i) => i);
  return { participantIds: ids, names: ["x"], values, outcome: Uint8Array.from(outcome), sites };
}

const cohort = fc
  .array(fc.record({ id: fc.integer({ min: 0, max: 60 }), event: fc.boolean(), site: fc.constantFrom("A", "B") }), {
    minLength: 60,
    maxLength: 150,
  })
  .map((rows) =>
    table(
      rows.map((r) => `p${r.id}`),
      rows.map((r) => Number(r.event)),
      rows.map((r) => r.site),
    ),
  )
  .filter((t) => {
    const events = new Set(t.participantIds.filter((_, i) => t.outcome[i] === 1));
    const all = new Set(t.participantIds);
    return events.size >= 5 && all.size - events.size >= 5;
  });

it("no participant is on both sides, every row is tested once per repeat, and folds are even", () => {
  fc.assert(
    fc.property(cohort, fc.integer({ min: 0, max: 1000 }), (rows, seed) => {
      const folds = repeatedFolds(rows, { folds: 5, repeats: 2, seed });
      expect(folds).toHaveLength(10);
      const tested = new Int32Array(rows.participantIds.length);
      for (const fold of folds) {
        const training = new Set(fold.training.map((row) => rows.participantIds[row]));
        expect(fold.test.some((row) => training.has(rows.participantIds[row]))).toBe(false);
        expect(fold.training.length + fold.test.length).toBe(tested.length);
        for (const row of fold.test) tested[row]!++;
      }
      expect(tested.every((count) => count === 2)).toBe(true);
      const sizes = folds.map((fold) => new Set(fold.test.map((row) => rows.participantIds[row])).size);
      expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
    }),
    { numRuns: 50, seed: 2 },
  );
});

it("outcomes are spread evenly, the same seed gives the same folds, another seed others", () => {
  const rows = table(
    Array.from({ length: 100 }, (_, i) => `p${i}`),
    Array.from({ length: 100 }, (_, i) => Number(i < 23)),
  );
  const plan = { folds: 5, repeats: 1, seed: 7 };
  const folds = repeatedFolds(rows, plan);
  expect(folds.map((fold) => fold.test.filter((row) => row < 23).length).sort()).toEqual([4, 4, 5, 5, 5]);
  expect(repeatedFolds(rows, plan)).toEqual(folds);
  expect(repeatedFolds(rows, { ...plan, seed: 8 })).not.toEqual(folds);
});

it("the test fold cannot be fitted on: it does not compile", () => {
  const { training, test } = applyFold(table(["a", "b"], [0, 1]), { name: "x", training: [0], test: [1] });
  const learner = { fit: (set: TrainingSet) => set.table.participantIds };
  expect(learner.fit(training)).toEqual(["a"]);
  // @ts-expect-error a test set is not a training set
  learner.fit(test);
  // @ts-expect-error a hand-made object is not a training set
  learner.fit({ role: "training", table: test.table });
});

describe("sites, time and given splits", () => {
  it("each site is tested once by models of the others", () => {
    const folds = leaveOneSiteOut(table(["a", "b", "c"], [0, 1, 0], ["X", "Y", "X"]));
    expect(folds.map((fold) => [fold.name, fold.test])).toEqual([
      ["site-X", [0, 2]],
      ["site-Y", [1]],
    ]);
  });

  it("a participant counts by the first scan", () => {
    expect(temporalSplit(table(["a", "a", "b"], [0, 0, 1]), [1, 9, 5], 4)).toMatchObject({
      training: [0, 1],
      test: [2],
    });
  });

  it("a split by slice is refused", () => {
    expect(() => givenSplit(table(["a", "a", "b"], [0, 0, 1]), [false, true, true])).toThrowCode("SPLIT_LEAKS");
  });

  it.each([
    ["too few events", () => repeatedFolds(table(["a", "b", "c"], [0, 1, 0]), { folds: 2, repeats: 1, seed: 1 })],
    ["an empty side", () => givenSplit(table(["a", "b"], [0, 1]), [true, true])],
  ])("refuses %s", (_, action) => expect(action).toThrowCode("METRIC_UNDEFINED"));

  it("refuses leave-one-site-out without sites, with one, or with a participant at two", () => {
    expect(() => leaveOneSiteOut(table(["a", "b"], [0, 1]))).toThrowCode("MANIFEST_INVALID");
    expect(() => leaveOneSiteOut(table(["a", "b"], [0, 1], ["X", "X"]))).toThrowCode("MANIFEST_INVALID");
    expect(() => leaveOneSiteOut(table(["a", "a"], [0, 1], ["X", "Y"]))).toThrowCode("MANIFEST_INVALID");
  });
});
