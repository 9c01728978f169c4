import { HemacastError } from "../../core/errors.ts";
import { emit, int64s, padded, permuted, reshaped, summedOver, timesTransposed, window } from "../graph/emit.ts";
import { differentiable, type Value } from "../graph/graph.ts";
import type { Shape } from "../tensor.ts";

/** Steps and zero borders of a convolution, one number per spatial axis. */
export interface ConvOptions {
  /** 1 or 2 per axis. @default 1 */
  readonly stride?: readonly number[];
  /** Zeros on both sides, at most kernel - 1. @default 0 */
  readonly padding?: readonly number[];
}

/**
 * Cross-correlation in two or three dimensions, as networks mean by convolution: x [n, c, (d,) h, w], weight [k, c, (kd,) kh, kw].
 *
 * @param bias [k], or null
 * @throws HemacastError ARGUMENT_INVALID when shapes, stride or padding do not fit
 */
export function conv(x: Value, weight: Value, bias: Value | null, options: ConvOptions = {}): Value {
  const rank = x.shape.length - 2;
  const stride = options.stride ?? new Array(rank).fill(1);
  const padding = options.padding ?? new Array(rank).fill(0);
  const y = emit(
    "Conv",
    bias === null ? [x, weight] : [x, weight, bias],
    convShape(x.shape, weight.shape, stride, padding),
    {
      attributes: { kernel_shape: weight.shape.slice(2), strides: stride, pads: [...padding, ...padding] },
    },
  );
  return differentiable("conv", y, bias === null ? [x, weight] : [x, weight, bias], (dy) => [
    () => inputGradient(dy, weight, x.shape, stride, padding),
    () => filterGradient(dy, x, weight.shape, stride, padding),
    () => reshaped(summedOver(summedOver(dy, spatialAxes(rank)), [0]), [weight.shape[0] as number]),
  ]);
}

/**
 * The shape of a convolution: floor((size + 2 padding - kernel) / stride) + 1 per spatial axis.
 *
 * @throws HemacastError ARGUMENT_INVALID when shapes, stride or padding do not fit
 * @example convShape([1, 3, 224, 224], [64, 3, 7, 7], [2, 2], [3, 3]) // => [1, 64, 112, 112]
 */
export function convShape(x: Shape, weight: Shape, stride: Shape, padding: Shape): Shape {
  const kernel = weight.slice(2);
  const sizes = x.slice(2).map((size, i) => {
    return Math.floor((size + 2 * (padding[i] as number) - (kernel[i] as number)) / (stride[i] as number)) + 1;
  });
  const rank = sizes.length;
  const fits =
    (rank === 2 || rank === 3) &&
    [kernel, stride, padding].every((list) => list.length === rank) &&
    x[1] === weight[1] &&
    stride.every((step) => step === 1 || step === 2) &&
    padding.every((size, i) => size >= 0 && size < (kernel[i] as number)) &&
    sizes.every((size) => size >= 1);
  if (!fits) {
    throw new HemacastError(
      "ARGUMENT_INVALID",
      `no convolution of [${x}] with [${weight}], stride [${stride}], padding [${padding}]: 2 or 3 spatial axes, equal channels, stride 1 or 2, padding below the kernel`,
    );
  }
  return [x[0] as number, weight[0] as number, ...sizes];
}

/** Stride 1: a convolution of dY with the flipped, transposed filters. Otherwise the transposed convolution. */
function inputGradient(dy: Value, weight: Value, shape: Shape, stride: Shape, padding: Shape): Value {
  const kernel = weight.shape.slice(2);
  if (stride.every((step) => step === 1)) {
    const pads = kernel.map((size, i) => size - 1 - (padding[i] as number));
    const swapped = permuted(flipped(weight), [1, 0, ...spatialAxes(kernel.length)]);
    return emit("Conv", [dy, swapped], shape, { attributes: { kernel_shape: kernel, pads: [...pads, ...pads] } });
  }
  const rest = kernel.map((size, i) => {
    const reached = ((dy.shape[i + 2] as number) - 1) * (stride[i] as number) - 2 * (padding[i] as number) + size;
    return (shape[i + 2] as number) - reached;
  });
  return emit("ConvTranspose", [dy, weight], shape, {
    attributes: { kernel_shape: kernel, strides: stride, pads: [...padding, ...padding], output_padding: rest },
  });
}

function flipped(weight: Value): Value {
  const axes = spatialAxes(weight.shape.length - 2).filter((axis) => weight.shape[axis] !== 1);
  if (axes.length === 0) return weight;
  const lists = [axes.map(() => -1), axes.map((axis) => -1 - (weight.shape[axis] as number)), axes, axes.map(() => -1)];
  return emit("Slice", [weight, ...lists.map((list) => int64s(weight.graph, list))], weight.shape);
}

/**
 * For each position of the kernel, dY times the transposed part of X that it saw, [n, k, p] x [n, c, p] -> [n, k, c];
 * these are laid side by side and summed over the batch.
 */
function filterGradient(dy: Value, x: Value, shape: Shape, stride: Shape, padding: Shape): Value {
  const [filters, channels, ...kernel] = shape as [number, number, ...number[]];
  const positions = kernelPositions(kernel);
  const { windows, rows } = stride.every((step) => step === 1)
    ? contiguousWindows(dy, x, kernel, padding, positions)
    : steppedWindows(dy, x, stride, padding, positions);
  const products = windows.map((part) => timesTransposed(rows, part));
  const batch = dy.shape[0] as number;
  const joined =
    products.length === 1
      ? (products[0] as Value)
      : emit("Concat", products, [batch, filters, positions.length * channels], { attributes: { axis: 2 } });
  const total = reshaped(summedOver(joined, [0]), [filters, positions.length, channels]);
  return reshaped(permuted(total, [0, 2, 1]), shape);
}

/**
 * With stride 1 the windows are contiguous: X is padded, given one spare row, and flattened with row length P; the rows of dY are
 * filled with zeros to P. Then the window of each kernel position is one slice of the flat X, and what it reads beyond a row meets a zero.
 */
function contiguousWindows(dy: Value, x: Value, kernel: Shape, padding: Shape, positions: readonly Shape[]) {
  const spare = kernel.map((_, i) => (i === 0 && kernel.slice(1).some((size) => size > 1) ? 1 : 0));
  const after = padding.map((size, i) => size + (spare[i] as number));
  const wide = padded(x, 2, padding, after);
  const strides = kernel.map((_, i) => wide.shape.slice(i + 3).reduce((product, size) => product * size, 1));
  const fill = kernel.map((_, i) => (i === 0 ? 0 : (wide.shape[i + 2] as number) - (dy.shape[i + 2] as number)));
  const rows = flattened(
    padded(
      dy,
      2,
      fill.map(() => 0),
      fill,
    ),
  );
  const flat = flattened(wide);
  const length = rows.shape[2] as number;
  const windows = positions.map((position) => {
    const begin = position.reduce((sum, step, i) => sum + step * (strides[i] as number), 0);
    return begin === 0 && length === flat.shape[2] ? flat : window(flat, [2], [begin], [begin + length]);
  });
  return { windows, rows };
}

function steppedWindows(dy: Value, x: Value, stride: Shape, padding: Shape, positions: readonly Shape[]) {
  const wide = padded(x, 2, padding, padding);
  const sizes = dy.shape.slice(2);
  const axes = spatialAxes(sizes.length);
  const windows = positions.map((position) => {
    const ends = position.map((begin, i) => begin + ((sizes[i] as number) - 1) * (stride[i] as number) + 1);
    return flattened(window(wide, axes, position, ends, stride));
  });
  return { windows, rows: flattened(dy) };
}

function flattened(x: Value): Value {
  const [batch, channels, ...sizes] = x.shape as [number, number, ...number[]];
  return reshaped(x, [batch, channels, sizes.reduce((product, size) => product * size, 1)]);
}

function kernelPositions(kernel: Shape): number[][] {
  return kernel.reduce<number[][]>(
    (found, size) => found.flatMap((lead) => Array.from({ length: size }, (_, step) => [...lead, step])),
    [[]],
  );
}

function spatialAxes(rank: number): number[] {
  return Array.from({ length: rank }, (_, i) => i + 2);
}
