/** The segmenter with a trained network: locate the head, check that it is of the kind that is known, slabs, probabilities, regions. */
import type { Finding } from "../core/finding.ts";
import { canonicalOrder, inverseOrder, reorderedValues, reorderMask, reorderVolume } from "../volume/orient.ts";
import { type CtVolume, createMask, maskMl } from "../volume/volume.ts";
import { locateHead, patchCentersMm } from "./head-box.ts";
import { reasonsOutsideIntendedUse } from "./intended-use.ts";
import { openSkullFindings } from "./open-skull.ts";
import type { SegmentationPlan } from "./plan.ts";
import { hematomaRegions, restrictToCavity } from "./postprocess.ts";
import { fromSlabs, toSlabs } from "./preprocess.ts";
import { refinedHematoma } from "./refine-hematoma.ts";
import type { Segmentation, Segmenter } from "./segmenter.ts";
import type { SlabNetwork } from "./slab-network.ts";
import { type VolumeIntervalSettings, volumeInterval } from "./volume-interval.ts";

/** What makes a segmenter. */
export interface UnetSegmenterParts {
  readonly plan: SegmentationPlan;
  /** One network, or several whose probabilities are averaged (trained on different folds). */
  readonly networks: readonly SlabNetwork[];
  readonly model: Segmentation["model"];
  /** How sure volumes are; without it no interval is told. */
  readonly interval?: VolumeIntervalSettings;
  /** Averages with the mirrored head: twice the time. */
  readonly mirrored?: boolean;
}

/**
 * A segmenter from a trained network. Findings: `NO_BRAIN_FOUND` and `OUTSIDE_INTENDED_USE` (refused, empty mask), `NO_HEMATOMA_FOUND`,
 * `SKULL_OPEN`, `VOLUME_INTERVAL`.
 */
export function unetSegmenter(parts: UnetSegmenterParts): Segmenter {
  const { plan, model } = parts;
  return async (volume, options = {}) => {
    const nothing = (findings: readonly Finding[], probability?: Float32Array): Segmentation => {
      options.onProgress?.({ stage: "segment", done: 1, total: 1 });
      return { mask: createMask(volume.geometry), findings, model, ...(probability ? { probability } : {}) };
    };
    options.onProgress?.({ stage: "segment", done: 0, total: volume.geometry.size[2] });
    const order = canonicalOrder(volume.geometry);
    const canonical = reorderVolume(volume, order);
    const head = locateHead(canonical);
    if (!head) return nothing([noBrain]);
    const reasons = reasonsOutsideIntendedUse(head.cranium);
    if (reasons.length > 0) return nothing(reasons);
    const patchMm = [plan.patchPixels[0] * plan.pixelMm, plan.patchPixels[1] * plan.pixelMm] as const;
    const found = await probabilityOver(canonical, patchCentersMm(head.box, patchMm), parts, options.onProgress);
    restrictToCavity(found, head.cranium.cavity, canonical);
    const regions = hematomaRegions(found, canonical.geometry, plan);
    const mask = reorderMask(refinedHematoma(canonical, regions, head.cranium), inverseOrder(order));
    const probability = reorderedValues(found, canonical.geometry.size, inverseOrder(order));
    if (mask.inside.indexOf(1) < 0) return nothing([...openSkullFindings(head.cranium), noHematoma(plan)], probability);
    const findings = [
      ...openSkullFindings(head.cranium),
      ...(parts.interval ? [intervalFinding(mask, probability, parts.interval)] : []),
    ];
    options.onProgress?.({ stage: "segment", done: 1, total: 1 });
    return { mask: { ...mask, geometry: volume.geometry }, probability, findings, model };
  };
}

/** The probability of each voxel: the highest among patches, the mean among networks. */
async function probabilityOver(
  volume: CtVolume,
  centers: readonly (readonly [number, number])[],
  { plan, networks, mirrored }: UnetSegmenterParts,
  onProgress?: NonNullable<Parameters<Segmenter>[1]>["onProgress"],
): Promise<Float32Array> {
  const result = new Float32Array(volume.hu.length);
  for (const center of centers) {
    const slabs = toSlabs(volume, plan, center);
    const mean = new Float32Array(slabs.hu.length);
    for (const network of networks) {
      const found = await network.predict(slabs, {
        ...(mirrored ? { mirrored } : {}),
        ...(onProgress ? { onProgress } : {}),
      });
      for (let p = 0; p < mean.length; p++) mean[p] += found[p] / networks.length;
    }
    const onGrid = fromSlabs(mean, slabs);
    for (let v = 0; v < result.length; v++) result[v] = Math.min(1, Math.max(result[v], onGrid[v]));
  }
  return result;
}

const noBrain: Finding = {
  code: "NO_BRAIN_FOUND",
  severity: "warning",
  message: "no slice shows a cavity that is surrounded by bone and as large as a brain; nothing was segmented",
};

function noHematoma({ leastRegionMl }: SegmentationPlan): Finding {
  return {
    code: "NO_HEMATOMA_FOUND",
    severity: "info",
    message: `the network found no region of blood of at least ${leastRegionMl} mL in the brain`,
  };
}

function intervalFinding(
  mask: Segmentation["mask"],
  probability: Float32Array,
  settings: VolumeIntervalSettings,
): Finding {
  const { lowMl, highMl } = volumeInterval(mask, probability, settings);
  return {
    code: "VOLUME_INTERVAL",
    severity: "info",
    message: `hematoma volume ${maskMl(mask).toFixed(1)} mL; ${lowMl.toFixed(1)} to ${highMl.toFixed(1)} mL holds the labelled volume in ${Math.round(100 * settings.coverage)} % of tuning cases`,
  };
}
