/** Scores segmenters on labelled CTs at the scans' own resolution, by source and by how much blood there is. */

import type { OnProgress } from "../core/progress.ts";
import { blandAltman } from "../evaluation/agreement.ts";
import { compareMasks } from "../evaluation/overlap.ts";
import { mean, quantile } from "../math/statistics.ts";
import type { Segmentation, Segmenter } from "../segmentation/segmenter.ts";
import type { LabelledVolume } from "../segmentation/training-case.ts";
import { connectedComponents, maskOfComponents } from "../volume/components.ts";
import { createMask, type Mask, maskMl } from "../volume/volume.ts";
import { readLabelled } from "./train-segmenter-data.ts";
import type { ManifestCase } from "./train-segmenter-manifest.ts";

/** One segmenter on one labelled CT. */
export interface CaseResult {
  readonly participantId: string;
  readonly source: string;
  readonly segmenter: string;
  readonly labelMl: number;
  readonly foundMl: number;
  /** Null where neither label nor segmenter has a hematoma. */
  readonly dice: number | null;
  /** Null where one of the two has none. */
  readonly hd95Mm: number | null;
  /** At a tolerance of 2 mm. */
  readonly surfaceDice: number | null;
  /** Regions that do not touch the label. */
  readonly falseMl: number;
  /** Overlap, so that cases can be pooled. */
  readonly sharedMl: number;
  /** Codes of the findings. */
  readonly findings: readonly string[];
  readonly seconds: number;
}

/** The strata of labelled volume, in mL. */
export const volumeStrata = [
  { name: "no blood", from: 0, to: 0 },
  { name: "< 5 mL", from: 0, to: 5 },
  { name: "5-15 mL", from: 5, to: 15 },
  { name: "15-30 mL", from: 15, to: 30 },
  { name: "> 30 mL", from: 30, to: Number.POSITIVE_INFINITY },
] as const;

/**
 * The stratum of a labelled volume.
 *
 * @example stratumOf(5) // => "5-15 mL"
 */
export function stratumOf(labelMl: number): string {
  if (labelMl === 0) return "no blood";
  return volumeStrata.find(({ from, to }) => to > 0 && labelMl >= from && labelMl < to)?.name ?? "> 30 mL";
}

/** Scores one segmentation. Voxels that the label does not judge count on neither side. */
export function scoreSegmentation(
  { participantId, source, hematoma, unjudged }: Omit<LabelledVolume, "volume">,
  segmentation: Segmentation,
  seconds: number,
): CaseResult {
  const judged = (mask: Mask): Mask =>
    unjudged
      ? createMask(
          mask.geometry,
          mask.inside.map((value, v) => value & (1 - unjudged.inside[v])),
        )
      : mask;
  const label = judged(hematoma);
  const found = judged(segmentation.mask);
  const [labelMl, foundMl] = [maskMl(label), maskMl(found)];
  const overlap = labelMl + foundMl > 0 ? compareMasks(label, found, { surfaceToleranceMm: 2 }) : null;
  return {
    participantId,
    source,
    segmenter: segmentation.model.name,
    labelMl,
    foundMl,
    dice: overlap?.dice ?? null,
    hd95Mm: overlap?.surface?.hd95Mm ?? null,
    surfaceDice: overlap?.surface?.surfaceDice ?? null,
    falseMl: apartMl(label, found),
    sharedMl: overlap ? (overlap.dice * (labelMl + foundMl)) / 2 : 0,
    findings: segmentation.findings.map(({ code }) => code),
    seconds,
  };
}

/** Volume of the found regions that do not touch the label. */
function apartMl(label: Mask, found: Mask): number {
  const regions = connectedComponents(found, 26);
  const touching = new Set<number>();
  for (let v = 0; v < label.inside.length; v++) if (label.inside[v] === 1) touching.add(regions.labels[v]);
  return maskMl(maskOfComponents(found, regions, (region) => !touching.has(region.label)));
}

/** Runs segmenters over labelled CTs, one after the other. */
export async function evaluateSegmenters(
  cases: readonly ManifestCase[],
  segmenters: readonly Segmenter[],
  visit: (labelled: LabelledVolume, segmentation: Segmentation, result: CaseResult) => void | Promise<void>,
  onProgress?: OnProgress,
): Promise<CaseResult[]> {
  const results: CaseResult[] = [];
  for (const [n, one] of cases.entries()) {
    const labelled = await readLabelled(one);
    for (const segment of segmenters) {
      const start = performance.now();
      const segmentation = await segment(labelled.volume);
      const result = scoreSegmentation(labelled, segmentation, (performance.now() - start) / 1000);
      results.push(result);
      await visit(labelled, segmentation, result);
    }
    onProgress?.({ stage: "evaluate", done: n + 1, total: cases.length });
  }
  return results;
}

/** What a table says about a group of cases. */
export interface GroupSummary {
  readonly cases: number;
  readonly meanDice: number | null;
  readonly medianDice: number | null;
  readonly pooledDice: number | null;
  readonly belowHalf: number;
  readonly medianHd95Mm: number | null;
  readonly meanSurfaceDice: number | null;
  /** Found minus labelled: mean, and the limits within which 95 % of cases lie. */
  readonly volumeBiasMl: number | null;
  readonly volumeLimitsMl: readonly [number, number] | null;
  readonly meanFalseMl: number;
}

/** Summarises a group. A case where a segmenter refuses or finds nothing counts with Dice 0. */
export function summarise(results: readonly CaseResult[]): GroupSummary {
  const labelled = results.filter(({ labelMl }) => labelMl > 0);
  const dice = labelled.map((result) => result.dice ?? 0);
  const known = (of: (result: CaseResult) => number | null): number[] =>
    labelled.map(of).filter((value) => value !== null);
  const hd95 = known(({ hd95Mm }) => hd95Mm);
  const surface = known(({ surfaceDice }) => surfaceDice);
  const sum = (of: (result: CaseResult) => number): number => results.reduce((total, result) => total + of(result), 0);
  const both = sum(({ labelMl, foundMl }) => labelMl + foundMl);
  const agreement =
    labelled.length >= 3
      ? blandAltman(
          labelled.map(({ labelMl }) => labelMl),
          labelled.map(({ foundMl }) => foundMl),
        )
      : null;
  return {
    cases: results.length,
    meanDice: dice.length > 0 ? mean(dice) : null,
    medianDice: dice.length > 0 ? quantile(dice, 0.5) : null,
    pooledDice: both > 0 && labelled.length > 0 ? (2 * sum(({ sharedMl }) => sharedMl)) / both : null,
    belowHalf: dice.filter((value) => value < 0.5).length,
    medianHd95Mm: hd95.length > 0 ? quantile(hd95, 0.5) : null,
    meanSurfaceDice: surface.length > 0 ? mean(surface) : null,
    volumeBiasMl: agreement ? agreement.bias.value : null,
    volumeLimitsMl: agreement ? [agreement.lowerLimit.value, agreement.upperLimit.value] : null,
    meanFalseMl: results.length > 0 ? sum(({ falseMl }) => falseMl) / results.length : 0,
  };
}
