/** `hemacast evaluate`: figures with intervals for anybody's predictions. */
import type { Interval } from "../../evaluation/predictions.ts";
import { type EvaluationReport, evaluateFiles } from "../../pipeline/evaluate-predictions.ts";
import type { RegisterCommand } from "../register-command.ts";
import { printJson, printText } from "../terminal.ts";

/** Adds `evaluate <predictions.csv>`. */
export const registerEvaluate: RegisterCommand = (program) => {
  program
    .command("evaluate <predictions>")
    .description("report discrimination, calibration and net benefit of a CSV file with participantId,outcome,risk")
    .option("--compare <other>", "a second file of the same participants: paired DeLong, net benefit, reclassification")
    .option("--json", "print one JSON document")
    .addHelpText(
      "after",
      "\nExamples:\n  hemacast evaluate predictions.csv\n  hemacast evaluate model-a.csv --compare model-b.csv --json",
    )
    .action(async (predictions: string, options: { compare?: string; json?: boolean }) => {
      const report = await evaluateFiles(predictions, options.compare);
      if (options.json) printJson(report);
      else printText(summary(report));
    });
};

function summary(report: EvaluationReport): string {
  const n = (value: number | null, digits = 3): string => (value === null ? "no value" : value.toFixed(digits));
  const range = (i: Interval | null | undefined): string =>
    i ? `${n(i.value)} (${n(i.low)} to ${n(i.high)})` : "no value";
  const percent = (i: Interval | null): string =>
    i ? `${(100 * i.value).toFixed(0)} % (${(100 * i.low).toFixed(0)}-${(100 * i.high).toFixed(0)})` : "no value";
  const lines = [
    `participants            ${report.n}, ${report.events} events (prevalence ${n(report.prevalence)})`,
    ...(report.unknownOutcome > 0 ? [`without outcome         ${report.unknownOutcome} (left out)`] : []),
    `AUC, DeLong 95 %        ${range(report.auc)}`,
    ...(report.bootstrap ? [`AUC, bootstrap          ${range(report.bootstrap.auc)}`] : []),
    ...(report.betterThanChance
      ? [
          `better than chance      p = ${report.betterThanChance.p.toPrecision(2)} (${report.betterThanChance.permutations} permutations)`,
        ]
      : []),
    `average precision       ${report.bootstrap ? range(report.bootstrap.ap) : n(report.ap)}`,
    `Brier, scaled           ${n(report.brier)}, ${n(report.scaledBrier)}`,
    `calibration slope       ${range(report.calibrationIntervals?.slope)}`,
    `calibration in the large ${range(report.calibrationIntervals?.intercept)}`,
    `ICI / E50 / E90         ${n(report.flexibleCalibration?.ici ?? null)} / ${n(report.flexibleCalibration?.e50 ?? null)} / ${n(report.flexibleCalibration?.e90 ?? null)}`,
    "",
    "threshold  sensitivity        specificity        PPV                NPV                net benefit (treat all)",
    ...report.classification.map((c) => {
      const point = report.netBenefit.find((p) => Math.abs(p.threshold - c.threshold) < 1e-9);
      const cells = [c.sensitivity, c.specificity, c.positivePredictiveValue, c.negativePredictiveValue].map((i) =>
        percent(i).padEnd(18),
      );
      return `${c.threshold.toFixed(2).padEnd(10)} ${cells.join(" ")} ${point ? `${n(point.value)} (${n(point.treatAll)})` : ""}`;
    }),
  ];
  if (report.comparison) {
    const { deltaAuc, low, high, p } = report.comparison;
    lines.push(
      "",
      `against the other file  AUC ${deltaAuc >= 0 ? "+" : ""}${n(deltaAuc)} (${n(low)} to ${n(high)}), p = ${p.toPrecision(2)} (paired DeLong)`,
    );
  }
  return lines.join("\n");
}
