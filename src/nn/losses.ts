/** What training makes small: values with one element, built from differentiable operations. Targets are in [0, 1]. */
import { requireInRange } from "../core/guards.ts";
import { scalar } from "./graph/emit.ts";
import type { Value } from "./graph/graph.ts";
import { add } from "./ops/add.ts";
import { div } from "./ops/div.ts";
import { exp } from "./ops/exp.ts";
import { mul } from "./ops/mul.ts";
import { mean, sum } from "./ops/reduce.ts";
import { reshape } from "./ops/reshape.ts";
import { sigmoid } from "./ops/sigmoid.ts";
import { logSoftmax } from "./ops/softmax.ts";
import { softplus } from "./ops/softplus.ts";
import { sqrt } from "./ops/sqrt.ts";
import { sub } from "./ops/sub.ts";

/** The weighted mean of a map of losses: elements with weight 0 are ignored. Without weights, the plain mean. */
function weightedMean(map: Value, weight: Value | undefined): Value {
  if (weight === undefined) return reshape(mean(map), [1]);
  // A batch in which everything is ignored has loss 0, not 0 / 0.
  const total = add(sum(weight), scalar(weight.graph, 1e-6));
  return reshape(div(sum(mul(map, weight)), total), [1]);
}

/**
 * Binary cross-entropy of logits, -log of the probability given to the target, averaged.
 *
 * @param weight how much each element counts, e.g. 0 near an uncertain edge
 */
export function bceWithLogits(logits: Value, target: Value, weight?: Value): Value {
  return weightedMean(sub(softplus(logits), mul(logits, target)), weight);
}

/**
 * Focal loss of logits: cross-entropy times (1 - p)^gamma, so that easy elements count little, and alpha for the positive class.
 *
 * @param target zeros and ones
 * @throws HemacastError ARGUMENT_INVALID
 * @see Lin et al. 2017, arXiv:1708.02002
 */
export function focalLoss(
  logits: Value,
  target: Value,
  { gamma = 2, alpha = 0.25, weight }: { gamma?: number; alpha?: number; weight?: Value } = {},
): Value {
  requireInRange("gamma", gamma, 0, 10);
  requireInRange("alpha", alpha, 0, 1);
  // z is the logit of the true class: 1 - p = exp(-softplus(z)) and -log p = softplus(-z), both without overflow.
  const z = mul(logits, sub(mul(target, 2), scalar(target.graph, 1)));
  const easy = exp(mul(softplus(z), -gamma));
  const balance = add(mul(target, 2 * alpha - 1), scalar(target.graph, 1 - alpha));
  return weightedMean(mul(mul(balance, easy), softplus(mul(z, -1))), weight);
}

/** What an overlap is counted over: all samples of a batch together, or each by itself, so that a small object counts as much as a large one. */
export type OverlapExtent = "batch" | "sample";

/**
 * 1 - Dice overlap of probabilities and target, per channel over the whole batch (or per sample), averaged.
 *
 * @param probability [n, c, ...] in [0, 1]
 * @param target [n, c, ...]
 * @see Milletari et al. 2016, arXiv:1606.04797
 */
export function softDice(probability: Value, target: Value, weight?: Value, extent: OverlapExtent = "batch"): Value {
  return tverskyLoss(probability, target, { falsePositives: 0.5, falseNegatives: 0.5, weight, extent });
}

/**
 * 1 - Tversky index, per channel over the whole batch (or per sample), averaged; with 0.5 and 0.5 this is Dice.
 *
 * @param falsePositives what a false positive costs
 * @param falseNegatives what a false negative costs
 * @throws HemacastError ARGUMENT_INVALID
 * @see Salehi et al. 2017, arXiv:1706.05721
 */
export function tverskyLoss(
  probability: Value,
  target: Value,
  options: { falsePositives: number; falseNegatives: number; weight?: Value | undefined; extent?: OverlapExtent },
): Value {
  const { falsePositives, falseNegatives, weight, extent = "batch" } = options;
  requireInRange("falsePositives", falsePositives, 0, 1);
  requireInRange("falseNegatives", falseNegatives, 0, 1);
  const axes = probability.shape
    .map((_, axis) => axis)
    .filter((axis) => axis !== 1 && !(extent === "sample" && axis === 0));
  const count = (map: Value): Value => sum(weight === undefined ? map : mul(map, weight), axes);
  const hit = count(mul(probability, target));
  const extra = sub(count(probability), hit);
  const missed = sub(count(target), hit);
  // One voxel's worth of overlap on both sides: an empty target with an empty prediction is perfect.
  const one = scalar(probability.graph, 1);
  const misses = add(mul(extra, falsePositives), mul(missed, falseNegatives));
  const index = div(add(hit, one), add(add(hit, misses), one));
  return reshape(sub(one, mean(index)), [1]);
}

/** Binary cross-entropy plus soft Dice of the same logits: the usual loss of a segmenter. */
export function bceAndDice(logits: Value, target: Value, weight?: Value): Value {
  return add(bceWithLogits(logits, target, weight), softDice(sigmoid(logits), target, weight));
}

/**
 * Cross-entropy of logits over one axis against target probabilities (one-hot or soft), averaged over the other axes.
 *
 * @param axis the axis of classes, from 0
 * @throws HemacastError ARGUMENT_INVALID
 */
export function crossEntropy(logits: Value, target: Value, axis: number, weight?: Value): Value {
  return weightedMean(mul(sum(mul(target, logSoftmax(logits, axis)), [axis]), -1), weight);
}

/** The mean squared difference. */
export function meanSquaredError(found: Value, target: Value, weight?: Value): Value {
  const difference = sub(found, target);
  return weightedMean(mul(difference, difference), weight);
}

/** 1 - cosine of the angle between vectors along axis 1, averaged: how far two feature spaces point apart. */
export function cosineDistance(a: Value, b: Value): Value {
  const tiny = scalar(a.graph, 1e-12);
  const length = (x: Value): Value => sqrt(add(sum(mul(x, x), [1]), tiny));
  const cosine = div(sum(mul(a, b), [1]), mul(length(a), length(b)));
  return reshape(sub(scalar(a.graph, 1), mean(cosine)), [1]);
}
