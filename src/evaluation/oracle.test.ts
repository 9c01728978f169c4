/** Closed forms and optimisers against R (pROC, rms, glm, loess) and Python (scikit-learn, statsmodels): oracles/statistics.json. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { oraclePath, sharedData } from "../../test/support/shared-data.ts";
import { weightedAuroc, weightedAveragePrecision, weightedBrier } from "./bootstrap.ts";
import {
  brierScore,
  calibrationBins,
  calibrationInTheLarge,
  calibrationLine,
  expectedCalibrationError,
  flexibleCalibration,
  logLoss,
  scaledBrier,
  spiegelhalterTest,
} from "./calibration.ts";
import { classificationAt, mcNemarTest } from "./classification.ts";
import { aucInterval, compareAuc, compareAucUnpaired, delongCovariance, delongVariance, placements } from "./delong.ts";
import { auroc, partialAuroc, rocCurve, youdenCutoff } from "./discrimination.ts";
import { clopperPearsonInterval, wilsonInterval } from "./intervals.ts";
import { netBenefit } from "./net-benefit.ts";
import { averagePrecision, precisionRecallCurve } from "./precision-recall.ts";

const close = { absolute: 1e-9 };

describe.skipIf(!sharedData)("oracles/statistics.json", () => {
  const oracle = sharedData ? JSON.parse(readFileSync(oraclePath("statistics.json"), "utf8")) : null;
  const y: number[] = oracle?.input.y;
  const r = oracle?.R.values;
  const py = oracle?.python.values;
  const score = (which: "A" | "B"): number[] => oracle.input[`score${which}`];

  it.each(["A", "B"] as const)("AUC, DeLong interval and variance of score %s", (s) => {
    expect(auroc(y, score(s))).toBeAllClose(r[`auc_${s}`], close);
    const { low, value, high } = aucInterval(y, score(s));
    expect([low, value, high]).toBeAllClose(r[`delong_ci_${s}`], close);
    expect(delongVariance(placements(y, score(s)))).toBeAllClose(r[`delong_var_${s}`], close);
  });

  it("logit interval, covariance, paired and unpaired tests", () => {
    const { low, high } = aucInterval(y, score("A"), { scale: "logit" });
    expect([low, high]).toBeAllClose(py.delong_numpy.ci_A_logit, close);
    expect(delongCovariance(placements(y, score("A")), placements(y, score("B")))).toBeAllClose(r.delong_cov_AB, close);
    const paired = compareAuc(y, score("A"), score("B"));
    expect([paired.statistic, paired.p]).toBeAllClose([r.delong_paired.z, r.delong_paired.p], close);
    expect([paired.low, paired.high]).toBeAllClose(r.delong_paired.ci, close);
    const unpaired = compareAucUnpaired({ outcome: y, score: score("A") }, { outcome: y, score: score("B") });
    const { stat, df, p } = r.delong_unpaired;
    expect([unpaired.statistic, unpaired.degreesOfFreedom, unpaired.p]).toBeAllClose([stat, df, p], {
      absolute: 1e-9,
      relative: 1e-11,
    });
  });

  it("partial AUC and Youden's cut-off", () => {
    expect(partialAuroc(y, score("A"), 0.9)).toBeAllClose(r.pauc_A_spec_90_100, close);
    const cut = youdenCutoff(y, score("A"));
    const { threshold, specificity, sensitivity } = r.youden_A;
    expect([cut.threshold, 1 - cut.falsePositiveRate, cut.truePositiveRate]).toBeAllClose(
      [threshold, specificity, sensitivity],
      close,
    );
  });

  it.each(["A", "B"] as const)("ROC and precision-recall curves and average precision of score %s", (s) => {
    const roc = rocCurve(y, score(s));
    expect(roc.map((point) => point.falsePositiveRate)).toBeAllClose(py[`roc_curve_${s}`].fpr, close);
    expect(roc.map((point) => point.truePositiveRate)).toBeAllClose(py[`roc_curve_${s}`].tpr, close);
    const pr = precisionRecallCurve(y, score(s)).reverse();
    // scikit-learn appends the invented point (precision 1, recall 0), which ours does not have
    expect(pr.map((point) => point.precision)).toBeAllClose(py[`pr_curve_${s}`].precision.slice(0, -1), close);
    expect(pr.map((point) => point.recall)).toBeAllClose(py[`pr_curve_${s}`].recall.slice(0, -1), close);
    expect(averagePrecision(y, score(s))).toBeAllClose(py[`ap_${s}`], close);
  });

  it.each(["A", "B"] as const)("Brier, log loss, calibration bins, ECE, net benefit of score %s", (s) => {
    expect(brierScore(y, score(s))).toBeAllClose(py[`brier_${s}`], close);
    expect(logLoss(y, score(s))).toBeAllClose(py[`logloss_${s}`], close);
    for (const [by, name] of [
      ["quantile", "quantile"],
      ["width", "uniform"],
    ] as const) {
      const bins = calibrationBins(y, score(s), 10, by);
      const { mean_pred, frac_pos } = py[`reliability_${name}10_${s}`];
      expect(bins.map((bin) => bin.meanRisk)).toBeAllClose(mean_pred, close);
      expect(bins.map((bin) => bin.eventRate)).toBeAllClose(frac_pos, close);
    }
    expect(expectedCalibrationError(y, score(s))).toBeAllClose(py[`ece_uniform10_right_closed_${s}`], close);
    const expected = Object.entries<{ model: number; all: number }>(py[`net_benefit_${s}`]);
    const found = netBenefit(
      y,
      score(s),
      expected.map(([threshold]) => Number(threshold)),
    );
    expect(found.map((point) => point.value)).toBeAllClose(
      expected.map(([, v]) => v.model),
      close,
    );
    expect(found.map((point) => point.treatAll)).toBeAllClose(
      expected.map(([, v]) => v.all),
      close,
    );
  });

  it("calibration line, in the large, Spiegelhalter, scaled Brier", () => {
    const line = calibrationLine(y, score("A"));
    expect([line.interceptAtSlope, line.slope.value]).toBeAllClose(
      [py.calibration_slope_A.intercept, py.calibration_slope_A.slope],
      close,
    );
    expect([line.interceptAtSlope, line.slope.value]).toBeAllClose([r["val.prob_A"].Intercept, r["val.prob_A"].Slope], {
      absolute: 1e-6,
    });
    expect((line.slope.high - line.slope.low) / 2 / 1.959963984540054).toBeAllClose(py.calibration_slope_A.se[1], {
      absolute: 1e-8,
    });
    const large = calibrationInTheLarge(y, score("A"));
    expect(large.value).toBeAllClose(py.calibration_in_the_large_A.intercept, close);
    expect([large.low, large.high]).toBeAllClose(r.calibration_in_the_large.ci95_wald, { absolute: 1e-7 });
    const { z, p } = spiegelhalterTest(y, score("A"));
    expect([z, p]).toBeAllClose([py.spiegelhalter_A.z, py.spiegelhalter_A.p], close);
    expect(scaledBrier(y, score("A"))).toBeAllClose(1 - py.brier_A / (0.315 * 0.685), close);
  });

  it("figures at 0.5 and McNemar's test", () => {
    const at = classificationAt(y, score("A"), 0.5);
    const expected = py["at_0.5_A"];
    expect([at.truePositives, at.falsePositives, at.trueNegatives, at.falseNegatives]).toEqual(
      ["tp", "fp", "tn", "fn"].map((key) => expected[key]),
    );
    expect([at.mcc!, at.f1!, at.kappa!, at.balancedAccuracy!]).toBeAllClose(
      ["mcc", "f1", "kappa", "bal_acc"].map((key) => expected[key]),
      close,
    );
    expect([at.sensitivity!.low, at.sensitivity!.high]).toBeAllClose(expected.sens_wilson, close);
    expect([at.specificity!.low, at.specificity!.high]).toBeAllClose(expected.spec_wilson, close);
    const test = mcNemarTest(y, score("A"), score("B"), 0.5);
    const { chi2, p, b, c } = r["mcnemar_at_0.5"];
    expect([test.chiSquared, test.p, test.onlyFirstRight, test.onlySecondRight]).toBeAllClose([chi2, p, b, c], close);
  });

  it("weighted statistics with equal weights are the plain ones", () => {
    const ones = new Float64Array(200).fill(1);
    expect(weightedAuroc(y, score("A"))(ones)).toBeAllClose(py.auc_A, close);
    expect(weightedAveragePrecision(y, score("A"))(ones)).toBeAllClose(py.ap_A, close);
    expect(weightedBrier(y, score("A"))(ones)).toBeAllClose(py.brier_A, close);
  });

  it("flexible calibration: ICI, E50, E90, Emax of R's loess", () => {
    const { ici, e50, e90, eMax } = flexibleCalibration(y, score("A"));
    const { ICI, E50, E90, Emax } = r.ICI_loess;
    expect([ici, e50, e90, eMax]).toBeAllClose([ICI, E50, E90, Emax], close);
  });

  it("Wilson and Clopper-Pearson", () => {
    const wilson = wilsonInterval(63, 200);
    expect([wilson.low, wilson.high]).toBeAllClose(r.wilson.ci, close);
    const exact = clopperPearsonInterval(63, 200);
    expect([exact.low, exact.high]).toBeAllClose(r.clopper_pearson, close);
    for (const [counts, expected] of Object.entries<number[]>(py.wilson_edge)) {
      const [k, n] = counts.split("/").map(Number) as [number, number];
      const { low, high } = wilsonInterval(k, n);
      expect([low, high]).toBeAllClose(expected, close);
    }
  });
});
