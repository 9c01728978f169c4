/** From probabilities to a mask: only inside the head, and only regions large enough to be blood rather than noise. */
import { connectedComponents, maskOfComponents } from "../volume/components.ts";
import { dilate } from "../volume/morphology.ts";
import { resampleMask } from "../volume/resample.ts";
import { type CtVolume, createMask, type Mask } from "../volume/volume.ts";
import type { SegmentationPlan } from "./plan.ts";

/** The cavity is known to about this: blood that touches the skull is kept. */
const CAVITY_MARGIN_MM = 2;

/** Sets probabilities outside of the intracranial cavity (and a margin) to 0, in place. */
export function restrictToCavity(probability: Float32Array, cavity: Mask, volume: Pick<CtVolume, "geometry">): void {
  const allowed = resampleMask(dilate(cavity, CAVITY_MARGIN_MM, "slice"), volume.geometry);
  for (let v = 0; v < probability.length; v++) if (allowed.inside[v] === 0) probability[v] = 0;
}

/** The regions at or above the threshold that are large enough. */
export function hematomaRegions(
  probability: Float32Array,
  geometry: Mask["geometry"],
  plan: Pick<SegmentationPlan, "threshold" | "leastRegionMl" | "leastRegionMm2">,
): Mask {
  const inside = new Uint8Array(probability.length);
  for (let v = 0; v < inside.length; v++) inside[v] = probability[v] >= plan.threshold ? 1 : 0;
  const mask = createMask(geometry, inside);
  const pixelMm2 = geometry.spacing[0] * geometry.spacing[1];
  const single = geometry.size[2] === 1;
  return maskOfComponents(mask, connectedComponents(mask, 26), ({ ml, voxels }) =>
    single ? voxels * pixelMm2 >= plan.leastRegionMm2 : ml >= plan.leastRegionMl,
  );
}
