/** Precision against recall: what the positives are worth when events are rare. */
import { ascendingOrder } from "../math/statistics.ts";
import { requireTwoClasses } from "./predictions.ts";

/** One operating point: positive when the score is at least the threshold. */
export interface PrecisionRecallPoint {
  readonly threshold: number;
  readonly precision: number;
  readonly recall: number;
}

/**
 * Precision and recall at each distinct score, from the highest threshold to the lowest. The precision without
 * any positive has no value and no point is invented for it.
 *
 * @throws HemacastError METRIC_UNDEFINED when only one class is present
 * @example precisionRecallCurve([0, 1], [0.2, 0.7]) // => [{ threshold: 0.7, precision: 1, recall: 1 }, { threshold: 0.2, precision: 0.5, recall: 1 }]
 */
export function precisionRecallCurve(outcome: ArrayLike<number>, score: ArrayLike<number>): PrecisionRecallPoint[] {
  const { n, events } = requireTwoClasses(outcome, score);
  const order = ascendingOrder(score);
  const points: PrecisionRecallPoint[] = [];
  let truePositives = 0;
  for (let k = n - 1; k >= 0; k--) {
    const i = order[k] as number;
    truePositives += outcome[i] as number;
    const threshold = score[i] as number;
    if (k > 0 && score[order[k - 1] as number] === threshold) continue;
    points.push({ threshold, precision: truePositives / (n - k), recall: truePositives / events });
  }
  return points;
}

/**
 * Average precision: precision at each threshold weighted by the gain in recall, stepwise (scikit-learn's definition;
 * not the trapezoid of ROCR, which is larger). The value of a useless score is the prevalence.
 *
 * @throws HemacastError METRIC_UNDEFINED when only one class is present
 * @see Davis & Goadrich 2006, doi:10.1145/1143844.1143874
 * @example averagePrecision([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]) // => 0.5 + (2 / 3) * 0.5
 */
export function averagePrecision(outcome: ArrayLike<number>, score: ArrayLike<number>): number {
  let previous = 0;
  let sum = 0;
  for (const { precision, recall } of precisionRecallCurve(outcome, score)) {
    sum += precision * (recall - previous);
    previous = recall;
  }
  return sum;
}
