/**
 * The segmenter without a network: blood is what is denser than the brain around it, thick, and away from the skull. It is the named baseline
 * that a network must beat, and the teacher of weak labels. It keeps blood in the ventricles that touches or looks like the hematoma.
 */
import type { Finding } from "../core/finding.ts";
import { findCranium } from "../volume/brain-mask.ts";
import { close, fillHoles } from "../volume/morphology.ts";
import { canonicalOrder, inverseOrder, reorderedValues, reorderVolume } from "../volume/orient.ts";
import { resampleMask } from "../volume/resample.ts";
import { type CtVolume, createMask, type Mask } from "../volume/volume.ts";
import { type BrainTissue, prepareBrainTissue } from "./brain-tissue.ts";
import { type BrightRegion, type Exclusion, exclusionOf, findBrightRegions, limits } from "./bright-region.ts";
import { grownClot } from "./clot-growth.ts";
import { openSkullFindings } from "./open-skull.ts";
import type { Segmentation, Segmenter } from "./segmenter.ts";

const model = { name: "threshold", version: "1.0.0" } as const;

/** How far a clot may reach beyond its cores: opening took what is thin from them. */
const REACH_MM = 20;
/** Gaps in the outline are closed up to twice this. */
const CLOSING_MM = 1.5;

/**
 * Segments by an adaptive threshold. Axial thickness below 3 mm is averaged to slabs first, so on thin slices the outline has steps of a slab.
 * Findings: `NO_BRAIN_FOUND`, `SKULL_OPEN`, `NO_HEMATOMA_FOUND`, `BRIGHT_REGIONS_EXCLUDED`.
 */
export const thresholdSegmenter: Segmenter = async (volume, options = {}) => {
  const tell = (done: number): void => options.onProgress?.({ stage: "segment", done, total: 3 });
  tell(0);
  const order = canonicalOrder(volume.geometry);
  const canonical = reorderVolume(volume, order);
  const cranium = findCranium(canonical);
  const brain = prepareBrainTissue(canonical, cranium);
  tell(1);
  if (!cranium || !brain) return nothing(volume, noBrain);
  const { labels, regions } = findBrightRegions(brain);
  tell(2);
  const judged = regions.map((region) => ({ region, exclusion: exclusionOf(region) }));
  const hematomas = judged.filter(({ exclusion }) => exclusion === null).map(({ region }) => region);
  const remarks = [...openSkullFindings(cranium), ...excludedFindings(judged)];
  if (hematomas.length === 0) return nothing(volume, noHematoma, ...remarks);
  const found = grownClot(brain, coresOf(brain, labels, hematomas), REACH_MM);
  if (!found.inside.includes(1)) return nothing(volume, noHematoma, ...remarks);
  const placed = resampleMask(smoothOutline(found), canonical.geometry);
  const inside = reorderedValues(placed.inside, canonical.geometry.size, inverseOrder(order));
  tell(3);
  return { mask: { geometry: volume.geometry, inside }, findings: remarks, model };
};

const noBrain: Finding = {
  code: "NO_BRAIN_FOUND",
  severity: "warning",
  message: "no slice shows a cavity that is surrounded by bone and as large as a brain; nothing was segmented",
};

const noHematoma: Finding = {
  code: "NO_HEMATOMA_FOUND",
  severity: "info",
  message: `no region of the brain is as dense, as thick and as deep as a hematoma of ${limits.leastMl} mL or more`,
};

function nothing(volume: CtVolume, ...findings: Finding[]): Segmentation {
  return { mask: createMask(volume.geometry), findings, model };
}

/** Tells a reader which bright regions of note were left out, and why; specks and faint ones are not worth a line. */
function excludedFindings(judged: readonly { region: BrightRegion; exclusion: Exclusion | null }[]): Finding[] {
  return (["calcified", "superficial", "sheet"] as const).flatMap((exclusion) => {
    const regions = judged.filter((entry) => entry.exclusion === exclusion);
    if (regions.length === 0) return [];
    const ml = regions.reduce((sum, { region }) => sum + region.ml, 0);
    const message = `${regions.length} bright region(s) of ${ml.toFixed(1)} mL in all left out as ${meaning[exclusion]}`;
    return [{ code: "BRIGHT_REGIONS_EXCLUDED", severity: "info" as const, message }];
  });
}

const meaning = {
  calcified: "calcification or bone",
  superficial: "venous sinus, dura, extra-axial blood or brightening near the skull",
  sheet: "falx or tentorium",
};

function coresOf({ cavity: { geometry } }: BrainTissue, labels: Int32Array, regions: readonly BrightRegion[]): Mask {
  const wanted = new Uint8Array(regions.reduce((most, { label }) => Math.max(most, label), 0) + 1);
  for (const { label } of regions) wanted[label] = 1;
  const inside = new Uint8Array(labels.length);
  for (let v = 0; v < labels.length; v++) inside[v] = wanted[labels[v]] ?? 0;
  return { geometry, inside };
}

function smoothOutline(mask: Mask): Mask {
  return fillHoles(close(mask, CLOSING_MM, "slice"), "slice");
}
