import { HemacastError } from "../../core/errors.ts";
import { reshaped } from "../graph/emit.ts";
import { differentiable, type Value } from "../graph/graph.ts";
import { elementCount, type Shape } from "../tensor.ts";

/**
 * The same numbers in another shape.
 *
 * @throws HemacastError ARGUMENT_INVALID when the shapes hold different counts
 */
export function reshape(x: Value, shape: Shape): Value {
  if (elementCount(shape) !== elementCount(x.shape)) {
    throw new HemacastError("ARGUMENT_INVALID", `cannot reshape [${x.shape.join(", ")}] to [${shape.join(", ")}]`);
  }
  const y = reshaped(x, shape);
  return y === x ? x : differentiable("reshape", y, [x], (dy) => [() => reshaped(dy, x.shape)]);
}
