import { combined, emit } from "../graph/emit.ts";
import { differentiable, type Value } from "../graph/graph.ts";

/** max(x, 0). The gradient at 0 is 0. */
export function relu(x: Value): Value {
  const y = emit("Relu", [x], x.shape);
  // The indicator of y > 0 in one pass: 0 stays 0, and any positive number times the largest float, cut at 1, is 1.
  const indicator = { alpha: { float: 3.4e38 }, beta: { float: 0 } };
  return differentiable("relu", y, [x], (dy) => [
    () => combined("Mul", dy, emit("HardSigmoid", [y], y.shape, { attributes: indicator })),
  ]);
}
