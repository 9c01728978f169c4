/** First-order statistics of the intensities of a region, with PyRadiomics' names and values. */
import type { Region } from "./region.ts";

/** PyRadiomics' names of the first-order features, deprecated ones last. */
export const firstOrderFeatureNames = [
  "10Percentile",
  "90Percentile",
  "Energy",
  "Entropy",
  "InterquartileRange",
  "Kurtosis",
  "Maximum",
  "MeanAbsoluteDeviation",
  "Mean",
  "Median",
  "Minimum",
  "Range",
  "RobustMeanAbsoluteDeviation",
  "RootMeanSquared",
  "Skewness",
  "TotalEnergy",
  "Uniformity",
  "Variance",
  "StandardDeviation",
] as const;

/** The value of each first-order feature, in intensity units, their square, bits or 1. */
export type FirstOrderFeatures = Readonly<Record<(typeof firstOrderFeatureNames)[number], number>>;

/**
 * First-order features.
 *
 * @param counts number of voxels of each grey level that occurs
 * @param shift added to intensities in Energy, TotalEnergy and RootMeanSquared (PyRadiomics' voxelArrayShift)
 * @see PyRadiomics 3.1 radiomics.firstorder; IBSI 2019 sections 3.3 and 3.4
 */
export function firstOrderFeatures(region: Region, counts: Float64Array, shift: number): FirstOrderFeatures {
  const sorted = region.intensities.toSorted();
  const n = sorted.length;
  const mean = sum(sorted) / n;
  const [m2, m3, m4, mad] = centralMoments(sorted, mean);
  const [p10, p25, p75, p90] = [10, 25, 75, 90].map((p) => percentile(sorted, p)) as [number, number, number, number];
  const [minimum, maximum] = [sorted[0] as number, sorted[n - 1] as number];
  const { energy, totalEnergy } = energies(region, shift);
  return {
    "10Percentile": p10,
    "90Percentile": p90,
    Energy: energy,
    Entropy: entropyOfCounts(counts, n),
    InterquartileRange: p75 - p25,
    Kurtosis: m2 === 0 ? 0 : m4 / m2 ** 2,
    Maximum: maximum,
    MeanAbsoluteDeviation: mad,
    Mean: mean,
    Median: percentile(sorted, 50),
    Minimum: minimum,
    Range: maximum - minimum,
    RobustMeanAbsoluteDeviation: robustDeviation(sorted, p10, p90),
    RootMeanSquared: Math.sqrt(energy / n),
    Skewness: m2 === 0 ? 0 : m3 / m2 ** 1.5,
    TotalEnergy: totalEnergy,
    Uniformity: counts.reduce((total, count) => total + (count / n) ** 2, 0),
    Variance: m2,
    StandardDeviation: Math.sqrt(m2),
  };
}

/**
 * Percentile of sorted values with linear interpolation between closest ranks (type 7, numpy's default).
 *
 * @example percentile(Float64Array.of(1, 2, 3, 4), 50) // => 2.5
 */
export function percentile(sorted: Float64Array, percent: number): number {
  const at = ((sorted.length - 1) * percent) / 100;
  const below = Math.floor(at);
  const low = sorted[below] as number;
  const high = sorted[Math.min(below + 1, sorted.length - 1)] as number;
  return low + (at - below) * (high - low);
}

function sum(values: Float64Array): number {
  let total = 0;
  for (const x of values) total += x;
  return total;
}

/** Second, third and fourth central moments and the mean absolute deviation. */
function centralMoments(values: Float64Array, mean: number): [number, number, number, number] {
  let [m2, m3, m4, mad] = [0, 0, 0, 0];
  for (const x of values) {
    const d = x - mean;
    const d2 = d * d;
    m2 += d2;
    m3 += d2 * d;
    m4 += d2 * d2;
    mad += Math.abs(d);
  }
  const n = values.length;
  return [m2 / n, m3 / n, m4 / n, mad / n];
}

/** Mean absolute deviation of the values within [low, high] from their own mean. */
function robustDeviation(sorted: Float64Array, low: number, high: number): number {
  const within = sorted.filter((x) => x >= low && x <= high);
  const mean = sum(within) / within.length;
  return within.reduce((total, x) => total + Math.abs(x - mean), 0) / within.length;
}

function energies(region: Region, shift: number): { energy: number; totalEnergy: number } {
  const perSlice = region.size[0] * region.size[1];
  let [energy, totalEnergy] = [0, 0];
  for (let v = 0; v < region.voxels.length; v++) {
    const squared = ((region.intensities[v] as number) + shift) ** 2;
    energy += squared;
    totalEnergy += squared * (region.voxelMm3[Math.floor((region.voxels[v] as number) / perSlice)] as number);
  }
  return { energy, totalEnergy };
}

/** Entropy in bits of a histogram; empty bins add nothing. */
export function entropyOfCounts(counts: Float64Array, total: number): number {
  let entropy = 0;
  for (const count of counts) if (count > 0) entropy -= (count / total) * Math.log2(count / total);
  return entropy;
}
