/** How robust features are: the intraclass correlation of each over perturbations of the same cases. */
import { HemacastError } from "../core/errors.ts";
import { createRandom } from "../core/random.ts";
import { intraclassCorrelation } from "../evaluation/agreement.ts";
import type { Interval } from "../evaluation/predictions.ts";
import { extractRadiomics } from "../radiomics/extract.ts";
import { perturbed } from "../radiomics/perturb/chain.ts";
import type { ScalarImage } from "../radiomics/region.ts";
import type { RadiomicsSettings } from "../radiomics/settings.ts";
import type { Mask } from "../volume/volume.ts";
import { writeFileAtomically } from "./atomic-output.ts";

/** Which perturbations to make. */
export interface Perturbations {
  readonly count: number;
  /** As `chainOf` gives it. */
  readonly chain: string;
  readonly seed: number;
}

/**
 * The features of each perturbation of a case. Equal seeds and names, equal perturbations, whatever else is in the batch.
 *
 * @param name of the case
 */
export function perturbedFeatures(
  image: ScalarImage,
  mask: Mask,
  settings: RadiomicsSettings,
  { count, chain, seed }: Perturbations,
  name: string,
): Readonly<Record<string, number>>[] {
  const random = createRandom(seed).fork(name);
  return Array.from({ length: count }, (_, n) => {
    const other = perturbed(image, mask, chain, random.fork(`perturbation ${n}`));
    return extractRadiomics(other.image, other.mask, settings).features;
  });
}

/** What a feature's ICC says by the lower end of its interval. */
export type RobustnessClass = "excellent" | "good" | "moderate" | "poor";

/** The robustness of one feature. */
export interface FeatureRobustness {
  readonly feature: string;
  /** ICC(1,1) with its 95 % interval; null where it has no value, as of a feature that is the same everywhere. */
  readonly icc: Interval | null;
  readonly robustness: RobustnessClass | null;
}

/**
 * The robustness of every feature that all cases and perturbations have.
 *
 * @param cases of each case the features of every perturbation
 * @throws HemacastError METRIC_UNDEFINED with fewer than two cases or perturbations
 * @see Zwanenburg et al. 2019, doi:10.1038/s41598-018-36758-2; classes by Koo & Li 2016, doi:10.1016/j.jcm.2016.02.012
 */
export function robustnessOf(cases: readonly (readonly Readonly<Record<string, number>>[])[]): FeatureRobustness[] {
  const perturbations = cases[0]?.length ?? 0;
  if (cases.length < 2 || perturbations < 2) {
    throw new HemacastError(
      "METRIC_UNDEFINED",
      `${cases.length} cases with ${perturbations} perturbations each; an ICC needs two of both`,
    );
  }
  const names = Object.keys(cases[0]?.[0] ?? {}).filter((name) => cases.flat().every((found) => name in found));
  return names.map((feature) => {
    const icc = iccOf(cases.map((all) => all.map((found) => found[feature] as number)));
    return { feature, icc, robustness: icc && classOf(icc.low) };
  });
}

function iccOf(ratings: number[][]): Interval | null {
  try {
    return intraclassCorrelation(ratings).oneWay;
  } catch (thrown) {
    if (thrown instanceof HemacastError && thrown.code === "METRIC_UNDEFINED") return null;
    throw thrown;
  }
}

/**
 * The class of an ICC's lower limit.
 *
 * @example classOf(0.8) // => "good"
 */
export function classOf(low: number): RobustnessClass {
  if (low >= 0.9) return "excellent";
  if (low >= 0.75) return "good";
  return low >= 0.5 ? "moderate" : "poor";
}

/**
 * Writes the table: feature, ICC, limits, class.
 *
 * @throws HemacastError OUTPUT_NOT_WRITABLE
 */
export async function writeRobustness(path: string, rows: readonly FeatureRobustness[]): Promise<void> {
  const lines = rows.map(({ feature, icc, robustness }) =>
    [feature, icc?.value ?? "", icc?.low ?? "", icc?.high ?? "", robustness ?? ""].join(","),
  );
  await writeFileAtomically(path, `${["feature,icc,icc95Low,icc95High,class", ...lines].join("\n")}\n`);
}
