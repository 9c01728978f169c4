/** Calibration: the oracle beside ours. */
import { weightedBrier } from "../../src/evaluation/bootstrap.ts";
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
} from "../../src/evaluation/calibration.ts";
import { auroc } from "../../src/evaluation/discrimination.ts";
import { calibratedRisk, fitCalibrator } from "../../src/expansion/calibrator.ts";
import { logit } from "../../src/math/statistics.ts";
import { both, type Comparison, ends, type Numbers, perScore, score, z } from "./comparison.ts";

/** Entries of this chapter. */
export const calibration: readonly Comparison[] = [
  {
    entries: both("python", "brier"),
    ours: "brierScore, weightedBrier, scaledBrier",
    within: 1e-14,
    note: "scaled Brier = 1 - Brier / (prevalence (1 - prevalence))",
    values: perScore(
      (y, p, entry: number) => {
        const weighted = weightedBrier(y, p)(new Float64Array(y.length).fill(1));
        return [
          [brierScore(y, p), weighted!, scaledBrier(y, p)],
          [entry, entry, 1 - entry / (0.315 * 0.685)],
        ];
      },
      "brier",
      "python",
    ),
  },
  {
    entries: both("python", "logloss"),
    ours: "logLoss",
    within: 1e-13,
    note: "",
    values: perScore((y, p, entry: number) => [[logLoss(y, p)], [entry]], "logloss", "python"),
  },
  ...(["quantile", "uniform"] as const).map(
    (kind): Comparison => ({
      entries: both("python", `reliability_${kind}10`),
      ours: `calibrationBins, by ${kind === "uniform" ? "width" : "quantile"}`,
      within: 1e-14,
      note: kind === "quantile" ? "quantiles interpolated as numpy's" : "",
      values: perScore(
        (y, p, entry: { mean_pred: Numbers; frac_pos: Numbers }) => {
          const bins = calibrationBins(y, p, 10, kind === "uniform" ? "width" : "quantile");
          const ours = [...bins.map((bin) => bin.meanRisk), ...bins.map((bin) => bin.eventRate)];
          return [ours, [...entry.mean_pred, ...entry.frac_pos]];
        },
        `reliability_${kind}10`,
        "python",
      ),
    }),
  ),
  {
    entries: both("python", "ece_uniform10_right_closed"),
    ours: "expectedCalibrationError",
    within: 1e-14,
    note: "ten bins of equal width, each with its right edge",
    values: perScore(
      (y, p, entry: number) => [[expectedCalibrationError(y, p)], [entry]],
      "ece_uniform10_right_closed",
      "python",
    ),
  },
  {
    entries: ["python.calibration_slope_A"],
    ours: "calibrationLine",
    within: 1e-9,
    note: "with the standard error of the slope",
    values: (o) => {
      const { interceptAtSlope, slope } = calibrationLine(o.input.y!, score(o, "A"));
      const { intercept, slope: b, se } = o.python.values.calibration_slope_A;
      return [
        [
          [interceptAtSlope, slope.value, (slope.high - slope.low) / 2 / z],
          [intercept, b, se[1]],
        ],
      ];
    },
  },
  {
    entries: ["R.calibration_slope_glm"],
    ours: "calibrationLine",
    within: 1e-7,
    note: "glm stops when the deviance changes by 1e-8 of itself: its coefficients are 1e-8 off the optimum and its standard errors, which belong to the step before, 1.3e-6 (statsmodels' agree to 1e-9)",
    values: (o) => {
      const { interceptAtSlope, slope } = calibrationLine(o.input.y!, score(o, "A"));
      const { intercept, slope: b } = o.R.values.calibration_slope_glm;
      return [
        [
          [interceptAtSlope, slope.value],
          [intercept, b],
        ],
      ];
    },
  },
  {
    entries: ["python.calibration_in_the_large_A"],
    ours: "calibrationInTheLarge",
    within: 1e-9,
    note: "",
    values: (o) => {
      const { value, low, high } = calibrationInTheLarge(o.input.y!, score(o, "A"));
      const { intercept, se } = o.python.values.calibration_in_the_large_A;
      return [
        [
          [value, (high - low) / 2 / z],
          [intercept, se],
        ],
      ];
    },
  },
  {
    entries: ["R.calibration_in_the_large"],
    ours: "calibrationInTheLarge",
    within: 1e-7,
    note: "glm's stop, as above",
    values: (o) => {
      const large = calibrationInTheLarge(o.input.y!, score(o, "A"));
      const { intercept, se, ci95_wald } = o.R.values.calibration_in_the_large;
      return [
        [
          [large.value, (large.high - large.low) / 2 / z, ...ends(large)],
          [intercept, se, ...ci95_wald],
        ],
      ];
    },
  },
  {
    entries: ["R.val.prob_A"],
    ours: "auroc, brierScore, calibrationLine, spiegelhalterTest",
    within: 1e-7,
    note: "C, Dxy, Brier, Intercept, Slope, S:z, S:p. Its Emax, E90 and Eavg come from lowess and ours from loess (below); R2, D, U and Q are not offered",
    values: (o) => {
      const theirs = o.R.values["val.prob_A"];
      const [y, p] = [o.input.y!, score(o, "A")];
      const line = calibrationLine(y, p);
      const test = spiegelhalterTest(y, p);
      const area = auroc(y, p);
      return [
        [
          [area, 2 * area - 1, brierScore(y, p), line.interceptAtSlope, line.slope.value, test.z, test.p],
          ["C (ROC)", "Dxy", "Brier", "Intercept", "Slope", "S:z", "S:p"].map((key) => theirs[key]),
        ],
      ];
    },
  },
  {
    entries: ["R.ICI_loess"],
    ours: "flexibleCalibration",
    within: 1e-9,
    note: "R's loess(y ~ p), degree 2, span .75, with its k-d tree and vertex interpolation",
    values: (o) => {
      const { ici, e50, e90, eMax } = flexibleCalibration(o.input.y!, score(o, "A"));
      const { ICI, E50, E90, Emax } = o.R.values.ICI_loess;
      return [
        [
          [ici, e50, e90, eMax],
          [ICI, E50, E90, Emax],
        ],
      ];
    },
  },
  {
    entries: ["python.spiegelhalter_A"],
    ours: "spiegelhalterTest",
    within: 1e-12,
    note: "",
    values: (o) => {
      const test = spiegelhalterTest(o.input.y!, score(o, "A"));
      const theirs = o.python.values.spiegelhalter_A;
      return [
        [
          [test.z, test.p],
          [theirs.z, theirs.p],
        ],
      ];
    },
  },
  {
    entries: ["python.hosmer_lemeshow_array_split10_A"],
    ours: null,
    within: 0,
    note: "depends on the grouping and on n, says nothing about size or direction; slope, intercept and ICI are given instead",
  },
  {
    entries: ["python.isotonic_A"],
    ours: 'fitCalibrator("isotonic")',
    within: 1e-12,
    note: 'flat ends (`out_of_bounds="clip"`)',
    values: (o) => {
      const fitted = fitCalibrator("isotonic", score(o, "A").map(logit), o.input.y!);
      if (fitted.kind !== "isotonic") throw new Error(fitted.kind);
      const { X_thresholds, y_thresholds, pred_at } = o.python.values.isotonic_A;
      const at = Object.keys(pred_at).map(Number);
      return [
        [fitted.at, X_thresholds],
        [fitted.risk, y_thresholds],
        [
          at.map((risk) => calibratedRisk(fitted, risk === 0 ? -800 : risk === 1 ? 800 : logit(risk))),
          Object.values(pred_at),
        ],
      ];
    },
  },
  {
    entries: ["python.platt_A_on_score", "python.platt_A_on_logit"],
    ours: 'fitCalibrator("platt")',
    within: 1e-6,
    note: "slope = -a, intercept = -b. scikit-learn's BFGS stops at a summed gradient of 1e-5; against its solution with gtol 1e-10 ours agrees to 1e-8 (src/math/optimisers-reference.test.ts)",
    values: (o) =>
      (["score", "logit"] as const).map((name) => {
        const x = name === "score" ? score(o, "A") : score(o, "A").map(logit);
        const fitted = fitCalibrator("platt", x, o.input.y!);
        if (fitted.kind !== "platt") throw new Error(fitted.kind);
        const { a, b } = o.python.values[`platt_A_on_${name}`];
        return [
          [fitted.slope, fitted.intercept],
          [-a, -b],
        ];
      }),
  },
];
