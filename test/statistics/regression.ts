/** Logistic regression: the oracle beside ours. */
import { brierScore, logLoss } from "../../src/evaluation/calibration.ts";
import { matrixOf } from "../../src/math/dense-matrix.ts";
import {
  fitLogistic,
  type LogisticFit,
  logisticCovariance,
  logisticRisks,
} from "../../src/math/logistic-regression.ts";
import type { Comparison, Numbers, Oracle } from "./comparison.ts";

const found = (fit: LogisticFit): number[] => [fit.intercept, ...fit.coefficients];

function design({ input }: Oracle) {
  return matrixOf(input.y!.map((_, i) => [1, 2, 3, 4, 5].map((k) => input[`x${k}`]![i]!)));
}

function penalised(oracle: Oracle, l1: number, l2: number, weights?: number[]): number[] {
  return found(fitLogistic(design(oracle), oracle.input.y!, { penalty: { l1, l2 }, ...(weights ? { weights } : {}) }));
}

/** Entries of this chapter. */
export const regression: readonly Comparison[] = [
  {
    entries: ["python.logit_unpenalised"],
    ours: "fitLogistic, logisticCovariance",
    within: 1e-9,
    note: "coefficients, standard errors, log likelihood",
    values: (o) => {
      const theirs = o.python.values.logit_unpenalised;
      return [[unpenalised(o), [...theirs.coef, ...theirs.se, theirs.llf]]];
    },
  },
  {
    entries: ["R.glm_unpenalised"],
    ours: "fitLogistic, logisticCovariance",
    within: 1e-6,
    note: "glm's stop, as for the calibration slope",
    values: (o) => {
      const { coef, se, loglik, aic } = o.R.values.glm_unpenalised;
      const ours = unpenalised(o);
      const theirs = [...Object.values<number>(coef), ...Object.values<number>(se), loglik, aic];
      return [[[...ours, 12 - 2 * ours.at(-1)!], theirs]];
    },
  },
  {
    entries: ["R.lrm"],
    ours: "fitLogistic with brierScore, logLoss",
    within: 1e-9,
    note: "Brier and Model L.R. of the same fit. Its C and Dxy rank predictions in bins of .002 (rms, help page of lrm) and are 1.2e-4 above the AUC of the risks themselves; gamma, tau-a, R2 and g are not offered",
    values: (o) => {
      const y = o.input.y!;
      const risk = logisticRisks(design(o), fitLogistic(design(o), y));
      const prevalence = y.reduce((a, b) => a + b, 0) / y.length;
      const ratio = 2 * y.length * (logLoss(y, new Float64Array(y.length).fill(prevalence)) - logLoss(y, risk));
      const theirs = o.R.values.lrm;
      return [
        [
          [brierScore(y, risk), ratio],
          [theirs.Brier, theirs["Model L.R."]],
        ],
      ];
    },
  },
  {
    entries: ["0.1", "1", "10"].map((c) => `python.l2_C${c}_newton_exact`),
    ours: "fitLogistic",
    within: 1e-9,
    note: "lambda = 1 / (n C)",
    values: (o) => [0.1, 1, 10].map((c) => againstPython(o, `l2_C${c}_newton_exact`, 0, 1 / (200 * c))),
  },
  {
    entries: ["0.1", "1", "10"].map((c) => `python.l2_C${c}_lbfgs`),
    ours: "fitLogistic",
    within: 2e-5,
    note: "scikit-learn's lbfgs keeps scipy's ftol of 2e-9 whatever tol says and stops at a summed gradient of 3e-5 to 3e-4 (in 50 digits); with newton-cholesky it agrees to 1e-8 (src/math/optimisers-reference.test.ts)",
    values: (o) => [0.1, 1, 10].map((c) => againstPython(o, `l2_C${c}_lbfgs`, 0, 1 / (200 * c))),
  },
  {
    entries: ["python.l2_C1_balanced"],
    ours: "fitLogistic with weights",
    within: 2e-6,
    note: "lbfgs again (summed gradient 3e-5); newton-cholesky agrees to 1e-8",
    values: (o) => {
      const y = o.input.y!;
      const weights = y.map((value) => 100 / (value === 1 ? 63 : 137));
      const { intercept, coef } = o.python.values.l2_C1_balanced;
      return [[penalised(o, 0, 1 / 200, weights), [intercept, ...coef]]];
    },
  },
  ...(
    [
      ["l1", 1],
      ["enet0.5", 0.5],
    ] as const
  ).map(
    ([name, alpha]): Comparison => ({
      entries: ["0.1", "1", "10"].map((c) => `python.${name}_C${c}_saga`),
      ours: "fitLogistic",
      within: 1e-6,
      note: alpha === 1 ? "l1 = 1 / (n C)" : "l1 = l2 = .5 / (n C)",
      values: (o) =>
        [0.1, 1, 10].map((c) => againstPython(o, `${name}_C${c}_saga`, alpha / (200 * c), (1 - alpha) / (200 * c))),
    }),
  ),
  {
    entries: ["R.glmnet_ridge_lambda_0.005", "R.glmnet_lasso_lambda_0.05", "R.glmnet_lasso_lambda_0.005"],
    ours: "fitLogistic",
    within: 1e-7,
    note: "l1 = lambda alpha, l2 = lambda (1 - alpha), predictors not standardised",
    values: (o) =>
      (
        [
          ["ridge_lambda_0.005", 0, 0.005],
          ["lasso_lambda_0.05", 0.05, 0],
          ["lasso_lambda_0.005", 0.005, 0],
        ] as const
      ).map(([name, l1, l2]) => [penalised(o, l1, l2), Object.values<number>(o.R.values[`glmnet_${name}`])]),
  },
  {
    entries: ["python.l1_C1_liblinear_PENALISES_INTERCEPT"],
    ours: null,
    within: 0,
    note: "liblinear penalises the intercept, which shifts every risk towards .5; here the intercept is always free",
  },
];

function unpenalised(o: Oracle): number[] {
  const fit = fitLogistic(design(o), o.input.y!);
  const covariance = logisticCovariance(design(o), fit);
  const errors = Array.from({ length: 6 }, (_, j) => Math.sqrt(covariance[7 * j]!));
  return [...found(fit), ...errors, -fit.meanLogLoss * 200];
}

function againstPython(o: Oracle, key: string, l1: number, l2: number): readonly [Numbers, Numbers] {
  const { intercept, coef } = o.python.values[key];
  return [penalised(o, l1, l2), [intercept, ...coef]];
}
