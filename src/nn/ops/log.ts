import { combined, emit } from "../graph/emit.ts";
import { differentiable, type Value } from "../graph/graph.ts";

/** The natural logarithm of each element. The caller keeps x above zero. */
export function log(x: Value): Value {
  return differentiable("log", emit("Log", [x], x.shape), [x], (dy) => [() => combined("Div", dy, x)]);
}
