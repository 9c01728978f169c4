/** The configuration of the backbone's pre-training, as in experiments/resnet50-ct.json. */
import { readFileSync } from "node:fs";
import { parseWith, z } from "../../src/core/schema.ts";

const whole = z.number().int().min(0);
const schema = z.strictObject({
  seed: whole,
  slices: z.strictObject({
    /** Study i is simulated with seed firstSeed + i. */
    firstSeed: whole,
    studies: whole,
    /** Studies before this one train; the others are for the linear probe alone. */
    trainBefore: whole,
    pixels: whole,
    /** Part of the studies with a 512 x 512 scanner instead of a 256 x 256 one. */
    sharpScannerShare: z.number().min(0).max(1),
    /** Seeds of evaluation cohorts whose participants must not be among the studies. */
    cohortSeedsKeptOut: z.array(whole),
  }),
  /** HU that become 0 and 1 in each channel. */
  windowsHu: z.array(z.tuple([z.number(), z.number()])).length(3),
  teacher: z.strictObject({
    /** Side of what Inception-v3 sees. */
    pixels: whole,
    /** How many directions its features are mixed into. */
    directions: whole,
  }),
  training: z.strictObject({
    steps: whole,
    batch: whole,
    /** Side of a view as the backbone takes it, and of the random part of it that it sees while it trains. */
    viewPixels: whole,
    pixels: whole,
    learningRate: z.number().positive(),
    warmUpSteps: whole,
    clipNorm: z.number().positive(),
    averageDecay: z.number().min(0).max(1),
    /** Deviation of what the last convolution of a residual branch adds, at the start. */
    branchDeviation: z.number().positive(),
    saveEvery: whole,
    loss: z.strictObject({ yesNo: z.number(), measures: z.number(), location: z.number(), teacher: z.number() }),
  }),
});

/** How the backbone is made. */
export type BackboneConfig = z.infer<typeof schema>;

/** Reads the configuration. */
export function readBackboneConfig(path: string): BackboneConfig {
  return parseWith(schema, JSON.parse(readFileSync(path, "utf8")), "CONFIG_INVALID", path);
}

/** Whether a study trains the backbone, or is never seen by it and probes it. */
export function roleOf(study: number, { trainBefore }: BackboneConfig["slices"]): "train" | "probe" {
  return study < trainBefore ? "train" : "probe";
}
