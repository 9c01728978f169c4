/** The U-Net in two, two-and-a-half and three dimensions. */
import { HemacastError } from "../../core/errors.ts";
import { parseWith, z } from "../../core/schema.ts";
import { tap, type Value } from "../graph/graph.ts";
import { convLayer, normLayer, transposedConvLayer } from "../layers.ts";
import type { Network } from "../network.ts";
import { add } from "../ops/add.ts";
import { concat } from "../ops/concat.ts";
import { maxPool } from "../ops/max-pool.ts";
import { relu } from "../ops/relu.ts";
import { sigmoid } from "../ops/sigmoid.ts";
import { softmax } from "../ops/softmax.ts";

/** What a U-Net may be configured to. Unknown keys are errors. */
export const unetConfigSchema = z.strictObject({
  /** `2.5d` is a 2D network that sees neighbouring slices as channels. */
  kind: z.enum(["2d", "2.5d", "3d"]).default("2d"),
  /** Channels of one slice, e.g. several HU windows. */
  channels: z.number().int().min(1).default(1),
  /** Neighbouring slices that a 2.5D network sees, itself in the middle. */
  slices: z.number().int().min(1).max(15).default(1),
  /** Output maps: 1 for background against one class (sigmoid), more for exclusive classes (softmax). */
  classes: z.number().int().min(1).default(1),
  /** How often the image is halved. */
  depth: z.number().int().min(1).max(7).default(4),
  /** Filters at full size; they double with each halving, up to 320. */
  base: z.number().int().min(1).max(320).default(16),
  norm: z.enum(["instance", "group", "none"]).default("instance"),
  /** Adds the input of each block to its output. */
  residual: z.boolean().default(false),
  /** Gives every decoder level an output of its own, for training. */
  deepSupervision: z.boolean().default(false),
  /** In 3D, how many of the first levels neither look nor halve across slices: thick slices are far apart. */
  flatLevels: z.number().int().min(0).default(0),
});

/** The configuration of a U-Net, defaults filled in. */
export type UnetConfig = z.infer<typeof unetConfigSchema>;

const largestFilters = 320;

/**
 * A U-Net: blocks of two convolutions with normalisation, halved by max pooling, doubled by transposed convolution, joined across.
 * The image is [n, channels * slices, (d,) h, w], each halved axis divisible by 2^depth. Taps: `logits`, `probability`, `bottleneck`,
 * and with deep supervision `logits.1`, `logits.2`, ... at half, a quarter, ... of the size.
 *
 * @throws HemacastError CONFIG_INVALID
 * @see Ronneberger et al. 2015, arXiv:1505.04597
 * @example unet({ base: 8 }).name // => "unet"
 */
export function unet(config: z.input<typeof unetConfigSchema> = {}): Network {
  const settings = parseWith(unetConfigSchema, config, "CONFIG_INVALID", "unet config") as UnetConfig;
  if (settings.kind !== "2.5d" && settings.slices !== 1) {
    throw new HemacastError("CONFIG_INVALID", `slices is for kind 2.5d, got ${settings.slices} with ${settings.kind}`);
  }
  if (settings.kind === "2.5d" && settings.slices % 2 === 0) {
    throw new HemacastError("CONFIG_INVALID", `slices must be odd, so that one is the middle, got ${settings.slices}`);
  }
  if (settings.kind !== "3d" && settings.flatLevels !== 0) {
    throw new HemacastError("CONFIG_INVALID", `flatLevels is for kind 3d, got ${settings.flatLevels}`);
  }
  return { name: "unet", config: settings, forward: (image) => forward(image, settings) };
}

function forward(image: Value, config: UnetConfig): Value {
  requireFits(image, config);
  const skips: Value[] = [];
  let x = image;
  for (let level = 0; level < config.depth; level++) {
    x = block(x, `encoder.${level}`, level, config);
    skips.push(x);
    x = maxPool(x, { kernel: halving(level, config) });
  }
  x = tap(block(x, "bottleneck", config.depth, config), "bottleneck");
  for (let level = config.depth - 1; level >= 0; level--) {
    const kernel = halving(level, config);
    const larger = transposedConvLayer(x, `up.${level}`, { filters: filtersAt(level, config), kernel });
    x = block(concat([larger, skips[level] as Value], 1), `decoder.${level}`, level, config);
    if (level > 0 && config.deepSupervision) tap(head(x, `head.${level}`, config), `logits.${level}`);
  }
  const logits = tap(head(x, "head", config), "logits");
  tap(config.classes === 1 ? sigmoid(logits) : softmax(logits, 1), "probability");
  return logits;
}

function block(x: Value, name: string, level: number, config: UnetConfig): Value {
  const kernel = kernelAt(level, config);
  const filters = filtersAt(level, config);
  const options = { filters, kernel, padding: kernel.map((size) => (size - 1) / 2), bias: config.norm === "none" };
  const once = relu(normLayer(convLayer(x, `${name}.conv1`, options), `${name}.norm1`, config.norm));
  const twice = normLayer(convLayer(once, `${name}.conv2`, options), `${name}.norm2`, config.norm);
  if (!config.residual) return relu(twice);
  const same = x.shape[1] === filters;
  const ones = kernel.map(() => 1);
  return relu(add(twice, same ? x : convLayer(x, `${name}.shortcut`, { filters, kernel: ones })));
}

function head(x: Value, name: string, config: UnetConfig): Value {
  return convLayer(x, name, { filters: config.classes, kernel: kernelAt(0, config).map(() => 1) });
}

function filtersAt(level: number, { base }: UnetConfig): number {
  return Math.min(base * 2 ** level, Math.max(base, largestFilters));
}

function kernelAt(level: number, { kind, flatLevels }: UnetConfig): number[] {
  if (kind !== "3d") return [3, 3];
  return [level < flatLevels ? 1 : 3, 3, 3];
}

function halving(level: number, { kind, flatLevels }: UnetConfig): number[] {
  if (kind !== "3d") return [2, 2];
  return [level < flatLevels ? 1 : 2, 2, 2];
}

function requireFits(image: Value, config: UnetConfig): void {
  const [, channels, ...sizes] = image.shape;
  const rank = config.kind === "3d" ? 3 : 2;
  const factors = Array.from({ length: rank }, (_, axis) =>
    Array.from({ length: config.depth }, (_, level) => halving(level, config)[axis] as number).reduce(
      (a, b) => a * b,
      1,
    ),
  );
  const fits =
    channels === config.channels * config.slices &&
    sizes.length === rank &&
    sizes.every((size, axis) => size % (factors[axis] as number) === 0);
  if (!fits) {
    throw new HemacastError(
      "ARGUMENT_INVALID",
      `the U-Net takes [n, ${config.channels * config.slices}, ...] with ${rank} axes divisible by [${factors}], got [${image.shape}]`,
    );
  }
}
