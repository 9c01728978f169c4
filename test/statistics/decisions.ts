/** Cut-offs, proportions, net benefit: the oracle beside ours. */
import { classificationAt, mcNemarTest } from "../../src/evaluation/classification.ts";
import { clopperPearsonInterval, wilsonInterval } from "../../src/evaluation/intervals.ts";
import { netBenefit } from "../../src/evaluation/net-benefit.ts";
import { both, type Comparison, ends, type Numbers, perScore, score } from "./comparison.ts";

/** Entries of this chapter. */
export const decisions: readonly Comparison[] = [
  {
    entries: both("python", "net_benefit"),
    ours: "netBenefit",
    within: 1e-14,
    note: "positive from the threshold on (>=)",
    values: perScore(
      (y, p, entry: Record<string, { model: number; all: number }>) => {
        const points = netBenefit(y, p, Object.keys(entry).map(Number));
        return [
          [...points.map((point) => point.value), ...points.map((point) => point.treatAll)],
          [...Object.values(entry).map((v) => v.model), ...Object.values(entry).map((v) => v.all)],
        ];
      },
      "net_benefit",
      "python",
    ),
  },
  {
    entries: both("python", "at_0.5"),
    ours: "classificationAt",
    within: 1e-12,
    note: "counts, MCC, F1, kappa, balanced accuracy, sensitivity and specificity with Wilson intervals",
    values: perScore(
      (y, p, entry: Record<string, number> & Record<`${string}_wilson`, Numbers>) => {
        const at = classificationAt(y, p, 0.5);
        const counts = [at.truePositives, at.falsePositives, at.trueNegatives, at.falseNegatives];
        const single = [at.mcc!, at.f1!, at.kappa!, at.balancedAccuracy!];
        return [
          [...counts, ...single, ...ends(at.sensitivity!), ...ends(at.specificity!)],
          [
            ...["tp", "fp", "tn", "fn", "mcc", "f1", "kappa", "bal_acc"].map((key) => entry[key]!),
            ...entry.sens_wilson!,
            ...entry.spec_wilson!,
          ],
        ];
      },
      "at_0.5",
      "python",
    ),
  },
  {
    entries: ["R.mcnemar_at_0.5"],
    ours: "mcNemarTest",
    within: 1e-12,
    note: "with continuity correction, as R",
    values: (o) => {
      const test = mcNemarTest(o.input.y!, score(o, "A"), score(o, "B"), 0.5);
      const { chi2, p, b, c } = o.R.values["mcnemar_at_0.5"];
      return [
        [
          [test.chiSquared, test.p, test.onlyFirstRight, test.onlySecondRight],
          [chi2, p, b, c],
        ],
      ];
    },
  },
  {
    entries: ["R.wilson", "R.hmisc_binconf_wilson", "python.wilson"],
    ours: "wilsonInterval",
    within: 1e-12,
    note: "",
    values: (o) => {
      const { value, low, high } = wilsonInterval(63, 200);
      const hmisc = o.R.values.hmisc_binconf_wilson;
      return [
        [[low, high], o.R.values.wilson.ci],
        [[value, low, high], hmisc],
        [[low, high], o.python.values.wilson],
      ];
    },
  },
  {
    entries: ["python.wilson_edge"],
    ours: "wilsonInterval",
    within: 1e-12,
    note: "0 and 1 are returned exactly where statsmodels gives 1 - 1e-16",
    values: (o) =>
      Object.entries<Numbers>(o.python.values.wilson_edge).map(([counts, expected]) => {
        const [k, n] = counts.split("/").map(Number) as [number, number];
        return [ends(wilsonInterval(k, n)), expected];
      }),
  },
  {
    entries: ["R.wilson_cc"],
    ours: null,
    within: 0,
    note: "continuity correction makes the interval wider than it says; the plain score interval is given, Clopper-Pearson beside it",
  },
  {
    entries: ["R.clopper_pearson", "python.clopper_pearson"],
    ours: "clopperPearsonInterval",
    within: 1e-12,
    note: "",
    values: (o) => {
      const ours = ends(clopperPearsonInterval(63, 200));
      return [
        [ours, o.R.values.clopper_pearson],
        [ours, o.python.values.clopper_pearson],
      ];
    },
  },
];
