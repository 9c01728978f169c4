/** Grey level size zones: connected groups of voxels of one level. */
import { directions, type Neighbourhood, stepOf } from "./direction.ts";
import type { LevelGrid } from "./discretise.ts";
import { countPairs, type Emphases, emphases, type PairCounts } from "./emphasis.ts";

/** PyRadiomics' names of the GLSZM features. */
export const glszmFeatureNames = [
  "GrayLevelNonUniformity",
  "GrayLevelNonUniformityNormalized",
  "GrayLevelVariance",
  "HighGrayLevelZoneEmphasis",
  "LargeAreaEmphasis",
  "LargeAreaHighGrayLevelEmphasis",
  "LargeAreaLowGrayLevelEmphasis",
  "LowGrayLevelZoneEmphasis",
  "SizeZoneNonUniformity",
  "SizeZoneNonUniformityNormalized",
  "SmallAreaEmphasis",
  "SmallAreaHighGrayLevelEmphasis",
  "SmallAreaLowGrayLevelEmphasis",
  "ZoneEntropy",
  "ZonePercentage",
  "ZoneVariance",
] as const;

/** The value of each GLSZM feature. */
export type GlszmFeatures = Readonly<Record<(typeof glszmFeatureNames)[number], number>>;

/** A zone: its level, the number of its voxels, and the least of a value that each voxel has (a distance). */
export interface Zone {
  readonly level: number;
  readonly size: number;
  readonly leastValue: number;
}

/**
 * The zones of a grid: voxels of one level that touch by a face, an edge or a corner.
 *
 * @param flatAxis zones stay within planes across this axis
 * @param range which of the grid's voxels to look at, by default all; zones must not leave it
 * @param valueAt a value for each grid index of which a zone keeps the least, e.g. the distance to the border
 */
export function zones(
  grid: LevelGrid,
  flatAxis: Neighbourhood["flatAxis"],
  range: readonly [number, number] = [0, grid.voxels.length],
  valueAt?: Int32Array,
): Zone[] {
  const { codes, voxels, levels } = grid;
  const half = directions(grid.boxSize, { distances: [1], ...(flatAxis !== undefined && { flatAxis }) });
  const steps = Int32Array.from(half.flatMap((direction) => [stepOf(grid, direction), -stepOf(grid, direction)]));
  const left = codes.slice();
  const stack = new Int32Array(voxels.length);
  const result: Zone[] = [];
  for (let v = range[0]; v < range[1]; v++) {
    const seed = voxels[v] as number;
    const code = left[seed] as number;
    if (code === 0) continue;
    let [size, top, leastValue] = [0, 0, Number.POSITIVE_INFINITY];
    stack[top++] = seed;
    left[seed] = 0;
    while (top > 0) {
      const at = stack[--top] as number;
      size++;
      if (valueAt) leastValue = Math.min(leastValue, valueAt[at] as number);
      for (let s = 0; s < steps.length; s++) {
        const near = at + (steps[s] as number);
        if (left[near] !== code) continue;
        left[near] = 0;
        stack[top++] = near;
      }
    }
    result.push({ level: levels[code - 1] as number, size, leastValue });
  }
  return result;
}

/** Zones counted by level and size. */
export function sizeZones(found: readonly Zone[]): PairCounts {
  return countPairs(found.flatMap((zone) => [zone.level, zone.size]));
}

/**
 * GLSZM features.
 *
 * @see PyRadiomics 3.1 radiomics.glszm; IBSI 2019 section 3.8
 */
export function glszmFeatures(grid: LevelGrid, flatAxis: Neighbourhood["flatAxis"]): GlszmFeatures | null {
  const found = emphases(sizeZones(zones(grid, flatAxis)));
  return found && featuresOfZones(found);
}

/** GLSZM features from the statistics of zone sizes. */
export function featuresOfZones(e: Emphases): GlszmFeatures {
  return {
    GrayLevelNonUniformity: e.levelNonUniformity,
    GrayLevelNonUniformityNormalized: e.levelNonUniformity / e.total,
    GrayLevelVariance: e.levelVariance,
    HighGrayLevelZoneEmphasis: e.high,
    LargeAreaEmphasis: e.large,
    LargeAreaHighGrayLevelEmphasis: e.largeHigh,
    LargeAreaLowGrayLevelEmphasis: e.largeLow,
    LowGrayLevelZoneEmphasis: e.low,
    SizeZoneNonUniformity: e.numberNonUniformity,
    SizeZoneNonUniformityNormalized: e.numberNonUniformity / e.total,
    SmallAreaEmphasis: e.small,
    SmallAreaHighGrayLevelEmphasis: e.smallHigh,
    SmallAreaLowGrayLevelEmphasis: e.smallLow,
    ZoneEntropy: e.entropy,
    ZonePercentage: e.total / e.numberSum,
    ZoneVariance: e.numberVariance,
  };
}
