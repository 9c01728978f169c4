/** `hemacast study`: from a table of participants or features to figures that survive peer review. */

import { runStudy } from "../../pipeline/study.ts";
import { readStudyConfig } from "../../pipeline/study-config.ts";
import { readStudyData } from "../../pipeline/study-data.ts";
import type { RegisterCommand } from "../register-command.ts";
import { note, printJson, printText, showProgress } from "../terminal.ts";

/** Adds `study <table>`. */
export const registerStudy: RegisterCommand = (program) => {
  program
    .command("study <table>")
    .description("train and evaluate models on a cohort: manifest (csv, json) or feature table (csv)")
    .requiredOption("--config <file>", "the experiment: split, models, evaluation (see experiments/)")
    .requiredOption("--out <folder>", "the run folder; an interrupted run goes on where it stopped")
    .option("--threads <n>", "worker threads (default: all cores)", Number)
    .option("--json", "print metrics as one JSON document")
    .addHelpText(
      "after",
      "\nExamples:\n  hemacast study features.csv --config experiments/markers-794-study.json --out runs/markers\n  hemacast study manifest.csv --config experiments/contest-2023-manifest.json --out runs/cohort --json",
    )
    .action(async (table: string, options: { config: string; out: string; threads?: number; json?: boolean }) => {
      const config = await readStudyConfig(options.config);
      const data = await readStudyData(table, config);
      const { onProgress, stop } = showProgress();
      try {
        const { run, metrics } = await runStudy(data, config, options.out, {
          ...(options.threads ? { threads: options.threads } : {}),
          onProgress,
        });
        stop();
        if (run.folds.resumed > 0) note(`${run.folds.resumed} of ${run.folds.total} folds were finished earlier`);
        for (const leak of metrics.leaks) note(`${leak.code}: ${leak.message}`);
        if (options.json) printJson({ run, ...metrics });
        else printText(summary(metrics, options.out));
      } finally {
        stop();
      }
    });
};

function summary(metrics: Awaited<ReturnType<typeof runStudy>>["metrics"], out: string): string {
  const lines = metrics.models.map(
    ({ name, evaluation: { auc, n, events, calibration }, aucByRepeat: r, predictors }) => {
      const slope = calibration.slope === null ? "no value" : calibration.slope.toFixed(2);
      const one =
        r.sd === null
          ? `AUC ${auc.value.toFixed(3)} (${auc.low.toFixed(3)} to ${auc.high.toFixed(3)})`
          : `AUC ${r.mean.toFixed(3)} (${r.low?.toFixed(3) ?? "-"} to ${r.high?.toFixed(3) ?? "-"}) +- ${r.sd.toFixed(3)} over ${r.repeats} repeats, of the mean risk ${auc.value.toFixed(3)}`;
      return `${name}: ${one}; slope ${slope}; n ${n}, ${events} events, ${predictors.eventsPerCandidate.toFixed(1)} events per candidate predictor`;
    },
  );
  return [...lines, `report: ${out}/report.html`].join("\n");
}
