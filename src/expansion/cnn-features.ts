/** What a frozen network sees in the slices of a hematoma, as one row of numbers: maps of several depths, averaged over the clot and over the image, then over slices. */
import { HemacastError } from "../core/errors.ts";
import { z } from "../core/schema.ts";
import type { Tensor } from "../nn/tensor.ts";
import { type SliceImage, sliceConfigSchema } from "./slices.ts";

/** A network as a block of predictors. */
export const cnnConfigSchema = z.strictObject({
  /** Name of a shipped backbone or path of another; also the first word of its predictors. */
  backbone: z.string().min(1),
  /** Depths whose maps are read: stages of the backbone, from edges to whole patterns. */
  taps: z.array(z.string().min(1)).min(1).max(8),
  /** Where maps are read: inside the hematoma, away from its edge, or over the image. */
  regions: z
    .array(z.enum(["clot", "interior", "image"]))
    .min(1)
    .max(3)
    .default(["interior"]),
  /** What is read of a map in a region: its mean, its standard deviation from place to place, its largest value. */
  statistics: z
    .array(z.enum(["mean", "spread", "peak"]))
    .min(1)
    .max(3)
    .default(["mean", "spread"]),
  /** How the slices of a scan become one: the mean weighted by area, the largest value of any slice, or both. */
  acrossSlices: z
    .array(z.enum(["mean", "largest"]))
    .min(1)
    .max(2)
    .default(["mean"]),
  images: sliceConfigSchema.prefault({}),
});

/** A network as a block of predictors, defaults filled in. */
export type CnnConfig = z.infer<typeof cnnConfigSchema>;

/** Away from the edge: this many mm inside, where neither partial volume nor the mask's error reaches. */
const INTERIOR_MM = 1.5;

/**
 * Statistics of one tap over its regions.
 *
 * @param maps [1, c, h, w]
 * @returns by region, then by statistic, then by channel
 */
export function pooledMaps(
  maps: Tensor,
  image: SliceImage,
  { regions, statistics }: Pick<CnnConfig, "regions" | "statistics">,
): Float32Array {
  const [, c, h, w] = maps.shape as [number, number, number, number];
  const out = new Float32Array(c * regions.length * statistics.length);
  let at = 0;
  for (const region of regions) {
    const weights = regionWeights(region, image, h, w);
    const summaries = Array.from({ length: c }, (_, channel) =>
      mapSummary(maps.data.subarray(channel * h * w, (channel + 1) * h * w), weights),
    );
    for (const statistic of statistics) for (const each of summaries) out[at++] = each[statistic];
  }
  return out;
}

/** What is read of one map, and where its peak is. */
export interface MapSummary {
  readonly mean: number;
  readonly spread: number;
  readonly peak: number;
  readonly peakAt: number;
}

/**
 * Over the places that weigh anything; a place weighs for the peak when it has half the weight of the heaviest.
 *
 * @param weights of the places, adding up to 1
 */
export function mapSummary(map: Float32Array, weights: Float32Array): MapSummary {
  const heavy = Math.max(...weights) / 2;
  let [mean, square, peak, peakAt] = [0, 0, Number.NEGATIVE_INFINITY, 0];
  for (let i = 0; i < map.length; i++) {
    const [value, weight] = [map[i] as number, weights[i] as number];
    mean += weight * value;
    square += weight * value * value;
    if (weight >= heavy && value > peak) [peak, peakAt] = [value, i];
  }
  return { mean, spread: Math.sqrt(Math.max(0, square - mean * mean)), peak, peakAt };
}

/** Each place of a map of h x w weighs as much of the region as lies under it; the weights add up to 1. */
export function regionWeights(
  region: CnnConfig["regions"][number],
  image: SliceImage,
  h: number,
  w: number,
): Float32Array {
  if (region === "image") return new Float32Array(h * w).fill(1 / (h * w));
  const pixels = Math.sqrt(image.clot.length);
  const shares = region === "interior" ? interiorOf(image, pixels) : image.clot;
  const weights = new Float32Array(h * w);
  for (let y = 0; y < pixels; y++) {
    const row = Math.min(h - 1, Math.floor(((y + 0.5) * h) / pixels));
    for (let x = 0; x < pixels; x++) {
      const place = row * w + Math.min(w - 1, Math.floor(((x + 0.5) * w) / pixels));
      weights[place] = (weights[place] as number) + (shares[y * pixels + x] as number);
    }
  }
  const total = weights.reduce((sum, value) => sum + value, 0);
  if (!(total > 0)) throw new HemacastError("MASK_EMPTY", "a slice without hematoma has no features of it");
  return weights.map((value) => value / total);
}

/** The smallest share within reach of each pixel; a clot too thin to have an interior is taken whole. */
function interiorOf({ clot, pixelMm }: SliceImage, pixels: number): Float32Array {
  const reach = Math.round(INTERIOR_MM / pixelMm);
  const along = (from: Float32Array, stride: number, position: (i: number) => number): Float32Array =>
    from.map((_, i) => {
      let least = 1;
      for (let k = -reach; k <= reach; k++) {
        const inside = position(i) + k >= 0 && position(i) + k < pixels;
        least = Math.min(least, inside ? (from[i + k * stride] as number) : 0);
      }
      return least;
    });
  const rows = along(clot, 1, (i) => i % pixels);
  const both = along(rows, pixels, (i) => Math.floor(i / pixels));
  return both.some((share) => share > 0) ? both : clot;
}

/**
 * One row from the rows of all slices.
 *
 * @param rows of equal length, one per slice
 * @param areasMm2 area of hematoma on each slice
 * @example Array.from(acrossSlices([new Float32Array([0, 4]), new Float32Array([1, 0])], [1, 3], ["mean", "largest"])) // => [0.75, 1, 1, 4]
 */
export function acrossSlices(
  rows: readonly Float32Array[],
  areasMm2: readonly number[],
  ways: CnnConfig["acrossSlices"],
): Float32Array {
  const width = (rows[0] as Float32Array).length;
  const total = areasMm2.reduce((sum, area) => sum + area, 0);
  const out = new Float32Array(width * ways.length);
  for (const [k, way] of ways.entries()) {
    for (let j = 0; j < width; j++) {
      out[k * width + j] =
        way === "mean"
          ? rows.reduce((sum, row, i) => sum + (row[j] as number) * (areasMm2[i] as number), 0) / total
          : Math.max(...rows.map((row) => row[j] as number));
    }
  }
  return out;
}
