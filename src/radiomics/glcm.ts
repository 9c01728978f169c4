/** Grey level co-occurrence: how often levels i and j are neighbours in a direction. */
import { secondSingularValue } from "../math/second-singular-value.ts";
import type { Vec3 } from "../math/vec3.ts";
import { directions, type Neighbourhood, stepOf, type WeightingNorm, weightOf } from "./direction.ts";
import type { LevelGrid } from "./discretise.ts";
import { meanFeatures } from "./mean-features.ts";

/** PyRadiomics' names of the GLCM features. */
export const glcmFeatureNames = [
  "Autocorrelation",
  "ClusterProminence",
  "ClusterShade",
  "ClusterTendency",
  "Contrast",
  "Correlation",
  "DifferenceAverage",
  "DifferenceEntropy",
  "DifferenceVariance",
  "Id",
  "Idm",
  "Idmn",
  "Idn",
  "Imc1",
  "Imc2",
  "InverseVariance",
  "JointAverage",
  "JointEnergy",
  "JointEntropy",
  "MCC",
  "MaximumProbability",
  "SumAverage",
  "SumEntropy",
  "SumSquares",
] as const;

/** The value of each GLCM feature. */
export type GlcmFeatures = Readonly<Record<(typeof glcmFeatureNames)[number], number>>;

/** What is added inside logarithms and denominators: numpy.spacing(1). */
const EPSILON = Number.EPSILON;

/**
 * Counts pairs: entry `i * m + j` is the number of voxels of level i whose neighbour in the direction has level j.
 *
 * @param range which of the grid's voxels to start from, by default all
 * @returns m x m counts, m the number of levels that occur
 */
export function cooccurrences(
  grid: LevelGrid,
  direction: Vec3,
  range: readonly [number, number] = [0, grid.voxels.length],
): Float64Array {
  const m = grid.levels.length;
  const { codes, voxels } = grid;
  const step = stepOf(grid, direction);
  const counts = new Float64Array(m * m);
  for (let v = range[0]; v < range[1]; v++) {
    const at = voxels[v] as number;
    const neighbour = codes[at + step] as number;
    if (neighbour > 0) (counts[((codes[at] as number) - 1) * m + neighbour - 1] as number) += 1;
  }
  return counts;
}

/** Adds the transpose, so that both directions count. */
export function symmetrised(counts: Float64Array, m: number): Float64Array {
  const result = new Float64Array(m * m);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < m; j++) result[i * m + j] = (counts[i * m + j] as number) + (counts[j * m + i] as number);
  }
  return result;
}

/**
 * GLCM features: the mean over directions, or those of the weighted sum of all directions where a weighting is given.
 *
 * @returns null when no voxel has a neighbour inside
 * @see PyRadiomics 3.1 radiomics.glcm; IBSI 2019 section 3.6
 */
export function glcmFeatures(
  grid: LevelGrid,
  neighbourhood: Neighbourhood,
  options: { readonly symmetrical: boolean; readonly weightingNorm: WeightingNorm | null },
): GlcmFeatures | null {
  const m = grid.levels.length;
  const weighted = options.weightingNorm === null ? null : new Float64Array(m * m);
  const features: GlcmFeatures[] = [];
  for (const direction of directions(grid.boxSize, neighbourhood)) {
    const counted = cooccurrences(grid, direction);
    const counts = options.symmetrical ? symmetrised(counted, m) : counted;
    if (weighted && options.weightingNorm) {
      const weight = weightOf(direction, grid.spacing, options.weightingNorm);
      for (let p = 0; p < counts.length; p++) (weighted[p] as number) += weight * (counts[p] as number);
    } else {
      const found = featuresOfCooccurrences(counts, grid.levels, grid.levelCount);
      if (found) features.push(found);
    }
  }
  if (weighted) return featuresOfCooccurrences(weighted, grid.levels, grid.levelCount);
  return features.length > 0 ? meanFeatures(features) : null;
}

/**
 * GLCM features of one matrix of counts.
 *
 * @param counts m x m, by the place of each level in `levels`
 * @param levelCount number of grey levels for the normalised inverse differences
 * @returns null for an empty matrix
 */
export function featuresOfCooccurrences(
  counts: Float64Array,
  levels: Float64Array,
  levelCount: number,
): GlcmFeatures | null {
  const m = levels.length;
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) return null;
  const p = counts.map((count) => count / total);
  const { px, py, sums, differences } = marginals(p, levels);
  const mean = (marginal: Float64Array): number => marginal.reduce((sum, q, i) => sum + q * (levels[i] as number), 0);
  const [ux, uy] = [mean(px), mean(py)];
  const moments = jointMoments(p, levels, ux, uy);
  const entropies = jointEntropies(p, px, py);
  const difference = differenceFeatures(differences, levelCount);
  const deviation = Math.sqrt(moments.varianceX) * Math.sqrt(moments.varianceY);
  const information = entropies.hxy2 - entropies.hxy;
  return {
    Autocorrelation: moments.autocorrelation,
    ClusterProminence: moments.fourth,
    ClusterShade: moments.third,
    ClusterTendency: moments.second,
    Contrast: moments.contrast,
    // A flat region has no deviation; PyRadiomics and the standard call it perfectly correlated.
    Correlation: deviation === 0 ? 1 : moments.covariance / (deviation + EPSILON),
    ...difference,
    Imc1: entropies.widest === 0 ? 0 : (entropies.hxy - entropies.hxy1) / entropies.widest,
    // Rounding can make the information of independent levels slightly negative.
    Imc2: information <= 0 ? 0 : Math.sqrt(1 - Math.exp(-2 * information)),
    JointAverage: ux,
    JointEnergy: p.reduce((sum, q) => sum + q * q, 0),
    JointEntropy: entropies.hxy,
    MCC: m < 2 ? 1 : maximalCorrelation(p, px, py),
    MaximumProbability: p.reduce((largest, q) => Math.max(largest, q), 0),
    SumAverage: sums.reduce((sum, q, k) => sum + k * q, 0),
    SumEntropy: entropy(sums),
    SumSquares: moments.varianceX,
  };
}

/** Row and column sums, and the distributions of i + j and |i - j| by their value. */
function marginals(
  p: Float64Array,
  levels: Float64Array,
): { px: Float64Array; py: Float64Array; sums: Float64Array; differences: Float64Array } {
  const m = levels.length;
  const highest = levels[m - 1] as number;
  const [px, py] = [new Float64Array(m), new Float64Array(m)];
  const sums = new Float64Array(2 * highest + 1);
  const differences = new Float64Array(highest);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < m; j++) {
      const q = p[i * m + j] as number;
      if (q === 0) continue;
      const a = levels[i] as number;
      const b = levels[j] as number;
      (px[i] as number) += q;
      (py[j] as number) += q;
      (sums[a + b] as number) += q;
      (differences[Math.abs(a - b)] as number) += q;
    }
  }
  return { px, py, sums, differences };
}

function jointMoments(p: Float64Array, levels: Float64Array, ux: number, uy: number): Record<JointMoment, number> {
  const m = levels.length;
  let [autocorrelation, contrast, covariance, varianceX, varianceY] = [0, 0, 0, 0, 0];
  let [second, third, fourth] = [0, 0, 0];
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < m; j++) {
      const q = p[i * m + j] as number;
      if (q === 0) continue;
      const a = levels[i] as number;
      const b = levels[j] as number;
      const da = a - ux;
      const db = b - uy;
      const s = a + b - ux - uy;
      autocorrelation += q * a * b;
      contrast += q * (a - b) ** 2;
      covariance += q * da * db;
      varianceX += q * da * da;
      varianceY += q * db * db;
      second += q * s * s;
      third += q * s * s * s;
      fourth += q * s * s * s * s;
    }
  }
  return { autocorrelation, contrast, covariance, varianceX, varianceY, second, third, fourth };
}

type JointMoment =
  | "autocorrelation"
  | "contrast"
  | "covariance"
  | "varianceX"
  | "varianceY"
  | "second"
  | "third"
  | "fourth";

function jointEntropies(
  p: Float64Array,
  px: Float64Array,
  py: Float64Array,
): { hxy: number; hxy1: number; hxy2: number; widest: number } {
  const m = px.length;
  let [hxy1, hxy2] = [0, 0];
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < m; j++) {
      const product = (px[i] as number) * (py[j] as number);
      if (product === 0) continue;
      const log = Math.log2(product + EPSILON);
      hxy1 -= (p[i * m + j] as number) * log;
      hxy2 -= product * log;
    }
  }
  return { hxy: entropy(p), hxy1, hxy2, widest: Math.max(entropy(px), entropy(py)) };
}

function differenceFeatures(
  p: Float64Array,
  levelCount: number,
): Pick<
  GlcmFeatures,
  "DifferenceAverage" | "DifferenceEntropy" | "DifferenceVariance" | "Id" | "Idm" | "Idmn" | "Idn" | "InverseVariance"
> {
  const average = p.reduce((sum, q, k) => sum + k * q, 0);
  return {
    DifferenceAverage: average,
    DifferenceEntropy: entropy(p),
    DifferenceVariance: p.reduce((sum, q, k) => sum + q * (k - average) ** 2, 0),
    Id: p.reduce((sum, q, k) => sum + q / (1 + k), 0),
    Idm: p.reduce((sum, q, k) => sum + q / (1 + k * k), 0),
    Idmn: p.reduce((sum, q, k) => sum + q / (1 + (k * k) / (levelCount * levelCount)), 0),
    Idn: p.reduce((sum, q, k) => sum + q / (1 + k / levelCount), 0),
    InverseVariance: p.reduce((sum, q, k) => (k === 0 ? sum : sum + q / (k * k)), 0),
  };
}

function entropy(p: Float64Array): number {
  let total = 0;
  for (let n = 0; n < p.length; n++) {
    const q = p[n] as number;
    if (q > 0) total -= q * Math.log2(q + EPSILON);
  }
  return total;
}

/** The second largest singular value of p(i, j) / sqrt(px(i) py(j)); its square is the second eigenvalue of Haralick's Q. */
function maximalCorrelation(p: Float64Array, px: Float64Array, py: Float64Array): number {
  const m = px.length;
  const scaled = new Float64Array(m * m);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < m; j++) {
      const q = p[i * m + j] as number;
      if (q > 0) scaled[i * m + j] = q / Math.sqrt((px[i] as number) * (py[j] as number));
    }
  }
  return secondSingularValue(scaled, m);
}
