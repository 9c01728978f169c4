/**
 * Whether a hematoma has grown, given that both volumes are measured with error. A label from two volumes is a guess near the threshold; this says how
 * good a guess.
 */
import { requireFinite, requireInRange } from "../core/guards.ts";
import { normalCdf } from "../math/special.ts";

/** What counts as expansion: growth of at least so many mL, or of at least such a share of the baseline; null where that half is not asked. */
export interface ExpansionDefinition {
  readonly id: string;
  readonly absoluteMl: number | null;
  readonly relative: number | null;
}

/** The definitions in use, the conventional one first. */
export const expansionDefinitions: readonly ExpansionDefinition[] = [
  { id: "6-ml-or-33-percent", absoluteMl: 6, relative: 0.33 },
  { id: "3-ml", absoluteMl: 3, relative: null },
  { id: "6-ml", absoluteMl: 6, relative: null },
  { id: "9-ml", absoluteMl: 9, relative: null },
  { id: "12.5-ml", absoluteMl: 12.5, relative: null },
  { id: "12.5-ml-or-33-percent", absoluteMl: 12.5, relative: 0.33 },
  { id: "33-percent", absoluteMl: null, relative: 0.33 },
];

/** A volume with the standard deviation of its measurement error. */
export interface MeasuredVolume {
  readonly ml: number;
  readonly sdMl: number;
}

/** Steps of the integral over the baseline's error, and how many standard deviations it spans to each side. */
const STEPS = 600;
const SPAN = 6;

/**
 * Whether two volumes fulfil a definition, as they stand.
 *
 * @example meetsDefinition(10, 13.3, { id: "33-percent", absoluteMl: null, relative: 0.33 }) // => true
 */
export function meetsDefinition(baselineMl: number, followUpMl: number, definition: ExpansionDefinition): boolean {
  return followUpMl - baselineMl >= requiredGrowthMl(baselineMl, definition) - 1e-9;
}

/**
 * Probability that the true growth fulfils a definition when both measured volumes have independent normal errors and no true volume is negative.
 *
 * @returns in [0, 1]
 * @throws HemacastError ARGUMENT_INVALID when a volume or its SD is negative or not finite
 * @example growthProbability({ ml: 20, sdMl: 1 }, { ml: 26, sdMl: 1 }, { id: "6-ml", absoluteMl: 6, relative: null }).toFixed(2) // => "0.50"
 */
export function growthProbability(
  baseline: MeasuredVolume,
  followUp: MeasuredVolume,
  definition: ExpansionDefinition,
): number {
  for (const [name, { ml, sdMl }] of Object.entries({ baseline, followUp })) {
    requireInRange(`${name}.ml`, requireFinite(`${name}.ml`, ml), 0, 1e4);
    requireInRange(`${name}.sdMl`, requireFinite(`${name}.sdMl`, sdMl), 0, 1e4);
  }
  const exceeds = (baselineMl: number): number =>
    chanceOfAtLeast(followUp, baselineMl + requiredGrowthMl(baselineMl, definition));
  if (baseline.sdMl === 0) return exceeds(baseline.ml);
  let weight = 0;
  let sum = 0;
  for (let step = 0; step < STEPS; step++) {
    const z = SPAN * ((2 * (step + 0.5)) / STEPS - 1);
    const ml = baseline.ml + z * baseline.sdMl;
    if (ml < 0) continue;
    const density = Math.exp(-0.5 * z * z);
    weight += density;
    sum += density * exceeds(ml);
  }
  return Math.min(1, sum / weight);
}

/**
 * The smallest difference in mL between two measured volumes that is more than measurement error, at 95 %.
 *
 * @see Bland & Altman 1999, doi:10.1177/096228029900800204
 * @example minimumDetectableChangeMl(3, 4).toFixed(1) // => "9.8"
 */
export function minimumDetectableChangeMl(baselineSdMl: number, followUpSdMl: number): number {
  return 1.96 * Math.hypot(baselineSdMl, followUpSdMl);
}

/** A label that another measurement of the same two scans would probably repeat, or one that a reader must look at. */
export type LabelCertainty = "expansion" | "no-expansion" | "uncertain";

/**
 * Sorts a probability of expansion into a certain label or an uncertain one.
 *
 * @param level how sure a label must be, in (0.5, 1)
 * @example [0.99, 0.5, 0.01].map((p) => labelCertainty(p)) // => ["expansion", "uncertain", "no-expansion"]
 */
export function labelCertainty(probability: number, level = 0.95): LabelCertainty {
  if (probability >= level) return "expansion";
  return probability <= 1 - level ? "no-expansion" : "uncertain";
}

function requiredGrowthMl(baselineMl: number, { absoluteMl, relative }: ExpansionDefinition): number {
  const byShare = relative === null ? Number.POSITIVE_INFINITY : relative * baselineMl;
  return Math.min(absoluteMl ?? Number.POSITIVE_INFINITY, byShare);
}

/** Chance that a true volume, which cannot be negative, is at least so large. */
function chanceOfAtLeast({ ml, sdMl }: MeasuredVolume, least: number): number {
  if (sdMl === 0) return ml >= least - 1e-9 ? 1 : 0;
  if (least <= 0) return 1;
  return normalCdf((ml - least) / sdMl) / normalCdf(ml / sdMl);
}
