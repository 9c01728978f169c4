/** The true masks of a scan, from what the blood fills: the hematoma's has the volume asked for, and no piece that would pass for a satellite by accident. */
import { HemacastError } from "../../core/errors.ts";
import { connectedComponents } from "../../volume/components.ts";
import { type Geometry, voxelCount, voxelMl } from "../../volume/geometry.ts";
import type { Mask } from "../../volume/volume.ts";
import type { SliceCoverage } from "./blood-coverage.ts";

/** A pixel that is less than this part blood is never called hematoma. */
const LEAST_COVERAGE = 0.2;
const LAST_PASS = 3;

/**
 * The hematoma's mask: the voxels that hold the most blood, as many as make the volume. Loose pieces on a slice that belong to no intended
 * small clot lose their blood (in `coverages` too, so that the image agrees).
 *
 * @throws HemacastError ARGUMENT_INVALID when the brain has no room for the volume
 */
export function hematomaMask(coverages: readonly SliceCoverage[], geometry: Geometry, volumeMl: number): Mask {
  for (let pass = 0; ; pass++) {
    const mask = fullest(coverages, geometry, volumeMl);
    if (pass === LAST_PASS || !removeLoosePieces(coverages, mask)) return mask;
  }
}

/** The mask of voxels, of those allowed, of which at least half is covered by what `pick` names. */
export function halfCovered(
  coverages: readonly SliceCoverage[],
  geometry: Geometry,
  pick: (slice: SliceCoverage) => Float32Array | undefined,
  allowed: (v: number) => boolean,
): Mask {
  const inside = new Uint8Array(voxelCount(geometry));
  for (const box of coverages) {
    const values = pick(box);
    if (!values) continue;
    forEachPixel(box, geometry, (p, v) => {
      if ((values[p] as number) >= 0.5 && allowed(v)) inside[v] = 1;
    });
  }
  return { geometry, inside };
}

/**
 * Calls with the index in the box and the index in the volume of every pixel of a box.
 */
export function forEachPixel(box: SliceCoverage, geometry: Geometry, visit: (p: number, v: number) => void): void {
  const [nx, ny] = geometry.size;
  for (let row = 0; row < box.height; row++) {
    const start = box.i + nx * (box.j + row + ny * box.slice);
    for (let column = 0; column < box.width; column++) visit(row * box.width + column, start + column);
  }
}

/** Keys hold a fill in [0, 1] (20 bits, larger first) and a voxel index (26 bits), so that one numeric sort orders both. */
const INDEX_SPAN = 2 ** 26;
const FILL_STEPS = 2 ** 20;

function fullest(coverages: readonly SliceCoverage[], geometry: Geometry, volumeMl: number): Mask {
  const [nx, ny] = geometry.size;
  const keys = new Float64Array(coverages.reduce((n, box) => n + box.clot.length, 0));
  let found = 0;
  for (const box of coverages) {
    for (let p = 0; p < box.clot.length; p++) {
      const fill = box.clot[p] as number;
      if (fill < LEAST_COVERAGE) continue;
      const v = box.i + (p % box.width) + nx * (box.j + Math.floor(p / box.width) + ny * box.slice);
      keys[found++] = Math.round((1 - Math.min(fill, 1)) * FILL_STEPS) * INDEX_SPAN + v;
    }
  }
  const inside = new Uint8Array(voxelCount(geometry));
  let left = volumeMl;
  for (const key of keys.subarray(0, found).sort()) {
    const v = key % INDEX_SPAN;
    const ml = voxelMl(geometry, Math.floor(v / (nx * ny)));
    if (left < ml / 2) break;
    inside[v] = 1;
    left -= ml;
  }
  if (left > Math.max(0.01 * volumeMl, 0.02)) {
    throw new HemacastError(
      "ARGUMENT_INVALID",
      `there is room for ${(volumeMl - left).toFixed(1)} of ${volumeMl.toFixed(1)} mL of blood at this site; ask for less`,
    );
  }
  return { geometry, inside };
}

/** Takes the blood from pieces that are separate on a slice without being meant to be; says whether there were any. */
function removeLoosePieces(coverages: readonly SliceCoverage[], mask: Mask): boolean {
  let removed = false;
  for (const box of coverages) {
    const size = [box.width, box.height, 1] as const;
    const part = { geometry: { ...mask.geometry, size }, inside: new Uint8Array(box.clot.length) };
    forEachPixel(box, mask.geometry, (p, v) => {
      part.inside[p] = mask.inside[v] as number;
    });
    if (!part.inside.includes(1)) continue;
    const { labels, components } = connectedComponents(part, 8);
    if (components.length < 2) continue;
    const meant = new Float64Array(components.length + 1);
    labels.forEach((label, p) => {
      if ((box.small[p] as number) > 0.05) meant[label] = (meant[label] as number) + 1;
    });
    const main = components.filter(({ label, voxels }) => (meant[label] as number) < 0.5 * voxels);
    const largest = Math.max(0, ...main.map(({ voxels }) => voxels));
    const loose = new Set(main.filter(({ voxels }) => voxels < largest).map(({ label }) => label));
    if (loose.size === 0) continue;
    removed = true;
    labels.forEach((label, p) => {
      if (label > 0 && loose.has(label)) emptyPixel(box, p);
    });
  }
  return removed;
}

/** Leaves no blood in a pixel. */
function emptyPixel(box: SliceCoverage, p: number): void {
  for (const values of [box.clot, box.clotHu, box.small, ...Object.values(box.signs)]) values[p] = 0;
}
