/** How a segmenter is trained: every number, with its reason, in one strict schema. What is not in a configuration file takes the value here. */
import { HemacastError } from "../core/errors.ts";
import { parseWith, z } from "../core/schema.ts";

const share = z.number().min(0).max(1);

/** The configuration of a training run. */
export const trainingConfigSchema = z.strictObject({
  seed: z.int().nonnegative().default(1),
  network: z
    .strictObject({
      /** 16 trains at about four steps a second on one CPU thread; 32 costs three times as much. */
      base: z.int().positive().default(16),
      depth: z.int().min(1).max(6).default(4),
    })
    .prefault({}),
  /** The schedule counts steps, not minutes, so that a run is the same on every machine. */
  steps: z.int().positive().default(4000),
  /** Length of the cosine by which the learning rate falls; longer than the run where another one follows. By default the steps. */
  cosineSteps: z.int().positive().optional(),
  /** Four slices cost less than four times one at this size, and half of them can hold blood. */
  batch: z.int().positive().default(4),
  peakLearningRate: z.number().positive().default(2e-3),
  warmUpSteps: z.int().nonnegative().default(100),
  weightDecay: share.default(0.01),
  /** Gradients of a rare bad slice are shortened instead of moving everything. */
  clipNorm: z.number().positive().default(3),
  /** Neighbouring checkpoints differ by .05 Dice; their average does not. */
  averageDecay: share.default(0.998),
  /**
   * Fine-tuning only: share of the weights that it starts from in the weights that it gives. Between the two lie weights that have learned the new and kept
   * more of the old.
   *
   * @see Wortsman et al. 2022, Robust fine-tuning of zero-shot models, doi:10.1109/CVPR52688.2022.00780
   */
  startShare: share.default(0),
  /** Whether Dice is counted over a batch, or over each slice, where a clot of a few pixels weighs as much as a large one. */
  dice: z.enum(["batch", "sample"]).default("batch"),
  /** Share of the samples that are drawn among slices with hematoma. */
  hematomaShare: share.default(0.55),
  /** How often each source is drawn, by name; a source that is not named counts 1. */
  sourceWeights: z.record(z.string(), z.number().nonnegative()).default({}),
  /** Chance that a sample sees no neighbours, as with a single slice. */
  loneSliceChance: share.default(0.15),
  /** Chance that the neighbours are shifted in plane, as where tilt was removed or the head moved. */
  shiftedNeighbourChance: share.default(0.15),
  space: z
    .strictObject({
      rotationDegrees: z.number().min(0).max(180).default(20),
      scaleFactor: z.number().min(1).max(2).default(1.2),
      shiftPixels: z.number().min(0).max(15).default(6),
      elasticPixels: z.number().min(0).max(10).default(2.5),
    })
    .prefault({}),
  hu: z
    .strictObject({
      shiftHu: z.number().min(0).default(2.5),
      contrastFactor: z.number().min(1).default(1.15),
      gammaFactor: z.number().min(1).default(1.15),
      noiseHu: z.number().min(0).default(7),
      blurChance: share.default(0.2),
      lowResolutionChance: share.default(0.15),
      streakChance: share.default(0.1),
      windowedChance: share.default(0.3),
      paleChance: share.default(0),
      paleness: share.default(0.55),
      twoDensitiesChance: share.default(0),
    })
    .prefault({}),
  /** Steps between evaluations on the tuning cases, each with a checkpoint. */
  evaluateEvery: z.int().positive().default(250),
});

/** The configuration of a training run, complete. */
export type TrainingConfig = Readonly<z.output<typeof trainingConfigSchema>>;

/**
 * Completes a configuration.
 *
 * @throws HemacastError CONFIG_INVALID naming every key that is unknown or wrong
 * @example parseTrainingConfig({ steps: 100 }).batch // => 4
 */
export function parseTrainingConfig(value: unknown): TrainingConfig {
  return parseWith(trainingConfigSchema, value, "CONFIG_INVALID", "training config") as TrainingConfig;
}

/** Fine-tuning moves good weights a little: a tenth of the steps, a fifth of the learning rate, a shorter average. */
const finetuningDefaults = {
  steps: 300,
  peakLearningRate: 4e-4,
  warmUpSteps: 20,
  averageDecay: 0.99,
  evaluateEvery: 50,
};

/**
 * Completes a configuration for fine-tuning.
 *
 * @param network that of the weights to start from; it cannot be changed
 * @throws HemacastError CONFIG_INVALID naming every key that is unknown or wrong, or another network
 * @example parseFinetuningConfig({}, { base: 16, depth: 4 }).steps // => 300
 */
export function parseFinetuningConfig(value: unknown, network: TrainingConfig["network"]): TrainingConfig {
  const given = parseWith(z.record(z.string(), z.unknown()), value, "CONFIG_INVALID", "fine-tuning config");
  const config = parseTrainingConfig({ ...finetuningDefaults, network, ...given });
  if (config.network.base !== network.base || config.network.depth !== network.depth) {
    throw new HemacastError(
      "CONFIG_INVALID",
      `the network to start from has base ${network.base} and depth ${network.depth}; leave "network" out of the configuration`,
    );
  }
  return config;
}
