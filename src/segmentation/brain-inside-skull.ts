/** The inside of the skull, slice by slice: also on windowed 8-bit images, single slices and unknown spacing, where full HU are not to be had. */
import { connectedComponents, maskOfComponents } from "../volume/components.ts";
import { type Geometry, voxelCount } from "../volume/geometry.ts";
import { close, complement, dilate, erode, fillHoles, intersection } from "../volume/morphology.ts";
import { type CtVolume, createMask, type Mask } from "../volume/volume.ts";

/** Bone in windowed images: their upper end is at about 100 HU. */
const BONE_HU = 74;
/** A slice in which less brain than this was found is left out. */
const LEAST_BRAIN_MM2 = 3200;
/** Widths of gaps in the skull (sutures, foramina, windows of the saw) that are bridged, tried in this order. */
const SKULL_GAPS_MM = [1.4, 4, 7];
/** Slices to borrow the outline from, the next one upwards first: upwards the skull is closed. */
const BORROWED_FROM = [1, -1, 2];

/**
 * The brain of each slice: what the skull encloses, without a margin along the bone. Works on windowed images and on single slices. Slices
 * whose skull cannot be closed take the outline of a neighbour, or stay empty.
 */
export function brainInsideSkull(volume: CtVolume): Mask {
  const [nx, ny, nz] = volume.geometry.size;
  const bone = maskWhere(volume.geometry, (v) => volume.hu[v] >= BONE_HU);
  const skull = largestPerSlice(bone);
  const result = createMask(volume.geometry);
  const pixelMm2 = volume.geometry.spacing[0] * volume.geometry.spacing[1];
  for (const gapMm of SKULL_GAPS_MM) {
    const closed = close(skull, gapMm, "slice");
    const interior = intersection(fillHoles(closed, "slice"), complement(dilate(skull, 1.4, "slice")));
    const brain = largestPerSlice(erode(interior, 0.5, "slice"));
    for (let k = 0; k < nz; k++) {
      const slice = brain.inside.subarray(k * nx * ny, (k + 1) * nx * ny);
      const found = result.inside.subarray(k * nx * ny, (k + 1) * nx * ny);
      if (found.indexOf(1) < 0 && countOf(slice) * pixelMm2 >= LEAST_BRAIN_MM2) found.set(slice);
    }
  }
  return borrowed(fillHoles(result, "slice"), dilate(skull, 1.4, "slice"));
}

/** Where the skull is open (orbits, skull base), the brain of the nearest closed slice within reach is taken, away from the bone. */
function borrowed(brain: Mask, bone: Mask): Mask {
  const [nx, ny, nz] = brain.geometry.size;
  const inside = brain.inside.slice();
  const slice = (values: Uint8Array, k: number): Uint8Array => values.subarray(k * nx * ny, (k + 1) * nx * ny);
  for (let k = 0; k < nz; k++) {
    if (slice(inside, k).indexOf(1) >= 0) continue;
    const lender = BORROWED_FROM.map((step) => k + step).find(
      (from) => from >= 0 && from < nz && slice(brain.inside, from).indexOf(1) >= 0,
    );
    if (lender === undefined) continue;
    slice(inside, k).set(slice(brain.inside, lender).map((value, v) => value & (1 - slice(bone.inside, k)[v])));
  }
  return { geometry: brain.geometry, inside };
}

function largestPerSlice(mask: Mask): Mask {
  const [nx, ny, nz] = mask.geometry.size;
  const found = connectedComponents(mask, 8);
  const size = new Map(found.components.map(({ label, voxels }) => [label, voxels]));
  const keep = new Set<number>();
  for (let k = 0; k < nz; k++) {
    let best = 0;
    for (let v = k * nx * ny; v < (k + 1) * nx * ny; v++) {
      const label = found.labels[v];
      if (label !== 0 && label !== best && (size.get(label) ?? 0) > (size.get(best) ?? 0)) best = label;
    }
    keep.add(best);
  }
  return maskOfComponents(mask, found, ({ label }) => keep.has(label));
}

/** The mask of the voxels that fulfil a condition. */
export function maskWhere(geometry: Geometry, condition: (voxel: number) => boolean): Mask {
  const inside = new Uint8Array(voxelCount(geometry));
  for (let v = 0; v < inside.length; v++) if (condition(v)) inside[v] = 1;
  return { geometry, inside };
}

function countOf(values: Uint8Array): number {
  let count = 0;
  for (const value of values) count += value;
  return count;
}
