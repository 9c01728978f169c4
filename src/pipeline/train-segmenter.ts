/**
 * Trains a segmenter from a manifest: fingerprint, plan, cases, training with checkpoints and a log, weights. The run folder holds everything that
 * is needed to repeat or continue the run; `report.html` shows it.
 */
import { createHash } from "node:crypto";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { HemacastError } from "../core/errors.ts";
import { toJson } from "../core/json.ts";
import type { OnProgress } from "../core/progress.ts";
import { createTensor, type Tensor, type Weights } from "../nn/tensor.ts";
import { type Checkpoint, encodeCheckpoint } from "../nn/train/checkpoint.ts";
import { toStored, writeSafetensors } from "../nn/weights/safetensors.ts";
import { type Fingerprint, parseSegmentationPlan, planFor, type SegmentationPlan } from "../segmentation/plan.ts";
import { trainUnet } from "../segmentation/train-unet.ts";
import { parseTrainingConfig, type TrainingConfig } from "../segmentation/training-config.ts";
import type { TuningScore } from "../segmentation/tuning-score.ts";
import { writeFileAtomically } from "./atomic-output.ts";
import { type FailedCase, readFingerprint, readTrainingCases } from "./train-segmenter-data.ts";
import { finishTraining } from "./train-segmenter-finish.ts";
import { type ManifestCase, readTrainingManifest } from "./train-segmenter-manifest.ts";
import { keepStart, lastCheckpoint, readRecord, refuseExistingRun, runLog, runRecord } from "./train-segmenter-run.ts";

/** What a training run is given. */
export interface TrainSegmenterOptions {
  readonly manifest: string;
  /** The content of a configuration file; what is missing takes its default. */
  readonly config: unknown;
  readonly out: string;
  /** Continue the run in `out` from its last checkpoint. */
  readonly resume?: boolean;
  /** Start from these weights, which fit this plan. */
  readonly start?: { readonly weights: Weights; readonly plan: SegmentationPlan };
  readonly onProgress?: OnProgress;
}

/** What came out. */
export interface TrainedSegmenter {
  readonly plan: SegmentationPlan;
  readonly weights: Weights;
  readonly config: TrainingConfig;
  readonly cases: readonly ManifestCase[];
  readonly failed: readonly FailedCase[];
  /** On the tuning cases, at the end; null when the run was already complete. */
  readonly score: TuningScore | null;
}

/**
 * Trains, and writes the run folder.
 *
 * @throws HemacastError MANIFEST_INVALID, SPLIT_LEAKS, CONFIG_INVALID, OUTPUT_EXISTS when `out` holds a run that is not resumed, NON_FINITE
 */
export async function trainSegmenter(options: TrainSegmenterOptions): Promise<TrainedSegmenter> {
  const { out, onProgress } = options;
  const config = parseTrainingConfig(options.config);
  if (!options.start && config.startShare > 0) {
    throw new HemacastError(
      "CONFIG_INVALID",
      "startShare is of fine-tuning: a training from random weights keeps none of them",
    );
  }
  const cases = await readTrainingManifest(options.manifest, config.seed);
  await mkdir(out, { recursive: true });
  const resume = options.resume ? await lastCheckpoint(out, config) : undefined;
  if (!options.resume) await refuseExistingRun(out);
  if (options.start) await keepStart(out, sha256(weightsFile(options.start.weights)), resume !== undefined);
  const started = Date.now();
  const ofRole = (role: ManifestCase["role"]): ManifestCase[] => cases.filter((one) => one.role === role);
  const fingerprint = await existingFingerprint(out, resume, () => readFingerprint(ofRole("train"), onProgress));
  const plan = options.start?.plan ?? planFor(fingerprint, config.network);
  // A run that is complete only needs what follows training.
  const complete = resume !== undefined && resume.step >= config.steps;
  const training = complete ? noCases : await readTrainingCases(ofRole("train"), plan, onProgress);
  const tuning = complete ? noCases : await readTrainingCases(ofRole("tune"), plan, onProgress);
  await writeRunStart(out, { config, plan, fingerprint });
  const log = runLog(out, started);
  const failed = [...training.failed, ...tuning.failed];
  let score: TuningScore | null = null;
  const trained = complete
    ? (resume.average ?? resume.weights)
    : await trainUnet({
        training: training.cases,
        tuning: tuning.cases,
        plan,
        config,
        ...(options.start ? { weights: options.start.weights } : {}),
        ...(resume ? { resume } : {}),
        onStep: (step) => {
          log.step(step);
          onProgress?.({ stage: "train", done: step.step, total: config.steps });
        },
        onEvaluation: async (evaluation) => {
          score = evaluation.score;
          await log.evaluation(evaluation);
          // Before the checkpoint, so that a run that is complete by its checkpoint has its record, whenever it is killed.
          await writeFileAtomically(join(out, "run.json"), toJson(runRecord(started, config, cases, failed)));
          await writeFileAtomically(join(out, "checkpoint.safetensors"), encodeCheckpoint(evaluation.checkpoint));
          await writeFileAtomically(
            join(out, `weights-${evaluation.step}.safetensors`),
            weightsFile(evaluation.weights),
          );
        },
      });
  const weights = options.start ? mixedWeights(trained, options.start.weights, config.startShare) : trained;
  await writeFileAtomically(join(out, "weights.safetensors"), weightsFile(weights));
  const run = complete ? await readRecord(out) : runRecord(started, config, cases, failed);
  await writeFileAtomically(join(out, "run.json"), toJson(run));
  const looked = cases.filter(({ role }) => role !== "train");
  await finishTraining({ out, plan, weights, config, run, cases: looked, ...(onProgress ? { onProgress } : {}) });
  return { plan, weights, config, cases, failed, score };
}

/** Each weight between two networks of one plan: `share` of the second. */
function mixedWeights(weights: Weights, start: Weights, share: number): Weights {
  if (share === 0) return weights;
  return new Map(
    [...weights].map(([name, { shape, data }]) => {
      const other = (start.get(name) as Tensor).data;
      return [
        name,
        createTensor(
          shape,
          data.map((value, i) => (1 - share) * value + share * other[i]),
        ),
      ];
    }),
  );
}

const noCases: Awaited<ReturnType<typeof readTrainingCases>> = { cases: [], failed: [] };

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function weightsFile(weights: Weights): Uint8Array {
  return writeSafetensors(toStored(weights, "F16"), { network: "unet" });
}

async function existingFingerprint(
  out: string,
  resume: Checkpoint | undefined,
  read: () => Promise<Fingerprint>,
): Promise<Fingerprint> {
  if (!resume) return read();
  return JSON.parse((await readFile(join(out, "fingerprint.json"))).toString("utf8"));
}

async function writeRunStart(
  out: string,
  { config, plan, fingerprint }: { config: TrainingConfig; plan: SegmentationPlan; fingerprint: Fingerprint },
): Promise<void> {
  await writeFileAtomically(join(out, "config.json"), toJson(config));
  await writeFileAtomically(join(out, "plan.json"), toJson(parseSegmentationPlan(plan)));
  await writeFileAtomically(join(out, "fingerprint.json"), toJson(fingerprint));
}
