import { requireInRange } from "../../core/guards.ts";
import { combined, emit, scalar, scaled } from "../graph/emit.ts";
import { differentiable, type Value } from "../graph/graph.ts";

/**
 * x where x > 0, slope * x elsewhere.
 *
 * @param slope in [0, 1]
 * @throws HemacastError ARGUMENT_INVALID
 */
export function leakyRelu(x: Value, slope: number): Value {
  requireInRange("slope", slope, 0, 1);
  const y = emit("LeakyRelu", [x], x.shape, { attributes: { alpha: { float: slope } } });
  // (1 + slope) / 2 + sign(x) (1 - slope) / 2 is 1 above zero and the slope below.
  return differentiable("leakyRelu", y, [x], (dy) => [
    () => {
      const half = scaled(emit("Sign", [x], x.shape), (1 - slope) / 2);
      return combined("Mul", dy, combined("Add", half, scalar(x.graph, (1 + slope) / 2)));
    },
  ]);
}
