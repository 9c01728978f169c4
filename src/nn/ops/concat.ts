import { HemacastError } from "../../core/errors.ts";
import { emit, window } from "../graph/emit.ts";
import { differentiable, type Value } from "../graph/graph.ts";
import type { Shape } from "../tensor.ts";

/**
 * Values behind one another along an axis.
 *
 * @param axis from 0
 * @throws HemacastError ARGUMENT_INVALID when the other axes differ
 */
export function concat(parts: readonly Value[], axis: number): Value {
  const shape = concatShape(
    parts.map((part) => part.shape),
    axis,
  );
  const y = emit("Concat", parts, shape, { attributes: { axis } });
  const ends = parts.map((_, i) => parts.slice(0, i + 1).reduce((sum, part) => sum + (part.shape[axis] as number), 0));
  return differentiable("concat", y, parts, (dy) =>
    parts.map((_, i) => () => window(dy, [axis], [i === 0 ? 0 : (ends[i - 1] as number)], [ends[i] as number])),
  );
}

/**
 * The shape of parts behind one another.
 *
 * @throws HemacastError ARGUMENT_INVALID when the other axes differ, or there is no part or no such axis
 * @example concatShape([[1, 2, 4], [1, 3, 4]], 1) // => [1, 5, 4]
 */
export function concatShape(shapes: readonly Shape[], axis: number): Shape {
  const [first] = shapes;
  const fits = (shape: Shape): boolean =>
    shape.length === first?.length && shape.every((size, i) => i === axis || size === first[i]);
  if (first === undefined || !(axis in first) || !shapes.every(fits)) {
    const found = shapes.map((shape) => `[${shape.join(", ")}]`).join(" and ");
    throw new HemacastError("ARGUMENT_INVALID", `cannot join ${found || "nothing"} along axis ${axis}`);
  }
  return first.map((size, i) => (i === axis ? shapes.reduce((sum, shape) => sum + (shape[axis] as number), 0) : size));
}
