import { combined, constant, emit, reshaped, scalar } from "../graph/emit.ts";
import { differentiable, type Value } from "../graph/graph.ts";
import { elementCount, type Shape } from "../tensor.ts";
import { type PoolOptions, poolShape, poolWindow } from "./max-pool.ts";

/**
 * The mean of each window of x [n, c, (d,) h, w]. Elements of the border are not counted, unless `countBorder` says that they are zeros.
 *
 * @throws HemacastError ARGUMENT_INVALID when the window does not fit
 */
export function averagePool(x: Value, options: PoolOptions & { readonly countBorder?: boolean }): Value {
  const { kernel, stride, before, after } = poolWindow(options);
  const attributes = {
    kernel_shape: kernel,
    strides: stride,
    pads: [...before, ...after],
    count_include_pad: options.countBorder ? 1 : 0,
  };
  const y = emit("AveragePool", [x], poolShape(x.shape, options), { attributes });
  return differentiable("averagePool", y, [x], (dy) => [
    () => {
      // Each output gives every element of its window an equal share: a transposed convolution with ones, channel by channel.
      const counts = options.countBorder ? scalar(x.graph, elementCount(kernel)) : windowCounts(dy, x.shape, options);
      const share = combined("Div", dy, counts);
      const planes = (shape: Shape): Shape => [(shape[0] as number) * (shape[1] as number), 1, ...shape.slice(2)];
      const ones = constant(x.graph, new Array(elementCount(kernel)).fill(1), [1, 1, ...kernel]);
      const rest = kernel.map((size, i) => {
        const reached = ((dy.shape[i + 2] as number) - 1) * (stride[i] as number) + size;
        return (x.shape[i + 2] as number) + (before[i] as number) + (after[i] as number) - reached;
      });
      // Elements that no window reaches come after the last one; the transposed convolution appends them before it cuts the border.
      const spread = emit("ConvTranspose", [reshaped(share, planes(dy.shape)), ones], planes(x.shape), {
        attributes: { kernel_shape: kernel, strides: stride, pads: [...before, ...after], output_padding: rest },
      });
      return reshaped(spread, x.shape);
    },
  ]);
}

/** How many elements of the image each window holds, shape [1, 1, ...outputs]. */
function windowCounts(dy: Value, shape: Shape, options: PoolOptions): Value {
  const { kernel, stride, before } = poolWindow(options);
  const perAxis = kernel.map((size, i) =>
    Array.from({ length: dy.shape[i + 2] as number }, (_, k) => {
      const begin = k * (stride[i] as number) - (before[i] as number);
      return Math.min(begin + size, shape[i + 2] as number) - Math.max(begin, 0);
    }),
  );
  const counts = perAxis.reduce((lead, axis) => lead.flatMap((a) => axis.map((b) => a * b)), [1]);
  return constant(dy.graph, counts, [1, 1, ...dy.shape.slice(2)]);
}
