/** How a model is made from predictors, as data: one entry of `models` in an experiment. */
import { z } from "../core/schema.ts";

const fraction = z.number().min(0).max(1);

/** Logistic regression and what it is penalised by. */
export const logisticConfigSchema = z.strictObject({
  /** 0 = L2 (ridge), 1 = L1 (lasso), between = elastic net; several are tuned over. */
  alphas: z.array(fraction).min(1).max(20).default([0]),
  /** Penalty strengths tried per alpha, from the smallest that empties the model to a thousandth of it. */
  lambdas: z.number().int().min(1).max(200).default(30),
  /** A fixed penalty in scikit-learn's words (lambda = 1 / (n C)) instead of tuning; 0 lambdas are tried then. */
  fixedC: z.number().positive().nullable().default(null),
  /** "min": least inner log loss; "1se": the strongest penalty within one standard error of it, for fewer predictors. */
  rule: z.enum(["min", "1se"]).default("min"),
});

/** A small network instead of logistic regression: fully connected layers with rectifiers between them. */
export const networkConfigSchema = z.strictObject({
  /** Units of each hidden layer. */
  hidden: z.array(z.number().int().min(1).max(256)).min(1).max(4).default([8]),
  /** Decoupled weight decay (AdamW); several are tuned over. */
  weightDecays: z.array(z.number().min(0).max(1)).min(1).max(10).default([0.1]),
  learningRate: z.number().positive().max(1).default(0.01),
  /** Full-batch steps at most. */
  steps: z.number().int().min(10).max(100_000).default(1000),
  /** Looks at the tuning loss (one every 5 steps) without a gain after which a network stops. */
  patience: z.number().int().min(1).max(1000).default(20),
  /** Networks whose log odds are averaged; each stops early on another inner fold. */
  members: z.number().int().min(1).max(50).default(5),
  /**
   * Gated fusion: groups of predictors, each multiplied by a gate between 0 and 2 that depends on all predictors of a participant. Every predictor
   * belongs to one group; components made by `reduce` belong to the group of what they are made of. Null = no gates.
   */
  gates: z
    .array(z.array(z.string().min(1)).min(1))
    .min(2)
    .max(10)
    .nullable()
    .default(null),
});

/** A network as configured, defaults filled in. */
export type NetworkConfig = z.infer<typeof networkConfigSchema>;

/** The way from predictors to a calibrated risk and a cut-off. */
export const modelConfigSchema = z.strictObject({
  name: z.string().regex(/^[\w .+-]{1,60}$/),
  /** Names of predictors; a * stands for anything, a ? at the end for "where there is one". */
  predictors: z.array(z.string().min(1)).min(1),
  /** Needs sites. */
  combat: z.boolean().default(false),
  /** Groups of predictors that are replaced by their leading principal components, e.g. the thousands that a network gives. */
  reduce: z
    .array(
      z.strictObject({ predictors: z.array(z.string().min(1)).min(1), components: z.number().int().min(1).max(500) }),
    )
    .max(10)
    .default([]),
  /**
   * Early fusion (null): one regression over all predictors. Late fusion: one regression for each of these groups of predictors, then one over
   * their out-of-fold log odds.
   */
  lateFusion: z
    .array(z.array(z.string().min(1)).min(1))
    .min(2)
    .max(10)
    .nullable()
    .default(null),
  /** Largest |correlation| between two predictors; null = no filter. */
  correlationLimit: fraction.nullable().default(null),
  stability: z
    .strictObject({
      subsamples: z.number().int().min(10).max(1000).default(50),
      perSubsample: z.number().int().min(1).default(10),
      leastFrequency: z.number().gt(0.5).max(1).default(0.6),
    })
    .nullable()
    .default(null),
  logistic: logisticConfigSchema.prefault({}),
  /** Given ({} for the defaults), the learner is a network, and `logistic` is not used. */
  network: networkConfigSchema.nullable().default(null),
  classWeights: z.enum(["none", "balanced"]).default("none"),
  /** Fitted on inner out-of-fold predictions of the training fold. */
  calibration: z.enum(["none", "platt", "isotonic", "beta", "temperature"]).default("none"),
  /** The cut-off is chosen on inner out-of-fold predictions of the training fold, never on the test fold. */
  cutoff: z
    .discriminatedUnion("rule", [
      z.strictObject({ rule: z.literal("youden") }),
      z.strictObject({ rule: z.literal("sensitivity"), at: fraction }),
      z.strictObject({ rule: z.literal("specificity"), at: fraction }),
      z.strictObject({ rule: z.literal("fixed"), at: fraction }),
    ])
    .default({ rule: "youden" }),
  innerFolds: z.number().int().min(2).max(20).default(5),
});

/** A model as configured, defaults filled in. */
export type ModelConfig = z.infer<typeof modelConfigSchema>;

/** A model as written in a file. */
export type ModelConfigInput = z.input<typeof modelConfigSchema>;

/**
 * A model configuration with its defaults.
 *
 * @throws ZodError for an unknown key or a wrong value
 * @example modelConfig({ name: "all", predictors: ["*"] }).calibration // => "none"
 */
export function modelConfig(input: ModelConfigInput): ModelConfig {
  return modelConfigSchema.parse(input);
}
