import { combined, scalar, unbroadcast } from "../graph/emit.ts";
import { differentiable, type Value } from "../graph/graph.ts";

/**
 * The elementwise product, with broadcasting. A plain number is a constant factor.
 *
 * @throws HemacastError ARGUMENT_INVALID when the shapes do not broadcast
 */
export function mul(a: Value, by: Value | number): Value {
  const b = typeof by === "number" ? scalar(a.graph, by) : by;
  return differentiable("mul", combined("Mul", a, b), [a, b], (dy) => [
    () => unbroadcast(combined("Mul", dy, b), a.shape),
    () => unbroadcast(combined("Mul", dy, a), b.shape),
  ]);
}
