/** What a study leaves in its folder: run.json, predictions.csv, metrics.json, table.md, figures, report.html. */
import { join } from "node:path";
import { outcomeDefinitions } from "../cohort/outcome.ts";
import { toJson } from "../core/json.ts";
import type { Interval } from "../evaluation/predictions.ts";
import { studyFigures } from "../report/study-figures.ts";
import { splitText, studyMethods } from "../report/study-methods.ts";
import { studyPage } from "../report/study-page.ts";
import type { StudyView } from "../report/study-view.ts";
import { writeFileAtomically } from "./atomic-output.ts";
import type { RunRecord } from "./run-record.ts";
import type { StudyConfig } from "./study-config.ts";
import type { StudyData } from "./study-data.ts";
import type { StudyMetrics, StudyPredictions } from "./study-metrics.ts";

/** All that the outputs are made of. */
export interface StudyOutputs {
  readonly run: RunRecord;
  readonly config: StudyConfig;
  readonly data: StudyData;
  readonly predictions: StudyPredictions;
  readonly metrics: StudyMetrics;
}

/**
 * Writes every output, each whole or not at all.
 *
 * @throws HemacastError OUTPUT_NOT_WRITABLE
 */
export async function writeStudyOutputs(out: string, outputs: StudyOutputs): Promise<void> {
  const { run, data, metrics } = outputs;
  const view = studyView(outputs);
  const figures = studyFigures(view);
  const write = (name: string, content: string): Promise<void> => writeFileAtomically(join(out, name), content);
  await write("predictions.csv", predictionsCsv(outputs));
  await write(
    "metrics.json",
    toJson({
      schema: "hemacast-study/1",
      simulated: data.simulated,
      flow: data.flow,
      outcomes: data.outcomes,
      ...metrics,
    }),
  );
  await write("table.md", studyTable(view));
  for (const [name, svg] of figures) await write(join("figures", `${name}.svg`), svg);
  await write("report.html", studyPage(view, figures));
  await write("run.json", toJson(run));
}

/** One row per tested participant: the primary model's risk, then every model's. */
function predictionsCsv({ data, predictions }: StudyOutputs): string {
  const quoted = (text: string): string => (/[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const header = ["participantId", "outcome", "risk", ...predictions.models.map(({ name }) => quoted(`risk:${name}`))];
  const rows = predictions.rows.map((row, i) => [
    quoted(data.table.participantIds[row] as string),
    data.table.outcome[row],
    predictions.models[0]?.risk[i],
    ...predictions.models.map(({ risk }) => risk[i]),
  ]);
  return `${[header, ...rows].map((cells) => cells.join(",")).join("\n")}\n`;
}

function studyView({ run, config, data, predictions, metrics }: StudyOutputs): StudyView {
  const outcome = predictions.rows.map((row) => data.table.outcome[row] as number);
  const isManifest = data.outcomes.length > 0;
  const definition = outcomeDefinitions[config.outcome.definition as keyof typeof outcomeDefinitions];
  const outcomeLabel = isManifest ? `${definition.label}, ${config.outcome.windowHours} h` : config.data.outcome;
  const facts = {
    analysed: data.flow.analysed,
    events: data.flow.events,
    outcomeLabel,
    split: config.split,
    models: config.models.map((model, k) => ({
      name: model.name,
      alphas: model.logistic.alphas,
      fixedC: model.logistic.fixedC,
      calibration: model.calibration,
      innerFolds: model.innerFolds,
      combat: model.combat,
      correlationLimit: model.correlationLimit,
      stability: model.stability !== null,
      eventsPerCandidate: metrics.models[k]?.predictors.eventsPerCandidate ?? 0,
    })),
    replicates: config.evaluation.replicates,
    permutations: config.evaluation.permutations,
    version: run.versions.hemacast,
    seed: config.seed,
  };
  return {
    title: config.title || config.name,
    simulated: data.simulated,
    run,
    flow: data.flow,
    tested: { n: outcome.length, events: outcome.reduce((sum, y) => sum + y, 0) },
    split: splitText(config.split),
    outcomeLabel,
    outcomes: data.outcomes,
    methods: studyMethods(facts),
    outcome,
    risks: predictions.models.map(({ risk }) => Array.from(risk)),
    ...metrics,
    published: config.published,
  };
}

/** The table of models for a paper or a pull request. */
function studyTable(view: StudyView): string {
  const shown = (i: Interval | null | undefined, digits = 3): string =>
    i ? `${i.value.toFixed(digits)} (${i.low.toFixed(digits)} to ${i.high.toFixed(digits)})` : "no value";
  const rows = view.models.map(({ name, evaluation: e, aucByRepeat: r }) =>
    [
      name,
      `${r.mean.toFixed(3)}${r.low === null || r.high === null ? "" : ` (${r.low.toFixed(3)} to ${r.high.toFixed(3)})`}${r.sd === null ? "" : ` ± ${r.sd.toFixed(3)}`}`,
      shown(e.auc),
      e.ap.toFixed(3),
      shown(e.calibrationIntervals?.slope, 2),
      shown(e.calibrationIntervals?.intercept, 2),
      `${e.brier.toFixed(3)} (${e.scaledBrier.toFixed(2)})`,
      e.betterThanChance ? e.betterThanChance.p.toPrecision(2) : "",
    ].join(" | "),
  );
  const comparisons = view.comparisons.map(
    ({ first, second, comparison: c, pHolm }) =>
      `| ${first} - ${second} | ${c.deltaAuc.toFixed(3)} (${c.low.toFixed(3)} to ${c.high.toFixed(3)}) | ${c.p.toPrecision(2)} | ${pHolm.toPrecision(2)} |`,
  );
  return [
    `# ${view.title}`,
    "",
    ...(view.simulated
      ? ["**Every participant is simulated: this shows the method, and says nothing about patients.**", ""]
      : []),
    `${view.flow.assessed} assessed, ${view.flow.analysed} analysed, ${view.flow.events} with expansion; ${view.tested.n} tested (${view.tested.events} with expansion). ${view.split.en}. Outcome: ${view.outcomeLabel}.`,
    "",
    "| model | AUC of one model: mean over repeats (95 % bootstrap) ± SD | AUC of the mean risk (95 % DeLong) | average precision | calibration slope | calibration in the large | Brier (scaled) | p, better than chance |",
    "|---|---|---|---|---|---|---|---|",
    ...rows.map((row) => `| ${row} |`),
    ...view.published.map((row) => `| ${row.model} (${row.source}) | ${row.auc} | | | | | | |`),
    "",
    ...(comparisons.length > 0
      ? ["| comparison | difference in AUC (95 %) | p | p (Holm) |", "|---|---|---|---|", ...comparisons, ""]
      : []),
  ].join("\n");
}
