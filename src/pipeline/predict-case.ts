/** The main job: from the images of one head CT to a prediction. Files are opened and written elsewhere. */
import { createHash } from "node:crypto";
import type { Finding } from "../core/finding.ts";
import { canonicalJson } from "../core/json.ts";
import type { OnProgress } from "../core/progress.ts";
import { abc2Ml } from "../markers/abc2.ts";
import { anatomyFindings, readAnatomy } from "../markers/anatomy.ts";
import { checkClinical } from "../markers/clinical-checks.ts";
import { computeMarkers } from "../markers/compute-markers.ts";
import { checkScan } from "../markers/scan-checks.ts";
import { computeScores } from "../markers/scores.ts";
import { volumeSdMl } from "../markers/volume-error.ts";
import { shapeFeatures } from "../radiomics/shape.ts";
import { intendedUse, type Prediction } from "../report/prediction.ts";
import type { Segmentation, Segmenter } from "../segmentation/segmenter.ts";
import { connectedComponents } from "../volume/components.ts";
import type { Geometry } from "../volume/geometry.ts";
import { type CtVolume, type Mask, maskMl, voxelsPerSlice } from "../volume/volume.ts";
import {
  describeAnatomy,
  describeMarkers,
  describeScore,
  type Measurements,
  riskInputsOf,
  scoreInputsOf,
} from "./case-measurements.ts";
import type { CaseLook, CaseRisk, CaseRiskModel, SeenCase } from "./case-risk.ts";
import type { ClinicalValues } from "./clinical-values.ts";
import { packageVersion } from "./package-files.ts";

/** A hematoma below this is not told from noise: no risk is given for it. */
export const leastHematomaMl = 0.5;

/** The images of one head CT, from wherever they came. */
export interface CaseImages {
  readonly volume: CtVolume;
  readonly findings: readonly Finding[];
  /** True when no patient was examined. */
  readonly simulated: boolean;
  readonly format: string;
  readonly images: number;
  readonly seriesInstanceUID: string | null;
  /** Milliseconds that reading or simulating took. */
  readonly readMs: number;
}

/** What predicts: a segmenter, the risk models that are asked, and what is known besides the images. */
export interface PredictSettings {
  readonly segmenter: Segmenter;
  readonly models: readonly CaseRiskModel[];
  readonly clinical: ClinicalValues;
  readonly onProgress?: OnProgress;
}

/** A prediction with the mask it rests on. */
export interface CaseResult {
  readonly prediction: Prediction;
  readonly segmentation: Segmentation;
}

/**
 * Segments, measures and predicts. Abstains by name where there is no hematoma of at least 0.5 mL or the segmenter refuses the images.
 */
export async function predictCase(images: CaseImages, settings: PredictSettings): Promise<CaseResult> {
  const { volume } = images;
  const timings: Record<string, number> = { read: images.readMs };
  const timed: Timed = async (stage, work) => {
    settings.onProgress?.({ stage, done: 0, total: 1 });
    const start = performance.now();
    const result = await work();
    timings[stage] = Math.round(performance.now() - start);
    settings.onProgress?.({ stage, done: 1, total: 1 });
    return result;
  };
  const segmentation = await timed("segment", () => settings.segmenter(volume));
  const { mask } = segmentation;
  const volumeMl = maskMl(mask);
  const found = volumeMl >= leastHematomaMl && !isRefused(segmentation);
  const looks = found ? lookWith(settings.models, { volume, mask, segmenter: segmentation.model.name }) : [];
  const measured = found ? await measure(volume, mask, timed) : null;
  const scoreInputs = measured ? scoreInputsOf(measured, settings.clinical) : settings.clinical;
  const risks = await timed("risk", async () => {
    if (!measured) {
      for (const model of settings.models) await model.ready();
      return [];
    }
    const known = { markers: measured.markers, values: riskInputsOf(measured, settings.clinical) };
    const all: CaseRisk[] = [];
    for (const look of looks) all.push(await (await look)(known));
    return all;
  });
  const checks = await timed("checks", () => [
    ...checkScan(volume, mask),
    ...anatomyFindings(measured?.anatomy ?? null),
    ...checkClinical(scoreInputs),
  ]);
  const prediction: Prediction = {
    schema: "hemacast/prediction/1",
    intendedUse,
    kind: measured ? "predicted" : "abstained",
    reason: measured ? null : abstentionReason(segmentation),
    simulatedInput: images.simulated,
    risks,
    hematoma: {
      volumeMl,
      volumeSdMl: volumeSdMl(mask),
      abc2Ml: volumeMl > 0 ? abc2Ml(mask) : 0,
      slices: voxelsPerSlice(mask).filter((count) => count > 0).length,
      components: connectedComponents(mask, 26).components.length,
    },
    shape: { ...measured?.shape },
    density: measured ? { ...measured.markers.density } : null,
    markers: measured ? describeMarkers(measured.markers.markers) : [],
    anatomy: describeAnatomy(measured?.anatomy ?? null),
    scores: measured ? computeScores(scoreInputs).map(describeScore) : [],
    clinical: { ...settings.clinical },
    geometry: describeGeometry(volume.geometry),
    findings: [...images.findings, ...segmentation.findings, ...checks],
    segmenter: segmentation.model,
    input: {
      format: images.format,
      images: images.images,
      seriesInstanceUID: images.seriesInstanceUID,
      voxelsSha256: voxelsSha256(volume),
    },
    timings,
    software: { name: "hemacast", version: packageVersion() },
  };
  return { prediction, segmentation };
}

/** Models that look in a thread of their own do so while the case is measured here; what goes wrong is told when they are asked. */
function lookWith(models: readonly CaseRiskModel[], seen: SeenCase): Promise<CaseLook>[] {
  const looks = models.map((model) => model.look(seen));
  for (const look of looks) look.catch(() => {});
  return looks;
}

type Timed = <T>(stage: string, work: () => T | Promise<T>) => Promise<T>;

async function measure(volume: CtVolume, mask: Mask, timed: Timed): Promise<Measurements> {
  const shape = await timed("shape", () => shapeFeatures(mask));
  const anatomy = await timed("anatomy", () => readAnatomy(volume, mask));
  const markers = await timed("markers", () => computeMarkers(volume, mask, anatomy?.ventricularBlood));
  return { shape, anatomy, markers };
}

function abstentionReason(segmentation: Segmentation): "no-hematoma-found" | "outside-intended-use" {
  return isRefused(segmentation) ? "outside-intended-use" : "no-hematoma-found";
}

/** Heads that no model was made for: not segmented at all, or segmented after an operation that opened the skull. */
function isRefused({ findings }: Segmentation): boolean {
  return findings.some(({ code }) => refusing.includes(code));
}

const refusing: readonly string[] = ["NO_BRAIN_FOUND", "OUTSIDE_INTENDED_USE", "SKULL_OPEN"];

function describeGeometry(geometry: Geometry): Prediction["geometry"] {
  const { size, spacing, origin, direction, sliceOffsetsMm } = geometry;
  return {
    size: [...size],
    spacingMm: [...spacing],
    originMm: [...origin],
    direction: [[...direction[0]], [...direction[1]], [...direction[2]]],
    sliceOffsetsMm: sliceOffsetsMm ? [...sliceOffsetsMm] : null,
  };
}

function voxelsSha256({ geometry, hu }: CtVolume): string {
  const { frameOfReferenceUID: _unrelated, ...grid } = geometry;
  return createHash("sha256")
    .update(canonicalJson(grid))
    .update(new Uint8Array(hu.buffer, hu.byteOffset, hu.byteLength))
    .digest("hex");
}
