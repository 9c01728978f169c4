/** The families of the standard that PyRadiomics does not have, for extraction by their names. */

import { boundingBox } from "../../volume/mesh.ts";
import type { Mask } from "../../volume/volume.ts";
import type { Neighbourhood } from "../direction.ts";
import type { LevelGrid } from "../discretise.ts";
import { discretise } from "../discretise.ts";
import { countPairs, type Emphases, emphases } from "../emphasis.ts";
import { dependences } from "../gldm.ts";
import { zones } from "../glszm.ts";
import { type Box, regionOf, type ScalarImage } from "../region.ts";
import { borderDistances } from "./border-distance.ts";
import { localIntensityFeatures } from "./local-intensity.ts";
import { morphologyFeatureNames, morphologyFeatures } from "./morphology.ts";
import { histogramStatistics } from "./statistics.ts";
import { volumeHistogramFeatures } from "./volume-histogram.ts";

type Values = Readonly<Record<string, number>>;

/** The names of the families' features, in the standard's words. */
export const standardFeatureNames = {
  morphology: morphologyFeatureNames,
  localintensity: ["LocalIntensityPeak", "GlobalIntensityPeak"],
  intensityhistogram: [
    "Mean",
    "Variance",
    "Skewness",
    "ExcessKurtosis",
    "Median",
    "Minimum",
    "Percentile10",
    "Percentile90",
    "Maximum",
    "Mode",
    "InterquartileRange",
    "Range",
    "MeanAbsoluteDeviation",
    "RobustMeanAbsoluteDeviation",
    "MedianAbsoluteDeviation",
    "CoefficientOfVariation",
    "QuartileCoefficientOfDispersion",
    "Entropy",
    "Uniformity",
    "MaximumGradient",
    "MaximumGradientLevel",
    "MinimumGradient",
    "MinimumGradientLevel",
  ],
  ivh: [
    "VolumeAtIntensityFraction10",
    "VolumeAtIntensityFraction90",
    "IntensityAtVolumeFraction10",
    "IntensityAtVolumeFraction90",
    "VolumeFractionDifference",
    "IntensityDifference",
  ],
  gldzm: [
    "SmallDistanceEmphasis",
    "LargeDistanceEmphasis",
    "LowGrayLevelZoneEmphasis",
    "HighGrayLevelZoneEmphasis",
    "SmallDistanceLowGrayLevelEmphasis",
    "SmallDistanceHighGrayLevelEmphasis",
    "LargeDistanceLowGrayLevelEmphasis",
    "LargeDistanceHighGrayLevelEmphasis",
    "GrayLevelNonUniformity",
    "GrayLevelNonUniformityNormalized",
    "ZoneDistanceNonUniformity",
    "ZoneDistanceNonUniformityNormalized",
    "ZonePercentage",
    "GrayLevelVariance",
    "ZoneDistanceVariance",
    "ZoneDistanceEntropy",
  ],
  ngldm: [
    "LowDependenceEmphasis",
    "HighDependenceEmphasis",
    "LowGrayLevelCountEmphasis",
    "HighGrayLevelCountEmphasis",
    "LowDependenceLowGrayLevelEmphasis",
    "LowDependenceHighGrayLevelEmphasis",
    "HighDependenceLowGrayLevelEmphasis",
    "HighDependenceHighGrayLevelEmphasis",
    "GrayLevelNonUniformity",
    "GrayLevelNonUniformityNormalized",
    "DependenceCountNonUniformity",
    "DependenceCountNonUniformityNormalized",
    "DependenceCountPercentage",
    "GrayLevelVariance",
    "DependenceCountVariance",
    "DependenceCountEntropy",
    "DependenceCountEnergy",
  ],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** Families that are about the region as it lies in the original image; they are not computed of filtered images. */
export const originalOnlyFamilies = ["morphology", "localintensity"] as const;

/**
 * Features of the families that are computed of the original image alone.
 *
 * @param morphological the region before re-segmentation
 * @param intensity the region after it
 * @throws HemacastError MASK_EMPTY
 */
export function originalOnlyFeatures(
  family: (typeof originalOnlyFamilies)[number],
  image: ScalarImage,
  morphological: Mask,
  intensity: Mask,
): Readonly<Record<string, number | undefined>> {
  const box = boundingBox(morphological);
  const region = regionOf(image, intensity, box);
  return family === "morphology"
    ? { ...morphologyFeatures(morphological, region, box) }
    : { ...localIntensityFeatures(image, region, box) };
}

/** Statistics of the grey levels: those of the extraction's discretisation. */
export function intensityHistogramFeatures(levels: Int32Array, levelCount: number): Values {
  return { ...histogramStatistics(Float64Array.from(levels), levelCount) };
}

/** Whole intensities that lie further apart than this are not gone through one by one. */
const MOST_STEPS = 100_000;
/** The bins of the standard's configurations for intensities without a unit of their own. */
const ARBITRARY_BINS = 1000;

/**
 * The intensity-volume histogram: for whole intensities (HU) from the smallest to the largest in steps of one; for others, as of filtered images, in
 * 1000 bins, and then intensities are the bins' numbers.
 *
 * @see IBSI 2019 section 3.5: no discretisation for calibrated discrete intensities, fixed bin number for arbitrary ones
 */
export function intensityVolumeFeatures(intensities: Float64Array): Values {
  let [low, high, whole] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, true];
  for (const x of intensities) {
    low = Math.min(low, x);
    high = Math.max(high, x);
    whole &&= Number.isInteger(x);
  }
  if (whole && high - low <= MOST_STEPS) return { ...volumeHistogramFeatures(intensities, { low, high, step: 1 }) };
  const levels = Float64Array.from(discretise(intensities, { kind: "count", binCount: ARBITRARY_BINS }));
  return { ...volumeHistogramFeatures(levels, { low: 1, high: ARBITRARY_BINS, step: 1 }) };
}

/**
 * Grey level distance zones: connected voxels of one level, by how far the nearest of them is from the border of the region.
 *
 * @param morphological the region before re-segmentation, whose border counts
 * @param box where the grid of levels lies in it
 * @see IBSI 2019 section 3.9
 */
export function distanceZoneFeatures(
  grid: LevelGrid,
  morphological: Mask,
  box: Box,
  flatAxis: Neighbourhood["flatAxis"],
): Values | null {
  const found = zones(grid, flatAxis, undefined, distancesOnGrid(grid, morphological, box, flatAxis));
  const e = emphases(countPairs(found.flatMap((zone) => [zone.level, zone.leastValue])));
  return e && distanceZoneValues(e, grid.voxels.length);
}

/** Distances are counted in the whole region's box, then looked up where the grid has voxels. */
function distancesOnGrid(
  grid: LevelGrid,
  morphological: Mask,
  box: Box,
  flatAxis: Neighbourhood["flatAxis"],
): Int32Array {
  const { start, size } = boundingBox(morphological);
  const bordered = { boxSize: size, border: 1, size: [size[0] + 2, size[1] + 2, size[2] + 2] as const };
  const inside = new Uint8Array(size[0] * size[1] * size[2]);
  const [mx, my] = morphological.geometry.size;
  for (let k = 0; k < size[2]; k++) {
    for (let j = 0; j < size[1]; j++) {
      const from = start[0] + mx * (start[1] + j + my * (start[2] + k));
      inside.set(morphological.inside.subarray(from, from + size[0]), size[0] * (j + size[1] * k));
    }
  }
  const distances = borderDistances(bordered, inside, flatAxis);
  const result = new Int32Array(grid.codes.length);
  const [nx, ny] = grid.size;
  const shift = box.start.map((x, d) => x - start[d] + bordered.border - grid.border);
  for (const at of grid.voxels) {
    const [i, j, k] = [at % nx, Math.floor(at / nx) % ny, Math.floor(at / (nx * ny))];
    result[at] = distances[i + shift[0] + bordered.size[0] * (j + shift[1] + bordered.size[1] * (k + shift[2]))];
  }
  return result;
}

function distanceZoneValues(e: Emphases, voxels: number): Values {
  return {
    SmallDistanceEmphasis: e.small,
    LargeDistanceEmphasis: e.large,
    LowGrayLevelZoneEmphasis: e.low,
    HighGrayLevelZoneEmphasis: e.high,
    SmallDistanceLowGrayLevelEmphasis: e.smallLow,
    SmallDistanceHighGrayLevelEmphasis: e.smallHigh,
    LargeDistanceLowGrayLevelEmphasis: e.largeLow,
    LargeDistanceHighGrayLevelEmphasis: e.largeHigh,
    GrayLevelNonUniformity: e.levelNonUniformity,
    GrayLevelNonUniformityNormalized: e.levelNonUniformity / e.total,
    ZoneDistanceNonUniformity: e.numberNonUniformity,
    ZoneDistanceNonUniformityNormalized: e.numberNonUniformity / e.total,
    ZonePercentage: e.total / voxels,
    GrayLevelVariance: e.levelVariance,
    ZoneDistanceVariance: e.numberVariance,
    ZoneDistanceEntropy: e.entropy,
  };
}

/**
 * Neighbouring grey level dependence in the standard's words; PyRadiomics' GLDM has most of these by other names.
 *
 * @param tolerance levels that differ by at most this depend on each other (the standard's alpha, PyRadiomics' gldm_a)
 * @see IBSI 2019 section 3.11
 */
export function dependenceFeatures(grid: LevelGrid, neighbourhood: Neighbourhood, tolerance: number): Values | null {
  const e = emphases(dependences(grid, neighbourhood, tolerance));
  if (!e) return null;
  return {
    LowDependenceEmphasis: e.small,
    HighDependenceEmphasis: e.large,
    LowGrayLevelCountEmphasis: e.low,
    HighGrayLevelCountEmphasis: e.high,
    LowDependenceLowGrayLevelEmphasis: e.smallLow,
    LowDependenceHighGrayLevelEmphasis: e.smallHigh,
    HighDependenceLowGrayLevelEmphasis: e.largeLow,
    HighDependenceHighGrayLevelEmphasis: e.largeHigh,
    GrayLevelNonUniformity: e.levelNonUniformity,
    GrayLevelNonUniformityNormalized: e.levelNonUniformity / e.total,
    DependenceCountNonUniformity: e.numberNonUniformity,
    DependenceCountNonUniformityNormalized: e.numberNonUniformity / e.total,
    // Each voxel has one dependence: the standard keeps the feature, whose value is always 1.
    DependenceCountPercentage: 1,
    GrayLevelVariance: e.levelVariance,
    DependenceCountVariance: e.numberVariance,
    DependenceCountEntropy: e.entropy,
    DependenceCountEnergy: e.energy,
  };
}
