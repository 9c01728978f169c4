/** Neighbourhood grey tone difference: how far a voxel's level is from the mean of its neighbours. */
import { directions, type Neighbourhood, stepOf } from "./direction.ts";
import type { LevelGrid } from "./discretise.ts";

/** PyRadiomics' names of the NGTDM features. */
export const ngtdmFeatureNames = ["Busyness", "Coarseness", "Complexity", "Contrast", "Strength"] as const;

/** The value of each NGTDM feature. */
export type NgtdmFeatures = Readonly<Record<(typeof ngtdmFeatureNames)[number], number>>;

/** For each level that occurs: the number of voxels and the sum of their differences from their neighbourhoods. */
export interface ToneDifferences {
  readonly level: Float64Array;
  readonly voxels: Float64Array;
  readonly difference: Float64Array;
}

/**
 * Differences between voxels and the mean of their inside neighbours.
 *
 * @param countLonely whether a voxel without neighbours counts, with difference 0: PyRadiomics yes, IBSI no
 * @param range which of the grid's voxels to look at, by default all
 */
export function toneDifferences(
  grid: LevelGrid,
  neighbourhood: Neighbourhood,
  countLonely: boolean,
  range: readonly [number, number] = [0, grid.voxels.length],
): ToneDifferences {
  const { codes, levels } = grid;
  const half = directions(grid.boxSize, neighbourhood);
  const steps = Int32Array.from(half.flatMap((direction) => [stepOf(grid, direction), -stepOf(grid, direction)]));
  const voxels = new Float64Array(levels.length);
  const difference = new Float64Array(levels.length);
  for (let v = range[0]; v < range[1]; v++) {
    const at = grid.voxels[v] as number;
    let count = 0;
    let sum = 0;
    for (let s = 0; s < steps.length; s++) {
      const code = codes[at + (steps[s] as number)] as number;
      if (code === 0) continue;
      count++;
      sum += levels[code - 1] as number;
    }
    if (count === 0 && !countLonely) continue;
    const own = (codes[at] as number) - 1;
    (voxels[own] as number) += 1;
    if (count > 0) (difference[own] as number) += Math.abs((levels[own] as number) - sum / count);
  }
  return { level: levels, voxels, difference };
}

/**
 * NGTDM features as PyRadiomics computes them.
 *
 * @see PyRadiomics 3.1 radiomics.ngtdm; IBSI 2019 section 3.10
 */
export function ngtdmFeatures(grid: LevelGrid, neighbourhood: Neighbourhood): NgtdmFeatures | null {
  return featuresOfToneDifferences(toneDifferences(grid, neighbourhood, true), 0);
}

/**
 * NGTDM features from differences.
 *
 * @param flatStrength Strength of a region without differences, whose formula divides by 0
 * @returns null where no voxel counted
 */
export function featuresOfToneDifferences(tones: ToneDifferences, flatStrength: number): NgtdmFeatures | null {
  const total = tones.voxels.reduce((sum, n) => sum + n, 0);
  if (total === 0) return null;
  const present = [...tones.voxels.keys()].filter((l) => (tones.voxels[l] as number) > 0);
  const level = present.map((l) => tones.level[l] as number);
  const p = present.map((l) => (tones.voxels[l] as number) / total);
  const s = present.map((l) => tones.difference[l] as number);
  const coarse = p.reduce((sum, q, l) => sum + q * (s[l] as number), 0);
  const differences = s.reduce((sum, d) => sum + d, 0);
  let [spread, busy, complexity, strength] = [0, 0, 0, 0];
  for (let a = 0; a < p.length; a++) {
    for (let b = 0; b < p.length; b++) {
      const [pa, pb, la, lb] = [p[a] as number, p[b] as number, level[a] as number, level[b] as number];
      const [sa, sb] = [s[a] as number, s[b] as number];
      const apart = (la - lb) ** 2;
      spread += pa * pb * apart;
      busy += Math.abs(la * pa - lb * pb);
      complexity += (Math.abs(la - lb) * (pa * sa + pb * sb)) / (pa + pb);
      strength += (pa + pb) * apart;
    }
  }
  const levels = p.length;
  return {
    Busyness: busy === 0 ? 0 : coarse / busy,
    // A flat region is endlessly coarse; PyRadiomics and the standard say 10^6.
    Coarseness: coarse === 0 ? 1e6 : 1 / coarse,
    Complexity: complexity / total,
    Contrast: levels <= 1 ? 0 : ((spread / (levels * (levels - 1))) * differences) / total,
    Strength: differences === 0 ? flatStrength : strength / differences,
  };
}
