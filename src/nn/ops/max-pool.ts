import { HemacastError } from "../../core/errors.ts";
import { constant, emit, emitMany, int64s, reshaped } from "../graph/emit.ts";
import { differentiable, type Value } from "../graph/graph.ts";
import { elementCount, type Shape } from "../tensor.ts";

/** Window, step and border of a pooling, one number per spatial axis. The border never wins a maximum and is not counted in a mean. */
export interface PoolOptions {
  readonly kernel: readonly number[];
  /** @default the kernel */
  readonly stride?: readonly number[];
  /** Border before each axis. @default 0 */
  readonly padding?: readonly number[];
  /** Border behind each axis. @default as before it */
  readonly paddingAfter?: readonly number[];
}

/**
 * The largest value in each window of x [n, c, (d,) h, w].
 *
 * @throws HemacastError ARGUMENT_INVALID when the window does not fit
 */
export function maxPool(x: Value, options: PoolOptions): Value {
  const { kernel, stride, before, after } = poolWindow(options);
  const shape = poolShape(x.shape, options);
  const attributes = { kernel_shape: kernel, strides: stride, pads: [...before, ...after] };
  const results = [
    { shape, type: "float32" },
    { shape, type: "int64" },
  ] as const;
  const [y, indices] = emitMany("MaxPool", [x], results, { attributes }) as [Value, Value];
  const overlaps =
    kernel.some((size, i) => size > (stride[i] as number)) || [...before, ...after].some((size) => size > 0);
  return differentiable("maxPool", y, [x], (dy) => [
    () =>
      overlaps
        ? scattered(dy, indices, x.shape)
        : emit("MaxUnpool", [dy, indices, int64s(x.graph, x.shape)], x.shape, {
            attributes: { kernel_shape: kernel, strides: stride },
          }),
  ]);
}

/**
 * The shape of a pooling: floor((size + borders - kernel) / stride) + 1 per spatial axis.
 *
 * @throws HemacastError ARGUMENT_INVALID when the window does not fit
 * @example poolShape([1, 64, 112, 112], { kernel: [3, 3], stride: [2, 2], padding: [1, 1] }) // => [1, 64, 56, 56]
 */
export function poolShape(x: Shape, options: PoolOptions): Shape {
  const { kernel, stride, before, after } = poolWindow(options);
  const sizes = x.slice(2).map((size, i) => {
    const reach = size + (before[i] as number) + (after[i] as number) - (kernel[i] as number);
    return Math.floor(reach / (stride[i] as number)) + 1;
  });
  const fits =
    [kernel, stride, before, after].every((list) => list.length === sizes.length) &&
    [...before, ...after].every((border, i) => border >= 0 && border < (kernel[i % kernel.length] as number)) &&
    sizes.every((size) => size >= 1);
  if (!fits || sizes.length === 0) {
    throw new HemacastError("ARGUMENT_INVALID", `no pooling of [${x}] with window [${kernel}], stride [${stride}]`);
  }
  return [x[0] as number, x[1] as number, ...sizes];
}

/** The options of a pooling with their defaults filled in. */
export function poolWindow(options: PoolOptions): { kernel: Shape; stride: Shape; before: Shape; after: Shape } {
  const { kernel, stride = kernel, padding = kernel.map(() => 0), paddingAfter = padding } = options;
  return { kernel, stride, before: padding, after: paddingAfter };
}

/** Where windows overlap, one element may win several: its gradients add up. */
function scattered(dy: Value, indices: Value, shape: Shape): Value {
  const [count, outputs] = [elementCount(shape), elementCount(dy.shape)];
  const zeros = emit("Expand", [constant(dy.graph, [0], [1]), int64s(dy.graph, [count])], [count]);
  const parts = [zeros, reshaped(indices, [outputs]), reshaped(dy, [outputs])];
  return reshaped(emit("ScatterElements", parts, [count], { attributes: { axis: 0, reduction: "add" } }), shape);
}
