/** Other outlines of a region, as another reader might have drawn them: larger, smaller, or different in its pieces. */
import type { Random } from "../../core/random.ts";
import { squaredDistanceMm } from "../../volume/distance.ts";
import { lpsToIndex, voxelCount } from "../../volume/geometry.ts";
import { createMask, type Mask } from "../../volume/volume.ts";
import { regionOf, type ScalarImage } from "../region.ts";
import { cropAround } from "../resample.ts";
import { spread } from "./noise.ts";
import { supervoxels } from "./supervoxels.ts";

/**
 * A region grown or shrunk to a volume: the voxels nearest to its inside, ties by chance.
 *
 * @param change 0.1 for a tenth more, -0.1 for a tenth less; at least one voxel stays
 */
export function withVolume(mask: Mask, change: number, random: Random): Mask {
  const outside = createMask(
    mask.geometry,
    mask.inside.map((one) => 1 - one),
  );
  const [toInside, toOutside] = [squaredDistanceMm(mask, "volume"), squaredDistanceMm(outside, "volume")];
  const count = mask.inside.reduce((sum, one) => sum + one, 0);
  const wanted = Math.min(Math.max(Math.round(count * (1 + change)), 1), mask.inside.length);
  const depth = Float64Array.from(mask.inside, (_, v) => Math.sqrt(toInside[v]) - Math.sqrt(toOutside[v]));
  const chance = Float64Array.from(depth, () => random.uniform());
  const order = nearestFirst(depth, wanted, Math.max(...mask.geometry.spacing));
  order.sort((a, b) => depth[a] - depth[b] || chance[a] - chance[b]);
  const inside = new Uint8Array(mask.inside.length);
  for (let n = 0; n < wanted; n++) inside[order[n]] = 1;
  return createMask(mask.geometry, inside);
}

/** At least so many voxels of the least depth; the rest of the image need not be sorted. */
function nearestFirst(depth: Float64Array, wanted: number, step: number): Uint32Array {
  for (let limit = step; ; limit *= 2) {
    const found = Uint32Array.from(depth.keys()).filter((v) => depth[v] <= limit);
    if (found.length >= wanted) return found;
  }
}

/** Supervoxels that lie in the region by at least so much always belong to it, by less than `NEVER` never. */
const ALWAYS = 0.9;
const NEVER = 0.2;
/** How far around a region supervoxels are made: none that touches it reaches further. */
const REACH_MM = 15;

/**
 * A region drawn anew from supervoxels: those well inside stay, those that its border cuts are taken with the probability of their overlap.
 *
 * @see Zwanenburg et al. 2019, doi:10.1038/s41598-018-36758-2 (contour randomisation)
 */
export function redrawn(image: ScalarImage, mask: Mask, random: Random): Mask {
  const near = cropAround(image, mask, Math.ceil(REACH_MM / Math.min(...image.geometry.spacing)));
  const { labels, count } = supervoxels(near.image, spread(regionOf(near.image, near.mask)));
  const [all, within] = [new Float64Array(count), new Float64Array(count)];
  labels.forEach((label, v) => {
    all[label]++;
    within[label] += near.mask.inside[v];
  });
  const taken = Uint8Array.from(all, (n, label) => {
    const overlap = within[label] / n;
    const drawn = random.uniform();
    return overlap >= ALWAYS || (overlap >= NEVER && drawn < overlap) ? 1 : 0;
  });
  const inside = Uint8Array.from(labels, (label) => taken[label]);
  return inside.includes(1) ? onGridOf(mask, createMask(near.mask.geometry, inside)) : mask;
}

/** A mask that was cut out of a grid, back on it. */
function onGridOf({ geometry }: Mask, part: Mask): Mask {
  const start = lpsToIndex(geometry, part.geometry.origin).map(Math.round);
  const [nx, ny] = geometry.size;
  const [px, py, pz] = part.geometry.size;
  const inside = new Uint8Array(voxelCount(geometry));
  for (let k = 0; k < pz; k++) {
    for (let j = 0; j < py; j++) {
      const row = part.inside.subarray(px * (j + py * k), px * (j + 1 + py * k));
      inside.set(row, start[0] + nx * (start[1] + j + ny * (start[2] + k)));
    }
  }
  return createMask(geometry, inside);
}
