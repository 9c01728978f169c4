/** Decision curves: is it better to act on the model than on everybody or on nobody? */
import { HemacastError } from "../core/errors.ts";
import { requireOutcomes } from "./predictions.ts";

/** Net benefit at one threshold probability, in true positives per participant. */
export interface NetBenefitPoint {
  readonly threshold: number;
  readonly value: number;
  /** Acting on everybody; acting on nobody is 0. */
  readonly treatAll: number;
}

/**
 * The thresholds of the decision curve: 0.05 to 0.40 by 0.01, the range in which hematoma expansion is acted upon.
 *
 * @example decisionThresholds.length // => 36
 */
export const decisionThresholds: readonly number[] = Array.from({ length: 36 }, (_, i) => (5 + i) / 100);

/**
 * Net benefit of treating those with risk >= threshold: TP / n - FP / n * t / (1 - t).
 *
 * @param thresholds each in (0, 1)
 * @throws HemacastError ARGUMENT_INVALID for a threshold outside (0, 1); METRIC_UNDEFINED without participants
 * @see Vickers & Elkin 2006, doi:10.1177/0272989X06295361
 * @example netBenefit([0, 1], [0.1, 0.9], [0.5]) // => [{ threshold: 0.5, value: 0.5, treatAll: 0 }]
 */
export function netBenefit(
  outcome: ArrayLike<number>,
  risk: ArrayLike<number>,
  thresholds: readonly number[] = decisionThresholds,
): NetBenefitPoint[] {
  const { n, events } = requireOutcomes(outcome, risk);
  return thresholds.map((threshold) => {
    if (!(threshold > 0 && threshold < 1)) {
      throw new HemacastError("ARGUMENT_INVALID", `a threshold probability lies in (0, 1), got ${threshold}`);
    }
    const odds = threshold / (1 - threshold);
    let truePositives = 0;
    let falsePositives = 0;
    for (let i = 0; i < n; i++) {
      if ((risk[i] as number) < threshold) continue;
      if (outcome[i] === 1) truePositives++;
      else falsePositives++;
    }
    const treatAll = events / n - ((n - events) / n) * odds;
    return { threshold, value: truePositives / n - (falsePositives / n) * odds, treatAll };
  });
}
