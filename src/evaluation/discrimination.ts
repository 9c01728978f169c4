/** How well a score separates participants with and without the event: ROC curve, its area, partial area, cut-offs. */
import { requireInRange } from "../core/guards.ts";
import { ascendingOrder, midranks } from "../math/statistics.ts";
import { requireTwoClasses } from "./predictions.ts";

/** One operating point; a participant is positive when the score is at least the threshold. */
export interface RocPoint {
  /** Infinity (shown as null in JSON) for "nobody is positive". */
  readonly threshold: number;
  readonly falsePositiveRate: number;
  readonly truePositiveRate: number;
}

/**
 * Area under the ROC curve: the chance that a participant with the event is ranked above one without. Ties count half.
 *
 * @param outcome 1 = event, 0 = none
 * @param score any finite numbers, same order
 * @returns in [0, 1]
 * @throws HemacastError METRIC_UNDEFINED when only one class is present
 * @see Hanley & McNeil 1982, doi:10.1148/radiology.143.1.7063747
 * @example auroc([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]) // => 0.75
 */
export function auroc(outcome: ArrayLike<number>, score: ArrayLike<number>): number {
  const { n, events, nonEvents } = requireTwoClasses(outcome, score);
  const ranks = midranks(score);
  let rankSum = 0;
  for (let i = 0; i < n; i++) if (outcome[i] === 1) rankSum += ranks[i] as number;
  return (rankSum - (events * (events + 1)) / 2) / (events * nonEvents);
}

/**
 * Every operating point, from "nobody is positive" to "everybody is", one per distinct score.
 *
 * @throws HemacastError METRIC_UNDEFINED when only one class is present
 * @example rocCurve([0, 1], [0.2, 0.7]).length // => 3
 */
export function rocCurve(outcome: ArrayLike<number>, score: ArrayLike<number>): RocPoint[] {
  const { n, events, nonEvents } = requireTwoClasses(outcome, score);
  const order = ascendingOrder(score);
  const points: RocPoint[] = [{ threshold: Number.POSITIVE_INFINITY, falsePositiveRate: 0, truePositiveRate: 0 }];
  let truePositives = 0;
  let falsePositives = 0;
  for (let k = n - 1; k >= 0; k--) {
    const i = order[k] as number;
    if (outcome[i] === 1) truePositives++;
    else falsePositives++;
    const threshold = score[i] as number;
    if (k > 0 && score[order[k - 1] as number] === threshold) continue;
    points.push({ threshold, falsePositiveRate: falsePositives / nonEvents, truePositiveRate: truePositives / events });
  }
  return points;
}

/**
 * Area under the part of the ROC curve where the specificity is at least the value given, uncorrected (at most 1 - least).
 *
 * @param leastSpecificity in [0, 1)
 * @throws HemacastError METRIC_UNDEFINED when only one class is present
 * @see McClish 1989, doi:10.1177/0272989X8900900307
 * @example partialAuroc([0, 1], [0.2, 0.7], 0.5) // => 0.5
 */
export function partialAuroc(outcome: ArrayLike<number>, score: ArrayLike<number>, leastSpecificity: number): number {
  requireInRange("leastSpecificity", leastSpecificity, 0, 1);
  const limit = 1 - leastSpecificity;
  const points = rocCurve(outcome, score);
  let area = 0;
  for (let k = 1; k < points.length; k++) {
    const a = points[k - 1] as RocPoint;
    const b = points[k] as RocPoint;
    if (a.falsePositiveRate >= limit) break;
    const end = Math.min(b.falsePositiveRate, limit);
    const width = b.falsePositiveRate - a.falsePositiveRate;
    if (width === 0) continue;
    const heightAtEnd =
      a.truePositiveRate + ((end - a.falsePositiveRate) / width) * (b.truePositiveRate - a.truePositiveRate);
    area += ((a.truePositiveRate + heightAtEnd) / 2) * (end - a.falsePositiveRate);
  }
  return area;
}

/**
 * The cut-off with the largest sensitivity + specificity - 1; of equal ones the lowest. Choose it on tuning folds only.
 *
 * @returns threshold half way to the next lower score, as pROC places it
 * @throws HemacastError METRIC_UNDEFINED when only one class is present
 * @see Youden 1950, doi:10.1002/1097-0142(1950)3:1<32::AID-CNCR2820030106>3.0.CO;2-3
 * @example youdenCutoff([0, 1], [0.25, 0.75]).threshold // => 0.5
 */
export function youdenCutoff(outcome: ArrayLike<number>, score: ArrayLike<number>): RocPoint {
  const points = rocCurve(outcome, score);
  const index = (point: RocPoint): number => point.truePositiveRate - point.falsePositiveRate;
  let best = 0;
  for (let k = 1; k < points.length; k++) if (index(points[k]!) >= index(points[best]!) - 1e-12) best = k;
  const chosen = points[best] as RocPoint;
  const next = points[best + 1];
  return next ? { ...chosen, threshold: (chosen.threshold + next.threshold) / 2 } : chosen;
}
