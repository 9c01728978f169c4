/** A shipped backbone on disk: `backbone.json`, weights with their checksum, a model card, and a self-test that it must pass. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { HemacastError, messageOf } from "../../core/errors.ts";
import { parseWith, z } from "../../core/schema.ts";
import type { Backbone } from "../models/backbone.ts";
import { inceptionV3 } from "../models/inception-v3.ts";
import { resnet50 } from "../models/resnet50.ts";
import { exportInference } from "../network.ts";
import { createTensor, type Tensor, type Weights } from "../tensor.ts";
import { openSession, type SessionOptions } from "./session.ts";
import { readWeights } from "./weights-file.ts";

const descriptionSchema = z.strictObject({
  schemaVersion: z.literal(1),
  name: z.string(),
  network: z.enum(["inception-v3", "resnet50"]),
  config: z.record(z.string(), z.unknown()),
  /** File name inside the folder. */
  weights: z.string().regex(/^[\w-]+\.safetensors$/),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** What the network expects to see. */
  input: z.strictObject({
    width: z.number().int().positive(),
    height: z.number().int().positive(),
    channels: z.enum(["RGB", "BGR"]),
    low: z.number(),
    high: z.number(),
    mean: z.array(z.number()).length(3),
    /** Only where it learned from CT: the HU that became `low` and `high` in each channel. */
    windowsHu: z
      .array(z.tuple([z.number(), z.number()]))
      .length(3)
      .optional(),
  }),
  featureCount: z.number().int().positive(),
  license: z.string(),
  source: z.string(),
});

const selfTestSchema = z.strictObject({
  source: z.record(z.string(), z.unknown()),
  /** Channel c of pixel (x, y) is ((x + 2 y) (c + 1) mod 256) / 255, scaled to the input's range. */
  recipe: z.literal("((x + 2 y) (c + 1) mod 256) / 255"),
  /** Every how many features one is compared. */
  stride: z.number().int().positive(),
  features: z.array(z.number()),
});

/** What a backbone folder says of itself. */
export type BackboneDescription = z.infer<typeof descriptionSchema>;

/** A backbone ready to use. */
export interface LoadedBackbone {
  readonly description: BackboneDescription;
  readonly network: Backbone;
  readonly weights: Weights;
}

/** The folder of a backbone that comes with the package. */
export function shippedBackbone(name: string): string {
  return fileURLToPath(new URL(`../../../models/backbones/${name}`, import.meta.url));
}

/** Names of the backbones that come with the package. */
export async function shippedBackbones(): Promise<string[]> {
  const entries = await readdir(shippedBackbone(""), { withFileTypes: true });
  return entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])).sort();
}

/**
 * Loads a backbone and checks that its weights are the published ones.
 *
 * @throws HemacastError INPUT_NOT_FOUND, BUNDLE_INVALID, CHECKSUM_MISMATCH
 */
export async function loadBackbone(folder: string): Promise<LoadedBackbone> {
  const description = parseWith(
    descriptionSchema,
    await readJson(folder, "backbone.json"),
    "BUNDLE_INVALID",
    "backbone.json",
  );
  const build = description.network === "inception-v3" ? inceptionV3 : resnet50;
  return {
    description,
    network: build(description.config),
    weights: await readWeights(join(folder, description.weights), description.sha256),
  };
}

/**
 * Runs the self-test of a backbone: it must give the recorded features on this machine.
 *
 * @returns the largest difference as a part of the largest feature
 * @throws HemacastError SELF_TEST_FAILED, BUNDLE_INVALID
 */
export async function selfTestBackbone(
  folder: string,
  { description, network, weights }: LoadedBackbone,
  options: SessionOptions = {},
): Promise<number> {
  const test = parseWith(selfTestSchema, await readJson(folder, "self-test.json"), "BUNDLE_INVALID", "self-test.json");
  const image = selfTestImage(description);
  const session = await openSession(exportInference(network, weights, image.shape, ["features"]), options);
  try {
    const { features } = await session.run({ image });
    const found = (features as Tensor).data.filter((_, i) => i % test.stride === 0);
    const largest = Math.max(...test.features.map(Math.abs));
    const worst = Math.max(...test.features.map((value, i) => Math.abs(value - (found[i] as number)))) / largest;
    // Float32 arithmetic in another order, over a hundred layers; a wrong weight or border is off by percents.
    if (found.length !== test.features.length || !(worst < 1e-4)) {
      throw new HemacastError(
        "SELF_TEST_FAILED",
        `${description.name}: features differ by ${worst} of the largest, at most 1e-4 is allowed`,
      );
    }
    return worst;
  } finally {
    await session.release();
  }
}

/** The image of the self-test. */
export function selfTestImage({ input: { width, height, low, high } }: BackboneDescription): Tensor {
  const image = createTensor([1, 3, height, width]);
  for (let c = 0; c < 3; c++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        image.data[(c * height + y) * width + x] = low + ((high - low) * (((x + 2 * y) * (c + 1)) % 256)) / 255;
      }
    }
  }
  return image;
}

async function readJson(folder: string, name: string): Promise<unknown> {
  const text = await readFile(join(folder, name), "utf8").catch((cause) => {
    throw new HemacastError("INPUT_NOT_FOUND", `cannot read ${name} of the backbone: ${messageOf(cause)}`, { cause });
  });
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new HemacastError("BUNDLE_INVALID", `${name} is not JSON: ${messageOf(cause)}`, { cause });
  }
}
