/**
 * Sections: what a reader sees. The published markers were defined on sections of about 5 mm, so thin slices are averaged to that thickness,
 * which also brings their noise down to what the thresholds in HU assume; thicker slices stay as they are.
 */
import { HemacastError } from "../core/errors.ts";
import { type Box, boundingBox, cropMask, cropVolume, grownBox, uncropMask } from "../volume/box.ts";
import { squaredDistanceMm } from "../volume/distance.ts";
import { type Geometry, indexToLps, requireSameGrid, sliceExtentMm } from "../volume/geometry.ts";
import { complement, fillHoles } from "../volume/morphology.ts";
import { type Loop, sliceOutline } from "../volume/outline.ts";
import { type CtVolume, type Mask, voxelsPerSlice } from "../volume/volume.ts";

/** Slices `firstSlice` to `lastSlice` averaged, cut to the hematoma and a margin: one slice on a grid of its own. */
export interface Section extends Mask {
  /** The slice k in the middle, which stands for the section. */
  readonly slice: number;
  readonly firstSlice: number;
  readonly lastSlice: number;
  readonly thicknessMm: number;
  /** Column and row in the volume of pixel (0, 0). */
  readonly corner: readonly [number, number];
  /** Mean HU; pixels beyond the image hold 0 and never lie inside. */
  readonly hu: Float32Array;
  /** 1 where blood lies in a ventricle. */
  readonly ventricular: Uint8Array;
  /** Area of the hematoma in mm2. */
  readonly areaMm2: number;
}

/** The thickness that the definitions of the markers assume. */
export const SECTION_MM = 5;

/** Surroundings in mm kept around the hematoma: enough for the ring of brain that markers compare with. */
const MARGIN_MM = 12;

/**
 * The sections that a hematoma occupies, from low to high k: a pixel is inside where at least half of the thickness is hematoma, holes filled.
 *
 * @param ventricular blood in the ventricles on the same grid, where it is known
 * @throws HemacastError GEOMETRY_MISMATCH when the grids differ, MASK_EMPTY
 */
export function sectionsOf(volume: CtVolume, mask: Mask, ventricular: Mask | null = null): Section[] {
  requireSameGrid(volume.geometry, mask.geometry, "volume and mask");
  if (ventricular) requireSameGrid(volume.geometry, ventricular.geometry, "volume and ventricular blood");
  const counts = voxelsPerSlice(mask);
  const first = counts.findIndex((count) => count > 0);
  if (first < 0) throw new HemacastError("MASK_EMPTY", "the mask has no voxel; markers need a hematoma");
  const last = counts.findLastIndex((count) => count > 0);
  const window = windowAround(mask);
  const sections: Section[] = [];
  for (const [from, to] of slabs(mask, first, last)) {
    const section = sectionOf({ volume, mask, ventricular }, from, to, window);
    if (section.areaMm2 > 0) sections.push(section);
  }
  return sections;
}

/** Cuts the slices from first to last into slabs whose thickness is nearest to `SECTION_MM`. */
function slabs(mask: Mask, first: number, last: number): [number, number][] {
  const result: [number, number][] = [];
  let from = first;
  let thickness = 0;
  for (let k = first; k <= last; k++) {
    thickness += sliceExtentMm(mask.geometry, k);
    const next = k < last ? sliceExtentMm(mask.geometry, k + 1) : Number.POSITIVE_INFINITY;
    if (Math.abs(thickness + next - SECTION_MM) < Math.abs(thickness - SECTION_MM)) continue;
    result.push([from, k]);
    from = k + 1;
    thickness = 0;
  }
  return result;
}

interface Window {
  readonly corner: readonly [number, number];
  readonly size: readonly [number, number];
}

/** The window may reach beyond the image: a clot at its border still needs a margin around it. */
function windowAround(mask: Mask): Window {
  const [dx, dy] = mask.geometry.spacing;
  const { low, high } = boundingBox(mask) ?? { low: [0, 0, 0], high: [0, 0, 0] };
  const [mx, my] = [Math.ceil(MARGIN_MM / dx), Math.ceil(MARGIN_MM / dy)];
  return { corner: [low[0] - mx, low[1] - my], size: [high[0] - low[0] + 2 * mx, high[1] - low[1] + 2 * my] };
}

interface Images {
  readonly volume: CtVolume;
  readonly mask: Mask;
  readonly ventricular: Mask | null;
}

function sectionOf({ volume, mask, ventricular }: Images, from: number, to: number, { corner, size }: Window): Section {
  const [nx, ny] = volume.geometry.size;
  const [wx, wy] = size;
  const hu = new Float32Array(wx * wy);
  const share = new Float32Array(wx * wy);
  const ventricularShare = new Float32Array(wx * wy);
  let thicknessMm = 0;
  for (let k = from; k <= to; k++) {
    const extent = sliceExtentMm(volume.geometry, k);
    thicknessMm += extent;
    for (let b = Math.max(-corner[1], 0); b < Math.min(wy, ny - corner[1]); b++) {
      for (let a = Math.max(-corner[0], 0); a < Math.min(wx, nx - corner[0]); a++) {
        const voxel = a + corner[0] + nx * (b + corner[1] + ny * k);
        const pixel = a + wx * b;
        hu[pixel] += extent * volume.hu[voxel];
        share[pixel] += extent * mask.inside[voxel];
        if (ventricular?.inside[voxel]) ventricularShare[pixel] += extent;
      }
    }
  }
  const middle = (from + to) / 2;
  const geometry: Geometry = {
    size: [wx, wy, 1],
    spacing: [volume.geometry.spacing[0], volume.geometry.spacing[1], thicknessMm],
    origin: indexToLps(volume.geometry, [corner[0], corner[1], middle]),
    direction: volume.geometry.direction,
  };
  const mostly = (shares: Float32Array): Uint8Array =>
    Uint8Array.from(shares, (mm) => (mm >= thicknessMm / 2 - 1e-6 ? 1 : 0));
  const { inside } = fillHoles({ geometry, inside: mostly(share) }, "slice");
  return {
    geometry,
    inside,
    hu: hu.map((sum) => sum / thicknessMm),
    ventricular: mostly(ventricularShare),
    slice: Math.floor(middle),
    firstSlice: from,
    lastSlice: to,
    thicknessMm,
    corner,
    areaMm2: areaMm2(geometry, inside),
  };
}

/** Area in mm2 of the pixels of a set. */
export function areaMm2({ spacing }: Geometry, set: Uint8Array): number {
  let pixels = 0;
  for (const value of set) pixels += value;
  return pixels * spacing[0] * spacing[1];
}

/** Distance in mm from each pixel of a set on a section's grid to the nearest pixel outside of it; 0 outside. Costs what the set's box costs. */
export function depthMm({ geometry }: Pick<Section, "geometry">, set: Uint8Array): Float32Array {
  const result = new Float32Array(set.length);
  const box = boundingBox({ geometry, inside: set });
  if (!box) return result;
  // The nearest pixel outside is at most one step beyond the box.
  const around = grownBox(box, geometry, Math.max(geometry.spacing[0], geometry.spacing[1]), false);
  const squared = squaredDistanceMm(complement(cropMask({ geometry, inside: set }, around)), "slice");
  copyRoots(squared, result, geometry.size[0], around);
  return result;
}

/**
 * Distance in mm from each pixel on a section's grid to the nearest pixel of a set; 0 inside, Infinity for an empty set.
 *
 * @param reachMm farther than this it may be told as Infinity
 */
export function distanceToMm({ geometry }: Pick<Section, "geometry">, set: Uint8Array, reachMm: number): Float32Array {
  const result = new Float32Array(set.length).fill(Number.POSITIVE_INFINITY);
  const box = boundingBox({ geometry, inside: set });
  if (!box) return result;
  const around = grownBox(box, geometry, reachMm, false);
  copyRoots(squaredDistanceMm(cropMask({ geometry, inside: set }, around), "slice"), result, geometry.size[0], around);
  return result;
}

function copyRoots(squared: Float32Array, into: Float32Array, nx: number, { low, high }: Box): void {
  const width = high[0] - low[0];
  for (let j = low[1]; j < high[1]; j++) {
    const from = width * (j - low[1]);
    for (let i = 0; i < width; i++) into[low[0] + i + nx * j] = Math.sqrt(squared[from + i]);
  }
}

/** The part of a section around its hematoma, and what brings pixels of the part back to the section. */
export function closeUp(
  section: Section,
  marginMm: number,
): { part: Section; whole: (pixels: Uint8Array) => Uint8Array } {
  const { geometry, inside, hu, corner } = section;
  const box = boundingBox(section);
  if (!box) return { part: section, whole: (pixels) => pixels };
  const around = grownBox(box, geometry, marginMm, false);
  const cropped = cropMask({ geometry, inside }, around);
  const part: Section = {
    ...section,
    ...cropped,
    hu: cropVolume({ geometry, hu, sources: [] }, around).hu as Float32Array,
    ventricular: cropMask({ geometry, inside: section.ventricular }, around).inside,
    corner: [corner[0] + around.low[0], corner[1] + around.low[1]],
  };
  return {
    part,
    whole: (pixels) => uncropMask({ geometry: cropped.geometry, inside: pixels }, geometry, around).inside,
  };
}

/** The longest loop around a set on a section's grid, in pixel edges of the volume: pixel (i, j) covers [i, i + 1] x [j, j + 1]. */
export function outlineInVolume({ geometry, corner }: Section, set: Uint8Array): Loop {
  const loops = sliceOutline({ geometry, inside: set }, 0);
  const longest = loops.reduce<Loop>((best, loop) => (loop.length > best.length ? loop : best), []);
  return longest.map(([x, y]) => [x + corner[0], y + corner[1]] as const);
}
