import { HemacastError } from "../../core/errors.ts";
import { permuted } from "../graph/emit.ts";
import { differentiable, type Value } from "../graph/graph.ts";

/**
 * The axes in another order: axis i of the result is axis `order[i]` of x.
 *
 * @throws HemacastError ARGUMENT_INVALID when the order is not a permutation of the axes
 */
export function transpose(x: Value, order: readonly number[]): Value {
  if (order.length !== x.shape.length || x.shape.some((_, axis) => !order.includes(axis))) {
    throw new HemacastError("ARGUMENT_INVALID", `[${order.join(", ")}] is no order of ${x.shape.length} axes`);
  }
  const inverse = order.map((_, axis) => order.indexOf(axis));
  return differentiable("transpose", permuted(x, order), [x], (dy) => [() => permuted(dy, inverse)]);
}
