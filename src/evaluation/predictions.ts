/** What evaluation sees: an outcome and a risk per participant, nothing else. Every function here says what it refuses. */
import { HemacastError } from "../core/errors.ts";
import { requireSameLength } from "../core/guards.ts";

/** An estimate with the bounds of its interval. */
export interface Interval {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** Numbers of participants by class. */
export interface ClassCounts {
  readonly n: number;
  readonly events: number;
  readonly nonEvents: number;
}

/**
 * Checks that outcomes are 0 or 1 and scores finite, and that both classes are there; counts them.
 *
 * @param outcome 1 = event, 0 = none
 * @param score any finite number, higher = more likely an event
 * @throws HemacastError METRIC_UNDEFINED when a class is absent, ARGUMENT_INVALID for other outcomes, NON_FINITE for NaN scores
 * @example requireTwoClasses([0, 1, 1], [0.1, 0.5, 0.7]) // => ({ n: 3, events: 2, nonEvents: 1 })
 */
export function requireTwoClasses(outcome: ArrayLike<number>, score: ArrayLike<number>): ClassCounts {
  const counts = requireOutcomes(outcome, score);
  if (counts.events === 0 || counts.nonEvents === 0) {
    throw new HemacastError(
      "METRIC_UNDEFINED",
      `both classes are needed, found ${counts.events} events among ${counts.n} participants`,
      { details: { ...counts } },
    );
  }
  return counts;
}

/**
 * Checks that outcomes are 0 or 1 and scores finite; one class alone is allowed.
 *
 * @throws HemacastError METRIC_UNDEFINED when there is nobody, ARGUMENT_INVALID for other outcomes, NON_FINITE for NaN scores
 * @example requireOutcomes([0], [0.1]) // => ({ n: 1, events: 0, nonEvents: 1 })
 */
export function requireOutcomes(outcome: ArrayLike<number>, score: ArrayLike<number>): ClassCounts {
  const n = requireSameLength("outcome", outcome, "score", score);
  if (n === 0) throw new HemacastError("METRIC_UNDEFINED", "there is no prediction to evaluate");
  let events = 0;
  for (let i = 0; i < n; i++) {
    const y = outcome[i];
    if (y !== 0 && y !== 1) throw new HemacastError("ARGUMENT_INVALID", `outcome ${i} is ${y}, expected 0 or 1`);
    if (!Number.isFinite(score[i])) throw new HemacastError("NON_FINITE", `score ${i} is ${score[i]}`);
    events += y;
  }
  return { n, events, nonEvents: n - events };
}

/**
 * As `requireTwoClasses`, and every risk lies in [0, 1].
 *
 * @throws HemacastError ARGUMENT_INVALID for a risk outside [0, 1], and as `requireTwoClasses`
 * @example requireRisks([0, 1], [0, 1]).n // => 2
 */
export function requireRisks(outcome: ArrayLike<number>, risk: ArrayLike<number>): ClassCounts {
  const counts = requireTwoClasses(outcome, risk);
  for (let i = 0; i < counts.n; i++) {
    const p = risk[i] as number;
    if (!(p >= 0 && p <= 1)) throw new HemacastError("ARGUMENT_INVALID", `risk ${i} is ${p}, expected [0, 1]`);
  }
  return counts;
}
