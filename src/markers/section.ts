/**
 * Sections: what a reader sees. The published markers were defined on sections of about 5 mm, so thin slices are averaged to that thickness,
 * which also brings their noise down to what the thresholds in HU assume; thicker slices stay as they are.
 */
import { HemacastError } from "../core/errors.ts";
import { requireSameGrid, sliceExtentMm } from "../volume/geometry.ts";
import { type CtVolume, type Mask, voxelsPerSlice } from "../volume/volume.ts";
import { filled, type Plane } from "./plane.ts";

/** Slices `firstSlice` to `lastSlice` averaged, cut to the hematoma and a margin. */
export interface Section extends Plane {
  /** The slice k in the middle, which stands for the section. */
  readonly slice: number;
  readonly firstSlice: number;
  readonly lastSlice: number;
  readonly thicknessMm: number;
  /** Column and row in the volume of pixel (0, 0). */
  readonly corner: readonly [number, number];
  /** Mean HU, length nx * ny. */
  readonly hu: Float32Array;
  /** 1 where at least half of the section's thickness is hematoma, holes filled. */
  readonly inside: Uint8Array;
  /** Area of the hematoma in mm2. */
  readonly areaMm2: number;
}

/** The thickness that the definitions of the markers assume. */
export const SECTION_MM = 5;

/** Surroundings in mm kept around the hematoma: enough for the ring of brain that markers compare with. */
const MARGIN_MM = 12;

/**
 * The sections that a hematoma occupies, from low to high k; pixels that no source image covers count as brain of 0 HU weight and never lie inside.
 *
 * @throws HemacastError GEOMETRY_MISMATCH when the grids differ, MASK_EMPTY
 */
export function sectionsOf(volume: CtVolume, mask: Mask): Section[] {
  requireSameGrid(volume.geometry, mask.geometry, "volume and mask");
  const counts = voxelsPerSlice(mask);
  const first = counts.findIndex((count) => count > 0);
  if (first < 0) throw new HemacastError("MASK_EMPTY", "the mask has no voxel; markers need a hematoma");
  const last = counts.findLastIndex((count) => count > 0);
  const window = windowAround(mask);
  const sections: Section[] = [];
  for (const [from, to] of slabs(mask, first, last)) {
    const section = sectionOf(volume, mask, from, to, window);
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

function windowAround(mask: Mask): Window {
  const [nx, ny, nz] = mask.geometry.size;
  const [dx, dy] = mask.geometry.spacing;
  let [left, right, top, bottom] = [nx, -1, ny, -1];
  for (let k = 0; k < nz; k++) {
    for (let j = 0; j < ny; j++) {
      const row = mask.inside.subarray(nx * (j + ny * k), nx * (j + 1 + ny * k));
      const start = row.indexOf(1);
      if (start < 0) continue;
      left = Math.min(left, start);
      right = Math.max(right, row.lastIndexOf(1));
      top = Math.min(top, j);
      bottom = Math.max(bottom, j);
    }
  }
  // The window may reach beyond the image: a clot at its border still needs a margin around it.
  const [mx, my] = [Math.ceil(MARGIN_MM / dx), Math.ceil(MARGIN_MM / dy)];
  return { corner: [left - mx, top - my], size: [right - left + 1 + 2 * mx, bottom - top + 1 + 2 * my] };
}

function sectionOf(volume: CtVolume, mask: Mask, from: number, to: number, { corner, size }: Window): Section {
  const [nx, ny] = volume.geometry.size;
  const [wx, wy] = size;
  const hu = new Float32Array(wx * wy);
  const share = new Float32Array(wx * wy);
  let thicknessMm = 0;
  for (let k = from; k <= to; k++) {
    const extent = sliceExtentMm(volume.geometry, k);
    thicknessMm += extent;
    for (let b = Math.max(-corner[1], 0); b < Math.min(wy, ny - corner[1]); b++) {
      for (let a = Math.max(-corner[0], 0); a < Math.min(wx, nx - corner[0]); a++) {
        const voxel = a + corner[0] + nx * (b + corner[1] + ny * k);
        const pixel = a + wx * b;
        hu[pixel] = (hu[pixel] as number) + extent * (volume.hu[voxel] as number);
        share[pixel] = (share[pixel] as number) + extent * (mask.inside[voxel] as number);
      }
    }
  }
  const plane: Plane = { size, spacingMm: [volume.geometry.spacing[0], volume.geometry.spacing[1]] };
  const inside = filled(
    plane,
    Uint8Array.from(share, (extent) => (extent >= thicknessMm / 2 - 1e-6 ? 1 : 0)),
  );
  return {
    ...plane,
    slice: (from + to) >> 1,
    firstSlice: from,
    lastSlice: to,
    thicknessMm,
    corner,
    hu: hu.map((sum) => sum / thicknessMm),
    inside,
    areaMm2: inside.reduce((sum, value) => sum + value, 0) * plane.spacingMm[0] * plane.spacingMm[1],
  };
}

/** Pixel coordinates of a section as column and row of the volume. */
export function toSlicePoints(
  section: Section,
  points: readonly (readonly [number, number])[],
): (readonly [number, number])[] {
  return points.map(([a, b]) => [a + section.corner[0], b + section.corner[1]] as const);
}
