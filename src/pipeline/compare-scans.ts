/** From two head CTs of one patient to what has grown: both are segmented and measured on their own grids, then laid over each other on the skull. */
import {
  expansionDefinitions,
  growthProbability,
  labelCertainty,
  meetsDefinition,
  minimumDetectableChangeMl,
} from "../cohort/growth-probability.ts";
import { HemacastError } from "../core/errors.ts";
import type { Finding } from "../core/finding.ts";
import type { OnProgress } from "../core/progress.ts";
import { abc2Ml } from "../markers/abc2.ts";
import { anatomyFindings, readAnatomy } from "../markers/anatomy.ts";
import { computeMarkers } from "../markers/compute-markers.ts";
import { checkScan } from "../markers/scan-checks.ts";
import { volumeSdMl } from "../markers/volume-error.ts";
import { length, subtract } from "../math/vec3.ts";
import type { Comparison } from "../report/compare-document.ts";
import { intendedUse } from "../report/prediction.ts";
import type { Segmentation, Segmenter } from "../segmentation/segmenter.ts";
import { connectedComponents } from "../volume/components.ts";
import { indexToLps, voxelMl } from "../volume/geometry.ts";
import {
  inverseTransform,
  type RegisterRigid,
  type Registration,
  rotationDegrees,
  transformGeometry,
  transformPoint,
} from "../volume/registration.ts";
import { resampleMask, resampleVolume } from "../volume/resample.ts";
import { type CtVolume, type Mask, maskMl } from "../volume/volume.ts";
import { describeAnatomy } from "./case-measurements.ts";
import { packageVersion } from "./package-files.ts";
import type { CtInput } from "./read-input.ts";

/** What a comparison works with. */
export interface CompareSettings {
  readonly segmenter: Segmenter;
  readonly register: RegisterRigid;
  /** Hours from symptom onset to each scan, where known. */
  readonly baselineHours?: number;
  readonly followUpHours?: number;
  readonly onProgress?: OnProgress;
}

/** Both masks on both grids, and what the report draws. */
export interface ComparisonResult {
  readonly comparison: Comparison;
  readonly baselineMask: Mask;
  readonly followUpMask: Mask;
  /** The follow-up's mask and images on the baseline's grid. */
  readonly followUpOnBaseline: Mask;
  readonly followUpImages: CtVolume;
  /** The baseline's mask on the follow-up's grid. */
  readonly baselineOnFollowUp: Mask;
  /** On the baseline's grid: 0 outside, 1 in both, 2 grown, 3 resolved. */
  readonly growthMap: Uint8Array;
}

/** Skulls that correlate less than this are probably not of one person: two people reach about 0.45, one person above 0.9. */
const SAME_HEAD_SIMILARITY = 0.75;

/**
 * Compares a follow-up with its baseline.
 *
 * @throws HemacastError PATIENTS_MIXED when the files name two patients, SERIES_INCONSISTENT when the follow-up was made before the baseline,
 * NOT_CONVERGED when the scans cannot be laid over each other
 */
export async function compareScans(
  baseline: CtInput,
  followUp: CtInput,
  settings: CompareSettings,
): Promise<ComparisonResult> {
  const hours = checkedTimes(baseline, followUp, settings);
  const timings: Record<string, number> = {};
  const timed = async <T>(stage: string, work: () => T | Promise<T>): Promise<T> => {
    settings.onProgress?.({ stage, done: 0, total: 1 });
    const start = performance.now();
    const result = await work();
    timings[stage] = Math.round(performance.now() - start);
    settings.onProgress?.({ stage, done: 1, total: 1 });
    return result;
  };
  const registration = await timed("register", () => settings.register(baseline.volume, followUp.volume));
  const first = await timed("segment baseline", () => settings.segmenter(baseline.volume));
  const second = await timed("segment follow-up", () => settings.segmenter(followUp.volume));
  const scans = await timed("measure", () => ({
    baseline: describeScan(baseline.volume, first, hours.baseline),
    followUp: describeScan(followUp.volume, second, hours.followUp),
  }));
  const growth = describeGrowth(scans.baseline, scans.followUp, hours.between);
  const overlaid = await timed("overlay", () =>
    overlay(baseline.volume, followUp.volume, first.mask, second.mask, registration),
  );
  const comparison: Comparison = {
    schema: "hemacast/comparison/1",
    intendedUse,
    ...scans,
    growth,
    map: overlaid.map,
    registration: describeRegistration(registration, baseline.volume),
    findings: [
      ...prefixed("baseline", [
        ...baseline.findings,
        ...first.findings,
        ...checkScan(baseline.volume, first.mask),
        ...anatomyFindings(scans.baseline.anatomy),
      ]),
      ...prefixed("follow-up", [
        ...followUp.findings,
        ...second.findings,
        ...checkScan(followUp.volume, second.mask),
        ...anatomyFindings(scans.followUp.anatomy),
      ]),
      ...suspicions(scans, growth, registration),
    ],
    timings,
    software: { name: "hemacast", version: packageVersion() },
  };
  return { comparison, baselineMask: first.mask, followUpMask: second.mask, ...overlaid.images };
}

/** Hours from onset and between the scans, from what is typed in and what the files say; contradictions are refused. */
function checkedTimes(baseline: CtInput, followUp: CtInput, settings: CompareSettings) {
  const [a, b] = [baseline.identity, followUp.identity];
  if (a?.patientHash && b?.patientHash && a.patientHash !== b.patientHash) {
    throw new HemacastError("PATIENTS_MIXED", "the two scans name different patients; give two scans of one patient");
  }
  const acquired =
    typeof a?.acquiredAtMs === "number" && typeof b?.acquiredAtMs === "number"
      ? (b.acquiredAtMs - a.acquiredAtMs) / 3_600_000
      : null;
  const { baselineHours = null, followUpHours = null } = settings;
  const typed = baselineHours !== null && followUpHours !== null ? followUpHours - baselineHours : null;
  for (const between of [acquired, typed]) {
    if (between !== null && between < 0) {
      throw new HemacastError(
        "SERIES_INCONSISTENT",
        `the follow-up was made ${(-between).toFixed(1)} hours before the baseline; give the earlier scan first`,
      );
    }
  }
  const between = acquired ?? typed;
  return {
    baseline: baselineHours,
    followUp: followUpHours ?? (baselineHours !== null && between !== null ? baselineHours + between : null),
    between,
  };
}

function describeScan(
  volume: CtVolume,
  { mask, model }: Segmentation,
  hoursFromOnset: number | null,
): Comparison["baseline"] {
  const volumeMl = maskMl(mask);
  const anatomy = volumeMl > 0 ? readAnatomy(volume, mask) : null;
  const markers = volumeMl > 0 ? Object.values(computeMarkers(volume, mask, anatomy?.ventricularBlood).markers) : [];
  return {
    volumeMl,
    volumeSdMl: volumeSdMl(mask),
    abc2Ml: volumeMl > 0 ? abc2Ml(mask) : null,
    components: connectedComponents(mask, 26).components.length,
    hoursFromOnset,
    anatomy: volumeMl > 0 ? describeAnatomy(anatomy) : null,
    markers: Object.fromEntries(markers.map(({ id, state }) => [id, state])),
    segmenter: model,
  };
}

/** What happened in the ventricles; null unless both scans show them, or there was no hematoma to break into them at baseline. */
function ventricularGrowth(baseline: Comparison["baseline"], followUp: Comparison["followUp"]) {
  const before = baseline.volumeMl === 0 ? 0 : baseline.anatomy?.ivhMl;
  const after = followUp.volumeMl === 0 ? 0 : followUp.anatomy?.ivhMl;
  if (before === undefined || after === undefined) return null;
  return { ml: after - before, isNew: before === 0 && after > 0, grewByOneMl: after - before >= 1 };
}

function describeGrowth(
  baseline: Comparison["baseline"],
  followUp: Comparison["followUp"],
  hoursBetween: number | null,
): Comparison["growth"] {
  const ml = followUp.volumeMl - baseline.volumeMl;
  const [before, after] = [baseline, followUp].map((scan) => ({ ml: scan.volumeMl, sdMl: scan.volumeSdMl }));
  const ivh = ventricularGrowth(baseline, followUp);
  return {
    ml,
    percent: baseline.volumeMl > 0 ? (100 * ml) / baseline.volumeMl : null,
    sdMl: Math.hypot(before.sdMl, after.sdMl),
    minimumDetectableChangeMl: minimumDetectableChangeMl(before.sdMl, after.sdMl),
    hoursBetween,
    mlPerHour: hoursBetween !== null && hoursBetween > 0 ? ml / hoursBetween : null,
    ultraEarlyMlPerHour: baseline.hoursFromOnset ? baseline.volumeMl / baseline.hoursFromOnset : null,
    ivh,
    revised: ivh && {
      met: meetsDefinition(before.ml, after.ml, expansionDefinitions[0]) || ivh.isNew || ivh.grewByOneMl,
    },
    definitions: expansionDefinitions.map((definition) => {
      const probability = growthProbability(before, after, definition);
      return {
        ...definition,
        met: meetsDefinition(before.ml, after.ml, definition),
        probability,
        label: labelCertainty(probability),
      };
    }),
  };
}

function describeRegistration(registration: Registration, baseline: CtVolume): Comparison["registration"] {
  const { transform, similarity, overlap, method } = registration;
  const [nx, ny, nz] = baseline.geometry.size;
  const centre = indexToLps(baseline.geometry, [(nx - 1) / 2, (ny - 1) / 2, (nz - 1) / 2]);
  return {
    similarity,
    overlap,
    rotationDegrees: rotationDegrees(transform.rotation),
    shiftMm: length(subtract(transformPoint(transform, centre), centre)),
    method,
  };
}

function overlay(
  baseline: CtVolume,
  followUp: CtVolume,
  baselineMask: Mask,
  followUpMask: Mask,
  { transform }: Registration,
) {
  const moved = transformGeometry(inverseTransform(transform), followUp.geometry);
  const followUpOnBaseline = resampleMask({ ...followUpMask, geometry: moved }, baseline.geometry);
  const baselineOnFollowUp = resampleMask(
    { ...baselineMask, geometry: transformGeometry(transform, baseline.geometry) },
    followUp.geometry,
  );
  const growthMap = baselineMask.inside.map((before, voxel) => {
    const after = followUpOnBaseline.inside[voxel];
    return before ? (after ? 1 : 3) : after ? 2 : 0;
  });
  const ml = [0, 0, 0, 0];
  const perSlice = baseline.geometry.size[0] * baseline.geometry.size[1];
  growthMap.forEach((label, voxel) => {
    ml[label] += label ? voxelMl(baseline.geometry, Math.floor(voxel / perSlice)) : 0;
  });
  return {
    map: { stableMl: ml[1], grownMl: ml[2], resolvedMl: ml[3] },
    images: {
      followUpOnBaseline,
      baselineOnFollowUp,
      growthMap,
      followUpImages: resampleVolume({ ...followUp, geometry: moved }, baseline.geometry),
    },
  };
}

function prefixed(scan: string, findings: readonly Finding[]): Finding[] {
  return findings.map((finding) => ({ ...finding, message: `${scan}: ${finding.message}` }));
}

/** What does not fit together. */
function suspicions(
  { baseline }: { baseline: Comparison["baseline"] },
  growth: Comparison["growth"],
  { similarity, overlap }: Registration,
): Finding[] {
  const findings: Finding[] = [];
  if (similarity < SAME_HEAD_SIMILARITY) {
    findings.push({
      code: "DIFFERENT_HEADS_SUSPECTED",
      severity: "warning",
      message: `the skulls correlate with ${similarity.toFixed(2)} where scans of one person reach 0.9; these may be two patients`,
    });
  }
  if (overlap < 0.7) {
    findings.push({
      code: "SCANS_OVERLAP_LITTLE",
      severity: "warning",
      message: `the follow-up covers ${Math.round(100 * overlap)} % of the baseline's skull; the hematoma may be cut off`,
    });
  }
  if (-growth.ml > growth.minimumDetectableChangeMl && growth.hoursBetween === null) {
    findings.push({
      code: "ORDER_SUSPECTED",
      severity: "warning",
      message: `the hematoma shrank from ${baseline.volumeMl.toFixed(1)} mL by ${(-growth.ml).toFixed(1)} mL and the times of the scans are unknown; is the earlier scan given first, and was there surgery?`,
    });
  } else if (-growth.ml > growth.minimumDetectableChangeMl && (growth.hoursBetween ?? 0) < 72) {
    findings.push({
      code: "SHRINKAGE_UNEXPLAINED",
      severity: "warning",
      message: `the hematoma shrank by ${(-growth.ml).toFixed(1)} mL within ${growth.hoursBetween?.toFixed(0)} hours, which blood does not do by itself; was there surgery?`,
    });
  }
  return findings;
}
