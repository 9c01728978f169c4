/** Operations together with their parameters: what networks are written in. A layer's parameters are named `NAME.weight`, `NAME.bias`. */
import { parameter, type Value } from "./graph/graph.ts";
import { add } from "./ops/add.ts";
import { type ConvOptions, conv } from "./ops/conv.ts";
import { matmul } from "./ops/matmul.ts";
import { groupNorm, instanceNorm } from "./ops/normalize.ts";
import { transposedConv } from "./ops/transposed-conv.ts";
import { elementCount } from "./tensor.ts";

/** A convolution with its filters. Where a normalisation follows, `bias: false`: it would be subtracted again. */
export function convLayer(
  x: Value,
  name: string,
  options: ConvOptions & { filters: number; kernel: readonly number[]; bias?: boolean },
): Value {
  const { filters, kernel, bias = true } = options;
  const channels = x.shape[1] as number;
  const start = { heFanIn: channels * elementCount(kernel) };
  const weight = parameter(x.graph, `${name}.weight`, [filters, channels, ...kernel], start);
  return conv(x, weight, bias ? parameter(x.graph, `${name}.bias`, [filters], { fill: 0 }) : null, options);
}

/** Writes a convolution with its parameters: `convLayer`, or one of the same shape that trains differently. */
export type ConvLayer = typeof convLayer;

/** A transposed convolution whose stride is its kernel. */
export function transposedConvLayer(
  x: Value,
  name: string,
  options: { filters: number; kernel: readonly number[] },
): Value {
  const { filters, kernel } = options;
  const channels = x.shape[1] as number;
  const weight = parameter(x.graph, `${name}.weight`, [channels, filters, ...kernel], { heFanIn: channels });
  return transposedConv(x, weight, parameter(x.graph, `${name}.bias`, [filters], { fill: 0 }));
}

/** How channels are normalised: each alone, in groups of 8 or fewer, or not at all. */
export type Normalization = "instance" | "group" | "none";

/** A normalisation with its gain and shift. */
export function normLayer(x: Value, name: string, kind: Normalization): Value {
  if (kind === "none") return x;
  const channels = x.shape[1] as number;
  const gain = parameter(x.graph, `${name}.weight`, [channels], { fill: 1 });
  const shift = parameter(x.graph, `${name}.bias`, [channels], { fill: 0 });
  return kind === "instance" ? instanceNorm(x, gain, shift) : groupNorm(x, gain, shift, groupsOf(channels));
}

/**
 * As many groups of 8 channels as there are, else one group.
 *
 * @example groupsOf(32) // => 4
 */
export function groupsOf(channels: number): number {
  return channels % 8 === 0 ? channels / 8 : 1;
}

/** A fully connected layer on [n, features]: x times weight plus bias. */
export function denseLayer(x: Value, name: string, features: number): Value {
  const inputs = x.shape.at(-1) as number;
  const weight = parameter(x.graph, `${name}.weight`, [inputs, features], { heFanIn: inputs });
  return add(matmul(x, weight), parameter(x.graph, `${name}.bias`, [features], { fill: 0 }));
}
