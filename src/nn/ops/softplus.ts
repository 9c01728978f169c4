import { combined, emit } from "../graph/emit.ts";
import { differentiable, type Value } from "../graph/graph.ts";

/** log(1 + exp(x)), without overflow: the building block of losses on logits. */
export function softplus(x: Value): Value {
  const y = emit("Softplus", [x], x.shape);
  return differentiable("softplus", y, [x], (dy) => [() => combined("Mul", dy, emit("Sigmoid", [x], x.shape))]);
}
