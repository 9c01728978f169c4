/** Which signs a simulated clot shows, by their definitions, given what was put into it; and the voxels that show each. */
import { connectedComponents } from "../volume/components.ts";
import { createMask, type Mask, voxelsPerSlice } from "../volume/volume.ts";
import type { Hematoma } from "./hematoma/hematoma.ts";
import type { SliceCoverage } from "./scanner/blood-coverage.ts";
import { forEachPixel, halfCovered } from "./scanner/blood-masks.ts";
import { LEAST_PIXELS, type SignGaps } from "./scanner/sign-gaps.ts";
import type { SignName } from "./simulated-case.ts";

/** Separate foci that make the island sign. */
const ISLANDS = 3;
/** Slices that a swirl runs through: two contiguous ones of 5 mm. */
const SWIRL_MM = 10;

/**
 * One mask for each sign that is present. Definitions overlap, so one region may show several: a black hole or a
 * swirl is also a hypodensity; a black hole is a swirl if it runs on for 10 mm; layering is a blend too; islands are satellites.
 *
 * @see Li et al. 2015, doi:10.1161/STROKEAHA.115.009185 (blend); Li et al. 2016, doi:10.1161/STROKEAHA.116.013186 (black hole);
 * Ng et al. 2018, doi:10.3174/ajnr.A5465 (swirl); Li et al. 2017, doi:10.1161/STROKEAHA.117.017985 (island)
 */
export function signsByDefinition(
  hematoma: Hematoma,
  coverages: readonly SliceCoverage[],
  mask: Mask,
  gaps: SignGaps,
): Partial<Record<SignName, Mask>> {
  const signs: Partial<Record<SignName, Mask>> = {};
  for (const { sign } of hematoma.signs) {
    if (gaps.has(sign)) {
      const blood = (v: number): boolean => mask.inside[v] === 1;
      signs[sign] = halfCovered(coverages, mask.geometry, (box) => box.signs[sign], blood);
    }
  }
  if (signs["fluid-level"]) signs.blend ??= signs["fluid-level"];
  const { swirl, "black-hole": blackHole } = signs;
  for (const enclosed of [swirl, blackHole]) if (enclosed) signs.hypodensity = union(signs.hypodensity, enclosed);
  const asDarkAsBrain = [swirl, blackHole].filter((region) => region && runsOnMm(region) >= SWIRL_MM) as Mask[];
  if (asDarkAsBrain.length > 0) signs.swirl = asDarkAsBrain.reduce(union);
  else delete signs.swirl;
  const foci = smallFoci(hematoma, coverages, mask);
  if (foci.count > 0) signs.satellite = foci.mask;
  if (foci.count >= ISLANDS) signs.island = foci.mask;
  return signs;
}

function union(a: Mask | undefined, b: Mask): Mask {
  if (!a || a === b) return b;
  const inside = Uint8Array.from(b.inside);
  for (let v = 0; v < inside.length; v++) if (a.inside[v]) inside[v] = 1;
  return { geometry: b.geometry, inside };
}

/** Longest run of neighbouring slices on which the region can be seen, mm: one or two pixels at its end are partial volume. */
function runsOnMm(region: Mask): number {
  const spacing = region.geometry.spacing[2];
  let [run, longest] = [0, 0];
  for (const n of voxelsPerSlice(region)) {
    run = n >= LEAST_PIXELS ? run + 1 : 0;
    longest = Math.max(longest, run);
  }
  return longest * spacing;
}

/** The part of the mask that is small clots, and how many pieces of the mask, apart from everything else, are one. */
function smallFoci({ clot }: Hematoma, coverages: readonly SliceCoverage[], mask: Mask): { mask: Mask; count: number } {
  if (clot.smallClots.length === 0) return { mask, count: 0 };
  const small = new Uint8Array(mask.inside.length);
  for (const box of coverages) {
    forEachPixel(box, mask.geometry, (p, v) => {
      if (mask.inside[v] && (box.small[p] as number) > 0.1) small[v] = 1;
    });
  }
  const { labels, components } = connectedComponents(mask, 26);
  const [, ...apart] = [...components].sort((a, b) => b.voxels - a.voxels);
  const foci = new Set(apart.map(({ label }) => label));
  const inside = small.map((one, v) => (one && foci.has(labels[v] as number) ? 1 : 0));
  return {
    mask: createMask(mask.geometry, inside),
    count: connectedComponents({ ...mask, inside }, 26).components.length,
  };
}
