import { HemacastError } from "../../core/errors.ts";
import { emit, permuted, timesTransposed, unbroadcast } from "../graph/emit.ts";
import { differentiable, type Value } from "../graph/graph.ts";
import type { Shape } from "../tensor.ts";

/**
 * The matrix product over the last two axes, [.., m, k] x [.., k, n] -> [.., m, n]. Leading axes must be equal, or absent in b.
 *
 * @throws HemacastError ARGUMENT_INVALID when the shapes do not fit
 */
export function matmul(a: Value, b: Value): Value {
  const y = emit("MatMul", [a, b], matmulShape(a.shape, b.shape));
  return differentiable("matmul", y, [a, b], (dy) => [
    () => timesTransposed(dy, b),
    () => unbroadcast(emit("MatMul", [transposed(a), dy], [...a.shape.slice(0, -2), ...b.shape.slice(-2)]), b.shape),
  ]);
}

/**
 * The shape of a matrix product.
 *
 * @throws HemacastError ARGUMENT_INVALID when the shapes do not fit
 * @example matmulShape([8, 2, 3], [3, 5]) // => [8, 2, 5]
 */
export function matmulShape(a: Shape, b: Shape): Shape {
  const [leadA, leadB] = [a.slice(0, -2), b.slice(0, -2)];
  const fits = a.length >= 2 && b.length >= 2 && a.at(-1) === b.at(-2);
  if (!fits || (leadB.length > 0 && leadA.join() !== leadB.join())) {
    throw new HemacastError("ARGUMENT_INVALID", `cannot multiply [${a.join(", ")}] by [${b.join(", ")}]`);
  }
  return [...a.slice(0, -1), b.at(-1) as number];
}

function transposed(x: Value): Value {
  const rank = x.shape.length;
  return permuted(
    x,
    x.shape.map((_, axis) => (axis < rank - 2 ? axis : 2 * rank - 3 - axis)),
  );
}
