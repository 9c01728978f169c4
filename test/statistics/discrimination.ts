/** Discrimination: the oracle beside ours. */
import {
  aucInterval,
  compareAuc,
  compareAucUnpaired,
  delongCovariance,
  delongVariance,
  placements,
} from "../../src/evaluation/delong.ts";
import { auroc, partialAuroc, rocCurve, youdenCutoff } from "../../src/evaluation/discrimination.ts";
import { averagePrecision, precisionRecallCurve } from "../../src/evaluation/precision-recall.ts";
import { both, type Comparison, ends, type Numbers, perScore, score } from "./comparison.ts";

/** Entries of this chapter. */
export const discrimination: readonly Comparison[] = [
  {
    entries: [...both("R", "auc"), ...both("python", "auc")],
    ours: "auroc",
    within: 1e-14,
    note: "",
    values: (o) =>
      (["A", "B"] as const).map((s) => {
        const value = auroc(o.input.y!, score(o, s));
        return [
          [value, value],
          [o.R.values[`auc_${s}`], o.python.values[`auc_${s}`]],
        ];
      }),
  },
  {
    entries: both("R", "delong_ci"),
    ours: "aucInterval",
    within: 1e-12,
    note: "on the AUC's own scale, as pROC",
    values: perScore(
      (y, p, entry: Numbers) => {
        const { low, value, high } = aucInterval(y, p);
        return [[low, value, high], entry];
      },
      "delong_ci",
      "R",
    ),
  },
  {
    entries: both("R", "delong_var"),
    ours: "delongVariance",
    within: 1e-14,
    note: "",
    values: perScore((y, p, entry: number) => [[delongVariance(placements(y, p))], [entry]], "delong_var", "R"),
  },
  {
    entries: ["R.delong_cov_AB", "python.delong_numpy"],
    ours: "delongCovariance, compareAuc, aucInterval",
    within: 1e-11,
    note: '`ci_A_logit` is `aucInterval` with the scale "logit"',
    values: (o) => {
      const [a, b] = (["A", "B"] as const).map((s) => placements(o.input.y!, score(o, s))) as [never, never];
      const test = compareAuc(o.input.y!, score(o, "A"), score(o, "B"));
      const numpy = o.python.values.delong_numpy;
      return [
        [[delongCovariance(a, b)], [o.R.values.delong_cov_AB]],
        [
          [delongVariance(a), delongCovariance(a, b), delongVariance(b)],
          [numpy.cov[0][0], numpy.cov[0][1], numpy.cov[1][1]],
        ],
        [
          [test.statistic, test.p],
          [numpy.z, numpy.p],
        ],
        [ends(aucInterval(o.input.y!, score(o, "A"))), numpy.ci_A],
        [ends(aucInterval(o.input.y!, score(o, "A"), { scale: "logit" })), numpy.ci_A_logit],
      ];
    },
  },
  {
    entries: ["R.delong_paired"],
    ours: "compareAuc",
    within: 1e-11,
    note: "",
    values: (o) => {
      const test = compareAuc(o.input.y!, score(o, "A"), score(o, "B"));
      const { z: statistic, p, ci } = o.R.values.delong_paired;
      return [
        [
          [test.statistic, test.p, test.low, test.high],
          [statistic, p, ...ci],
        ],
      ];
    },
  },
  {
    entries: ["R.delong_unpaired"],
    ours: "compareAucUnpaired",
    within: 1e-9,
    note: "Welch's degrees of freedom, as pROC",
    values: (o) => {
      const [a, b] = (["A", "B"] as const).map((s) => ({ outcome: o.input.y!, score: score(o, s) })) as [never, never];
      const test = compareAucUnpaired(a, b);
      const { stat, df, p } = o.R.values.delong_unpaired;
      return [
        [
          [test.statistic, test.degreesOfFreedom, test.p],
          [stat, df, p],
        ],
      ];
    },
  },
  {
    entries: ["R.pauc_A_spec_90_100"],
    ours: "partialAuroc",
    within: 1e-14,
    note: "not rescaled",
    values: (o) => [[[partialAuroc(o.input.y!, score(o, "A"), 0.9)], [o.R.values.pauc_A_spec_90_100]]],
  },
  {
    entries: ["R.youden_A"],
    ours: "youdenCutoff",
    within: 1e-14,
    note: "the cut-off lies half-way between two scores, as in pROC",
    values: (o) => {
      const { threshold, falsePositiveRate, truePositiveRate } = youdenCutoff(o.input.y!, score(o, "A"));
      const theirs = o.R.values.youden_A;
      return [
        [
          [threshold, 1 - falsePositiveRate, truePositiveRate],
          [theirs.threshold, theirs.specificity, theirs.sensitivity],
        ],
      ];
    },
  },
  {
    entries: both("python", "roc_curve"),
    ours: "rocCurve",
    within: 1e-14,
    note: "all points kept (`drop_intermediate=False`); the first has the threshold +Infinity, where scikit-learn 1.2 invents max + 1",
    values: perScore(
      (y, p, entry: { fpr: Numbers; tpr: Numbers }) => {
        const curve = rocCurve(y, p);
        const points = [...curve.map((c) => c.falsePositiveRate), ...curve.map((c) => c.truePositiveRate)];
        return [points, [...entry.fpr, ...entry.tpr]];
      },
      "roc_curve",
      "python",
    ),
  },
  {
    entries: both("python", "pr_curve"),
    ours: "precisionRecallCurve",
    within: 1e-14,
    note: "without the invented last point (precision 1, recall 0) of scikit-learn",
    values: perScore(
      (y, p, entry: { precision: Numbers; recall: Numbers }) => {
        const curve = precisionRecallCurve(y, p).reverse();
        const points = [...curve.map((c) => c.precision), ...curve.map((c) => c.recall)];
        return [points, [...entry.precision.slice(0, -1), ...entry.recall.slice(0, -1)]];
      },
      "pr_curve",
      "python",
    ),
  },
  {
    entries: both("python", "ap"),
    ours: "averagePrecision",
    within: 1e-14,
    note: "step-wise: the sum of precision times the gain in recall",
    values: perScore((y, p, entry: number) => [[averagePrecision(y, p)], [entry]], "ap", "python"),
  },
  {
    entries: [...both("python", "auprc_trapezoid"), "R.rocr_aucpr_trapezoid_A"],
    ours: null,
    within: 0,
    note: "other definitions of the area (straight lines between points; ROCR also invents the first point): they interpolate what cannot be reached, so only AP is offered, by that name",
  },
  {
    entries: ["R.wilcoxon_p"],
    ours: null,
    within: 0,
    note: "the same question as an AUC of .5, under a normal approximation with continuity correction; here the permutation test answers it",
  },
];
