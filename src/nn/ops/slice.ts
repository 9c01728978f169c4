import { HemacastError } from "../../core/errors.ts";
import { padded, window } from "../graph/emit.ts";
import { differentiable, type Value } from "../graph/graph.ts";

/**
 * The part [begin, end) of an axis.
 *
 * @param axis from 0
 * @throws HemacastError ARGUMENT_INVALID when the part is empty or outside
 */
export function slice(x: Value, axis: number, begin: number, end: number): Value {
  const size = x.shape[axis];
  if (size === undefined || !(begin >= 0 && begin < end && end <= size)) {
    throw new HemacastError("ARGUMENT_INVALID", `no part [${begin}, ${end}) along axis ${axis} of [${x.shape}]`);
  }
  return differentiable("slice", window(x, [axis], [begin], [end]), [x], (dy) => [
    () => padded(dy, axis, [begin], [size - end]),
  ]);
}
