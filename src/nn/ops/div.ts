import { combined, scaled, unbroadcast } from "../graph/emit.ts";
import { differentiable, type Value } from "../graph/graph.ts";

/**
 * The elementwise quotient a / b, with broadcasting. The caller keeps b away from zero.
 *
 * @throws HemacastError ARGUMENT_INVALID when the shapes do not broadcast
 */
export function div(a: Value, b: Value): Value {
  const y = combined("Div", a, b);
  return differentiable("div", y, [a, b], (dy) => {
    const byB = combined("Div", dy, b);
    return [() => unbroadcast(byB, a.shape), () => unbroadcast(scaled(combined("Mul", byB, y), -1), b.shape)];
  });
}
