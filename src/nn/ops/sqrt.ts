import { combined, emit, scaled } from "../graph/emit.ts";
import { differentiable, type Value } from "../graph/graph.ts";

/** The square root of each element. The caller keeps x above zero, where the gradient is infinite. */
export function sqrt(x: Value): Value {
  const y = emit("Sqrt", [x], x.shape);
  return differentiable("sqrt", y, [x], (dy) => [() => scaled(combined("Div", dy, y), 0.5)]);
}
