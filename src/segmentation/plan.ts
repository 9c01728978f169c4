/**
 * The fingerprint of a training set (facts) and the plan made from it (decisions): everything that preprocessing, the network and
 * postprocessing must agree on, as readable data that travels with the weights.
 */
import { HemacastError } from "../core/errors.ts";
import { parseWith, z } from "../core/schema.ts";
import { sliceExtentMm } from "../volume/geometry.ts";
import type { Mask } from "../volume/volume.ts";
import { maskMl } from "../volume/volume.ts";

/** What one case says about how it was scanned. */
export interface CaseFacts {
  readonly pixelMm: number;
  readonly sliceMm: number;
  readonly slices: number;
  readonly hematomaMl: number;
  readonly hematomaHu: readonly number[];
}

/** Facts about a training set: quantiles 0, .05, .5, .95, 1 unless the name says otherwise. */
export interface Fingerprint {
  readonly cases: number;
  readonly pixelMm: readonly number[];
  readonly sliceMm: readonly number[];
  readonly slices: readonly number[];
  readonly hematomaMl: readonly number[];
  /** HU inside the masks. */
  readonly hematomaHu: readonly number[];
}

const windowHu = z.tuple([z.number(), z.number()]).refine(([low, high]) => low < high, "a window is [low, high]");

/** The decisions, as they are stored. */
export const segmentationPlanSchema = z.strictObject({
  schema: z.literal("hemacast-segmentation-plan-1"),
  /** Pixel size that slices are brought to. */
  pixelMm: z.number().positive(),
  /** Columns and rows of the network's input; multiples of 2^(depth). */
  patchPixels: z.tuple([z.int().positive(), z.int().positive()]),
  /** Thin slices are averaged to about this thickness; thicker ones stay as they are. */
  slabMm: z.number().positive(),
  /** HU windows, each a channel, from low (0) to high (1). */
  windowsHu: z.array(windowHu).min(1),
  /** Probability from which a voxel counts as hematoma. */
  threshold: z.number().gt(0).lt(1),
  /** Regions smaller than this are dropped. */
  leastRegionMl: z.number().nonnegative(),
  /** Only with one slice, where a volume means little: regions smaller than this area are dropped. */
  leastRegionMm2: z.number().nonnegative(),
  network: z.strictObject({
    /** Channels of the first level; doubled at each level below. */
    base: z.int().positive(),
    /** Number of times that the resolution is halved. */
    depth: z.int().min(1).max(6),
  }),
});

/** What preprocessing, network and postprocessing agree on. */
export type SegmentationPlan = Readonly<z.infer<typeof segmentationPlanSchema>>;

/** Slices that the network sees at once: the one to segment and its neighbours. */
export const SLICES_SEEN = 3;

/**
 * The number of input channels: windows times slices seen.
 *
 * @example channelsOf({ windowsHu: [[0, 80], [30, 100]] }) // => 6
 */
export function channelsOf({ windowsHu }: Pick<SegmentationPlan, "windowsHu">): number {
  return windowsHu.length * SLICES_SEEN;
}

/**
 * Reads a plan.
 *
 * @throws HemacastError CONFIG_INVALID naming what is wrong, a patch that the network cannot halve often enough included
 */
export function parseSegmentationPlan(value: unknown): SegmentationPlan {
  const plan = parseWith(segmentationPlanSchema, value, "CONFIG_INVALID", "segmentation plan");
  const multiple = 2 ** plan.network.depth;
  if (plan.patchPixels.some((n) => n % multiple !== 0)) {
    throw new HemacastError(
      "CONFIG_INVALID",
      `patch of ${plan.patchPixels.join(" x ")} pixels; a network of depth ${plan.network.depth} needs multiples of ${multiple}`,
    );
  }
  return plan;
}

/** What one case says; `hu` is the volume that the mask lies on. */
export function caseFacts(mask: Mask, hu: ArrayLike<number>): CaseFacts {
  const { geometry, inside } = mask;
  const hematomaHu: number[] = [];
  // every 7th voxel: quantiles of a hematoma of thousands of voxels need no more
  for (let v = 0, seen = 0; v < inside.length; v++) if (inside[v] === 1 && seen++ % 7 === 0) hematomaHu.push(hu[v]);
  const middle = Math.floor(geometry.size[2] / 2);
  return {
    pixelMm: Math.sqrt(geometry.spacing[0] * geometry.spacing[1]),
    sliceMm: sliceExtentMm(geometry, middle),
    slices: geometry.size[2],
    hematomaMl: maskMl(mask),
    hematomaHu,
  };
}

/**
 * The facts of a training set.
 *
 * @throws HemacastError ARGUMENT_INVALID without a case that has a hematoma
 */
export function fingerprintOf(facts: readonly CaseFacts[]): Fingerprint {
  if (!facts.some(({ hematomaMl }) => hematomaMl > 0)) {
    throw new HemacastError("ARGUMENT_INVALID", `none of ${facts.length} training cases has a hematoma`);
  }
  const spread = (values: readonly number[]): number[] => {
    const sorted = [...values].sort((a, b) => a - b);
    return [0, 0.05, 0.5, 0.95, 1].map((share) => sorted[Math.round(share * (sorted.length - 1))]);
  };
  return {
    cases: facts.length,
    pixelMm: spread(facts.map((fact) => fact.pixelMm)),
    sliceMm: spread(facts.map((fact) => fact.sliceMm)),
    slices: spread(facts.map((fact) => fact.slices)),
    hematomaMl: spread(facts.map((fact) => fact.hematomaMl)),
    hematomaHu: spread(facts.flatMap((fact) => fact.hematomaHu)),
  };
}

/**
 * The plan for a training set. A brain measures at most about 150 x 185 mm in an axial slice, so a patch of 160 x 200 mm holds it whole with the
 * bone around it, and 1.25 mm keeps it at 128 x 160 pixels: what one CPU thread can train on. Finer data are averaged down; coarser data
 * set the pixel size. Slabs follow the median slice, up to the usual 5 mm.
 */
export function planFor(fingerprint: Fingerprint, network: SegmentationPlan["network"]): SegmentationPlan {
  const pixelMm = Math.max(1.25, fingerprint.pixelMm[2]);
  const multiple = 2 ** network.depth;
  const pixels = (mm: number): number => Math.max(multiple, Math.ceil(mm / pixelMm / multiple) * multiple);
  return parseSegmentationPlan({
    schema: "hemacast-segmentation-plan-1",
    pixelMm,
    patchPixels: [pixels(160), pixels(200)],
    slabMm: Math.min(5, Math.max(3, fingerprint.sliceMm[2])),
    windowsHu: [
      [0, 80],
      [30, 100],
      [-50, 200],
    ],
    threshold: 0.5,
    leastRegionMl: 0.1,
    leastRegionMm2: 12,
    network,
  });
}
