/** Grey level dependence: how many neighbours of a voxel have nearly its level. IBSI calls it the neighbouring grey level dependence matrix (NGLDM). */
import { directions, type Neighbourhood, stepOf } from "./direction.ts";
import type { LevelGrid } from "./discretise.ts";
import { countPairs, type Emphases, emphases, type PairCounts } from "./emphasis.ts";

/** PyRadiomics' names of the GLDM features. */
export const gldmFeatureNames = [
  "DependenceEntropy",
  "DependenceNonUniformity",
  "DependenceNonUniformityNormalized",
  "DependenceVariance",
  "GrayLevelNonUniformity",
  "GrayLevelVariance",
  "HighGrayLevelEmphasis",
  "LargeDependenceEmphasis",
  "LargeDependenceHighGrayLevelEmphasis",
  "LargeDependenceLowGrayLevelEmphasis",
  "LowGrayLevelEmphasis",
  "SmallDependenceEmphasis",
  "SmallDependenceHighGrayLevelEmphasis",
  "SmallDependenceLowGrayLevelEmphasis",
] as const;

/** The value of each GLDM feature. */
export type GldmFeatures = Readonly<Record<(typeof gldmFeatureNames)[number], number>>;

/**
 * Counts voxels by level and dependence: 1 + the number of inside neighbours whose level differs by at most `tolerance`.
 *
 * @param range which of the grid's voxels to look at, by default all
 */
export function dependences(
  grid: LevelGrid,
  neighbourhood: Neighbourhood,
  tolerance: number,
  range: readonly [number, number] = [0, grid.voxels.length],
): PairCounts {
  const { codes, voxels, levels } = grid;
  const half = directions(grid.boxSize, neighbourhood);
  const steps = Int32Array.from(half.flatMap((direction) => [stepOf(grid, direction), -stepOf(grid, direction)]));
  const pairs = new Int32Array(2 * (range[1] - range[0]));
  for (let v = range[0]; v < range[1]; v++) {
    const at = voxels[v] as number;
    const level = levels[(codes[at] as number) - 1] as number;
    let dependence = 1;
    for (let s = 0; s < steps.length; s++) {
      const code = codes[at + (steps[s] as number)] as number;
      if (code > 0 && Math.abs((levels[code - 1] as number) - level) <= tolerance) dependence++;
    }
    pairs[2 * (v - range[0])] = level;
    pairs[2 * (v - range[0]) + 1] = dependence;
  }
  return countPairs(pairs);
}

/**
 * GLDM features.
 *
 * @param tolerance PyRadiomics' gldm_a
 * @see PyRadiomics 3.1 radiomics.gldm; IBSI 2019 section 3.11
 */
export function gldmFeatures(grid: LevelGrid, neighbourhood: Neighbourhood, tolerance: number): GldmFeatures | null {
  const found = emphases(dependences(grid, neighbourhood, tolerance));
  return found && featuresOfDependences(found);
}

/** GLDM features from the statistics of dependences. */
export function featuresOfDependences(e: Emphases): GldmFeatures {
  return {
    DependenceEntropy: e.entropy,
    DependenceNonUniformity: e.numberNonUniformity,
    DependenceNonUniformityNormalized: e.numberNonUniformity / e.total,
    DependenceVariance: e.numberVariance,
    GrayLevelNonUniformity: e.levelNonUniformity,
    GrayLevelVariance: e.levelVariance,
    HighGrayLevelEmphasis: e.high,
    LargeDependenceEmphasis: e.large,
    LargeDependenceHighGrayLevelEmphasis: e.largeHigh,
    LargeDependenceLowGrayLevelEmphasis: e.largeLow,
    LowGrayLevelEmphasis: e.low,
    SmallDependenceEmphasis: e.small,
    SmallDependenceHighGrayLevelEmphasis: e.smallHigh,
    SmallDependenceLowGrayLevelEmphasis: e.smallLow,
  };
}
