/** The folder of a training run: its log, its record, its checkpoint. */
import { appendFile, readFile } from "node:fs/promises";
import { availableParallelism, cpus } from "node:os";
import { join } from "node:path";
import { HemacastError } from "../core/errors.ts";
import { canonicalJson, toJson } from "../core/json.ts";
import { type Checkpoint, decodeCheckpoint } from "../nn/train/checkpoint.ts";
import type { Evaluation } from "../segmentation/train-unet.ts";
import { parseTrainingConfig, type TrainingConfig } from "../segmentation/training-config.ts";
import { writeFileAtomically } from "./atomic-output.ts";
import type { FailedCase } from "./train-segmenter-data.ts";
import type { ManifestCase } from "./train-segmenter-manifest.ts";

/** One line of `log.jsonl`. */
export type LogLine =
  | { readonly kind: "step"; step: number; loss: number; gradientNorm: number; learningRate: number; seconds: number }
  | { readonly kind: "evaluation"; step: number; seconds: number; score: Evaluation["score"] };

/** Steps between lines of the log; losses are averaged over them. */
const STEPS_PER_LINE = 25;

/**
 * Refuses to write over another run.
 *
 * @throws HemacastError OUTPUT_EXISTS
 */
export async function refuseExistingRun(out: string): Promise<void> {
  const found = await readFile(join(out, "config.json")).catch(() => null);
  if (found) {
    throw new HemacastError(
      "OUTPUT_EXISTS",
      `${out} holds a training run; continue it with --resume or choose another --out`,
    );
  }
}

/**
 * The last checkpoint of a run with the same configuration.
 *
 * @throws HemacastError INPUT_NOT_FOUND, CONFIG_INVALID when the configuration differs, BUNDLE_INVALID
 */
export async function lastCheckpoint(out: string, config: TrainingConfig): Promise<Checkpoint> {
  const read = (name: string) =>
    readFile(join(out, name)).catch((cause) => {
      throw new HemacastError("INPUT_NOT_FOUND", `there is no ${name} in ${out} to continue from`, { cause });
    });
  const before = parseTrainingConfig(JSON.parse((await read("config.json")).toString("utf8")));
  if (canonicalJson(before) !== canonicalJson(config)) {
    throw new HemacastError("CONFIG_INVALID", "the configuration differs from that of the run to continue");
  }
  return decodeCheckpoint(await read("checkpoint.safetensors"));
}

/**
 * Remembers the weights that a run starts from; one that is continued must be given the same, because they are part of what it gives.
 *
 * @throws HemacastError CONFIG_INVALID when they are others
 */
export async function keepStart(out: string, sha256: string, continued: boolean): Promise<void> {
  const path = join(out, "start.json");
  const before = continued ? await readFile(path, "utf8").catch(() => null) : null;
  if (before !== null && JSON.parse(before).weightsSha256 !== sha256) {
    throw new HemacastError(
      "CONFIG_INVALID",
      "the run to continue started from other weights; give the same --from again",
    );
  }
  await writeFileAtomically(path, toJson({ weightsSha256: sha256 }));
}

/** The record of a run that has ended. */
export async function readRecord(out: string): Promise<RunRecord> {
  return JSON.parse((await readFile(join(out, "run.json"))).toString("utf8"));
}

/** Writes `log.jsonl`, line by line. */
export function runLog(out: string, started: number) {
  const path = join(out, "log.jsonl");
  let pending: { loss: number; gradientNorm: number }[] = [];
  const seconds = (): number => Math.round((Date.now() - started) / 100) / 10;
  let writing = Promise.resolve();
  const write = (line: LogLine): Promise<void> => {
    writing = writing.then(() => appendFile(path, `${canonicalJson(line)}\n`));
    return writing;
  };
  const mean = (of: (step: { loss: number; gradientNorm: number }) => number): number =>
    pending.reduce((sum, step) => sum + of(step), 0) / pending.length;
  return {
    step(result: { step: number; loss: number; gradientNorm: number; learningRate: number }): void {
      pending.push(result);
      if (pending.length < STEPS_PER_LINE) return;
      const { step, learningRate } = result;
      const line = { loss: mean(({ loss }) => loss), gradientNorm: mean(({ gradientNorm }) => gradientNorm) };
      void write({ kind: "step", step, ...line, learningRate, seconds: seconds() });
      pending = [];
    },
    evaluation: ({ step, score }: Evaluation): Promise<void> =>
      write({ kind: "evaluation", step, seconds: seconds(), score }),
  };
}

/** What `run.json` says about a run. */
export type RunRecord = ReturnType<typeof runRecord>;

/** The record of a run that has ended now. */
export function runRecord(
  started: number,
  config: TrainingConfig,
  cases: readonly ManifestCase[],
  failed: readonly FailedCase[],
) {
  const count = (role: ManifestCase["role"], source: string): number =>
    cases.filter((one) => one.role === role && one.source === source).length;
  const sources = [...new Set(cases.map(({ source }) => source))].sort();
  return {
    finished: new Date().toISOString(),
    seconds: Math.round((Date.now() - started) / 1000),
    seed: config.seed,
    node: process.version,
    machine: { processor: cpus()[0]?.model ?? "unknown", threadsAvailable: availableParallelism(), threadsUsed: 1 },
    cases: Object.fromEntries(
      sources.map((source) => [
        source,
        { train: count("train", source), tune: count("tune", source), test: count("test", source) },
      ]),
    ),
    participants: new Set(cases.map(({ participantId }) => participantId)).size,
    failed: failed.map(({ code }) => code),
  };
}
