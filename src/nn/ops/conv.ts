import { HemacastError } from "../../core/errors.ts";
import { emit, int64s, permuted, reshaped, summedOver } from "../graph/emit.ts";
import { differentiable, type Value } from "../graph/graph.ts";
import type { Shape } from "../tensor.ts";
import { filterGradient } from "./conv-filter-gradient.ts";

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

function spatialAxes(rank: number): number[] {
  return Array.from({ length: rank }, (_, i) => i + 2);
}
