/** A whole simulated cohort on disk: studies, manifest, and the truth beside them. Participants are independent, so they are made in parallel. */
import { mkdir } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Piscina } from "piscina";
import { HemacastError } from "../core/errors.ts";
import { requireWhole } from "../core/guards.ts";
import { toJson } from "../core/json.ts";
import type { OnProgress } from "../core/progress.ts";
import { createRandom } from "../core/random.ts";
import { scenarioCeiling } from "../simulation/growth/bayes-auc.ts";
import { scenarios } from "../simulation/growth/scenario.ts";
import { type ScannerProfile, scannerProfiles, siteScanner } from "../simulation/scanner/scanner-profile.ts";
import type { ScenarioName, SignName } from "../simulation/simulated-case.ts";
import { writeFileAtomically, writeFolderAtomically } from "./atomic-output.ts";
import { onRealHead, SIMULATED_NOTE, type SimulatedFormat } from "./simulate-study.ts";
import {
  type SimulatedReply,
  type SimulatedRow,
  type SimulateTask,
  simulateInThread,
  simulateParticipant,
} from "./simulate-worker.ts";
import { listShapes } from "./simulation-sources.ts";

/** Which cohort to make. */
export interface CohortOptions {
  readonly participants: number;
  readonly sites: number;
  readonly seed: number;
  readonly scenario: ScenarioName;
  /** The protocol of every site, or one after the other for "mixed". */
  readonly profile: keyof typeof scannerProfiles | "mixed";
  readonly format: SimulatedFormat;
  /** Only baseline scans: twice as fast, for predictors that read nothing else. The follow-up is known by its true volume. Default false. */
  readonly baselineOnly?: boolean;
  /** Scenarios whose outcomes are told for the same baseline scans, each in a folder of its name; needs `baselineOnly`. */
  readonly also?: readonly ScenarioName[];
  /** A real head to bleed into, as `readCt` reads it. Default: a procedural head for each participant. */
  readonly background?: string;
  /** A mask whose shape every hematoma takes, or a folder of masks of which each participant takes one. Default: the simulator's own shapes. */
  readonly shape?: string;
  /** Default: one per core. */
  readonly threads?: number;
}

/** What was made. */
export interface CohortSummary {
  readonly schema: "hemacast-simulated-cohort/1";
  readonly note: string;
  readonly scenario: ScenarioName;
  readonly seed: number;
  readonly participants: number;
  readonly scannedTwice: number;
  readonly lost: number;
  readonly surgery: number;
  /** Participants whose hematoma expands, scanned or not. */
  readonly expansions: number;
  /** What was bled into and whose shapes the hematomas have: names of files, or "procedural". */
  readonly background: string;
  readonly shape: string;
  /** Signs planned for baseline scans, and how many of those could not be shown there: risk and outcome do not count them. */
  readonly signsPlanned: number;
  readonly signsLeftOut: number;
  /** The AUC that no model can exceed on average: stated for the scenario, and by Monte Carlo. */
  readonly bayesAuc: { readonly stated: number; readonly monteCarlo: number; readonly draws: number };
}

const MONTE_CARLO_DRAWS = 20_000;
const ours =
  /^(SIM-\d+|literature|strong-density|null|manifest\.csv|manifest-truth\.csv|truth\.csv|cohort\.json|README\.txt)$/;
/** Heap for short-lived numbers in a worker, MB: with the default of 16, a third of the time goes to collecting them. */
const YOUNG_GENERATION_MB = 64;

/**
 * Makes a cohort in a folder that must not hold anything else. Equal options, equal files, whatever the number of threads.
 *
 * @throws HemacastError ARGUMENT_INVALID on numbers out of range or `also` with follow-up scans, OUTPUT_EXISTS, OUTPUT_NOT_WRITABLE
 */
export async function simulateCohort(
  out: string,
  options: CohortOptions,
  onProgress: OnProgress = () => {},
): Promise<CohortSummary> {
  requireWhole("n", options.participants, 1);
  requireWhole("sites", options.sites, 1);
  requireWhole("seed", options.seed, 0);
  const also = (options.also ?? []).filter((scenario) => scenario !== options.scenario);
  if (also.length > 0 && !options.baselineOnly) {
    throw new HemacastError(
      "ARGUMENT_INVALID",
      "in another scenario the follow-up scans differ; further scenarios go with baseline scans only",
    );
  }
  return writeFolderAtomically(
    out,
    (name) => ours.test(name),
    async (folder) => {
      const rows = await runTasks(await planTasks(folder, { ...options, also }), options.threads, onProgress);
      for (const scenario of also) {
        const others = rows.map((row) => ({ ...row, truth: { ...row.truth, ...row.futures[scenario] } }));
        await mkdir(join(folder, scenario));
        await writeTables(join(folder, scenario), { ...options, scenario }, others, "../");
      }
      return writeTables(folder, options, rows, "");
    },
  );
}

/** @param toScans from the folder of the tables to that of the scans */
async function writeTables(
  folder: string,
  options: CohortOptions,
  rows: readonly SimulatedRow[],
  toScans: string,
): Promise<CohortSummary> {
  const summary = summarise(options, rows);
  await writeFileAtomically(join(folder, "manifest.csv"), manifestCsv(rows, toScans, false));
  await writeFileAtomically(join(folder, "manifest-truth.csv"), manifestCsv(rows, toScans, true));
  await writeFileAtomically(join(folder, "truth.csv"), truthCsv(rows));
  await writeFileAtomically(join(folder, "cohort.json"), toJson(summary));
  await writeFileAtomically(join(folder, "README.txt"), readme(summary));
  return summary;
}

async function planTasks(folder: string, options: CohortOptions): Promise<SimulateTask[]> {
  const random = createRandom(options.seed);
  const profiles: readonly ScannerProfile[] = Object.values(scannerProfiles);
  const scanners = Array.from({ length: options.sites }, (_, site) => {
    const profile = options.profile === "mixed" ? profiles[site % profiles.length] : scannerProfiles[options.profile];
    return siteScanner(profile as ScannerProfile, random.fork(`site ${site}`));
  });
  const shapes = options.shape === undefined ? [] : await listShapes(options.shape);
  const digits = Math.max(4, String(options.participants).length);
  return Array.from({ length: options.participants }, (_, i) => {
    const draw = random.fork(`participant ${i}`);
    const site = draw.integer(options.sites);
    return {
      ...{ folder, scenario: options.scenario, format: options.format },
      participantId: `SIM-${String(i + 1).padStart(digits, "0")}`,
      site: `SIMULATED-${String(site + 1).padStart(2, "0")}`,
      seed: draw.integer(2 ** 32),
      ...{ followUp: !options.baselineOnly, also: options.also ?? [] },
      scanner: scanners[site] as ScannerProfile,
      background: options.background ?? null,
      shape: shapes.length === 0 ? null : (shapes[draw.fork("shape").integer(shapes.length)] ?? null),
    };
  });
}

/** Runs the tasks in threads where the program is compiled, and one after the other where it is not. */
async function runTasks(
  tasks: readonly SimulateTask[],
  threads = availableParallelism(),
  onProgress: OnProgress,
): Promise<SimulatedRow[]> {
  let done = 0;
  const finished = (row: SimulatedRow): SimulatedRow => {
    onProgress({ stage: "simulate", done: ++done, total: tasks.length });
    return row;
  };
  const worker = new URL("./simulate-worker.js", import.meta.url);
  if (threads < 2 || tasks.length < 2 || import.meta.url.endsWith(".ts")) {
    const rows: SimulatedRow[] = [];
    for (const task of tasks) rows.push(finished(await simulateParticipant(task)));
    return rows;
  }
  const pool = new Piscina<SimulateTask, SimulatedReply>({
    filename: fileURLToPath(worker),
    name: simulateInThread.name,
    maxThreads: Math.min(threads, tasks.length),
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
  });
  try {
    return await Promise.all(tasks.map((task) => pool.run(task).then((reply) => finished(rowOf(reply, task)))));
  } finally {
    await pool.destroy();
  }
}

function rowOf(reply: SimulatedReply, { participantId }: SimulateTask): SimulatedRow {
  if ("fault" in reply) throw new HemacastError(reply.fault.code, `${participantId}: ${reply.fault.message}`);
  return reply;
}

function summarise(options: CohortOptions, rows: readonly SimulatedRow[]): CohortSummary {
  const scenario = scenarios[options.scenario];
  const count = (holds: (row: SimulatedRow) => boolean): number => rows.filter(holds).length;
  const { bayesAuc } = scenarioCeiling(scenario, MONTE_CARLO_DRAWS, createRandom(options.seed).fork("ceiling"));
  return {
    schema: "hemacast-simulated-cohort/1",
    note: SIMULATED_NOTE,
    ...{ scenario: options.scenario, seed: options.seed, participants: rows.length },
    scannedTwice: count((row) => row.truth.followUpStatus === "scanned"),
    lost: count((row) => row.truth.followUpStatus === "lost"),
    surgery: count((row) => row.truth.followUpStatus === "surgery"),
    expansions: count((row) => row.truth.expands),
    background: rows[0]?.background ?? "procedural",
    shape: rows.some((row) => row.shape !== null) ? nameOfShapes(rows) : "procedural",
    signsPlanned: rows.reduce((sum, { truth }) => sum + truth.signsPlanned.length, 0),
    signsLeftOut: rows.reduce((sum, { truth }) => sum + truth.signsLeftOut.length, 0),
    bayesAuc: { stated: scenario.bayesAuc, monteCarlo: bayesAuc, draws: MONTE_CARLO_DRAWS },
  };
}

function nameOfShapes(rows: readonly SimulatedRow[]): string {
  const names = [...new Set(rows.map((row) => row.shape))];
  return names.length === 1 ? String(names[0]) : `${names.length} real masks`;
}

/** What the manifest calls a scanner: it also tells what was scanned. */
function scannerName({ scanner, background, shape }: SimulatedRow): string {
  const head = background === null ? "" : `-in-${background}`;
  const clot = shape === null ? "" : "-real-shape";
  return `simulated-${scanner}${clot}${head}`.slice(0, 64);
}

type Cell = string | number | boolean | null;

function csv(columns: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const text = (cell: Cell): string =>
    cell === null ? "" : typeof cell === "number" ? String(Number(cell.toPrecision(10))) : String(cell);
  return `${[columns, ...rows].map((row) => row.map(text).join(",")).join("\n")}\n`;
}

/** The manifest that `hemacast study` reads; with the truth, it also names the true masks and volumes. */
function manifestCsv(rows: readonly SimulatedRow[], toScans: string, withTruth: boolean): string {
  const truthColumns = withTruth
    ? ["baselineMask", "baselineVolumeMl", "baselineIvhMl", "followUpMask", "followUpVolumeMl", "followUpIvhMl"]
    : [];
  const columns = [
    ...["participantId", "site", "scanner", "baselineScan", "hoursFromOnset"],
    ...["followUpScan", "followUpHoursFromBaseline", ...truthColumns],
    ...["clinical.gcs", "clinical.ageYears", "clinical.male", "clinical.anticoagulation", "clinical.spotSign"],
  ];
  return csv(
    columns,
    rows.map((row) => {
      const { participantId, site, truth, baseline, followUp } = row;
      const path = (file: string | undefined): string | null => (file === undefined ? null : toScans + file);
      const ifScanned = (value: number): number | null => (truth.followUpStatus === "scanned" ? value : null);
      return [
        ...[participantId, site, scannerName(row), path(baseline.scan), truth.hoursFromOnset],
        ...[path(followUp?.scan), ifScanned(truth.followUpHours - truth.hoursFromOnset)],
        ...(withTruth ? [path(baseline.mask), truth.volumeMl, truth.ivhMl, path(followUp?.mask)] : []),
        ...(withTruth ? [ifScanned(truth.followUpVolumeMl), ifScanned(followUp?.ivhMl ?? truth.followUpIvhMl)] : []),
        ...[truth.gcs, truth.ageYears, Number(truth.sex === "male"), Number(truth.anticoagulation)],
        Number(truth.spotSign),
      ];
    }),
  );
}

const signColumns: readonly SignName[] = [
  ...(["blend", "black-hole", "swirl", "hypodensity", "fluid-level", "island", "satellite"] as const),
];

/** The truth as a table that `hemacast evaluate` reads: the true risk as a prediction of the true outcome. */
function truthCsv(rows: readonly SimulatedRow[]): string {
  const columns = [
    ...["participantId", "outcome", "risk", "simulated", "location", "side", "volumeMl", "followUpVolumeMl"],
    ...["followUpStatus", "ivhMl", "irregularity", "meanHu", "coefficientOfVariation", "midlineShiftMm"],
    ...["spotSign", "anticoagulation", ...signColumns, "signsLeftOut", "background", "shape"],
  ];
  return csv(
    columns,
    rows.map(({ participantId, truth, background, shape }) => [
      ...[participantId, Number(truth.expands), truth.risk, 1, truth.location, truth.side],
      ...[truth.volumeMl, truth.followUpVolumeMl, truth.followUpStatus, truth.ivhMl, truth.irregularity],
      ...[truth.meanHu, truth.coefficientOfVariation, truth.midlineShiftMm],
      ...[Number(truth.spotSign), Number(truth.anticoagulation)],
      ...signColumns.map((sign) => Number(truth.signs.includes(sign))),
      ...[truth.signsLeftOut.join("+"), background ?? "procedural", shape ?? "procedural"],
    ]),
  );
}

function readme(summary: CohortSummary): string {
  return [
    summary.background === "procedural"
      ? `${SIMULATED_NOTE}. No image here shows a person.`
      : `${onRealHead(summary.background)}: every scan shows that head, with a hemorrhage that nobody had.`,
    `Shapes of hematomas: ${summary.shape}.`,
    "",
    `${summary.participants} participants, scenario "${summary.scenario}", seed ${summary.seed}; ${summary.scannedTwice} scanned twice, ${summary.surgery} operated on, ${summary.lost} lost to follow-up.`,
    `${summary.signsLeftOut} of ${summary.signsPlanned} planned signs found no room at baseline and are not there; risk and outcome do not count them.`,
    `No model can exceed an AUC of ${summary.bayesAuc.stated} on average (Monte Carlo ${summary.bayesAuc.monteCarlo.toFixed(4)}).`,
    "",
    "manifest.csv        scans and clinical values, as a cohort's owner would have them; a spot sign is read on a CT angiogram, which is not simulated",
    "manifest-truth.csv  the same with the true masks and volumes",
    "truth.csv           true outcome and true risk; hemacast evaluate truth.csv scores the ideal model",
    "SIM-*/              images, true masks (hematoma, ivh, edema, each sign), truth.json",
    "",
  ].join("\n");
}
