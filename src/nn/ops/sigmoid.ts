import { combined, emit, scalar } from "../graph/emit.ts";
import { differentiable, type Value } from "../graph/graph.ts";

/** 1 / (1 + exp(-x)). */
export function sigmoid(x: Value): Value {
  const y = emit("Sigmoid", [x], x.shape);
  return differentiable("sigmoid", y, [x], (dy) => [
    () => combined("Mul", dy, combined("Mul", y, combined("Sub", scalar(x.graph, 1), y))),
  ]);
}
