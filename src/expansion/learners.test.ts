import { describe, expect, it } from "vitest";
import type { FeatureTable } from "../cohort/feature-table.ts";
import { findLeaks, requireNoLeaks } from "../cohort/leakage.ts";
import { applyFold, repeatedFolds, wholeCohort } from "../cohort/splits.ts";
import { createRandom } from "../core/random.ts";
import { calibratedRisk, fitCalibrator } from "./calibrator.ts";
import { fitCombat } from "./combat.ts";
import { chooseCutoff } from "./cutoff.ts";
import { modelConfig } from "./learner-config.ts";
import { fitLogisticModel } from "./logistic-learner.ts";
import { matchPredictors } from "./prepare.ts";
import { fitStabilitySelection } from "./stability-selection.ts";
import { fitCorrelationFilter, fitImputation, fitScaling } from "./transform.ts";

function table(n: number, p: number, signal: number, options: { sites?: boolean; seed?: number } = {}): FeatureTable {
  const random = createRandom(options.seed ?? 1);
  const outcome = Uint8Array.from({ length: n }, () => Number(random.uniform() < 0.35));
  const sites = options.sites ? Array.from({ length: n }, (_, i) => "ABC"[i % 3] as string) : null;
  const values = Float64Array.from({ length: n * p }, (_, i) => {
    const row = Math.floor(i / p);
    return random.normal() + (i % p < 2 ? signal * outcome[row]! : 0);
  });
  return {
    participantIds: Array.from(outcome, (_, i) => `p${i}`),
    names: Array.from({ length: p }, (_, j) => `x${j}`),
    values,
    outcome,
    sites,
  };
}

describe("steps learn from training rows only", () => {
  it("imputation: medians, majorities, and predictors that nobody has are dropped", () => {
    const t = {
      ...table(4, 3, 0),
      values: Float64Array.of(1, 0, Number.NaN, 3, 1, Number.NaN, 8, 1, Number.NaN, Number.NaN, Number.NaN, Number.NaN),
    };
    const step = fitImputation(wholeCohort(t));
    expect(step.names).toEqual(["x0", "x1"]);
    expect([...step.apply(t).values]).toEqual([1, 0, 3, 1, 8, 1, 3, 1]);
  });

  it("scaling gives mean 0 and SD 1 in training, and the same shift to others", () => {
    const t = table(50, 3, 1);
    const step = fitScaling(wholeCohort(t));
    const again = fitScaling(wholeCohort(step.apply(t)));
    expect(
      Object.values(again.facts.moments as Record<string, { mean: number; sd: number }>).flatMap((m) => [m.mean, m.sd]),
    ).toBeAllClose([0, 1, 0, 1, 0, 1], { absolute: 1e-12 });
    expect(() => fitScaling(wholeCohort({ ...t, values: t.values.map(() => 4) }))).toThrowCode("METRIC_UNDEFINED");
  });

  it("of two predictors that repeat each other the better one stays", () => {
    const t = table(80, 3, 1);
    for (let i = 0; i < 80; i++) t.values[3 * i + 2] = t.values[3 * i]! + 0.4 * (i % 2);
    const kept = fitCorrelationFilter(wholeCohort(t), 0.9).names;
    expect(kept).toHaveLength(2);
    expect(kept).toContain("x1");
    expect(fitCorrelationFilter(wholeCohort(t), 1).names).toHaveLength(3);
    expect(() => fitCorrelationFilter(wholeCohort(t), 0)).toThrowCode("ARGUMENT_INVALID");
  });

  it("stability selection finds the two that matter among forty", () => {
    const step = fitStabilitySelection(
      wholeCohort(table(200, 40, 1.2)),
      { subsamples: 40, perSubsample: 5, leastFrequency: 0.8 },
      createRandom(1),
    );
    expect(step.names).toEqual(expect.arrayContaining(["x0", "x1"]));
    expect(step.names.length).toBeLessThanOrEqual(4);
  });
});

describe("ComBat", () => {
  const shifted = (t: FeatureTable): FeatureTable => ({
    ...t,
    values: t.values.map((v, i) => {
      const site = t.sites![Math.floor(i / t.names.length)];
      return site === "A" ? v : site === "B" ? 3 + 2 * v : -1 + 0.5 * v;
    }),
  });
  const siteMoments = (t: FeatureTable, site: string) => {
    const values = t.participantIds.flatMap((_, i) =>
      t.sites![i] === site ? [...t.values.slice(i * 6, i * 6 + 6)] : [],
    );
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    return [mean, Math.sqrt(values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length)];
  };

  it("brings the sites together, training and unseen rows alike, and a new site by its own rows", () => {
    const t = shifted(table(300, 6, 0, { sites: true }));
    const step = fitCombat(wholeCohort(t));
    const harmonised = step.apply(t);
    const [a, b] = [siteMoments(harmonised, "A"), siteMoments(harmonised, "B")];
    expect(a[0]).toBeAllClose(b[0]!, { absolute: 0.1 });
    expect(a[1]).toBeAllClose(b[1]!, { relative: 0.05 });
    const raw = table(60, 6, 0, { sites: true, seed: 9 });
    const newSite = { ...raw, values: raw.values.map((v) => 10 + 3 * v), sites: raw.sites!.map(() => "D") };
    const [mean, sd] = siteMoments(step.apply(newSite), "D");
    expect(mean).toBeAllClose(a[0]!, { absolute: 0.3 });
    expect(sd).toBeAllClose(a[1]!, { relative: 0.15 });
    const two = {
      ...newSite,
      participantIds: newSite.participantIds.slice(0, 2),
      outcome: newSite.outcome.slice(0, 2),
      sites: ["D", "D"],
      values: newSite.values.slice(0, 12),
    };
    expect([...step.apply(two).values]).toEqual([...two.values]);
  });

  it("needs two sites of five rows", () => {
    expect(() => fitCombat(wholeCohort(table(30, 2, 0)))).toThrowCode("MANIFEST_INVALID");
    expect(() =>
      fitCombat(wholeCohort({ ...table(30, 2, 0), sites: Array.from({ length: 30 }, (_, i) => (i < 2 ? "A" : "B")) })),
    ).toThrowCode("MANIFEST_INVALID");
  });
});

describe("calibrators", () => {
  it("each recovers a distortion that it can express", () => {
    const random = createRandom(2);
    const truth = Array.from({ length: 20_000 }, () => 1.5 * random.normal() - 0.5);
    const outcome = truth.map((eta) => Number(random.uniform() < 1 / (1 + Math.exp(-eta))));
    const mean = (kind: Parameters<typeof fitCalibrator>[0], distort: (eta: number) => number) => {
      const x = truth.map(distort);
      const fitted = fitCalibrator(kind, x, outcome);
      return (
        x.reduce((sum, value, i) => sum + Math.abs(calibratedRisk(fitted, value) - 1 / (1 + Math.exp(-truth[i]!))), 0) /
        x.length
      );
    };
    // sampling error of 20,000 participants
    for (const kind of ["platt", "beta", "isotonic"] as const)
      expect(mean(kind, (eta) => 3 * eta + 1)).toBeLessThan(0.02);
    expect(mean("temperature", (eta) => 3 * eta)).toBeLessThan(0.01);
    expect(mean("none", (eta) => 3 * eta)).toBeGreaterThan(0.1);
  });

  it("refuse one class and a score that ranks the wrong way", () => {
    expect(() => fitCalibrator("platt", [0, 1], [1, 1])).toThrowCode("METRIC_UNDEFINED");
    expect(() => fitCalibrator("temperature", [-2, -1, 1, 2, -1, 1], [1, 1, 0, 0, 0, 1])).toThrowCode("NOT_CONVERGED");
  });
});

it("cut-offs by each rule", () => {
  const [y, p] = [
    [0, 0, 1, 0, 1, 1],
    [0.1, 0.2, 0.3, 0.4, 0.5, 0.6],
  ];
  expect(chooseCutoff({ rule: "sensitivity", at: 1 }, y, p)).toBe(0.3);
  expect(chooseCutoff({ rule: "specificity", at: 1 }, y, p)).toBe(0.5);
  expect(chooseCutoff({ rule: "youden" }, [0, 0, 0, 0, 1, 1], p)).toBe(0.5);
  expect(chooseCutoff({ rule: "fixed", at: 0.2 }, y, p)).toBe(0.2);
});

it("predictors by pattern", () => {
  expect(matchPredictors(["a_x", "a_y", "b_x"], ["*_x"])).toEqual(["a_x", "b_x"]);
  expect(matchPredictors(["a_x", "a_y", "b_x"], ["b_x", "a*"])).toEqual(["a_x", "a_y", "b_x"]);
  expect(() => matchPredictors(["a"], ["c*"])).toThrowCode("CONFIG_INVALID");
  expect(matchPredictors(["a", "gcs"], ["a", "gcs?", "age?"])).toEqual(["a", "gcs"]);
});

describe("the whole learner", () => {
  const config = modelConfig({
    name: "elastic",
    predictors: ["*"],
    logistic: { alphas: [0.5, 1], lambdas: 15 },
    calibration: "platt",
    innerFolds: 4,
  });

  it("finds the signal in a test fold, repeats with its seed, and records on whom it was fitted", () => {
    const t = table(200, 20, 1);
    const fold = repeatedFolds(t, { folds: 4, repeats: 1, seed: 3 })[0]!;
    const { training, test } = applyFold(t, fold);
    const model = fitLogisticModel(training, config, createRandom(1));
    const risk = model.risk(test);
    const rank = (y: number) => {
      const list = risk.filter((_, i) => test.table.outcome[i] === y);
      return list.reduce((a, b) => a + b, 0) / list.length;
    };
    expect(rank(1) - rank(0)).toBeGreaterThan(0.2);
    expect(Object.keys(model.facts.coefficients)).toEqual(expect.arrayContaining(["x0", "x1"]));
    expect([...fitLogisticModel(training, config, createRandom(1)).risk(test)]).toEqual([...risk]);
    expect(() => requireNoLeaks(findLeaks(t, fold, { fits: model.fits }))).not.toThrow();
    const onEverybody = fitLogisticModel(wholeCohort(t), config, createRandom(1));
    expect(() => requireNoLeaks(findLeaks(t, fold, { fits: onEverybody.fits }))).toThrowCode("SPLIT_LEAKS");
  });

  it("the one-standard-error rule gives a smaller model, and a fixed C is scikit-learn's", () => {
    const set = wholeCohort(table(150, 20, 0.8));
    const count = (rule: "min" | "1se") =>
      Object.keys(
        fitLogisticModel(set, { ...config, logistic: { ...config.logistic, alphas: [1], rule } }, createRandom(1)).facts
          .coefficients,
      ).length;
    expect(count("1se")).toBeLessThan(count("min"));
    const fixed = fitLogisticModel(
      set,
      modelConfig({ name: "fixed", predictors: ["x0"], logistic: { fixedC: 0.1 } }),
      createRandom(1),
    );
    expect(fixed.facts.learner).toMatchObject({ kind: "logistic", penalty: { l1: 0, l2: 1 / 15 } });
  });
});
