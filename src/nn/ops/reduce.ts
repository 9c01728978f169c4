import { HemacastError } from "../../core/errors.ts";
import { emit, int64s, scaled, summedOver } from "../graph/emit.ts";
import { differentiable, type Value } from "../graph/graph.ts";

/**
 * The sum over some axes, which stay with size 1.
 *
 * @param axes from 0. @default all
 * @throws HemacastError ARGUMENT_INVALID
 */
export function sum(x: Value, axes: readonly number[] = x.shape.map((_, axis) => axis)): Value {
  if (axes.some((axis) => !(axis in x.shape))) {
    throw new HemacastError("ARGUMENT_INVALID", `no axes [${axes.join(", ")}] in shape [${x.shape.join(", ")}]`);
  }
  return differentiable("sum", summedOver(x, axes), [x], (dy) => [
    () => emit("Expand", [dy, int64s(x.graph, x.shape)], x.shape),
  ]);
}

/**
 * The mean over some axes, which stay with size 1.
 *
 * @param axes from 0. @default all
 * @throws HemacastError ARGUMENT_INVALID
 */
export function mean(x: Value, axes: readonly number[] = x.shape.map((_, axis) => axis)): Value {
  const count = axes.reduce((product, axis) => product * (x.shape[axis] ?? 1), 1);
  const total = sum(x, axes);
  return differentiable("scale", scaled(total, 1 / count), [total], (dy) => [() => scaled(dy, 1 / count)]);
}
