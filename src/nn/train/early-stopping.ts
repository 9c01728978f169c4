/** When to stop: the score on a tuning fold has not improved for a while. */
import { requireFinite } from "../../core/guards.ts";

/** Where early stopping stands; plain data, so that it can travel in a checkpoint. */
export interface EarlyStopping {
  /** The best score so far, null before the first. */
  readonly best: number | null;
  /** The step at which it was reached. */
  readonly bestStep: number;
  /** Evaluations since then. */
  readonly stale: number;
  /** Whether the latest score is the best: time to keep the weights. */
  readonly improved: boolean;
  readonly stop: boolean;
}

/** Early stopping before the first evaluation. */
export const notStarted: EarlyStopping = { best: null, bestStep: 0, stale: 0, improved: false, stop: false };

/**
 * The state after one more evaluation on the tuning fold.
 *
 * @param score larger is better
 * @param patience evaluations without improvement after which to stop
 * @param leastGain what counts as an improvement. @default 0
 * @throws HemacastError ARGUMENT_INVALID
 * @example afterEvaluation(notStarted, { step: 100, score: 0.8, patience: 5 }).best // => 0.8
 */
export function afterEvaluation(
  state: EarlyStopping,
  { step, score, patience, leastGain = 0 }: { step: number; score: number; patience: number; leastGain?: number },
): EarlyStopping {
  requireFinite("score", score);
  if (state.best === null || score > state.best + leastGain) {
    return { best: score, bestStep: step, stale: 0, improved: true, stop: false };
  }
  const stale = state.stale + 1;
  return { ...state, stale, improved: false, stop: stale >= patience };
}
