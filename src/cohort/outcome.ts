/** What counts as hematoma expansion. The definition is a value that travels with every run and every model. */
import { HemacastError } from "../core/errors.ts";
import { normalCdf } from "../math/special.ts";

/** A definition of expansion; a criterion that is null does not count. Any one criterion is enough. */
export interface OutcomeDefinition {
  readonly id: string;
  readonly label: string;
  readonly absoluteMl: number | null;
  /** Growth over the baseline volume, 0.33 = 33 %. */
  readonly relative: number | null;
  /** "at-least" is >=, "more-than" is >. */
  readonly comparison: "at-least" | "more-than";
  /** Growth of intraventricular hemorrhage in mL that counts, or new IVH of any size; null: IVH does not count. */
  readonly ivhGrowthMl: number | null;
  /** Follow-up scans count up to this many hours after the baseline scan. */
  readonly windowHours: number;
}

const base = { comparison: "at-least", ivhGrowthMl: null, windowHours: 72 } as const;

/**
 * The definitions in use, with a window of 72 h; `withWindow` changes it.
 *
 * @see Brouwers 2014, doi:10.1001/jamaneurol.2013.5433 (conventional); Yogendrakumar 2020, doi:10.1212/WNL.0000000000008736 (revised)
 * @example outcomeDefinitions.conventional.absoluteMl // => 6
 */
export const outcomeDefinitions = {
  conventional: { ...base, id: "conventional", label: "growth >= 6 mL or >= 33 %", absoluteMl: 6, relative: 0.33 },
  "absolute-3": { ...base, id: "absolute-3", label: "growth >= 3 mL", absoluteMl: 3, relative: null },
  "absolute-6": { ...base, id: "absolute-6", label: "growth >= 6 mL", absoluteMl: 6, relative: null },
  "absolute-9": { ...base, id: "absolute-9", label: "growth >= 9 mL", absoluteMl: 9, relative: null },
  "absolute-12.5": { ...base, id: "absolute-12.5", label: "growth >= 12.5 mL", absoluteMl: 12.5, relative: null },
  "relative-33": { ...base, id: "relative-33", label: "growth >= 33 %", absoluteMl: null, relative: 0.33 },
  revised: {
    ...base,
    id: "revised",
    label: "growth >= 6 mL or >= 33 %, new IVH, or IVH growth >= 1 mL",
    absoluteMl: 6,
    relative: 0.33,
    ivhGrowthMl: 1,
  },
} as const satisfies Record<string, OutcomeDefinition>;

/** The name of a definition. */
export type OutcomeId = keyof typeof outcomeDefinitions;

/**
 * The same definition with another window.
 *
 * @throws HemacastError ARGUMENT_INVALID unless the window is longer than 0 h
 * @example withWindow(outcomeDefinitions.conventional, 24).id // => "conventional-24h"
 */
export function withWindow(definition: OutcomeDefinition, windowHours: number): OutcomeDefinition {
  if (!(windowHours > 0)) throw new HemacastError("ARGUMENT_INVALID", `a window of ${windowHours} h holds no scan`);
  return { ...definition, id: `${definition.id}-${windowHours}h`, windowHours };
}

/** Volumes of one scan; undefined = not measured. */
export interface MeasuredScan {
  readonly volumeMl?: number | undefined;
  readonly ivhMl?: number | undefined;
}

/** A follow-up scan and when it was made. */
export interface MeasuredFollowUp extends MeasuredScan {
  readonly hoursFromBaseline: number;
}

/** The outcome of one participant. "unknown" is not "none". */
export type Outcome =
  | { readonly kind: "expansion"; readonly hoursFromBaseline: number; readonly growthMl: number }
  | { readonly kind: "none"; readonly scansInWindow: number; readonly largestGrowthMl: number }
  | { readonly kind: "unknown"; readonly reason: UnknownReason };

/** Why an outcome is not known. */
export type UnknownReason = "no-baseline-volume" | "no-scan-in-window" | "no-ivh-volume";

/**
 * Applies a definition. One scan in the window that shows expansion is enough; without any measured scan in the window
 * the outcome is unknown. Where IVH counts, its volumes must be known even if the hematoma alone shows expansion:
 * otherwise events would be known more often than their absence, and the cohort would be selected by its outcome.
 *
 * @example classifyOutcome(outcomeDefinitions.conventional, { volumeMl: 10 }, [{ hoursFromBaseline: 24, volumeMl: 17 }]).kind // => "expansion"
 */
export function classifyOutcome(
  definition: OutcomeDefinition,
  baseline: MeasuredScan,
  followUps: readonly MeasuredFollowUp[],
): Outcome {
  const baselineMl = baseline.volumeMl;
  if (baselineMl === undefined) return { kind: "unknown", reason: "no-baseline-volume" };
  const measured = followUps.filter(
    (scan) =>
      scan.hoursFromBaseline > 0 && scan.hoursFromBaseline <= definition.windowHours && scan.volumeMl !== undefined,
  );
  if (measured.length === 0) return { kind: "unknown", reason: "no-scan-in-window" };
  const needsIvh = definition.ivhGrowthMl !== null;
  const inWindow = needsIvh ? measured.filter((scan) => scan.ivhMl !== undefined) : measured;
  if (needsIvh && (baseline.ivhMl === undefined || inWindow.length === 0)) {
    return { kind: "unknown", reason: "no-ivh-volume" };
  }
  for (const scan of [...inWindow].sort((a, b) => a.hoursFromBaseline - b.hoursFromBaseline)) {
    const growthMl = (scan.volumeMl as number) - baselineMl;
    if (parenchymalExpansion(definition, baselineMl, growthMl) || ivhExpansion(definition, baseline, scan)) {
      return { kind: "expansion", hoursFromBaseline: scan.hoursFromBaseline, growthMl };
    }
  }
  const largestGrowthMl = Math.max(...inWindow.map((scan) => (scan.volumeMl as number) - baselineMl));
  return { kind: "none", scansInWindow: inWindow.length, largestGrowthMl };
}

/** Rounding of volumes must not decide: growth within a billionth of a threshold counts as equal to it. */
function reaches(growth: number, threshold: number, comparison: OutcomeDefinition["comparison"]): boolean {
  const slack = 1e-9 * Math.max(1, Math.abs(threshold));
  return comparison === "at-least" ? growth >= threshold - slack : growth > threshold + slack;
}

function parenchymalExpansion(definition: OutcomeDefinition, baselineMl: number, growthMl: number): boolean {
  const { absoluteMl, relative, comparison } = definition;
  if (absoluteMl !== null && reaches(growthMl, absoluteMl, comparison)) return true;
  return relative !== null && growthMl > 0 && reaches(growthMl, relative * baselineMl, comparison);
}

function ivhExpansion(definition: OutcomeDefinition, baseline: MeasuredScan, scan: MeasuredScan): boolean {
  if (definition.ivhGrowthMl === null || baseline.ivhMl === undefined || scan.ivhMl === undefined) return false;
  if (baseline.ivhMl === 0 && scan.ivhMl > 0) return true;
  return reaches(scan.ivhMl - baseline.ivhMl, definition.ivhGrowthMl, definition.comparison);
}

/**
 * Chance that true growth meets the volume criteria, given that both measured volumes err independently and normally.
 * Near a threshold a label is a coin toss; this says how near.
 *
 * @param standardErrorsMl of the baseline and the follow-up volume
 * @returns in [0, 1]
 * @throws HemacastError ARGUMENT_INVALID unless both errors are above 0
 * @example probabilityOfExpansion(outcomeDefinitions["absolute-6"], 20, 26, [1, 1]).toFixed(6) // => "0.500000"
 */
export function probabilityOfExpansion(
  definition: OutcomeDefinition,
  baselineMl: number,
  followUpMl: number,
  standardErrorsMl: readonly [number, number],
): number {
  const [sb, sf] = standardErrorsMl;
  if (!(sb > 0 && sf > 0)) throw new HemacastError("ARGUMENT_INVALID", "measurement errors must be above 0 mL");
  // Simpson's rule over the true baseline, from -8 to 8 standard errors.
  const steps = 400;
  let sum = 0;
  for (let k = 0; k <= steps; k++) {
    const z = -8 + (16 * k) / steps;
    const trueBaseline = baselineMl + sb * z;
    const needed = Math.min(
      definition.absoluteMl === null ? Number.POSITIVE_INFINITY : trueBaseline + definition.absoluteMl,
      definition.relative === null
        ? Number.POSITIVE_INFINITY
        : trueBaseline + definition.relative * Math.max(0, trueBaseline),
    );
    const weight = k === 0 || k === steps ? 1 : k % 2 === 1 ? 4 : 2;
    sum += weight * Math.exp((-z * z) / 2) * normalCdf((followUpMl - needed) / sf);
  }
  return Math.min(1, (sum * 16) / steps / 3 / Math.sqrt(2 * Math.PI));
}
