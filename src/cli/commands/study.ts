/** `hemacast study`: from a table of participants or features to figures that survive peer review. */
import { join } from "node:path";
import { measuredFolder, runStudy } from "../../pipeline/study.ts";
import { readStudyConfig } from "../../pipeline/study-config.ts";
import { readStudyData } from "../../pipeline/study-data.ts";
import type { RegisterCommand } from "../register-command.ts";
import { note, printJson, printText, showProgress } from "../terminal.ts";

interface StudyFlags {
  readonly config: string;
  readonly out: string;
  readonly cache?: string;
  readonly threads?: number;
  readonly json?: boolean;
}

/** Adds `study <table>`. */
export const registerStudy: RegisterCommand = (program) => {
  program
    .command("study <table>")
    .description("train and evaluate models on a cohort: manifest (csv, json) or feature table (csv)")
    .requiredOption("--config <file>", "the experiment: split, models, evaluation (see experiments/)")
    .requiredOption("--out <folder>", "the run folder; an interrupted run goes on where it stopped")
    .option(
      "--cache <folder>",
      "where masks and predictors of scans are kept, e.g. for several experiments (default: <out>/measured)",
    )
    .option("--threads <n>", "worker threads (default: all cores)", Number)
    .option("--json", "print metrics as one JSON document")
    .addHelpText(
      "after",
      "\nExamples:\n  hemacast study features.csv --config experiments/markers-794-study.json --out runs/markers\n  hemacast study manifest.csv --config experiments/contest-2023-manifest.json --out runs/cohort --json\n  hemacast study manifest.csv --config experiments/lu2024-radiomics-inception-v3.json --cache measured --out runs/lu2024",
    )
    .action(async (table: string, options: StudyFlags) => {
      const config = await readStudyConfig(options.config);
      const { onProgress, stop } = showProgress();
      const running = { ...(options.threads ? { threads: options.threads } : {}), onProgress };
      try {
        const cache = options.cache ?? join(options.out, measuredFolder);
        const data = await readStudyData(table, config, { cache, ...running });
        const { run, metrics } = await runStudy(data, config, options.out, running);
        stop();
        if (run.folds.resumed > 0) note(`${run.folds.resumed} of ${run.folds.total} folds were finished earlier`);
        const uncertain = data.labels.filter(({ certainty }) => certainty === "uncertain").length;
        if (uncertain > 0)
          note(`${uncertain} of ${data.labels.length} labels are uncertain; see ${join(options.out, "labels.csv")}`);
        if (data.warned.length > 0)
          note(`${data.warned.length} hematomas were drawn with a warning; see ${join(options.out, "warnings.csv")}`);
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
