import { HemacastError } from "../../core/errors.ts";
import { emit, int64s, scaled, summedOver } from "../graph/emit.ts";
import { differentiable, type Value } from "../graph/graph.ts";

/**
 * The sum over some axes, which stay with size 1.
 *
 * @param axes from 0. @default all
 * @throws HemacastError ARGUMENT_INVALID
 */
export function sum(x: Value, axes: readonly number[] = allAxes(x)): Value {
  return scaledSum("sum", x, axes, 1);
}

/**
 * The mean over some axes, which stay with size 1.
 *
 * @param axes from 0. @default all
 * @throws HemacastError ARGUMENT_INVALID
 */
export function mean(x: Value, axes: readonly number[] = allAxes(x)): Value {
  return scaledSum("mean", x, axes, 1 / axes.reduce((product, axis) => product * (x.shape[axis] ?? 1), 1));
}

function scaledSum(operation: string, x: Value, axes: readonly number[], factor: number): Value {
  if (axes.some((axis) => !(axis in x.shape))) {
    throw new HemacastError("ARGUMENT_INVALID", `no axes [${axes.join(", ")}] in shape [${x.shape.join(", ")}]`);
  }
  const y = scaled(summedOver(x, axes), factor);
  if (y === x) return x;
  return differentiable(operation, y, [x], (dy) => [
    () => emit("Expand", [scaled(dy, factor), int64s(x.graph, x.shape)], x.shape),
  ]);
}

function allAxes(x: Value): number[] {
  return x.shape.map((_, axis) => axis);
}
