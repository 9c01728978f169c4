/** What a reader would remark before measuring: contrast medium in the vessels, air, metal or a gap in the skull after surgery. Findings, not refusals. */
import type { Finding } from "../core/finding.ts";
import { findCranium } from "../volume/brain-mask.ts";
import { connectedComponents } from "../volume/components.ts";
import { squaredDistanceMm } from "../volume/distance.ts";
import { dilate, erode } from "../volume/morphology.ts";
import { canonicalOrder, reorderMask, reorderVolume } from "../volume/orient.ts";
import { resampleMask } from "../volume/resample.ts";
import { gaussianSmooth } from "../volume/smooth.ts";
import { type CtVolume, type Mask, maskMl, voxelsPerSlice } from "../volume/volume.ts";

/** Denser than any blood and looser than bone: vessels with contrast medium, away from the skull. */
const CONTRAST_HU = [105, 400] as const;
const AWAY_FROM_SKULL_MM = 6;
/** Calcified plexus, pineal and falx together are smaller. */
const LEAST_CONTRAST_ML = 4;

/** Share of the cavity's slices, from below, that are skull base. */
const BASE_SHARE = 0.35;

/** Air inside the skull, away from sinuses. */
const AIR_HU_BELOW = -300;
const LEAST_AIR_ML = 0.3;

/** Denser than any bone. */
const METAL_HU = 2400;
const LEAST_METAL_ML = 0.05;

/** The edge of the cavity is this near to bone where the skull is whole; a larger part without is a gap. */
const SKULL_WITHIN_MM = 6;
const LEAST_GAP_MM = 25;

/**
 * Checks a scan for contrast medium and traces of surgery; empty when there are none or no cranium is seen. Codes: `CONTRAST_SUSPECTED`,
 * `INTRACRANIAL_AIR`, `METAL_IN_HEAD`, `SKULL_GAP`.
 *
 * @param mask the hematoma, which is not counted as contrast medium
 */
export function checkScan(volume: CtVolume, mask: Mask): Finding[] {
  const order = canonicalOrder(volume.geometry);
  const cranium = findCranium(reorderVolume(volume, order));
  if (!cranium) return [];
  const { coarse, cavity, skull } = cranium;
  const hematoma = dilate(resampleMask(reorderMask(mask, order), cavity.geometry), 3, "slice");
  const smooth = gaussianSmooth(coarse, { inPlane: 1, throughPlane: 0 }).hu;
  const inner = erode(aboveTheBase(cavity), AWAY_FROM_SKULL_MM, "slice");
  const mlWhere = (chosen: (hu: number, voxel: number) => boolean): number => {
    const inside = new Uint8Array(coarse.hu.length);
    for (let voxel = 0; voxel < inside.length; voxel++) if (chosen(coarse.hu[voxel], voxel)) inside[voxel] = 1;
    return maskMl({ geometry: cavity.geometry, inside });
  };
  const contrastMl = mlWhere((_, voxel) => {
    const hu = smooth[voxel];
    return inner.inside[voxel] === 1 && hematoma.inside[voxel] === 0 && hu >= CONTRAST_HU[0] && hu <= CONTRAST_HU[1];
  });
  const airMl = mlWhere((hu, voxel) => inner.inside[voxel] === 1 && hu < AIR_HU_BELOW);
  const metalMl = mlWhere((hu) => hu > METAL_HU);
  const gapMm = widestGapMm(cavity, skull);
  return [
    finding(
      contrastMl >= LEAST_CONTRAST_ML,
      "CONTRAST_SUSPECTED",
      `${contrastMl.toFixed(1)} mL inside the skull are denser than blood and looser than bone, as vessels with contrast medium are; markers and volume assume a scan without it`,
    ),
    finding(
      airMl >= LEAST_AIR_ML,
      "INTRACRANIAL_AIR",
      `${airMl.toFixed(1)} mL of air inside the skull, as after surgery or trauma; growth and expansion risk assume neither`,
    ),
    finding(
      metalMl >= LEAST_METAL_ML,
      "METAL_IN_HEAD",
      `${metalMl.toFixed(2)} mL are denser than bone, as clips, coils and drains are; streaks from them can look like blood`,
    ),
    finding(
      gapMm >= LEAST_GAP_MM,
      "SKULL_GAP",
      `the skull is open over ${gapMm.toFixed(0)} mm on one slice, as after a craniotomy; growth and expansion risk assume no surgery`,
    ),
  ].flat();
}

/** The cavity without its lower part, where bone, sinuses and streaks between the petrous bones lie inside every skull. */
function aboveTheBase(cavity: Mask): Mask {
  const perSlice = cavity.geometry.size[0] * cavity.geometry.size[1];
  const used = usedSlices(cavity);
  const lowest = used[Math.floor(used.length * BASE_SHARE)];
  return {
    geometry: cavity.geometry,
    inside: cavity.inside.map((value, voxel) => (Math.floor(voxel / perSlice) >= lowest ? value : 0)),
  };
}

function usedSlices(cavity: Mask): number[] {
  const counts = voxelsPerSlice(cavity);
  return Array.from(counts.keys()).filter((k) => counts[k] > 0);
}

function finding(applies: boolean, code: string, message: string): Finding[] {
  return applies ? [{ code, severity: "warning", message }] : [];
}

/** The longest stretch of the cavity's edge without bone beside it, on one slice of the vault; the base is open by nature, the top is cut at a slant. */
function widestGapMm(cavity: Mask, skull: Mask): number {
  const [nx, ny] = cavity.geometry.size;
  const used = usedSlices(cavity);
  const vault = new Set(used.slice(Math.floor(used.length * 0.45), Math.floor(used.length * 0.8)));
  const toBone = squaredDistanceMm(skull, "slice");
  const open = cavity.inside.map((value, voxel) => {
    if (!value || !vault.has(Math.floor(voxel / (nx * ny)))) return 0;
    const edge = [-1, 1, -nx, nx].some((step) => !cavity.inside[voxel + step]);
    return edge && toBone[voxel] > SKULL_WITHIN_MM ** 2 ? 1 : 0;
  });
  const { components } = connectedComponents({ geometry: cavity.geometry, inside: open }, 8);
  return Math.max(0, ...components.map(({ voxels }) => voxels)) * cavity.geometry.spacing[0];
}
