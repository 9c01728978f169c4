/** The training loop, visible in one place: draw, step, evaluate the averaged weights on the tuning cases, tell the caller. No files here. */
import { createRandom } from "../core/random.ts";
import { focalLoss, type OverlapExtent, softDice } from "../nn/losses.ts";
import { initialWeights } from "../nn/network.ts";
import { add } from "../nn/ops/add.ts";
import { mul } from "../nn/ops/mul.ts";
import { sigmoid } from "../nn/ops/sigmoid.ts";
import { adamW } from "../nn/optimizers.ts";
import { cosineSchedule } from "../nn/schedules.ts";
import type { Weights } from "../nn/tensor.ts";
import type { Checkpoint } from "../nn/train/checkpoint.ts";
import { type LogitLoss, segmentationObjective } from "../nn/train/segmentation-objective.ts";
import { createTrainer, type StepResult } from "../nn/train/trainer.ts";
import { channelsOf, type SegmentationPlan } from "./plan.ts";
import { networkOf } from "./slab-network.ts";
import { batchDrawer } from "./training-batch.ts";
import type { TrainingCase } from "./training-case.ts";
import type { TrainingConfig } from "./training-config.ts";
import { scoreTuning, type TuningScore } from "./tuning-score.ts";

/** What a run is given. */
export interface TrainingRun {
  readonly training: readonly TrainingCase[];
  readonly tuning: readonly TrainingCase[];
  readonly plan: SegmentationPlan;
  readonly config: TrainingConfig;
  /** Where to start, e.g. from shipped weights; at random without. */
  readonly weights?: Weights;
  readonly resume?: Checkpoint;
  readonly onStep?: (step: StepResult) => void;
  /** Called with each evaluation; the checkpoint continues the run exactly from there. */
  readonly onEvaluation?: (evaluation: Evaluation) => Promise<void>;
}

/** One look at the tuning cases. */
export interface Evaluation {
  readonly step: number;
  readonly score: TuningScore;
  readonly weights: Weights;
  readonly checkpoint: Checkpoint;
}

/** Dice for the overlap, focal cross-entropy for each pixel: small clots count and easy background does not. */
function diceAndFocal(extent: OverlapExtent): LogitLoss {
  return (logits, target, weight) =>
    add(
      softDice(sigmoid(logits), target, weight, extent),
      mul(focalLoss(logits, target, { gamma: 1, alpha: 0.5, ...(weight ? { weight } : {}) }), 4),
    );
}

/**
 * Trains a network.
 *
 * @returns the averaged weights at the end
 * @throws HemacastError NON_FINITE when a loss is not finite: nothing has been overwritten, the last checkpoint is good
 */
export async function trainUnet(run: TrainingRun): Promise<Weights> {
  const { plan, config, resume } = run;
  const network = networkOf(plan);
  const [columns, rows] = plan.patchPixels;
  const imageShape = [config.batch, channelsOf(plan), rows, columns];
  const draw = batchDrawer(run.training, plan, config);
  const trainer = createTrainer({
    objective: segmentationObjective(network, diceAndFocal(config.dice)),
    weights: run.weights ?? initialWeights(network, imageShape, createRandom(config.seed)),
    optimizer: adamW({ weightDecay: config.weightDecay }),
    schedule: cosineSchedule({
      peak: config.peakLearningRate,
      warmUpSteps: Math.min(config.warmUpSteps, config.steps - 1),
      totalSteps: config.cosineSteps ?? config.steps,
    }),
    seed: config.seed,
    clipNorm: config.clipNorm,
    averageDecay: config.averageDecay,
    ...(resume ? { resume } : {}),
  });
  try {
    while (trainer.step() < config.steps) {
      const result = await trainer.train(draw(trainer.random));
      run.onStep?.(result);
      if (result.step % config.evaluateEvery !== 0 && result.step !== config.steps) continue;
      const weights = trainer.averagedWeights();
      const score = await scoreTuning(run.tuning, plan, weights);
      await run.onEvaluation?.({ step: result.step, score, weights, checkpoint: trainer.checkpoint() });
    }
    return trainer.averagedWeights();
  } finally {
    await trainer.release();
  }
}
