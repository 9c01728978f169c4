/**
 * How sure a volume is: what it would be with other thresholds and with the outline moved in and out. How far is calibrated on tuning cases, so that
 * the interval holds the labelled volume as often as it says.
 */
import { HemacastError } from "../core/errors.ts";
import { requireInRange } from "../core/guards.ts";
import { z } from "../core/schema.ts";
import { boundingBox, cropMask, cropVolume, grownBox } from "../volume/box.ts";
import { dilate, erode } from "../volume/morphology.ts";
import { createMask, type Mask, maskMl } from "../volume/volume.ts";

/** What was calibrated, as it is stored. */
export const volumeIntervalSchema = z.strictObject({
  /** How far the outline is moved in and out. */
  outlineMm: z.number().nonnegative(),
  /** Probabilities between this and 1 minus this count as uncertain. */
  uncertainFrom: z.number().gt(0).lt(0.5),
  /** Share of the cases whose labelled volume the interval is meant to hold. */
  coverage: z.number().gt(0).lt(1),
});

/** How far a volume may be off. */
export type VolumeIntervalSettings = Readonly<z.infer<typeof volumeIntervalSchema>>;

/** A volume with its interval. */
export interface VolumeInterval {
  readonly lowMl: number;
  readonly ml: number;
  readonly highMl: number;
}

/**
 * The interval of a segmented volume.
 *
 * @param whole the segmentation
 * @param wholeProbability of each voxel of its grid
 */
export function volumeInterval(
  whole: Mask,
  wholeProbability: Float32Array,
  { outlineMm, uncertainFrom }: Omit<VolumeIntervalSettings, "coverage">,
): VolumeInterval {
  const reachMm = Math.max(outlineMm, 5);
  const around = boundingBox(whole);
  if (!around) return { lowMl: 0, ml: 0, highMl: 0 };
  const grown = grownBox(around, whole.geometry, reachMm + 1, false);
  // All slices stay, because a slice's extent is told by its neighbours.
  const box = {
    low: [grown.low[0], grown.low[1], 0],
    high: [grown.high[0], grown.high[1], whole.geometry.size[2]],
  } as const;
  const mask = cropMask(whole, box);
  const probability = cropVolume({ geometry: whole.geometry, hu: wholeProbability, sources: [] }, box).hu;
  const reach = dilate(mask, reachMm, "slice");
  const at = (threshold: number, region: Mask): number => {
    const inside = new Uint8Array(region.inside.length);
    for (let v = 0; v < inside.length; v++) inside[v] = region.inside[v] & (probability[v] >= threshold ? 1 : 0);
    return maskMl(createMask(mask.geometry, inside));
  };
  return {
    lowMl: Math.min(at(1 - uncertainFrom, mask), maskMl(erode(mask, outlineMm, "slice"))),
    ml: maskMl(mask),
    highMl: Math.max(at(uncertainFrom, reach), maskMl(dilate(mask, outlineMm, "slice"))),
  };
}

/** A tuning case: what was found, and how much there is. */
export interface IntervalCase {
  readonly mask: Mask;
  readonly probability: Float32Array;
  readonly labelMl: number;
}

/** Steps in which the outline is moved until the labelled volume is inside the interval. */
const STEP_MM = 0.1;
const FURTHEST_MM = 5;
/** Probabilities between this and 1 minus this are uncertain by themselves. */
const UNCERTAIN_FROM = 0.25;

/** The least movement of the outline with which the interval of a case holds its labelled volume; Infinity beyond 5 mm. */
export function neededOutlineMm({ mask, probability, labelMl }: IntervalCase): number {
  for (let step = 0; step * STEP_MM <= FURTHEST_MM; step++) {
    const outlineMm = Math.round(10 * step * STEP_MM) / 10;
    const { lowMl, highMl } = volumeInterval(mask, probability, { outlineMm, uncertainFrom: UNCERTAIN_FROM });
    if (lowMl <= labelMl && labelMl <= highMl) return outlineMm;
  }
  return Number.POSITIVE_INFINITY;
}

/**
 * The movement of the outline that covers enough cases: of n needed ones in ascending order, that of rank ceil((n + 1) coverage) (split conformal
 * prediction).
 *
 * @param neededMm from `neededOutlineMm`, one per tuning case
 * @throws HemacastError NOT_CONVERGED when even 5 mm are not enough, METRIC_UNDEFINED with too few cases for the coverage
 * @see Angelopoulos & Bates 2023, doi:10.1561/2200000101
 * @example calibrateVolumeInterval([0.1, 0.4, 0.2, 0.3], 0.75).outlineMm // => 0.4
 */
export function calibrateVolumeInterval(neededMm: readonly number[], coverage: number): VolumeIntervalSettings {
  requireInRange("coverage", coverage, 0.5, 0.99);
  const rank = Math.ceil((neededMm.length + 1) * coverage);
  if (rank > neededMm.length) {
    throw new HemacastError(
      "METRIC_UNDEFINED",
      `${neededMm.length} cases cannot show a coverage of ${coverage}; more are needed`,
    );
  }
  const outlineMm = [...neededMm].sort((a, b) => a - b)[rank - 1];
  if (outlineMm > FURTHEST_MM) {
    throw new HemacastError(
      "NOT_CONVERGED",
      `volumes are off by more than ${FURTHEST_MM} mm of outline; the segmenter is not usable`,
    );
  }
  return { outlineMm, uncertainFrom: UNCERTAIN_FROM, coverage };
}
