/** What an experiment file says. Unknown keys are errors; defaults live here; the resolved configuration is saved with the run. */
import { readFile } from "node:fs/promises";
import { outcomeDefinitions } from "../cohort/outcome.ts";
import { HemacastError } from "../core/errors.ts";
import { parseWith, z } from "../core/schema.ts";
import { type BlocksConfig, blocksConfigSchema } from "../expansion/blocks.ts";
import { modelConfigSchema } from "../expansion/learner-config.ts";
import { isShippedName } from "./cnn-block.ts";
import { scoreColumns } from "./study-scores.ts";

const column = z.string().min(1);

const splitSchema = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("repeated"),
    folds: z.number().int().min(2).max(50).default(5),
    repeats: z.number().int().min(1).max(1000).default(1),
  }),
  z.strictObject({ kind: z.literal("leave-one-site-out") }),
  /** Trained on rows before the moment, tested from it on; the column holds increasing numbers. */
  z.strictObject({ kind: z.literal("temporal"), column, from: z.number() }),
  /** A split decided by the owner of the data. */
  z.strictObject({ kind: z.literal("given"), column, test: z.array(z.string()).min(1) }),
]);

const subgroupSchema = z.strictObject({
  column,
  /** Cut points of a continuous characteristic; without them each value is a group. */
  cuts: z.array(z.number()).min(1).nullable().default(null),
  unit: z.string().default(""),
});

/** The schema of an experiment. */
export const studyConfigSchema = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]*$/),
  title: z.string().default(""),
  seed: z.number().int().min(0).default(1),
  /** Feature tables: which columns mean what. A manifest brings its own names. */
  data: z
    .strictObject({
      participant: column.default("participantId"),
      outcome: column.default("outcome"),
      site: column.nullable().default(null),
      /** Text values of a predictor as numbers, e.g. { "sex": { "F": 0, "M": 1 } }. */
      encode: z.record(z.string(), z.record(z.string(), z.number())).default({}),
    })
    .prefault({}),
  /** Manifests: what counts as expansion, and who takes part. */
  outcome: z
    .strictObject({
      definition: z.enum(Object.keys(outcomeDefinitions) as [string, ...string[]]).default("conventional"),
      windowHours: z.number().positive().default(72),
      latestHoursFromOnset: z.number().positive().nullable().default(null),
      smallestBaselineMl: z.number().positive().nullable().default(null),
    })
    .prefault({}),
  /**
   * Draws the hematoma, in scans of a manifest that have neither mask nor volume and for the blocks: a shipped segmenter, the folder of another, or
   * "threshold". It must not have been trained on these participants.
   */
  segmenter: z.string().min(1).default("hematoma-unet"),
  /** Columns with the inputs of published scores (BRAIN, BAT, NAG), where they are called otherwise: { "blendSign": "BlendSign" }. */
  scores: z.partialRecord(z.enum(scoreColumns as [string, ...string[]]), column).default({}),
  /** Manifests: what is measured on the baseline scans, e.g. `{}` for the shape of the hematoma; its predictors are called `shape.*` and so on. */
  blocks: blocksConfigSchema.omit({ segmenter: true }).nullable().default(null),
  split: splitSchema.default({ kind: "repeated", folds: 5, repeats: 1 }),
  /** The first is the primary model. */
  models: z.array(modelConfigSchema).min(1).max(50),
  evaluation: z
    .strictObject({
      replicates: z.number().int().min(100).max(100_000).default(2000),
      permutations: z.number().int().min(100).max(100_000).default(2000),
      thresholds: z.array(z.number().gt(0).lt(1)).min(1).default([0.1, 0.2, 0.3, 0.4, 0.5]),
      subgroups: z.array(subgroupSchema).default([]),
      /** Shares of the training participants for the learning curve of the primary model; empty = none. */
      learningCurve: z.array(z.number().gt(0).lt(1)).default([]),
    })
    .prefault({}),
  /** What a reader must know before the figures: printed first, in the report and the table. */
  notes: z.array(z.string().min(1).max(1000)).max(20).default([]),
  /** The model that is fitted once more on everyone and saved as a bundle for `predict --model`; null = none. Needs blocks. */
  bundle: z
    .strictObject({
      model: z.string(),
      name: z
        .string()
        .regex(/^[a-z0-9][a-z0-9-]*$/)
        .default("own-model"),
      members: z.number().int().min(2).max(200).default(20),
      coverage: z.number().gt(0.5).lt(1).default(0.9),
    })
    .nullable()
    .default(null),
  /** Rows of a publication, printed beside ours. */
  published: z
    .array(z.strictObject({ source: z.string(), model: z.string(), auc: z.number(), note: z.string().default("") }))
    .default([]),
});

/** An experiment with its defaults filled in. */
export type StudyConfig = z.infer<typeof studyConfigSchema>;

/**
 * Reads an experiment file.
 *
 * @throws HemacastError INPUT_NOT_FOUND, CONFIG_INVALID naming every wrong field
 */
export async function readStudyConfig(path: string): Promise<StudyConfig> {
  const text = await readFile(path, "utf8").catch(() => {
    throw new HemacastError("INPUT_NOT_FOUND", `there is no configuration ${path}`);
  });
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new HemacastError("CONFIG_INVALID", `${path} is not JSON`, { cause });
  }
  return checkStudyConfig(parseWith(studyConfigSchema, json, "CONFIG_INVALID", path));
}

/**
 * Checks what a schema cannot say: names of models differ, and what is asked for goes together.
 *
 * @throws HemacastError CONFIG_INVALID
 */
export function checkStudyConfig(config: StudyConfig): StudyConfig {
  const names = config.models.map((model) => model.name);
  const repeated = names.find((name, i) => names.indexOf(name) !== i);
  if (repeated !== undefined) throw new HemacastError("CONFIG_INVALID", `two models are called ${repeated}`);
  if (config.bundle && !names.includes(config.bundle.model))
    throw new HemacastError(
      "CONFIG_INVALID",
      `the bundle's model ${config.bundle.model} is none of ${names.join(", ")}`,
    );
  if (config.models.some(({ name, network }) => name === config.bundle?.model && network !== null))
    throw new HemacastError("CONFIG_INVALID", "a network cannot be saved as a bundle; choose a model without one");
  if (config.bundle && !config.blocks)
    throw new HemacastError("CONFIG_INVALID", "a bundle is of predictors that are measured on scans; name blocks");
  const elsewhere = config.blocks?.cnn.find(({ backbone }) => !isShippedName(backbone));
  if (config.bundle && elsewhere)
    throw new HemacastError(
      "CONFIG_INVALID",
      `a bundle can be used anywhere, the backbone ${elsewhere.backbone} is only here; name one that comes with the package, or leave out bundle`,
    );
  const fused = config.models.find(({ network, lateFusion }) => network !== null && lateFusion !== null);
  if (fused) throw new HemacastError("CONFIG_INVALID", `model ${fused.name}: a network cannot be fused late`);
  return config;
}

/** What is measured on the baseline scans, with the study's one segmenter; null without blocks. */
export function measuredBlocksOf({ blocks, segmenter }: StudyConfig): BlocksConfig | null {
  return blocks && { segmenter, ...blocks };
}
