/** The main job: from the images of one head CT to a prediction. Files are opened and written elsewhere. */
import { createHash } from "node:crypto";
import type { Finding } from "../core/finding.ts";
import { canonicalJson } from "../core/json.ts";
import type { OnProgress } from "../core/progress.ts";
import { predictRisk, type RiskEstimate } from "../expansion/risk-model.ts";
import { computeMarkers, type Markers } from "../markers/compute-markers.ts";
import { checkScan } from "../markers/scan-checks.ts";
import { shapeFeatures } from "../radiomics/shape.ts";
import { intendedUse, type Prediction } from "../report/prediction.ts";
import type { Segmentation, Segmenter } from "../segmentation/segmenter.ts";
import { connectedComponents } from "../volume/components.ts";
import type { Geometry } from "../volume/geometry.ts";
import { type CtVolume, maskMl, voxelsPerSlice } from "../volume/volume.ts";
import type { ClinicalValues } from "./clinical-values.ts";
import { packageVersion } from "./package-files.ts";
import type { RiskBundle } from "./risk-bundle.ts";

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

/** What predicts: a segmenter, a bundle with a risk model, and what is known besides the images. */
export interface PredictSettings {
  readonly segmenter: Segmenter;
  readonly bundle: RiskBundle;
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
  const timed = async <T>(stage: string, work: () => T | Promise<T>): Promise<T> => {
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
  const found = volumeMl >= leastHematomaMl;
  const shape = await timed("shape", () => (found ? shapeFeatures(mask) : {}));
  const markers = await timed("markers", () => (found ? computeMarkers(volume, mask) : null));
  const risk = await timed("risk", () =>
    markers ? riskOf(settings.bundle, { ...shape, ...imageInputs(markers), ...settings.clinical }) : null,
  );
  const checks = await timed("checks", () => checkScan(volume, mask));
  const prediction: Prediction = {
    schema: "hemacast/prediction/1",
    intendedUse,
    kind: risk ? "predicted" : "abstained",
    reason: risk ? null : abstentionReason(segmentation),
    simulatedInput: images.simulated,
    risk,
    hematoma: {
      volumeMl,
      abc2Ml: markers?.abc2Ml ?? 0,
      slices: voxelsPerSlice(mask).filter((count) => count > 0).length,
      components: connectedComponents(mask, 26).components.length,
    },
    shape: { ...shape },
    markers: markers ? describeMarkers(markers) : [],
    geometry: describeGeometry(volume.geometry),
    findings: [...images.findings, ...segmentation.findings, ...checks],
    model: risk ? identityOf(settings.bundle) : null,
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

/** What the risk models know from the images. A marker that cannot be assessed stays unknown. */
function imageInputs({ volumeMl, markers }: Markers): Record<string, number> {
  const flags = { irregular: markers["irregular-shape"], blendSign: markers["blend-sign"] };
  const assessed = Object.entries(flags).filter(([, marker]) => marker.state !== "not-assessable");
  return {
    volumeMl,
    ...Object.fromEntries(assessed.map(([name, marker]) => [name, marker.state === "present" ? 1 : 0])),
  };
}

/** The risk from those values that the model takes; what else is known is not its business. */
function riskOf(
  { manifest, model }: RiskBundle,
  known: Readonly<Record<string, number>>,
): NonNullable<Prediction["risk"]> {
  const taken = Object.fromEntries(
    model.inputs.flatMap(({ name }) => (name in known ? [[name, known[name] as number]] : [])),
  );
  const { value, low, high, missing, outOfRange }: RiskEstimate = predictRisk(model, taken);
  return {
    value,
    low,
    high,
    definition: `${manifest.outcome} The range is the 95 % interval${missing.length > 0 ? " over all values that the unknown inputs may have" : ""}.`,
    inputs: Object.fromEntries(model.inputs.map(({ name }) => [name, taken[name] ?? null])),
    missing: [...missing],
    outOfRange: [...outOfRange],
  };
}

function identityOf({ manifest }: RiskBundle): Prediction["model"] {
  return { name: manifest.name, version: manifest.version, outcomes: "real", summary: manifest.title };
}

function abstentionReason({ findings }: Segmentation): "no-hematoma-found" | "outside-intended-use" {
  const refused = findings.some(({ code }) => code === "NO_BRAIN_FOUND" || code === "OUTSIDE_INTENDED_USE");
  return refused ? "outside-intended-use" : "no-hematoma-found";
}

function describeMarkers({ markers }: Markers): Prediction["markers"] {
  return Object.values(markers).map(({ id, state, quantities, slice, outline, confidence }) => ({
    id,
    state,
    quantities: { ...quantities },
    slice,
    outline: outline.map(([x, y]) => [x, y]),
    confidence,
  }));
}

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
