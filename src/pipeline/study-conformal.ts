/** Whether the conformal sets of a study's models hold what they promise, and how often they decide, on participants whom the fold did not fit. */
import type { FeatureTable } from "../cohort/feature-table.ts";
import { wilsonInterval } from "../evaluation/intervals.ts";
import type { Interval } from "../evaluation/predictions.ts";
import { conformalSet } from "../expansion/conformal.ts";
import type { ConformalFigures } from "../report/study-view.ts";
import type { FoldResult } from "./study-fold.ts";

/**
 * The figures of one model; null where its folds hold no limits, as of models without inner folds.
 *
 * @param rows that were tested
 */
export function conformalFigures(
  table: FeatureTable,
  name: string,
  rows: readonly number[],
  results: readonly FoldResult[],
): ConformalFigures | null {
  const n = table.participantIds.length;
  const [times, covered, decided, both, right] = Array.from({ length: 5 }, () => new Float64Array(n)) as [
    ...[Float64Array, Float64Array, Float64Array, Float64Array, Float64Array],
  ];
  let coverage: number | null = null;
  for (const { test, predictions } of results) {
    const found = predictions.find(({ model }) => model === name);
    if (!found?.conformal) return null;
    coverage = found.conformal.coverage;
    for (const [i, row] of test.entries()) {
      const set = conformalSet(found.conformal, found.risk[i] as number);
      const isCovered = set.includes(table.outcome[row] === 1 ? "expands" : "does-not");
      times[row]!++;
      covered[row]! += Number(isCovered);
      decided[row]! += Number(set.length === 1);
      both[row]! += Number(set.length === 2);
      right[row]! += Number(isCovered && set.length === 1);
    }
  }
  if (coverage === null) return null;
  const sum = (counts: Float64Array, of: readonly number[]): number =>
    of.reduce((total, row) => total + counts[row]! / times[row]!, 0);
  const share = (k: number, of: number): Interval | null =>
    Math.round(of) > 0 ? { ...wilsonInterval(Math.round(k), Math.round(of)), value: k / of } : null;
  const [having, without] = [1, 0].map((y) => rows.filter((row) => table.outcome[row] === y)) as [number[], number[]];
  const [decides, abstains] = [sum(decided, rows) / rows.length, sum(both, rows) / rows.length];
  return {
    coverage,
    coveredIfExpands: share(sum(covered, having), having.length),
    coveredIfNot: share(sum(covered, without), without.length),
    ...{ decides, abstains, neither: Math.max(0, 1 - decides - abstains) },
    right: share(sum(right, rows), sum(decided, rows)),
  };
}
