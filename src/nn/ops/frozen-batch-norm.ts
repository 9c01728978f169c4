import { requireFinite } from "../../core/guards.ts";
import { combined, emit, reshaped, scalar, summedOver } from "../graph/emit.ts";
import { differentiable, type Value } from "../graph/graph.ts";

/** What a batch normalisation learned, each [c]. */
export interface BatchStatistics {
  readonly gain: Value;
  readonly shift: Value;
  readonly mean: Value;
  readonly variance: Value;
}

/**
 * Batch normalisation with the statistics it learned before: gain (x - mean) / sqrt(variance + epsilon) + shift per channel.
 * Gain and shift can be trained; mean and variance are never updated.
 *
 * @param x [n, c, (d,) h, w]
 * @throws HemacastError ARGUMENT_INVALID
 */
export function frozenBatchNorm(x: Value, { gain, shift, mean, variance }: BatchStatistics, epsilon: number): Value {
  requireFinite("epsilon", epsilon);
  const perChannel = [1, x.shape[1] as number, ...x.shape.slice(2).map(() => 1)];
  const deviation = emit("Sqrt", [combined("Add", variance, scalar(x.graph, epsilon))], variance.shape);
  const standard = combined("Div", combined("Sub", x, reshaped(mean, perChannel)), reshaped(deviation, perChannel));
  const y = combined("Add", combined("Mul", standard, reshaped(gain, perChannel)), reshaped(shift, perChannel));
  const others = x.shape.map((_, axis) => axis).filter((axis) => axis !== 1);
  return differentiable("frozenBatchNorm", y, [x, gain, shift], (dy) => [
    () => combined("Mul", dy, reshaped(combined("Div", gain, deviation), perChannel)),
    () => reshaped(summedOver(combined("Mul", dy, standard), others), gain.shape),
    () => reshaped(summedOver(dy, others), shift.shape),
  ]);
}
