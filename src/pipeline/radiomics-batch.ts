/** Features of many cases: a manifest to a table, in threads, with what is done written down as it is done. */
import { createHash } from "node:crypto";
import { readFile, rm } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { HemacastError } from "../core/errors.ts";
import type { OnProgress } from "../core/progress.ts";
import type { RadiomicsSettings } from "../radiomics/settings.ts";
import { readCsv } from "./csv-table.ts";
import { batchProvenance, labelOf } from "./radiomics-extract.ts";
import { caseKey, type Journal, openJournal } from "./radiomics-journal.ts";
import { type Perturbations, robustnessOf, writeRobustness } from "./radiomics-robustness.ts";
import { type FeatureRow, tableFormatOf, writeFeatureTable } from "./radiomics-table.ts";
import { extractCase, faultOf, type RadiomicsReply, type RadiomicsTask } from "./radiomics-worker.ts";

/** How a batch is run. */
export interface BatchOptions {
  readonly settings: RadiomicsSettings;
  /** Where the table goes: .csv, .json or .parquet. */
  readonly out: string;
  readonly resampleMask?: boolean;
  readonly ringsMm?: readonly number[];
  /** Also measure how robust features are; the table goes to `<out>.robustness.csv`. */
  readonly perturb?: Perturbations;
  /** Default: one per core. */
  readonly threads?: number;
  /** Begin anew instead of going on where an earlier run of the same settings was stopped. */
  readonly restart?: boolean;
  readonly onProgress?: OnProgress;
}

/** What came of a batch. */
export interface BatchSummary {
  readonly schema: "hemacast/radiomics-batch/1";
  readonly table: string;
  readonly cases: number;
  /** Taken over from an earlier run that was stopped or had failures. */
  readonly reused: number;
  readonly failed: readonly { readonly caseId: string; readonly code: string; readonly message: string }[];
}

interface BatchCase {
  readonly caseId: string;
  readonly image: string;
  readonly mask: string;
  readonly label: number | string | null;
}

/**
 * Extracts all cases of a manifest. A case that fails has a row with its error and is tried again by the next run; the others are not computed
 * again. The journal beside the table (`<table>.journal.jsonl`) goes when every case has features.
 *
 * @param manifest CSV with columns image and mask (upper or lower case, as PyRadiomics' batches), and perhaps caseId and label; paths are relative to it
 * @throws HemacastError MANIFEST_INVALID, INPUT_NOT_FOUND, ARGUMENT_INVALID, OUTPUT_EXISTS, OUTPUT_NOT_WRITABLE
 */
export async function extractBatch(manifest: string, options: BatchOptions): Promise<BatchSummary> {
  tableFormatOf(options.out);
  const cases = await readCases(manifest);
  const provenance = {
    ...batchProvenance(options.settings),
    resampleMask: options.resampleMask ?? false,
    ringsMm: options.ringsMm ?? [],
    perturb: options.perturb ?? null,
    manifestSha256: createHash("sha256")
      .update(await readFile(manifest))
      .digest("hex"),
  };
  const journalPath = `${options.out}.journal.jsonl`;
  const { version, settingsSha256, resampleMask, ringsMm, perturb } = provenance;
  const header = {
    schema: "hemacast/radiomics-journal/1",
    version,
    settingsSha256,
    resampleMask,
    ringsMm,
    perturb,
  } as const;
  const journal = await openJournal(journalPath, header, options.restart ?? false);
  const { replies, reused } = await runCases(cases, journal, options);
  const rows = cases.map((one, n): FeatureRow => ({ ...one, reply: replies[n] as RadiomicsReply }));
  await writeFeatureTable(options.out, rows, provenance);
  if (perturb) {
    const found = rows.flatMap(({ reply }) => ("fault" in reply || !reply.perturbed ? [] : [reply.perturbed]));
    await writeRobustness(`${options.out}.robustness.csv`, robustnessOf(found));
  }
  const failed = rows.flatMap(({ caseId, reply }) => ("fault" in reply ? [{ caseId, ...reply.fault }] : []));
  if (failed.length === 0) await rm(journalPath, { force: true });
  return { schema: "hemacast/radiomics-batch/1", table: options.out, cases: cases.length, reused, failed };
}

async function readCases(manifest: string): Promise<BatchCase[]> {
  const table = await readCsv(manifest);
  const column = (...names: readonly string[]): number =>
    table.columns.findIndex((name) => names.includes(name.toLowerCase()));
  const [image, mask, label, id] = [
    column("image"),
    column("mask"),
    column("label"),
    column("caseid", "participantid", "id"),
  ];
  if (image < 0 || mask < 0) {
    const shown = table.columns.slice(0, 12).join(", ");
    throw new HemacastError("MANIFEST_INVALID", `${manifest} needs the columns image and mask; it has ${shown}`);
  }
  const at = (path: string): string => resolve(dirname(manifest), path);
  const cases = table.rows.map((row, n): BatchCase => {
    const cell = (c: number): string => (c < 0 ? "" : (row[c] ?? ""));
    if (cell(image) === "" || cell(mask) === "") {
      throw new HemacastError("MANIFEST_INVALID", `${manifest}, row ${n + 1}: image or mask is empty`);
    }
    return {
      caseId: cell(id) || String(n + 1),
      image: at(cell(image)),
      mask: at(cell(mask)),
      label: cell(label) === "" ? null : labelOf(cell(label)),
    };
  });
  const ids = cases.map(({ caseId }) => caseId);
  const twice = ids.find((one, n) => ids.indexOf(one) !== n);
  if (twice === undefined) return cases;
  throw new HemacastError(
    "MANIFEST_INVALID",
    `${manifest} has the case ${twice} twice; a label each needs a caseId each`,
  );
}

async function runCases(
  cases: readonly BatchCase[],
  journal: Journal,
  options: BatchOptions,
): Promise<{ replies: RadiomicsReply[]; reused: number }> {
  const keys = await Promise.all(cases.map(({ image, mask, label }) => caseKey(image, mask, label)));
  const replies = keys.map((key): RadiomicsReply | undefined => {
    const found = journal.found.get(key);
    return found && !("fault" in found) ? found : undefined;
  });
  const reused = replies.filter((reply) => reply !== undefined).length;
  const open = cases.flatMap((_, n) => (replies[n] ? [] : [n]));
  let done = reused;
  options.onProgress?.({ stage: "radiomics", done, total: cases.length });
  const { run, close } = await startPool(Math.min(options.threads ?? availableParallelism(), open.length));
  try {
    await Promise.all(
      open.map(async (n) => {
        const { caseId, image, mask, label } = cases[n] as BatchCase;
        const { settings, resampleMask = false, ringsMm = [] } = options;
        const perturb = options.perturb ? { ...options.perturb, name: caseId } : null;
        const reply = await run({ image, mask, label, settings, resampleMask, ringsMm, perturb });
        replies[n] = reply;
        await journal.add(keys[n] as string, reply);
        options.onProgress?.({ stage: "radiomics", done: ++done, total: cases.length });
      }),
    );
  } finally {
    await close();
  }
  return { replies: replies as RadiomicsReply[], reused };
}

interface Pool {
  readonly run: (task: RadiomicsTask) => Promise<RadiomicsReply>;
  readonly close: () => Promise<void>;
}

/** Threads where the program is compiled; from sources (tests), where a thread cannot be started on TypeScript, one case after the other. */
async function startPool(threads: number): Promise<Pool> {
  if (threads < 2 || import.meta.url.endsWith(".ts")) {
    let last: Promise<unknown> = Promise.resolve();
    const run = (task: RadiomicsTask): Promise<RadiomicsReply> => {
      const next = last.then(() => extractCase(task));
      last = next;
      return next;
    };
    return { run, close: async () => {} };
  }
  const { Piscina } = await import("piscina");
  const pool = new Piscina<RadiomicsTask, RadiomicsReply>({
    filename: fileURLToPath(new URL("./radiomics-worker.js", import.meta.url)),
    name: extractCase.name,
    maxThreads: threads,
  });
  return {
    // A thread that dies, of too little memory say, takes its case with it and not the batch.
    run: (task) => pool.run(task).catch((thrown) => ({ fault: faultOf(thrown) })),
    close: () => pool.destroy(),
  };
}
