/** The true masks of a scan, from what the blood fills: the hematoma's has the volume asked for, and no piece that would pass for a satellite by accident. */
import { HemacastError } from "../../core/errors.ts";
import { connectedComponents } from "../../volume/components.ts";
import { type Geometry, voxelCount, voxelMl } from "../../volume/geometry.ts";
import { createMask, type Mask } from "../../volume/volume.ts";
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

/** The mask of voxels of which at least half is covered by what `pick` names. */
export function halfCovered(
  coverages: readonly SliceCoverage[],
  geometry: Geometry,
  pick: (slice: SliceCoverage) => Float32Array | undefined,
): Mask {
  const inside = new Uint8Array(voxelCount(geometry));
  for (const box of coverages) {
    const values = pick(box);
    if (!values) continue;
    forEachPixel(box, geometry, (p, v) => {
      inside[v] = Number((values[p] as number) >= 0.5);
    });
  }
  return createMask(geometry, inside);
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

function fullest(coverages: readonly SliceCoverage[], geometry: Geometry, volumeMl: number): Mask {
  const found: { fill: number; v: number; ml: number }[] = [];
  for (const box of coverages) {
    const ml = voxelMl(geometry, box.slice);
    forEachPixel(box, geometry, (p, v) => {
      const fill = box.clot[p] as number;
      if (fill >= LEAST_COVERAGE) found.push({ fill, v, ml });
    });
  }
  found.sort((a, b) => b.fill - a.fill || a.v - b.v);
  const inside = new Uint8Array(voxelCount(geometry));
  let left = volumeMl;
  for (const { v, ml } of found) {
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
  return createMask(geometry, inside);
}

/** Takes the blood from pieces that are separate on a slice without being meant to be; says whether there were any. */
function removeLoosePieces(coverages: readonly SliceCoverage[], mask: Mask): boolean {
  const { labels, components } = connectedComponents(mask, 8);
  const loose = new Set<number>();
  for (const box of coverages) {
    const small = new Map<number, number>();
    forEachPixel(box, mask.geometry, (p, v) => {
      const label = labels[v] as number;
      if (label > 0) small.set(label, (small.get(label) ?? 0) + Number((box.small[p] as number) > 0.05));
    });
    const voxels = (label: number): number => components[label - 1]?.voxels ?? 0;
    const main = [...small.keys()].filter((label) => (small.get(label) ?? 0) < 0.5 * voxels(label));
    const largest = Math.max(0, ...main.map(voxels));
    for (const label of main) if (voxels(label) < largest) loose.add(label);
  }
  if (loose.size === 0) return false;
  for (const box of coverages) {
    forEachPixel(box, mask.geometry, (p, v) => {
      const label = labels[v] as number;
      if (label > 0 && loose.has(label)) emptyPixel(box, p);
    });
  }
  return true;
}

/** Empties a pixel and what bleeds into its neighbours from the same piece. */
function emptyPixel(box: SliceCoverage, p: number): void {
  for (const values of [box.clot, box.clotHu, box.small, ...Object.values(box.signs)]) values[p] = 0;
}
