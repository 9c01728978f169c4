import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRandom } from "../core/random.ts";
import { bootstrapByParticipant, permutationTest, weightedAuroc, weightedAveragePrecision } from "./bootstrap.ts";
import { brierScore, calibrationLine, flexibleCalibration, logLoss } from "./calibration.ts";
import { classificationAt, mcNemarTest, predictiveValuesAt } from "./classification.ts";
import { aucInterval, compareAuc, holmAdjusted, placements } from "./delong.ts";
import { auroc, rocCurve } from "./discrimination.ts";
import { compareModels, defaultEvaluationPlan, evaluatePredictions } from "./evaluate.ts";
import { wilsonInterval } from "./intervals.ts";
import { netBenefit } from "./net-benefit.ts";
import { averagePrecision } from "./precision-recall.ts";
import { reclassification } from "./reclassification.ts";
import { groupByCuts, subgroupTable } from "./subgroups.ts";

/** Rows with many ties, both classes present. */
const rows = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 1 }), fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 3 })), {
    minLength: 6,
    maxLength: 60,
  })
  .filter((list) => new Set(list.map((row) => row[0])).size === 2)
  .map((list) => ({
    outcome: list.map((row) => row[0]),
    score: list.map((row) => row[1] / 20),
    weights: Float64Array.from(list, (row) => row[2]),
  }));

const slowAuc = (outcome: number[], score: number[]): number => {
  let sum = 0;
  let pairs = 0;
  for (const [i, a] of score.entries())
    for (const [j, b] of score.entries())
      if (outcome[i] === 1 && outcome[j] === 0) {
        pairs++;
        sum += a > b ? 1 : a === b ? 0.5 : 0;
      }
  return sum / pairs;
};

it("AUC, its placements and the area under the ROC points equal the count over all pairs", () => {
  fc.assert(
    fc.property(rows, ({ outcome, score }) => {
      const slow = slowAuc(outcome, score);
      expect(auroc(outcome, score)).toBeAllClose(slow, { absolute: 1e-12 });
      expect(placements(outcome, score).auc).toBeAllClose(slow, { absolute: 1e-12 });
      const points = rocCurve(outcome, score);
      const area = points.slice(1).reduce((sum, b, k) => {
        const a = points[k]!;
        return sum + ((b.falsePositiveRate - a.falsePositiveRate) * (a.truePositiveRate + b.truePositiveRate)) / 2;
      }, 0);
      expect(area).toBeAllClose(slow, { absolute: 1e-12 });
    }),
    { seed: 6 },
  );
});

it("a weighted statistic is the plain statistic of rows repeated as often as their weight", () => {
  fc.assert(
    fc.property(rows, ({ outcome, score, weights }) => {
      const repeated = outcome.flatMap((y, i) => Array.from({ length: weights[i]! }, () => [y, score[i]!] as const));
      const [y, s] = [repeated.map((row) => row[0]), repeated.map((row) => row[1])];
      if (new Set(y).size < 2) return;
      expect(weightedAuroc(outcome, score)(weights)).toBeAllClose(auroc(y, s), { absolute: 1e-12 });
      expect(weightedAveragePrecision(outcome, score)(weights)).toBeAllClose(averagePrecision(y, s), {
        absolute: 1e-12,
      });
    }),
    { seed: 7 },
  );
});

function simulate(n: number, signal: number, seed = 1) {
  const random = createRandom(seed);
  const outcome = Array.from({ length: n }, () => Number(random.uniform() < 0.3));
  const risk = outcome.map((y) => 1 / (1 + Math.exp(1 - signal * y - random.normal())));
  return { participantIds: outcome.map((_, i) => `p${i}`), outcome, risk };
}

it("the bootstrap agrees with DeLong, draws participants whole, and repeats with its seed", () => {
  const { participantIds, outcome, risk } = simulate(300, 1);
  const plan = { replicates: 1000, seed: 9 };
  const interval = bootstrapByParticipant(participantIds, { auc: weightedAuroc(outcome, risk) }, plan).auc;
  const delong = aucInterval(outcome, risk);
  // two estimates of one standard error: within 15 % at 1,000 replicates
  expect(interval.high - interval.low).toBeAllClose(delong.high - delong.low, { relative: 0.15 });
  expect(bootstrapByParticipant(participantIds, { auc: weightedAuroc(outcome, risk) }, plan).auc).toEqual(interval);
  // each participant four times over carries no more information
  const ids4 = participantIds.flatMap((id) => [id, id, id, id]);
  const four = <T>(list: T[]): T[] => list.flatMap((value) => [value, value, value, value]);
  const clustered = bootstrapByParticipant(ids4, { auc: weightedAuroc(four(outcome), four(risk)) }, plan).auc;
  expect(clustered.high - clustered.low).toBeAllClose(interval.high - interval.low, { relative: 0.02 });
});

it("a permutation test finds signal and finds none in noise", () => {
  const strong = simulate(120, 1.5);
  expect(permutationTest(strong.participantIds, strong.outcome, strong.risk, { permutations: 500, seed: 1 }).p).toBe(
    1 / 501,
  );
  const noise = simulate(120, 0, 4);
  expect(
    permutationTest(noise.participantIds, noise.outcome, noise.risk, { permutations: 500, seed: 1 }).p,
  ).toBeGreaterThan(0.05);
});

it("an evaluation holds the promised keys, and two models are compared on the same participants", () => {
  const good = simulate(200, 1.5);
  const poor = good.risk.map((p, i) => (i % 2 ? p : 1 - p));
  const plan = { ...defaultEvaluationPlan, replicates: 200, permutations: 200 };
  const found = evaluatePredictions(good, plan);
  expect(found).toMatchObject({ n: 200, events: good.outcome.reduce((a, b) => a + b, 0) });
  for (const key of ["auc", "ap", "brier", "calibration", "netBenefit"]) expect(found).toHaveProperty(key);
  const { comparison, deltaNetBenefit } = compareModels(good.outcome, good.risk, poor);
  expect(comparison.deltaAuc).toBeAllClose(found.auc.value - auroc(good.outcome, poor), { absolute: 1e-12 });
  expect(comparison.p).toBeLessThan(0.01);
  expect(deltaNetBenefit).toHaveLength(found.netBenefit.length);
});

it("subgroups: figures by group, gaps, and null where a group has one class", () => {
  const table = subgroupTable(
    "sex",
    ["F", "F", "F", "M", "M", "M", "X"],
    [0, 1, 1, 0, 0, 1, 0],
    [0.1, 0.8, 0.9, 0.2, 0.6, 0.4, 0.3],
    0.5,
  );
  expect(table.groups.map((g) => [g.group, g.n, g.events])).toEqual([
    ["F", 3, 2],
    ["M", 3, 1],
    ["X", 1, 0],
  ]);
  expect(table.groups[2]).toMatchObject({ auc: null, sensitivity: null });
  expect(table.gaps.sensitivity).toBe(1);
  expect(groupByCuts([Number.NaN, 30], [10, 30], "mL")).toEqual(["unknown", ">= 30 mL"]);
});

it("reclassification says that it is contested", () => {
  const result = reclassification([0, 0, 1, 1], [0.4, 0.6, 0.4, 0.6], [0.3, 0.6, 0.7, 0.6], 0.5);
  expect(result).toMatchObject({ continuousNriEvents: 0.5, continuousNriNonEvents: 0.5, categoricalNri: 0.5 });
  expect(result.idi).toBeAllClose(0.15 + 0.05, { absolute: 1e-12 });
  expect(result.caution).toMatch(/contested/);
});

it("predictive values by Bayes and Holm's adjustment", () => {
  expect(predictiveValuesAt(0.9, 0.9, 0.1).positive).toBeAllClose(0.5, { absolute: 1e-12 });
  expect(predictiveValuesAt(0, 1, 0.1).positive).toBe(null);
  expect(holmAdjusted([0.04, 0.01, 0.03])).toEqual([0.06, 0.03, 0.06]);
});

describe("questions without an answer are refused", () => {
  it.each([
    ["AUC of one class", () => auroc([1, 1], [0.1, 0.2])],
    ["AUC of nobody", () => auroc([], [])],
    ["DeLong with one event", () => aucInterval([0, 0, 1], [0.1, 0.2, 0.3])],
    ["two identical scores", () => compareAuc([0, 0, 1, 1], [0.1, 0.2, 0.3, 0.4], [0.1, 0.2, 0.3, 0.4])],
    ["a logit interval at AUC 1", () => aucInterval([0, 0, 1, 1], [1, 2, 3, 4], { scale: "logit" })],
    ["the calibration slope of equal risks", () => calibrationLine([0, 1, 0, 1], [0.5, 0.5, 0.5, 0.5])],
    ["a calibration curve of few", () => flexibleCalibration([0, 1], [0.1, 0.9])],
    ["a certain risk that was wrong", () => logLoss([1, 0], [0, 0])],
    ["a proportion of nobody", () => wilsonInterval(0, 0)],
    ["classifications that never disagree", () => mcNemarTest([0, 1], [0.1, 0.9], [0.1, 0.9], 0.5)],
    [
      "a bootstrap that rarely sees an event",
      () =>
        bootstrapByParticipant(
          ["a", "b", "c"],
          { auc: weightedAuroc([0, 0, 1], [1, 2, 3]) },
          { replicates: 100, seed: 1 },
        ),
    ],
  ])("%s", (_, action) => expect(action).toThrowCode("METRIC_UNDEFINED"));

  it.each([
    ["an outcome that is not 0 or 1", () => auroc([0, 2], [0.1, 0.2])],
    ["a risk above 1", () => calibrationLine([0, 1], [0.1, 1.2])],
    ["lengths that differ", () => auroc([0, 1], [0.1])],
    ["a threshold of 1", () => netBenefit([0, 1], [0.1, 0.2], [1])],
  ])("%s", (_, action) => expect(action).toThrowCode("ARGUMENT_INVALID"));

  it("NaN scores", () => expect(() => brierScore([0, 1], [Number.NaN, 0.2])).toThrowCode("NON_FINITE"));
  it("all ties have an AUC of one half, and no precision is invented when nobody is positive", () => {
    expect(auroc([0, 1, 0, 1], [0.5, 0.5, 0.5, 0.5])).toBe(0.5);
    expect(classificationAt([0, 1], [0.1, 0.2], 0.9)).toMatchObject({ positivePredictiveValue: null, mcc: null });
  });
});
