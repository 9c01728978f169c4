import { requireInRange } from "../../core/guards.ts";
import { combined, emit, summedOver } from "../graph/emit.ts";
import { differentiable, type Value } from "../graph/graph.ts";

/**
 * exp(x) / sum of exp(x) along one axis, without overflow.
 *
 * @param axis from 0
 * @throws HemacastError ARGUMENT_INVALID
 */
export function softmax(x: Value, axis: number): Value {
  requireInRange("axis", axis, 0, x.shape.length - 1);
  const y = emit("Softmax", [x], x.shape, { attributes: { axis } });
  return differentiable("softmax", y, [x], (dy) => [
    () => combined("Mul", y, combined("Sub", dy, summedOver(combined("Mul", dy, y), [axis]))),
  ]);
}

/**
 * The logarithm of `softmax`, without the loss of precision of taking it afterwards.
 *
 * @param axis from 0
 * @throws HemacastError ARGUMENT_INVALID
 */
export function logSoftmax(x: Value, axis: number): Value {
  requireInRange("axis", axis, 0, x.shape.length - 1);
  const y = emit("LogSoftmax", [x], x.shape, { attributes: { axis } });
  return differentiable("logSoftmax", y, [x], (dy) => [
    () => combined("Sub", dy, combined("Mul", emit("Exp", [y], y.shape), summedOver(dy, [axis]))),
  ]);
}
