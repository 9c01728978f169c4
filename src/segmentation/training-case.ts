/** What training holds in memory: slabs of a case with what is known about each pixel, cut larger than the patch so that it can be turned and moved. */
import { canonicalOrder, reorderMask, reorderVolume } from "../volume/orient.ts";
import type { CtVolume, Mask } from "../volume/volume.ts";
import { locateHead, patchCentersMm } from "./head-box.ts";
import type { SegmentationPlan } from "./plan.ts";
import { toSlabs, valuesToSlabs } from "./preprocess.ts";

/** One labelled CT, ready to be drawn from. */
export interface TrainingCase {
  readonly participantId: string;
  /** Name of the source, e.g. "stacks" or "semi-synthetic": sources are drawn from with their own weights. */
  readonly source: string;
  readonly slabs: number;
  readonly size: readonly [number, number];
  /** HU, rounded; `hu[column + columns * (row + rows * slab)]`. */
  readonly hu: Int16Array;
  /** Share of hematoma in the pixel, 0 to 255. */
  readonly hematoma: Uint8Array;
  /** Share of the pixel that the label says nothing about, 0 to 255. */
  readonly unjudged: Uint8Array;
  /** Slabs with hematoma. */
  readonly hematomaSlabs: readonly number[];
}

/** A labelled CT as it is read. */
export interface LabelledVolume {
  readonly participantId: string;
  readonly source: string;
  readonly volume: CtVolume;
  readonly hematoma: Mask;
  /** Voxels that the label says nothing about. */
  readonly unjudged?: Mask;
}

/** Pixels around the patch that augmentation may pull in. */
const MARGIN_PIXELS = 16;
/** A slab with less hematoma than this (in whole pixels) teaches nothing about it. */
const LEAST_PIXELS = 3;

/** Brings a labelled CT to slabs, or null when no head is found in it. */
export function toTrainingCase(labelled: LabelledVolume, plan: SegmentationPlan): TrainingCase | null {
  const order = canonicalOrder(labelled.volume.geometry);
  const canonical = reorderVolume(labelled.volume, order);
  const head = locateHead(canonical);
  if (!head) return null;
  const patchMm = [plan.patchPixels[0] * plan.pixelMm, plan.patchPixels[1] * plan.pixelMm] as const;
  const centers = patchCentersMm(head.box, patchMm);
  const middle = [0, 1].map((axis) => centers.reduce((sum, c) => sum + c[axis], 0) / centers.length);
  const large = {
    ...plan,
    patchPixels: [plan.patchPixels[0] + 2 * MARGIN_PIXELS, plan.patchPixels[1] + 2 * MARGIN_PIXELS] as [number, number],
  };
  const slabs = toSlabs(canonical, large, [middle[0], middle[1]]);
  const hematoma = toBytes(valuesToSlabs(reorderMask(labelled.hematoma, order).inside, slabs));
  const pixels = large.patchPixels[0] * large.patchPixels[1];
  return {
    participantId: labelled.participantId,
    source: labelled.source,
    slabs: slabs.count,
    size: large.patchPixels,
    hu: rounded(slabs.hu),
    hematoma,
    unjudged: labelled.unjudged
      ? toBytes(valuesToSlabs(reorderMask(labelled.unjudged, order).inside, slabs))
      : new Uint8Array(hematoma.length),
    hematomaSlabs: Array.from({ length: slabs.count }, (_, slab) => slab).filter(
      (slab) => sum(hematoma.subarray(slab * pixels, (slab + 1) * pixels)) >= 255 * LEAST_PIXELS,
    ),
  };
}

function toBytes(shares: Float32Array): Uint8Array {
  const bytes = new Uint8Array(shares.length);
  for (let v = 0; v < bytes.length; v++) bytes[v] = Math.round(255 * Math.min(1, Math.max(0, shares[v])));
  return bytes;
}

function rounded(values: Float32Array): Int16Array {
  const result = new Int16Array(values.length);
  for (let v = 0; v < result.length; v++) result[v] = Math.round(values[v]);
  return result;
}

function sum(values: Uint8Array): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
