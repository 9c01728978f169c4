/** How the chance of expansion depends on what is there at baseline: named scenarios, each a logistic function with a known best-possible AUC. */
import type { ScenarioName, SignName } from "../simulated-case.ts";

/** What the chance of expansion may depend on. */
export interface ExpansionFeatures {
  readonly volumeMl: number;
  readonly hoursFromOnset: number;
  readonly anticoagulation: boolean;
  readonly spotSign: boolean;
  readonly irregularity: number;
  /** Standard deviation of the clot's texture relative to the usual, in standard deviations of its logarithm. */
  readonly heterogeneity: number;
  readonly signs: readonly SignName[];
}

/** A scenario: log odds ratios and what they add up to. */
export interface Scenario {
  readonly name: ScenarioName;
  readonly description: string;
  /** Share of participants who expand. */
  readonly prevalence: number;
  /** The AUC of the true risk itself: no model can do better, on average. */
  readonly bayesAuc: number;
  readonly intercept: number;
  /**
   * Log odds ratios: per log unit of volume, per hour, per unit of irregularity (0 to 1), per standard deviation, and for each sign that is present by its
   * definition: one that is another as well counts as both.
   */
  readonly logOdds: Readonly<
    Record<"volume" | "hours" | "irregularity" | "heterogeneity" | "anticoagulation" | "spotSign" | SignName, number>
  >;
}

const NOTHING = {
  ...{ volume: 0, hours: 0, irregularity: 0, heterogeneity: 0, anticoagulation: 0, spotSign: 0 },
  ...{ blend: 0, "black-hole": 0, swirl: 0, hypodensity: 0, "fluid-level": 0, island: 0, satellite: 0 },
};

/**
 * The scenarios. The odds ratios of `literature` have the direction and order of size of published ones, shrunk
 * so that together they reach the stated AUC; prevalence and AUC are checked by Monte Carlo.
 *
 * @see Al-Shahi Salman et al. 2018, doi:10.1016/S1474-4422(18)30253-9 (volume, time, anticoagulation, spot sign)
 */
export const scenarios: Readonly<Record<ScenarioName, Scenario>> = {
  literature: {
    name: "literature",
    description: "published odds ratios of clinical variables, density signs and shape together",
    ...{ prevalence: 0.27, bayesAuc: 0.78, intercept: -2.14 },
    logOdds: {
      ...{ volume: 0.31, hours: -0.125, irregularity: 1.06, heterogeneity: 0.2, anticoagulation: 0.63, spotSign: 1.16 },
      ...{ blend: 0.73, "black-hole": 0.32, swirl: 0.2, hypodensity: 0.55, "fluid-level": 0.2 },
      ...{ island: 0.77, satellite: 0.29 },
    },
  },
  "strong-density": {
    name: "strong-density",
    description: "the density of the clot decides nearly everything and its shape nearly nothing",
    ...{ prevalence: 0.27, bayesAuc: 0.95, intercept: -5.97 },
    // Density signs come with volume; the negative coefficient keeps volume, and with it shape, from telling much by that.
    logOdds: {
      ...{ volume: -1.1, hours: -0.07, irregularity: 0.1, heterogeneity: 0.8, anticoagulation: 0.25, spotSign: 0 },
      ...{ blend: 4.5, "black-hole": 2.2, swirl: 1.6, hypodensity: 3.4, "fluid-level": 0.5 },
      ...{ island: 0.1, satellite: 0.05 },
    },
  },
  null: {
    name: "null",
    description: "nothing that can be seen or asked tells who expands",
    ...{ prevalence: 0.27, bayesAuc: 0.5, intercept: Math.log(0.27 / 0.73) },
    logOdds: NOTHING,
  },
};

/** What some signs are as well, by their definitions. */
const also: Readonly<Partial<Record<SignName, SignName>>> = {
  "black-hole": "hypodensity",
  swirl: "hypodensity",
  "fluid-level": "blend",
};

/**
 * The true probability of expansion. Signs count by their definitions, so that nothing is hidden from somebody who finds every sign.
 *
 * @example expansionRisk(scenarios.null, { volumeMl: 15, hoursFromOnset: 2, anticoagulation: true, spotSign: true, irregularity: 1, heterogeneity: 0, signs: ["blend"] }).toFixed(2) // => "0.27"
 */
export function expansionRisk({ intercept, logOdds }: Scenario, features: ExpansionFeatures): number {
  const signs = new Set(features.signs.flatMap((sign) => [sign, also[sign] ?? sign]));
  const present = [...signs].reduce((sum, sign) => sum + logOdds[sign], 0);
  const logit =
    intercept +
    logOdds.volume * Math.log(features.volumeMl / 15) +
    logOdds.hours * (features.hoursFromOnset - 2.5) +
    logOdds.irregularity * (features.irregularity - 0.35) +
    logOdds.heterogeneity * features.heterogeneity +
    logOdds.anticoagulation * Number(features.anticoagulation) +
    logOdds.spotSign * Number(features.spotSign) +
    present;
  return 1 / (1 + Math.exp(-logit));
}
