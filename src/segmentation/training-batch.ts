/** Draws batches: a source, a case, a slice, and a random view of it. */
import { HemacastError } from "../core/errors.ts";
import type { Random } from "../core/random.ts";
import { createTensor } from "../nn/tensor.ts";
import type { Batch } from "../nn/train/trainer.ts";
import { makePaler, makeTwoDensities } from "./augment-blood.ts";
import { augmentHu } from "./augment-hu.ts";
import { randomMap, type SpatialMap, sampleAt } from "./augment-space.ts";
import { neighboursOf, writeChannels } from "./network-input.ts";
import { channelsOf, type SegmentationPlan } from "./plan.ts";
import type { TrainingCase } from "./training-case.ts";
import type { TrainingConfig } from "./training-config.ts";

/** Draws the batches of a run. */
export type DrawBatch = (random: Random) => Batch;

/**
 * A function that draws batches with `image` [n, channels, rows, columns], `target` and `weight` [n, 1, rows, columns]; weight 0 is where the label says
 * nothing.
 *
 * @throws HemacastError ARGUMENT_INVALID without a case, or when every source has weight 0
 */
export function batchDrawer(cases: readonly TrainingCase[], plan: SegmentationPlan, config: TrainingConfig): DrawBatch {
  const sources = [...new Set(cases.map(({ source }) => source))].sort();
  const groups = sources
    .map((source) => ({
      weight: config.sourceWeights[source] ?? 1,
      cases: cases.filter((one) => one.source === source),
    }))
    .filter(({ weight }) => weight > 0);
  if (groups.length === 0)
    throw new HemacastError("ARGUMENT_INVALID", `no training case to draw from (${cases.length} given)`);
  const [columns, rows] = plan.patchPixels;
  const pixels = columns * rows;
  const channels = channelsOf(plan);
  return (random) => {
    const image = new Float32Array(config.batch * channels * pixels);
    const target = new Float32Array(config.batch * pixels);
    const weight = new Float32Array(config.batch * pixels);
    for (let n = 0; n < config.batch; n++) {
      const { cases: candidates } = drawGroup(groups, random);
      const drawn = candidates[random.integer(candidates.length)];
      writeSample(drawn, drawSlab(drawn, config, random), plan, config, random, {
        image: image.subarray(n * channels * pixels, (n + 1) * channels * pixels),
        target: target.subarray(n * pixels, (n + 1) * pixels),
        weight: weight.subarray(n * pixels, (n + 1) * pixels),
      });
    }
    return {
      image: createTensor([config.batch, channels, rows, columns], image),
      target: createTensor([config.batch, 1, rows, columns], target),
      weight: createTensor([config.batch, 1, rows, columns], weight),
    };
  };
}

/** Cases of one source, with how often the source is drawn. */
interface Group {
  readonly weight: number;
  readonly cases: readonly TrainingCase[];
}

function drawGroup(groups: readonly Group[], random: Random): Group {
  const total = groups.reduce((sum, { weight }) => sum + weight, 0);
  const at = random.uniform() * total;
  let reached = 0;
  for (const group of groups) {
    reached += group.weight;
    if (at < reached) return group;
  }
  return groups[groups.length - 1];
}

function drawSlab({ slabs, hematomaSlabs }: TrainingCase, { hematomaShare }: TrainingConfig, random: Random): number {
  const withBlood = random.uniform() < hematomaShare && hematomaSlabs.length > 0;
  return withBlood ? hematomaSlabs[random.integer(hematomaSlabs.length)] : random.integer(slabs);
}

/** Where a sample is written. */
interface SampleArrays {
  readonly image: Float32Array;
  readonly target: Float32Array;
  readonly weight: Float32Array;
}

function writeSample(
  drawn: TrainingCase,
  slab: number,
  plan: SegmentationPlan,
  config: TrainingConfig,
  random: Random,
  { image, target, weight }: SampleArrays,
): void {
  const size = drawn.size[0] * drawn.size[1];
  const part = <T extends Int16Array | Uint8Array>(values: T, k: number): T =>
    values.subarray(k * size, (k + 1) * size) as T;
  const map = randomMap(plan.patchPixels, drawn.size, config.space, random);
  const alone = random.uniform() < config.loneSliceChance;
  const shifted = random.uniform() < config.shiftedNeighbourChance;
  const shares: Float32Array[] = [];
  const slices = neighboursOf(slab, drawn.slabs).map((neighbour, n, all) => {
    const isNeighbour = n !== (all.length - 1) / 2;
    const offset = shifted && isNeighbour ? ([2 * random.normal(), 2 * random.normal()] as const) : ([0, 0] as const);
    const hu = new Float32Array(target.length);
    const [from, moved] = alone ? [slab, [0, 0] as const] : [neighbour, offset];
    sampleAt(part(drawn.hu, from), drawn.size, map, hu, moved);
    shares.push(bloodShare(part(drawn.hematoma, from), part(drawn.unjudged, from), drawn.size, map, moved));
    return hu;
  });
  const two = makeTwoDensities(slices, shares, plan.patchPixels[0], config.hu, random);
  if (!two) makePaler(slices, shares, plan.patchPixels[0], config.hu, random);
  augmentHu(slices, plan.patchPixels[0], config.hu, random);
  writeChannels(slices, plan, image);
  sampleAt(part(drawn.hematoma, slab), drawn.size, map, target);
  sampleAt(part(drawn.unjudged, slab), drawn.size, map, weight);
  for (let p = 0; p < target.length; p++) {
    target[p] = target[p] >= 127.5 ? 1 : 0;
    weight[p] = 1 - weight[p] / 255;
  }
}

/** Share of each pixel that is hematoma, or a boundary that is not judged and may be. */
function bloodShare(
  hematoma: Uint8Array,
  unjudged: Uint8Array,
  size: readonly [number, number],
  map: SpatialMap,
  offset: readonly [number, number],
): Float32Array {
  const share = new Float32Array(map.x.length);
  const band = new Float32Array(map.x.length);
  sampleAt(hematoma, size, map, share, offset);
  sampleAt(unjudged, size, map, band, offset);
  for (let p = 0; p < share.length; p++) share[p] = Math.max(share[p], band[p]) / 255;
  return share;
}
