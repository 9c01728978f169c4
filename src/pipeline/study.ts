/** `hemacast study`: folds in parallel, each saved when done; then figures, tables and the report. A stopped run goes on where it was. */
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { Piscina } from "piscina";
import { selectTableColumns } from "../cohort/feature-table.ts";
import { findLeaks, findTableLeaks, requireNoLeaks } from "../cohort/leakage.ts";
import { HemacastError } from "../core/errors.ts";
import { canonicalJson, toJson } from "../core/json.ts";
import type { OnProgress } from "../core/progress.ts";
import { writeFileAtomically } from "./atomic-output.ts";
import { packageVersion } from "./package-files.ts";
import type { RunRecord } from "./run-record.ts";
import { writeStudyBundle } from "./study-bundle.ts";
import type { StudyConfig } from "./study-config.ts";
import type { StudyData } from "./study-data.ts";
import { type FoldResult, type FoldTask, runFold } from "./study-fold.ts";
import { collectPredictions, studyMetrics } from "./study-metrics.ts";
import { type StudyOutputs, writeStudyOutputs } from "./study-outputs.ts";
import { studyScores } from "./study-scores.ts";
import type { FoldReply } from "./study-worker.ts";

/** Folder inside a run's for what was measured on scans, where no other is named. */
export const measuredFolder = "measured";

/** Of conformal sets, where no bundle says another. */
const COVERAGE = 0.9;

/** What a study came to. */
export interface StudyResult {
  readonly run: RunRecord;
  readonly metrics: StudyOutputs["metrics"];
}

/**
 * Runs a study into a folder. Folds that an earlier, identical run finished there are not run again.
 *
 * @param options.threads how many worker threads; default: all cores
 * @throws HemacastError SPLIT_LEAKS before anything is fitted when the table leaks, or after a fold that does; OUTPUT_EXISTS when the folder holds another run; METRIC_UNDEFINED, NOT_CONVERGED as the learners do
 */
export async function runStudy(
  data: StudyData,
  config: StudyConfig,
  out: string,
  options: { threads?: number; onProgress?: OnProgress } = {},
): Promise<StudyResult> {
  const startedAt = new Date();
  const tableLeaks = findTableLeaks(toldPredictors(data));
  requireNoLeaks(tableLeaks);
  if (data.scans.length > 0) {
    for (const fold of data.folds) requireNoLeaks(findLeaks(data.table, fold, { scans: data.scans }));
  }
  const identity = createHash("sha256")
    .update(canonicalJson({ config, input: data.inputSha256, labels: data.labels }))
    .digest("hex");
  await openRunFolder(out, identity, config);
  const clock = performance.now();
  const threads = Math.max(1, Math.min(options.threads ?? availableParallelism(), data.folds.length));
  const { results, resumed } = await runFolds(data, config, out, threads, options.onProgress ?? (() => {}));
  const foldSeconds = (performance.now() - clock) / 1000;
  options.onProgress?.({ stage: "evaluate", done: 0, total: 1 });
  const predictions = collectPredictions(
    data.table,
    config.models.map((m) => m.name),
    results,
  );
  const found = studyMetrics(data.table, config, results, predictions, data.subgroups);
  const scores = studyScores(
    predictions.rows.map((row) => data.scoreInputs[row] ?? {}),
    predictions.rows.map((row) => data.table.outcome[row] as number),
  );
  const metrics = { ...found, scores, leaks: [...tableLeaks, ...found.leaks] };
  requireNoLeaks(metrics.leaks);
  const run: RunRecord = {
    schema: "hemacast-run/1",
    experiment: config.name,
    versions: { hemacast: packageVersion(), node: process.version },
    seed: config.seed,
    identity,
    inputSha256: data.inputSha256,
    threads,
    folds: { total: data.folds.length, resumed },
    counts: {
      assessed: data.flow.assessed,
      analysed: data.flow.analysed,
      events: data.flow.events,
      tested: predictions.rows.length,
    },
    startedAt: startedAt.toISOString(),
    seconds: { folds: foldSeconds, evaluation: (performance.now() - clock) / 1000 - foldSeconds },
  };
  await writeStudyOutputs(out, { run, config, data, predictions, metrics });
  options.onProgress?.({ stage: "evaluate", done: 1, total: 1 });
  const running = { threads: options.threads ?? availableParallelism(), onProgress: options.onProgress ?? (() => {}) };
  await writeStudyBundle(out, { data, config, metrics }, running);
  return { run, metrics };
}

/** What was told, without what was measured here on the baseline scans: that cannot be the outcome in disguise, however well it predicts. */
function toldPredictors({ table, measured }: StudyData): StudyData["table"] {
  if (!measured) return table;
  const own = new Set(measured.identity.predictors);
  return selectTableColumns(
    table,
    table.names.filter((name) => !own.has(name)),
  );
}

async function openRunFolder(out: string, identity: string, config: StudyConfig): Promise<void> {
  // A run that was killed may leave files that it had not finished.
  const names = (await readdir(out).catch(() => [])).filter(
    (name) => name !== measuredFolder && !name.endsWith(".part"),
  );
  if (names.length > 0) {
    const earlier = await readFile(join(out, "config.json"), "utf8")
      .then(JSON.parse)
      .catch(() => null);
    if (earlier?.identity !== identity) {
      throw new HemacastError(
        "OUTPUT_EXISTS",
        `${out} holds ${earlier ? "a run of another configuration or input" : "files that are not a run"}; choose another --out`,
      );
    }
  }
  // First of all that is written: a folder without it is not known as a run that may go on.
  await writeFileAtomically(join(out, "config.json"), toJson({ identity, config }));
}

async function runFolds(
  data: StudyData,
  config: StudyConfig,
  out: string,
  threads: number,
  onProgress: OnProgress,
): Promise<{ results: FoldResult[]; resumed: number }> {
  const pathOf = (name: string): string =>
    join(out, "folds", `${createHash("sha256").update(name).digest("hex").slice(0, 16)}.json`);
  const results = new Map<string, FoldResult>();
  for (const fold of data.folds) {
    const earlier = await readFile(pathOf(fold.name), "utf8")
      .then(JSON.parse)
      .catch(() => null);
    if (earlier?.fold === fold.name) results.set(fold.name, earlier as FoldResult);
  }
  const resumed = results.size;
  const tasks = data.folds
    .filter((fold) => !results.has(fold.name))
    .map(
      (fold): FoldTask => ({
        fold,
        models: config.models,
        seed: config.seed,
        coverage: config.bundle?.coverage ?? COVERAGE,
        learningCurve: /^repeat-(?!1-)/.test(fold.name) ? [] : config.evaluation.learningCurve,
      }),
    );
  onProgress({ stage: "folds", done: results.size, total: data.folds.length });
  await runTasks(tasks, data, threads, async (result) => {
    requireNoLeaks(result.leaks);
    await writeFileAtomically(pathOf(result.fold), `${JSON.stringify(result)}\n`);
    results.set(result.fold, result);
    onProgress({ stage: "folds", done: results.size, total: data.folds.length });
  });
  return { results: data.folds.map((fold) => results.get(fold.name) as FoldResult), resumed };
}

async function runTasks(
  tasks: readonly FoldTask[],
  data: StudyData,
  threads: number,
  finish: (result: FoldResult) => Promise<void>,
): Promise<void> {
  const isCompiled = import.meta.url.endsWith(".js");
  // From sources (tests) a thread cannot be started on TypeScript; the folds then run one after the other.
  if (!isCompiled || threads === 1 || tasks.length < 2) {
    for (const task of tasks) await finish(await runFold(data.table, task));
    return;
  }
  const pool = new Piscina({
    filename: new URL("./study-worker.js", import.meta.url).href,
    name: "work",
    maxThreads: threads,
    minThreads: Math.min(threads, tasks.length),
    workerData: data.table,
  });
  try {
    await Promise.all(
      tasks.map(async (task) => {
        const reply: FoldReply = await pool.run(task);
        if ("fault" in reply) throw new HemacastError(reply.fault.code, reply.fault.message);
        await finish(reply.result);
      }),
    );
  } finally {
    await pool.destroy();
  }
}
