import { combined, emit } from "../graph/emit.ts";
import { differentiable, type Value } from "../graph/graph.ts";

/** e to the power of each element. */
export function exp(x: Value): Value {
  const y = emit("Exp", [x], x.shape);
  return differentiable("exp", y, [x], (dy) => [() => combined("Mul", dy, y)]);
}
