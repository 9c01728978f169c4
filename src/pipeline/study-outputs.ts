/** What a study leaves in its folder: run.json, predictions.csv, metrics.json, table.md, figures, report.html. */
import { join } from "node:path";
import { outcomeDefinitions } from "../cohort/outcome.ts";
import { toJson } from "../core/json.ts";
import { studyFigures } from "../report/study-figures.ts";
import { splitText, studyMethods } from "../report/study-methods.ts";
import { studyPage } from "../report/study-page.ts";
import { studyTable } from "../report/study-table.ts";
import type { StudyView } from "../report/study-view.ts";
import { writeFileAtomically } from "./atomic-output.ts";
import type { RunRecord } from "./run-record.ts";
import type { StudyConfig } from "./study-config.ts";
import type { StudyData } from "./study-data.ts";
import type { StudyMetrics, StudyPredictions } from "./study-metrics.ts";
import type { ScoreMetrics } from "./study-scores.ts";

/** All that the outputs are made of. */
export interface StudyOutputs {
  readonly run: RunRecord;
  readonly config: StudyConfig;
  readonly data: StudyData;
  readonly predictions: StudyPredictions;
  readonly metrics: StudyMetrics & { readonly scores: readonly ScoreMetrics[] };
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
  if (data.labels.length > 0) await write("labels.csv", labelsCsv(data));
  if (data.warned.length > 0) await write("warnings.csv", warningsCsv(data));
  for (const [name, svg] of figures) await write(join("figures", `${name}.svg`), svg);
  await write("report.html", studyPage(view, figures));
  await write("run.json", toJson(run));
}

/** One row per tested participant: the primary model's risk, then every model's. */
function predictionsCsv({ data, predictions }: StudyOutputs): string {
  const header = ["participantId", "outcome", "risk", ...predictions.models.map(({ name }) => quoted(`risk:${name}`))];
  const rows = predictions.rows.map((row, i) => [
    quoted(data.table.participantIds[row] as string),
    data.table.outcome[row],
    predictions.models[0]?.risk[i],
    ...predictions.models.map(({ risk }) => risk[i]),
  ]);
  return `${[header, ...rows].map((cells) => cells.join(",")).join("\n")}\n`;
}

/** One row per label whose volumes were measured here, the most doubtful first. */
function labelsCsv({ labels }: StudyData): string {
  const columns = [
    ...(["participantId", "outcome", "baselineMl", "baselineSdMl", "followUpMl", "followUpSdMl"] as const),
    ...(["probability", "certainty"] as const),
  ];
  const sorted = [...labels].sort((a, b) => Math.abs(a.probability - 0.5) - Math.abs(b.probability - 0.5));
  return `${[columns.join(","), ...sorted.map((label) => columns.map((name) => quoted(String(label[name]))).join(","))].join("\n")}\n`;
}

/** One row per participant whose hematoma was drawn with a warning. */
function warningsCsv({ warned }: StudyData): string {
  const rows = warned.map(({ participantId, codes }) => `${quoted(participantId)},${codes.join(" ")}`);
  return `${["participantId,warnings", ...rows].join("\n")}\n`;
}

function quoted(text: string): string {
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
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
      network: model.network,
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
    notes: config.notes,
    labels: {
      measured: data.labels.length,
      uncertain: data.labels.filter(({ certainty }) => certainty === "uncertain").length,
      unmeasured: data.unmeasured.length,
    },
    warned: countedByCode(data.warned.flatMap(({ codes }) => codes)),
    published: config.published,
  };
}

function countedByCode(codes: readonly string[]): StudyView["warned"] {
  return [...new Set(codes)].sort().map((code) => ({ code, n: codes.filter((other) => other === code).length }));
}
