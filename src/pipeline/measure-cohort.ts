/** All baseline scans of a cohort -> predictors, in parallel; what an earlier run measured is not measured again. */
import { availableParallelism } from "node:os";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { Piscina } from "piscina";
import type { ManifestParticipant } from "../cohort/manifest.ts";
import { HemacastError } from "../core/errors.ts";
import type { OnProgress } from "../core/progress.ts";
import type { BlocksConfig } from "../expansion/blocks.ts";
import {
  type BlocksIdentity,
  identifyBlocks,
  type MeasureReply,
  type MeasureTask,
  measureScan,
} from "./measure-scan.ts";

/** Predictors of every scan. */
export interface MeasuredCohort {
  readonly identity: BlocksIdentity;
  /** One row per scan, in the order given; NaN = no value. */
  readonly rows: readonly Float64Array[];
  /** Volume of the hematoma that was drawn on each scan; 0 where none was found. */
  readonly volumesMl: readonly number[];
  /** Codes of what the segmenter warned of where it drew something all the same, one list per scan. */
  readonly warnings: readonly (readonly string[])[];
}

/** How a cohort is measured. */
export interface MeasuringOptions {
  /** Folder for masks and rows; another run finds them there. */
  readonly cache: string;
  /** Default: one per core. */
  readonly threads?: number;
  readonly onProgress?: OnProgress;
}

/**
 * Measures the baseline scans of participants.
 *
 * @param eligible with the number of each in the manifest, from 1: errors name that, not the participant
 * @param path of the manifest: scans are relative to it
 * @throws HemacastError MANIFEST_INVALID when a baseline scan is not named, and, after all others were measured, naming the rows whose scan could not
 * be read and why; ARGUMENT_INVALID without a place to keep what is measured; what is no fault of a scan, e.g. OUTPUT_NOT_WRITABLE, as it is
 */
export async function measureBaselines(
  eligible: readonly { readonly participant: ManifestParticipant; readonly row: number }[],
  path: string,
  blocks: BlocksConfig,
  options: MeasuringOptions | null,
): Promise<MeasuredCohort> {
  if (!options)
    throw new HemacastError("ARGUMENT_INVALID", "blocks are measured, but no folder is given to keep them in");
  const scans = eligible.map(({ row, participant: { baseline } }) => {
    if (baseline.scan === undefined) {
      throw new HemacastError("MANIFEST_INVALID", `row ${row} has no baselineScan, which the blocks are measured on`);
    }
    return { row, scan: resolve(dirname(path), baseline.scan) };
  });
  const identity = await identifyBlocks(blocks);
  const tasks = scans.map(({ scan }): MeasureTask => ({ scan, blocks, cache: options.cache }));
  const replies = await runTasks(tasks, options.threads ?? availableParallelism(), options.onProgress ?? (() => {}));
  const faults = replies.flatMap((reply, i) => {
    if (!("fault" in reply)) return [];
    const fault = new HemacastError(reply.fault.code, reply.fault.message);
    // A full disk or a broken model is not the scan's fault, whichever scan met it.
    if (fault.family !== "input" && fault.family !== "unsupported") throw fault;
    return [`row ${scans[i]?.row}: ${fault.code} ${fault.message}`];
  });
  if (faults.length > 0) {
    throw new HemacastError(
      "MANIFEST_INVALID",
      `${faults.length} of ${scans.length} baseline scans could not be measured (${faults.slice(0, 5).join("; ")}); correct or remove them, what was measured is kept`,
    );
  }
  const measured = replies as Exclude<MeasureReply, { fault: unknown }>[];
  return {
    identity,
    rows: measured.map(({ values }) => values),
    volumesMl: measured.map(({ volumeMl }) => volumeMl),
    warnings: measured.map(({ warnings }) => warnings),
  };
}

async function runTasks(
  tasks: readonly MeasureTask[],
  threads: number,
  onProgress: OnProgress,
): Promise<MeasureReply[]> {
  let done = 0;
  const finished = (reply: MeasureReply): MeasureReply => {
    onProgress({ stage: "measure", done: ++done, total: tasks.length });
    return reply;
  };
  // From sources (tests) a thread cannot be started on TypeScript; the scans are then measured one after the other.
  if (threads < 2 || tasks.length < 2 || import.meta.url.endsWith(".ts")) {
    const replies: MeasureReply[] = [];
    for (const task of tasks) replies.push(finished(await measureScan(task)));
    return replies;
  }
  const pool = new Piscina<MeasureTask, MeasureReply>({
    filename: fileURLToPath(new URL("./measure-scan.js", import.meta.url)),
    name: measureScan.name,
    maxThreads: Math.min(threads, tasks.length),
  });
  try {
    return await Promise.all(tasks.map((task) => pool.run(task).then(finished)));
  } finally {
    await pool.destroy();
  }
}
