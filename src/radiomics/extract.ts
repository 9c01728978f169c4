/** Extraction: an image, a mask and settings to features by PyRadiomics' names. The order of steps is PyRadiomics'. */
import { HemacastError } from "../core/errors.ts";
import type { Finding } from "../core/finding.ts";
import type { OnProgress } from "../core/progress.ts";
import { requireSameGrid } from "../volume/geometry.ts";
import { boundingBox } from "../volume/mesh.ts";
import { type Mask, voxelsPerSlice } from "../volume/volume.ts";
import type { Neighbourhood } from "./direction.ts";
import { type Discretisation, discretise, levelGrid } from "./discretise.ts";
import type { FamilyName } from "./families.ts";
import { firstOrderFeatures } from "./first-order.ts";
import { glcmFeatures } from "./glcm.ts";
import { gldmFeatures } from "./gldm.ts";
import { glrlmFeatures } from "./glrlm.ts";
import { glszmFeatures } from "./glszm.ts";
import {
  dependenceFeatures,
  distanceZoneFeatures,
  intensityHistogramFeatures,
  intensityVolumeFeatures,
  originalOnlyFamilies,
  originalOnlyFeatures,
} from "./ibsi/standard-families.ts";
import { derivedRegions } from "./image-types.ts";
import { ngtdmFeatures } from "./ngtdm.ts";
import { normalise, resegment } from "./normalise.ts";
import { type Box, type Region, regionOf, type ScalarImage } from "./region.ts";
import { cropAround, resample } from "./resample.ts";
import type { ExtractionValues, RadiomicsSettings } from "./settings.ts";
import { shapeFeatures } from "./shape.ts";
import { shape2dFeatures } from "./shape-2d.ts";

/** Features of one region, and what a reader must know about them. */
export interface Extraction {
  /** Value by `imageType_family_Name`, e.g. `original_glcm_Contrast`. A feature without a value is left out and told in `findings`. */
  readonly features: Readonly<Record<string, number>>;
  readonly findings: readonly Finding[];
  /** What was measured, after resampling and re-segmentation. */
  readonly region: RegionSummary;
}

/** The region that features were computed on. */
export interface RegionSummary {
  readonly voxels: number;
  readonly sizeVoxels: readonly [number, number, number];
  readonly spacingMm: readonly [number, number, number];
  readonly minimum: number;
  readonly maximum: number;
}

/**
 * Extracts features.
 *
 * @param mask on the image's grid
 * @throws HemacastError GEOMETRY_MISMATCH, MASK_EMPTY, and RADIOMICS_UNDEFINED where the region is smaller than the settings ask for, or a step has no result
 * @see PyRadiomics 3.1 featureextractor.execute
 */
export function extractRadiomics(
  image: ScalarImage,
  mask: Mask,
  settings: RadiomicsSettings,
  onProgress?: OnProgress,
): Extraction {
  const { values } = settings;
  const findings: Finding[] = settings.ignored.map(withoutEffect);
  const prepared = prepare(image, mask, settings);
  requireLargeEnough(prepared.mask, values);
  const kept = values.resegmentRange
    ? resegment(prepared.image, prepared.mask, values.resegmentRange, values.resegmentMode)
    : prepared.mask;
  if (values.resegmentRange) requireLargeEnough(kept, values);
  const features: Record<string, number> = {};
  const wanted = new Map(settings.features.map(({ family, names }) => [family, names]));
  const shapeMask = values.resegmentShape ? kept : prepared.mask;
  addShapes(shapeMask, values, wanted, (name, value) => {
    features[`original_${name}`] = value;
  });
  addOriginalOnly(prepared, kept, wanted, features, findings);
  const box = boundingBox(kept);
  const region = regionOf(prepared.image, kept, box);
  settings.imageTypes.forEach((type, done) => {
    onProgress?.({ stage: "radiomics", done, total: settings.imageTypes.length });
    requireEvenForFilters(type.name, prepared.image);
    for (const derived of derivedRegions(type.name, type.values, prepared.image, box, region, findings)) {
      const about = { ...derived, values: type.values, morphological: prepared.mask, box };
      addIntensityFeatures(about, wanted, features, findings);
    }
  });
  return { features, findings, region: summaryOf(region) };
}

/** Normalisation, then resampling or cropping. */
function prepare(
  image: ScalarImage,
  mask: Mask,
  { values, imageTypes, features }: RadiomicsSettings,
): { image: ScalarImage; mask: Mask } {
  requireSameGrid(mask.geometry, image.geometry, "mask and image");
  const even = values.normalize ? normalise(image, values.normalizeScale, values.removeOutliers) : image;
  if (values.resampledPixelSpacing && values.interpolator) {
    const { resampledPixelSpacing: spacingMm, interpolator, padDistance } = values;
    return resample(even, mask, { spacingMm, interpolator, padDistance });
  }
  if (values.preCrop) return cropAround(even, mask, values.padDistance);
  // Without filters nothing looks beyond the region and the gap to the next slice, so that the rest of the image need not be gone through each time.
  const local = imageTypes.every(({ name }) => name === "Original") && !features.some(looksAround);
  return local ? cropAround(even, mask, 1) : { image: even, mask };
}

function looksAround({ family }: RadiomicsSettings["features"][number]): boolean {
  return family === "localintensity";
}

function requireLargeEnough(mask: Mask, values: ExtractionValues): void {
  const { size } = boundingBox(mask);
  const dimensions = size.filter((n) => n > 1).length;
  if (dimensions === 0) {
    throw new HemacastError("RADIOMICS_UNDEFINED", "the region is a single voxel; features need at least two");
  }
  if (dimensions < values.minimumROIDimensions) {
    throw new HemacastError(
      "RADIOMICS_UNDEFINED",
      `the region extends in ${dimensions} dimensions; minimumROIDimensions asks for ${values.minimumROIDimensions}`,
    );
  }
  const voxels = voxelsPerSlice(mask).reduce((sum, n) => sum + n, 0);
  if (values.minimumROISize !== null && voxels <= values.minimumROISize) {
    throw new HemacastError(
      "RADIOMICS_UNDEFINED",
      `the region has ${voxels} voxels; minimumROISize asks for more than ${values.minimumROISize}`,
    );
  }
}

type Wanted = ReadonlyMap<FamilyName, readonly string[]>;

function addShapes(mask: Mask, values: ExtractionValues, wanted: Wanted, add: (name: string, x: number) => void): void {
  const shape = wanted.get("shape");
  if (shape) {
    const found: Readonly<Record<string, number>> = shapeFeatures(mask);
    for (const name of shape) add(`shape_${name}`, found[name] as number);
  }
  const flat = wanted.get("shape2D");
  if (flat) {
    if (!values.force2D) {
      throw new HemacastError("CONFIG_INVALID", "shape2D needs force2D: true, and force2Ddimension for its plane");
    }
    const found: Readonly<Record<string, number>> = shape2dFeatures(mask, values.force2Ddimension);
    for (const name of flat) add(`shape2D_${name}`, found[name] as number);
  }
}

/** What an image type's features are computed from. */
interface Derived {
  readonly name: string;
  readonly region: Region;
  readonly values: ExtractionValues;
  /** The region before re-segmentation, on the grid of the image, and the box in it that `region` is. */
  readonly morphological: Mask;
  readonly box: Box;
}

/** Computes each wanted family of one image type; families whose names nobody wants cost nothing. */
function addIntensityFeatures(
  { name: imageType, region, values, morphological, box }: Derived,
  wanted: Wanted,
  features: Record<string, number>,
  findings: Finding[],
): void {
  const how: Discretisation =
    values.binCount === null
      ? { kind: "width", binWidth: values.binWidth }
      : { kind: "count", binCount: values.binCount };
  const levels = discretise(region.intensities, how);
  const grid = levelGrid(region, levels, Math.max(1, ...values.distances));
  const flatAxis = values.force2D ? values.force2Ddimension : undefined;
  const near: Neighbourhood = { distances: values.distances, ...(flatAxis !== undefined && { flatAxis }) };
  const { weightingNorm, symmetricalGLCM: symmetrical } = values;
  const families: readonly (readonly [FamilyName, () => Readonly<Record<string, number>> | null])[] = [
    ["firstorder", () => firstOrderFeatures(region, grid.counts, values.voxelArrayShift)],
    ["glcm", () => glcmFeatures(grid, near, { symmetrical, weightingNorm })],
    ["glrlm", () => glrlmFeatures(grid, flatAxis, weightingNorm)],
    ["glszm", () => glszmFeatures(grid, flatAxis)],
    ["gldm", () => gldmFeatures(grid, near, values.gldm_a)],
    ["ngtdm", () => ngtdmFeatures(grid, near)],
    ["intensityhistogram", () => intensityHistogramFeatures(levels, values.binCount ?? grid.levelCount)],
    ["ivh", () => intensityVolumeFeatures(region.intensities)],
    ["gldzm", () => distanceZoneFeatures(grid, morphological, box, flatAxis)],
    ["ngldm", () => dependenceFeatures(grid, near, values.gldm_a)],
  ];
  for (const [family, compute] of families) {
    const names = wanted.get(family);
    if (!names) continue;
    const found = compute();
    if (!found) findings.push(undefinedFamily(imageType, family));
    else for (const name of names) features[`${imageType}_${family}_${name}`] = found[name] as number;
  }
}

/** Families of the region as it lies in the image; a feature that the region does not have, as the hull of a flat one, is told. */
function addOriginalOnly(
  { image, mask }: { image: ScalarImage; mask: Mask },
  kept: Mask,
  wanted: Wanted,
  features: Record<string, number>,
  findings: Finding[],
): void {
  for (const family of originalOnlyFamilies) {
    const names = wanted.get(family);
    if (!names) continue;
    const found = originalOnlyFeatures(family, image, mask, kept);
    for (const name of names) {
      const value = found[name];
      if (value !== undefined) features[`original_${family}_${name}`] = value;
    }
    const missing = names.filter((name) => found[name] === undefined);
    if (missing.length === 0) continue;
    findings.push({
      code: "RADIOMICS_FEATURE_UNDEFINED",
      severity: "warning",
      message: `original_${family} has no ${missing.join(", ")}: the region is flat, or of one intensity`,
    });
  }
}

function requireEvenForFilters(type: string, image: ScalarImage): void {
  if (!image.geometry.sliceOffsetsMm || !["LoG", "Wavelet", "Gradient", "LBP3D"].includes(type)) return;
  throw new HemacastError(
    "RADIOMICS_UNDEFINED",
    `slices are unevenly spaced, and the ${type} image needs an even grid; make the series even first`,
  );
}

function undefinedFamily(imageType: string, family: FamilyName): Finding {
  return {
    code: "RADIOMICS_FAMILY_UNDEFINED",
    severity: "warning",
    message: `${imageType}_${family} has no values: no voxel of the region has a neighbour in it`,
  };
}

function withoutEffect(key: string): Finding {
  const why =
    key === "geometryTolerance"
      ? "grids must agree to rounding, or the mask is resampled on request"
      : "it does not apply to features of a region";
  return { code: "RADIOMICS_SETTING_WITHOUT_EFFECT", severity: "info", message: `${key} has no effect here: ${why}` };
}

function summaryOf(region: Region): RegionSummary {
  let [minimum, maximum] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const x of region.intensities) {
    minimum = Math.min(minimum, x);
    maximum = Math.max(maximum, x);
  }
  return { voxels: region.voxels.length, sizeVoxels: region.size, spacingMm: region.spacing, minimum, maximum };
}
