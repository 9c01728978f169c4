import { HemacastError } from "../../core/errors.ts";
import { emit, permuted, reshaped, summedOver, timesTransposed } from "../graph/emit.ts";
import { differentiable, type Value } from "../graph/graph.ts";
import type { Shape } from "../tensor.ts";

/**
 * The transposed convolution whose stride is its kernel, so that outputs do not overlap: each input voxel becomes a block.
 * x [n, c, (d,) h, w], weight [c, k, (kd,) kh, kw], result [n, k, (kd d,) kh h, kw w].
 *
 * @param bias [k], or null
 * @throws HemacastError ARGUMENT_INVALID when the shapes do not fit
 */
export function transposedConv(x: Value, weight: Value, bias: Value | null): Value {
  const inputs = bias === null ? [x, weight] : [x, weight, bias];
  const kernel = weight.shape.slice(2);
  const attributes = { kernel_shape: kernel, strides: kernel };
  const y = emit("ConvTranspose", inputs, transposedConvShape(x.shape, weight.shape), { attributes });
  return differentiable("transposedConv", y, inputs, (dy) => [
    () => emit("Conv", [dy, weight], x.shape, { attributes }),
    () => filterGradient(dy, x, weight.shape),
    () =>
      reshaped(
        summedOver(
          summedOver(
            dy,
            kernel.map((_, i) => i + 2),
          ),
          [0],
        ),
        [weight.shape[1] as number],
      ),
  ]);
}

/**
 * The shape of a transposed convolution whose stride is its kernel.
 *
 * @throws HemacastError ARGUMENT_INVALID when the shapes do not fit
 * @example transposedConvShape([1, 32, 8, 8], [32, 16, 2, 2]) // => [1, 16, 16, 16]
 */
export function transposedConvShape(x: Shape, weight: Shape): Shape {
  if (x.length !== weight.length || (x.length !== 4 && x.length !== 5) || x[1] !== weight[0]) {
    throw new HemacastError("ARGUMENT_INVALID", `no transposed convolution of [${x}] with [${weight}]`);
  }
  return [x[0] as number, weight[1] as number, ...x.slice(2).map((size, i) => size * (weight[i + 2] as number))];
}

/** X times the transpose of dY with each block laid out along the channels, [n, c, p] x [n, k blocks, p] -> [n, c, k blocks]. */
function filterGradient(dy: Value, x: Value, shape: Shape): Value {
  const [batch, channels, ...sizes] = x.shape as [number, number, ...number[]];
  const [filters, ...kernel] = shape.slice(1) as [number, ...number[]];
  const rank = sizes.length;
  const split = reshaped(dy, [batch, filters, ...sizes.flatMap((size, i) => [size, kernel[i] as number])]);
  const order = [0, 1, ...kernel.map((_, i) => 3 + 2 * i), ...sizes.map((_, i) => 2 + 2 * i)];
  const places = sizes.reduce((product, size) => product * size, 1);
  const blocks = reshaped(permuted(split, order), [batch, filters * product(kernel, rank), places]);
  const all = timesTransposed(reshaped(x, [batch, channels, places]), blocks);
  return reshaped(summedOver(all, [0]), shape);
}

function product(sizes: Shape, rank: number): number {
  return sizes.slice(0, rank).reduce((total, size) => total * size, 1);
}
