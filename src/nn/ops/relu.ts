import { combined, emit } from "../graph/emit.ts";
import { differentiable, type Value } from "../graph/graph.ts";

/** max(x, 0). The gradient at 0 is 0. */
export function relu(x: Value): Value {
  const y = emit("Relu", [x], x.shape);
  // The result is never negative, so its sign is the indicator of x > 0, without a comparison and a cast.
  return differentiable("relu", y, [x], (dy) => [() => combined("Mul", dy, emit("Sign", [y], y.shape))]);
}
