import { combined, unbroadcast } from "../graph/emit.ts";
import { differentiable, type Value } from "../graph/graph.ts";

/**
 * The elementwise sum, with broadcasting.
 *
 * @throws HemacastError ARGUMENT_INVALID when the shapes do not broadcast
 */
export function add(a: Value, b: Value): Value {
  return differentiable("add", combined("Add", a, b), [a, b], (dy) => [
    () => unbroadcast(dy, a.shape),
    () => unbroadcast(dy, b.shape),
  ]);
}
