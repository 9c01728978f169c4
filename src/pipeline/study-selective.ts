/** What the models of a study come to about those of whom they are surest. */
import type { FeatureTable } from "../cohort/feature-table.ts";
import { type SelectivePoint, selectiveCurve } from "../evaluation/selective.ts";
import { logit } from "../math/statistics.ts";
import type { FoldResult } from "./study-fold.ts";

/** Calibrators may say 0 or 1, which have no log odds. */
const LEAST_RISK = 1e-6;

/**
 * The selective curve of one model. It is the surer the further a risk lies, in log odds, from the cut-off that the fold chose in its training part;
 * means over repeats. No outcome of a test fold has a say in whom to keep.
 *
 * @param rows that were tested, in the order of the mean risks
 */
export function selectivePoints(
  table: FeatureTable,
  { name, risk }: { readonly name: string; readonly risk: Float64Array },
  rows: readonly number[],
  results: readonly FoldResult[],
): SelectivePoint[] {
  const n = table.participantIds.length;
  const [times, correct, certainty] = [new Float64Array(n), new Float64Array(n), new Float64Array(n)];
  for (const { test, predictions } of results) {
    for (const { model, risk: risks, cutoff } of predictions) {
      if (model !== name) continue;
      for (const [i, row] of test.entries()) {
        const own = risks[i] as number;
        times[row]!++;
        correct[row]! += Number(Number(own >= cutoff) === table.outcome[row]);
        certainty[row]! += Math.abs(boundedLogit(own) - boundedLogit(cutoff));
      }
    }
  }
  const meanOf = (sums: Float64Array): number[] => rows.map((row) => sums[row]! / times[row]!);
  const outcome = rows.map((row) => table.outcome[row] as number);
  return selectiveCurve({ outcome, risk, correct: meanOf(correct), certainty: meanOf(certainty) });
}

function boundedLogit(risk: number): number {
  return logit(Math.min(1 - LEAST_RISK, Math.max(LEAST_RISK, risk)));
}
