/** Selective prediction: how good a model is about those of whom it is surest, when it may keep silent about the rest. */
import { HemacastError } from "../core/errors.ts";
import { requireSameLength } from "../core/guards.ts";
import { auroc } from "./discrimination.ts";
import { wilsonInterval } from "./intervals.ts";
import type { Interval } from "./predictions.ts";
import { unlessUndefined } from "./subgroups.ts";

/** What a model does about a share of the participants. */
export interface SelectivePoint {
  /** Of the participants, the surest first. */
  readonly share: number;
  readonly n: number;
  /** Share of right decisions. */
  readonly accuracy: Interval;
  /** Null where those kept hold one class. */
  readonly auc: number | null;
}

/** Out-of-fold answers about participants, in one order. */
export interface SelectiveAnswers {
  readonly outcome: ArrayLike<number>;
  readonly risk: ArrayLike<number>;
  /** Share of right decisions about each, in [0, 1]: 0 or 1 where each was decided upon once. */
  readonly correct: ArrayLike<number>;
  /** The larger, the surer. */
  readonly certainty: ArrayLike<number>;
}

/** Shares of the participants that a curve is drawn at, from all to a fifth. */
const keptShares: readonly number[] = Array.from({ length: 17 }, (_, k) => (100 - 5 * k) / 100);

/**
 * Accuracy and AUC of the surest shares. The AUC rises by leaving out risks in the middle even where a model is no surer with reason; the accuracy does not.
 *
 * @throws HemacastError METRIC_UNDEFINED without participants; ARGUMENT_INVALID when lengths differ or a certainty is no number
 * @see El-Yaniv & Wiener 2010, JMLR 11:1605
 * @example selectiveCurve({ outcome: [1, 0], risk: [0.9, 0.4], correct: [1, 0], certainty: [2, 1] }, [0.5])[0].accuracy.value // => 1
 */
export function selectiveCurve(
  { outcome, risk, correct, certainty }: SelectiveAnswers,
  shares: readonly number[] = keptShares,
): SelectivePoint[] {
  const n = requireSameLength("certainty", certainty, "outcome", outcome);
  requireSameLength("correct", correct, "outcome", outcome);
  if (n === 0) throw new HemacastError("METRIC_UNDEFINED", "a selective curve needs at least one participant");
  if (Array.from(certainty).some(Number.isNaN))
    throw new HemacastError("ARGUMENT_INVALID", "a certainty is not a number");
  const surest = Array.from({ length: n }, (_, i) => i).sort((a, b) => certainty[b]! - certainty[a]! || a - b);
  return shares.map((share) => {
    const kept = surest.slice(0, Math.max(1, Math.round(share * n)));
    const pick = (values: ArrayLike<number>): number[] => kept.map((i) => values[i] as number);
    const right = pick(correct).reduce((sum, value) => sum + value, 0);
    return {
      ...{ share, n: kept.length },
      accuracy: { ...wilsonInterval(Math.round(right), kept.length), value: right / kept.length },
      auc: unlessUndefined(() => auroc(pick(outcome), pick(risk))),
    };
  });
}
