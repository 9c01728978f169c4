/** The tissue around a region: what lies within a distance of it, inside the brain. */
import { dilate } from "../volume/morphology.ts";
import { createMask, type Mask } from "../volume/volume.ts";

/**
 * The ring around a region: voxels of the brain outside of the region whose centre is at most so far from the centre of a voxel of the region.
 *
 * @param brain on the region's grid; what lies beyond it (skull, sinuses, air) does not belong to the ring
 * @example ringAround(createMask({ size: [4, 1, 1], spacing: [2, 2, 2], origin: [0, 0, 0], direction: [[1, 0, 0], [0, 1, 0], [0, 0, 1]] }, Uint8Array.of(1, 0, 0, 0)), createMask({ size: [4, 1, 1], spacing: [2, 2, 2], origin: [0, 0, 0], direction: [[1, 0, 0], [0, 1, 0], [0, 0, 1]] }, Uint8Array.of(1, 1, 0, 1)), 4).inside.join("") // => "0100"
 */
export function ringAround(region: Mask, brain: Mask, outerMm: number): Mask {
  const inside = dilate(region, outerMm, "volume").inside.slice();
  for (let v = 0; v < inside.length; v++) if (region.inside[v] === 1 || brain.inside[v] === 0) inside[v] = 0;
  return createMask(region.geometry, inside);
}

/**
 * How features of a ring are called, e.g. `ring5mm_original_firstorder_Mean`.
 *
 * @example ringPrefix(2.5) // => "ring2-5mm_"
 */
export function ringPrefix(outerMm: number): string {
  return `ring${String(outerMm).replace(".", "-")}mm_`;
}
