import { combined, scaled, unbroadcast } from "../graph/emit.ts";
import { differentiable, type Value } from "../graph/graph.ts";

/**
 * The elementwise difference a - b, with broadcasting.
 *
 * @throws HemacastError ARGUMENT_INVALID when the shapes do not broadcast
 */
export function sub(a: Value, b: Value): Value {
  return differentiable("sub", combined("Sub", a, b), [a, b], (dy) => [
    () => unbroadcast(dy, a.shape),
    () => scaled(unbroadcast(dy, b.shape), -1),
  ]);
}
