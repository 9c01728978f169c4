/** The tags of the standard's reference tables for features that go by PyRadiomics' names elsewhere. */
import type { Emphases } from "../emphasis.ts";

/** GLCM: the tag, or tags where the standard lists one value twice. */
export const cooccurrenceTags: Readonly<Record<string, readonly string[]>> = {
  MaximumProbability: ["joint_max"],
  JointAverage: ["joint_avg"],
  SumSquares: ["joint_var"],
  JointEntropy: ["joint_entr"],
  DifferenceAverage: ["diff_avg", "dissimilarity"],
  DifferenceVariance: ["diff_var"],
  DifferenceEntropy: ["diff_entr"],
  SumAverage: ["sum_avg"],
  ClusterTendency: ["sum_var", "clust_tend"],
  SumEntropy: ["sum_entr"],
  JointEnergy: ["energy"],
  Contrast: ["contrast"],
  Id: ["inv_diff"],
  Idn: ["inv_diff_norm"],
  Idm: ["inv_diff_mom"],
  Idmn: ["inv_diff_mom_norm"],
  InverseVariance: ["inv_var"],
  Correlation: ["corr"],
  Autocorrelation: ["auto_corr"],
  ClusterShade: ["clust_shade"],
  ClusterProminence: ["clust_prom"],
  Imc1: ["info_corr1"],
  Imc2: ["info_corr2"],
};

/** NGTDM. */
export const toneTags: Readonly<Record<string, readonly string[]>> = {
  Coarseness: ["coarseness"],
  Contrast: ["contrast"],
  Busyness: ["busyness"],
  Complexity: ["complexity"],
  Strength: ["strength"],
};

/** The syllables of a matrix's tags: small, large, low, high, the four pairs of them, the number, and what its percentage counts. */
const syllables = {
  rlm: ["sre", "lre", "lgre", "hgre", "srlge", "srhge", "lrlge", "lrhge", "rl", "r_perc"],
  szm: ["sze", "lze", "lgze", "hgze", "szlge", "szhge", "lzlge", "lzhge", "zs", "z_perc"],
  dzm: ["sde", "lde", "lgze", "hgze", "sdlge", "sdhge", "ldlge", "ldhge", "zd", "z_perc"],
  ngl: ["lde", "hde", "lgce", "hgce", "ldlge", "ldhge", "hdlge", "hdhge", "dc", "dc_perc"],
} as const;

/**
 * The statistics of a matrix by the standard's tags.
 *
 * @param voxels how many voxels the percentage is of; by default the sum of the numbers
 */
export function emphasisTags(
  e: Emphases | null,
  matrix: keyof typeof syllables,
  voxels?: number,
): Readonly<Record<string, number>> | null {
  if (!e) return null;
  const [small, large, low, high, smallLow, smallHigh, largeLow, largeHigh, number, percentage] = syllables[matrix];
  return {
    [small]: e.small,
    [large]: e.large,
    [low]: e.low,
    [high]: e.high,
    [smallLow]: e.smallLow,
    [smallHigh]: e.smallHigh,
    [largeLow]: e.largeLow,
    [largeHigh]: e.largeHigh,
    glnu: e.levelNonUniformity,
    glnu_norm: e.levelNonUniformity / e.total,
    [`${number}nu`]: e.numberNonUniformity,
    [`${number}nu_norm`]: e.numberNonUniformity / e.total,
    // Each voxel has one dependence, so that of dependences is always all.
    [percentage]: matrix === "ngl" ? 1 : e.total / (voxels ?? e.numberSum),
    gl_var: e.levelVariance,
    [`${number}_var`]: e.numberVariance,
    [`${number}_entr`]: e.entropy,
    ...(matrix === "ngl" && { dc_energy: e.energy }),
  };
}
