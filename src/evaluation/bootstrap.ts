/** Intervals and tests by resampling participants: every row of a participant is drawn or left out together. */
import { HemacastError } from "../core/errors.ts";
import { requireSameLength, requireWhole } from "../core/guards.ts";
import { createRandom, type Random } from "../core/random.ts";
import { ascendingOrder, quantileOfSorted } from "../math/statistics.ts";
import { type Interval, requireRisks, requireTwoClasses } from "./predictions.ts";

/** How a bootstrap is run. */
export interface BootstrapPlan {
  readonly replicates: number;
  readonly seed: number;
}

/** A statistic under resampling: how often each row was drawn -> a value, or null where it has none. */
export type WeightedStatistic = (weights: Float64Array) => number | null;

/** A percentile interval and how many replicates it rests on. */
export interface BootstrapInterval extends Interval {
  readonly standardError: number;
  /** Replicates in which the statistic had a value, e.g. in which both classes were drawn. */
  readonly replicates: number;
}

/**
 * Percentile intervals of several statistics from the same resamples of participants.
 *
 * @param participantIds one per row; rows that share one are drawn together
 * @throws HemacastError METRIC_UNDEFINED when a statistic has no value on the data, or in over 5 % of the replicates
 * @see Efron & Tibshirani 1993, An Introduction to the Bootstrap, section 13.3
 */
export function bootstrapByParticipant<K extends string>(
  participantIds: readonly string[],
  statistics: Readonly<Record<K, WeightedStatistic>>,
  plan: BootstrapPlan,
): Record<K, BootstrapInterval> {
  requireWhole("replicates", plan.replicates, 100);
  const draw = participantSampler(participantIds, createRandom(plan.seed).fork("bootstrap"));
  const names = Object.keys(statistics) as K[];
  const drawn = new Map<K, number[]>(names.map((name) => [name, []]));
  for (let b = 0; b < plan.replicates; b++) {
    const weights = draw();
    for (const name of names) {
      const value = statistics[name](weights);
      if (value !== null) (drawn.get(name) as number[]).push(value);
    }
  }
  const ones = new Float64Array(participantIds.length).fill(1);
  const interval = (name: K): BootstrapInterval => {
    const value = statistics[name](ones);
    const values = Float64Array.from(drawn.get(name) as number[]).sort();
    if (value === null || values.length < 0.95 * plan.replicates) {
      throw new HemacastError(
        "METRIC_UNDEFINED",
        `${name} has a value in ${values.length} of ${plan.replicates} bootstrap samples; too few participants of a class`,
      );
    }
    const center = values.reduce((sum, v) => sum + v, 0) / values.length;
    const spread = values.reduce((sum, v) => sum + (v - center) ** 2, 0) / (values.length - 1);
    return {
      value,
      low: quantileOfSorted(values, 0.025),
      high: quantileOfSorted(values, 0.975),
      standardError: Math.sqrt(spread),
      replicates: values.length,
    };
  };
  return Object.fromEntries(names.map((name) => [name, interval(name)])) as Record<K, BootstrapInterval>;
}

/** Draws as many participants as there are, with replacement; the weights are reused between calls. */
function participantSampler(participantIds: readonly string[], random: Random): () => Float64Array {
  const indexOf = new Map<string, number>();
  const participantOf = Uint32Array.from(participantIds, (id) => {
    const known = indexOf.get(id);
    if (known !== undefined) return known;
    indexOf.set(id, indexOf.size);
    return indexOf.size - 1;
  });
  const counts = new Float64Array(indexOf.size);
  const weights = new Float64Array(participantIds.length);
  return () => {
    counts.fill(0);
    for (let k = 0; k < counts.length; k++) counts[Math.floor(random.uniform() * counts.length)]!++;
    for (let i = 0; i < weights.length; i++) weights[i] = counts[participantOf[i]!]!;
    return weights;
  };
}

/**
 * The AUC of rows with weights in linear time: scores are sorted once, when the statistic is made.
 *
 * @throws HemacastError METRIC_UNDEFINED when only one class is present
 * @example weightedAuroc([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])(new Float64Array([1, 1, 1, 1])) // => 0.75
 */
export function weightedAuroc(outcome: ArrayLike<number>, score: ArrayLike<number>): WeightedStatistic {
  requireTwoClasses(outcome, score);
  const { order, group, events } = sortOnce(outcome, score);
  return (weights) => {
    let below = 0;
    let area = 0;
    let eventTotal = 0;
    let groupEvents = 0;
    let groupOthers = 0;
    for (let k = 0; k < order.length; k++) {
      const w = weights[order[k]!]!;
      if (events[k] === 1) groupEvents += w;
      else groupOthers += w;
      if (group[k] === 1) {
        area += groupEvents * (below + groupOthers / 2);
        eventTotal += groupEvents;
        below += groupOthers;
        groupEvents = 0;
        groupOthers = 0;
      }
    }
    return eventTotal > 0 && below > 0 ? area / (eventTotal * below) : null;
  };
}

/**
 * Average precision of rows with weights, in linear time.
 *
 * @throws HemacastError METRIC_UNDEFINED when only one class is present
 * @example weightedAveragePrecision([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])(new Float64Array([1, 1, 1, 1])) // => 0.5 + (2 / 3) * 0.5
 */
export function weightedAveragePrecision(outcome: ArrayLike<number>, score: ArrayLike<number>): WeightedStatistic {
  requireTwoClasses(outcome, score);
  const { order, group, events } = sortOnce(outcome, score);
  return (weights) => {
    let positives = 0;
    let truePositives = 0;
    let seen = 0;
    let sum = 0;
    for (let k = order.length - 1; k >= 0; k--) {
      const w = weights[order[k]!]!;
      positives += w;
      if (events[k] === 1) truePositives += w;
      if (k > 0 && group[k - 1] === 0) continue;
      if (positives > 0) sum += (truePositives / positives) * (truePositives - seen);
      seen = truePositives;
    }
    return truePositives > 0 ? sum / truePositives : null;
  };
}

/**
 * Brier score of rows with weights.
 *
 * @throws HemacastError as `requireRisks`
 */
export function weightedBrier(outcome: ArrayLike<number>, risk: ArrayLike<number>): WeightedStatistic {
  requireRisks(outcome, risk);
  const squared = Float64Array.from(risk, (p, i) => (p - (outcome[i] as number)) ** 2);
  return (weights) => {
    let sum = 0;
    let total = 0;
    for (let i = 0; i < squared.length; i++) {
      sum += weights[i]! * squared[i]!;
      total += weights[i]!;
    }
    return total > 0 ? sum / total : null;
  };
}

/** Ascending order of the score; `group[k]` is 1 at the last of equal scores; `events[k]` the outcome at that place. */
function sortOnce(outcome: ArrayLike<number>, score: ArrayLike<number>) {
  const order = ascendingOrder(score);
  const n = order.length;
  const group = Uint8Array.from(order, (i, k) => (k === n - 1 || score[order[k + 1]!] !== score[i] ? 1 : 0));
  return { order, group, events: Uint8Array.from(order, (i) => outcome[i] as number) };
}

/** Whether an AUC is better than chance. */
export interface PermutationTest {
  readonly auc: number;
  readonly p: number;
  readonly permutations: number;
}

/**
 * One-sided permutation test of the AUC: outcomes are dealt anew among participants. p = (1 + hits) / (1 + permutations), never 0.
 *
 * @throws HemacastError METRIC_UNDEFINED when only one class is present; ARGUMENT_INVALID when a participant has rows with both outcomes
 * @see Phipson & Smyth 2010, doi:10.2202/1544-6115.1585
 */
export function permutationTest(
  participantIds: readonly string[],
  outcome: ArrayLike<number>,
  score: ArrayLike<number>,
  plan: { permutations: number; seed: number },
): PermutationTest {
  requireSameLength("participantIds", participantIds, "outcome", outcome);
  const outcomeOf = new Map<string, number>();
  for (const [i, id] of participantIds.entries()) {
    if ((outcomeOf.get(id) ?? outcome[i]) !== outcome[i]) {
      throw new HemacastError("ARGUMENT_INVALID", "a participant has rows with both outcomes");
    }
    outcomeOf.set(id, outcome[i] as number);
  }
  const ids = [...outcomeOf.keys()];
  const dealt = Uint8Array.from(outcomeOf.values());
  const place = new Map(ids.map((id, k) => [id, k]));
  const participantOf = Uint32Array.from(participantIds, (id) => place.get(id) as number);
  requireTwoClasses(outcome, score);
  const { order, group } = sortOnce(outcome, score);
  const area = (): number => {
    let [below, sum, events, groupEvents, groupOthers] = [0, 0, 0, 0, 0];
    for (let k = 0; k < order.length; k++) {
      if (dealt[participantOf[order[k]!]!] === 1) groupEvents++;
      else groupOthers++;
      if (group[k] === 0) continue;
      sum += groupEvents * (below + groupOthers / 2);
      events += groupEvents;
      below += groupOthers;
      groupEvents = 0;
      groupOthers = 0;
    }
    return sum / (events * below);
  };
  const auc = area();
  const random = createRandom(plan.seed).fork("permutation");
  let hits = 0;
  for (let b = 0; b < plan.permutations; b++) {
    for (let i = dealt.length - 1; i > 0; i--) {
      const j = Math.floor(random.uniform() * (i + 1));
      [dealt[i], dealt[j]] = [dealt[j]!, dealt[i]!];
    }
    if (area() >= auc - 1e-12) hits++;
  }
  return { auc, p: (1 + hits) / (1 + plan.permutations), permutations: plan.permutations };
}
