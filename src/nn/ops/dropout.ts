import { requireInRange } from "../../core/guards.ts";
import { combined, scaled, unbroadcast } from "../graph/emit.ts";
import { differentiable, type Value } from "../graph/graph.ts";

/**
 * Elements kept where the mask is 1 and zero where it is 0, scaled by 1 / keep so that the mean stays. The mask comes from the host,
 * so that the draw is ours, seeded and resumable.
 *
 * @param mask of zeros and ones, broadcast to x (e.g. [n, c, 1, 1] drops whole channels)
 * @param keep the chance that a mask element is 1, in (0, 1]
 * @throws HemacastError ARGUMENT_INVALID
 * @see Srivastava et al. 2014, JMLR 15:1929
 */
export function dropout(x: Value, mask: Value, keep: number): Value {
  requireInRange("keep", keep, Number.MIN_VALUE, 1);
  const factor = scaled(mask, 1 / keep);
  return differentiable("dropout", combined("Mul", x, factor), [x], (dy) => [
    () => unbroadcast(combined("Mul", dy, factor), x.shape),
  ]);
}
