/** What is done to intensities and masks before features are computed: normalisation and re-segmentation. */
import { HemacastError } from "../core/errors.ts";
import { createMask, type Mask } from "../volume/volume.ts";
import { regionOf, type ScalarImage } from "./region.ts";
import type { ExtractionValues } from "./settings.ts";

/**
 * Centres intensities on the mean of the whole image and divides them by its standard deviation (n - 1), times a scale.
 *
 * @param outliers values further from the mean than this many standard deviations are moved to there; null to leave them
 * @throws HemacastError RADIOMICS_UNDEFINED for an image of one intensity
 * @see PyRadiomics 3.1 imageoperations.normalizeImage
 */
export function normalise(image: ScalarImage, scale: number, outliers: number | null): ScalarImage {
  const { values } = image;
  let sum = 0;
  for (const x of values) sum += x;
  const mean = sum / values.length;
  let squares = 0;
  for (const x of values) squares += (x - mean) ** 2;
  const deviation = Math.sqrt(squares / (values.length - 1));
  if (!(deviation > 0)) {
    throw new HemacastError("RADIOMICS_UNDEFINED", "every intensity is the same; the image cannot be normalised");
  }
  const result = new Float64Array(values.length);
  const most = outliers ?? Number.POSITIVE_INFINITY;
  for (let v = 0; v < values.length; v++) {
    result[v] = Math.min(Math.max(((values[v] as number) - mean) / deviation, -most), most) * scale;
  }
  return { geometry: image.geometry, values: result };
}

/**
 * Keeps the part of a mask whose intensities lie within thresholds.
 *
 * @throws HemacastError RADIOMICS_UNDEFINED when at most one voxel is left, MASK_EMPTY
 * @see IBSI 2019 section 2.6; PyRadiomics 3.1 imageoperations.resegmentMask
 */
export function resegment(
  image: ScalarImage,
  mask: Mask,
  range: readonly number[],
  mode: ExtractionValues["resegmentMode"],
): Mask {
  const { intensities } = regionOf(image, mask);
  const [low, high = Number.POSITIVE_INFINITY] = thresholds(intensities, range, mode);
  let kept = 0;
  const inside = mask.inside.map((one, v) => {
    const x = image.values[v] as number;
    const keep = one === 1 && x >= (low as number) && x <= high ? 1 : 0;
    kept += keep;
    return keep;
  });
  if (kept <= 1) {
    throw new HemacastError(
      "RADIOMICS_UNDEFINED",
      `re-segmentation to [${low}, ${high}] leaves ${kept} of ${intensities.length} voxels; widen resegmentRange`,
    );
  }
  return createMask(mask.geometry, inside);
}

function thresholds(
  intensities: Float64Array,
  range: readonly number[],
  mode: ExtractionValues["resegmentMode"],
): number[] {
  const sorted = range.toSorted((a, b) => a - b);
  if (mode === "absolute") return sorted;
  if (mode === "relative") {
    const largest = intensities.reduce((most, x) => Math.max(most, x), Number.NEGATIVE_INFINITY);
    return sorted.map((factor) => largest * factor);
  }
  const mean = intensities.reduce((sum, x) => sum + x, 0) / intensities.length;
  const variance = intensities.reduce((sum, x) => sum + (x - mean) ** 2, 0) / intensities.length;
  return sorted.map((factor) => mean + Math.sqrt(variance) * factor);
}
