/** Grey level runs: stretches of equal level along a direction. */
import type { Vec3 } from "../math/vec3.ts";
import { directions, type Neighbourhood, stepOf, type WeightingNorm, weightOf } from "./direction.ts";
import type { LevelGrid } from "./discretise.ts";
import { addPairs, countPairs, type Emphases, emphases, type PairCounts } from "./emphasis.ts";
import { meanFeatures } from "./mean-features.ts";

/** PyRadiomics' names of the GLRLM features. */
export const glrlmFeatureNames = [
  "GrayLevelNonUniformity",
  "GrayLevelNonUniformityNormalized",
  "GrayLevelVariance",
  "HighGrayLevelRunEmphasis",
  "LongRunEmphasis",
  "LongRunHighGrayLevelEmphasis",
  "LongRunLowGrayLevelEmphasis",
  "LowGrayLevelRunEmphasis",
  "RunEntropy",
  "RunLengthNonUniformity",
  "RunLengthNonUniformityNormalized",
  "RunPercentage",
  "RunVariance",
  "ShortRunEmphasis",
  "ShortRunHighGrayLevelEmphasis",
  "ShortRunLowGrayLevelEmphasis",
] as const;

/** The value of each GLRLM feature. */
export type GlrlmFeatures = Readonly<Record<(typeof glrlmFeatureNames)[number], number>>;

/**
 * Counts runs by level and length along a direction.
 *
 * @param range which of the grid's voxels to look at, by default all; runs must not leave it
 */
export function runs(
  grid: LevelGrid,
  direction: Vec3,
  range: readonly [number, number] = [0, grid.voxels.length],
): PairCounts {
  const { codes, voxels, levels } = grid;
  const step = stepOf(grid, direction);
  const pairs = new Int32Array(2 * (range[1] - range[0]));
  let filled = 0;
  for (let v = range[0]; v < range[1]; v++) {
    const first = voxels[v] as number;
    const code = codes[first] as number;
    if (codes[first - step] === code) continue;
    let length = 1;
    for (let at = first + step; codes[at] === code; at += step) length++;
    pairs[filled++] = levels[code - 1] as number;
    pairs[filled++] = length;
  }
  return countPairs(pairs.subarray(0, filled));
}

/** Whether two inside voxels lie on one line in the direction; where none do, every run has length 1 and says nothing. */
function anyOnOneLine(grid: LevelGrid, direction: Vec3): boolean {
  const { codes, voxels } = grid;
  // Nearly every region has two neighbours in every direction, and then nothing else needs to be looked at.
  const step = stepOf(grid, direction);
  for (let v = 0; v < voxels.length; v++) if (codes[voxels[v] + step] > 0) return true;
  return anyOnOneLineApart(grid, direction);
}

/** The same where no two are neighbours: by where the line of each voxel enters the grid. */
function anyOnOneLineApart(grid: LevelGrid, [di, dj, dk]: Vec3): boolean {
  const [nx, ny, nz] = grid.size;
  const seen = new Set<number>();
  const stepsBack = (x: number, d: number, n: number): number =>
    d === 0 ? Number.POSITIVE_INFINITY : Math.floor(d > 0 ? x / d : (n - 1 - x) / -d);
  for (const at of grid.voxels) {
    const [i, j, k] = [at % nx, Math.floor(at / nx) % ny, Math.floor(at / (nx * ny))];
    const steps = Math.min(stepsBack(i, di, nx), stepsBack(j, dj, ny), stepsBack(k, dk, nz));
    const entry = at - steps * (di + nx * (dj + ny * dk));
    if (seen.has(entry)) return true;
    seen.add(entry);
  }
  return false;
}

/**
 * GLRLM features: the mean over directions, or those of the weighted sum of all directions where a weighting is given.
 *
 * @returns null when no direction has two inside voxels on a line
 * @see PyRadiomics 3.1 radiomics.glrlm; IBSI 2019 section 3.7
 */
export function glrlmFeatures(
  grid: LevelGrid,
  flatAxis: Neighbourhood["flatAxis"],
  weightingNorm: WeightingNorm | null,
): GlrlmFeatures | null {
  const used = directions(grid.boxSize, { distances: [1], ...(flatAxis !== undefined && { flatAxis }) }).filter(
    (direction) => anyOnOneLine(grid, direction),
  );
  const matrices = used.map((direction) => runs(grid, direction));
  const merged =
    weightingNorm === null
      ? matrices
      : [
          addPairs(
            matrices,
            used.map((direction) => weightOf(direction, grid.spacing, weightingNorm)),
          ),
        ];
  const features = merged
    .map(emphases)
    .filter((found) => found !== null)
    .map(featuresOfRuns);
  return features.length > 0 ? meanFeatures(features) : null;
}

/** GLRLM features from the statistics of run lengths. */
export function featuresOfRuns(e: Emphases): GlrlmFeatures {
  return {
    GrayLevelNonUniformity: e.levelNonUniformity,
    GrayLevelNonUniformityNormalized: e.levelNonUniformity / e.total,
    GrayLevelVariance: e.levelVariance,
    HighGrayLevelRunEmphasis: e.high,
    LongRunEmphasis: e.large,
    LongRunHighGrayLevelEmphasis: e.largeHigh,
    LongRunLowGrayLevelEmphasis: e.largeLow,
    LowGrayLevelRunEmphasis: e.low,
    RunEntropy: e.entropy,
    RunLengthNonUniformity: e.numberNonUniformity,
    RunLengthNonUniformityNormalized: e.numberNonUniformity / e.total,
    RunPercentage: e.total / e.numberSum,
    RunVariance: e.numberVariance,
    ShortRunEmphasis: e.small,
    ShortRunHighGrayLevelEmphasis: e.smallHigh,
    ShortRunLowGrayLevelEmphasis: e.smallLow,
  };
}
