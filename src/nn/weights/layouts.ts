/** How other libraries name the weights of our backbones. */
import type { Shape } from "../tensor.ts";
import type { ConvSource, ForeignLayout } from "./import.ts";

/** The convolutions of a network in the order in which it builds them, from the names of its parameters. */
function convolutions(expected: ReadonlyMap<string, Shape>): string[] {
  return [...expected.keys()]
    .filter((name) => name.endsWith(".weight"))
    .map((name) => name.slice(0, -".weight".length));
}

function torchNorm(prefix: string): ConvSource["norm"] {
  return {
    gain: `${prefix}.weight`,
    shift: `${prefix}.bias`,
    mean: `${prefix}.running_mean`,
    variance: `${prefix}.running_var`,
  };
}

function kerasNorm(prefix: string): ConvSource["norm"] {
  return {
    gain: `${prefix}/gamma`,
    shift: `${prefix}/beta`,
    mean: `${prefix}/moving_mean`,
    variance: `${prefix}/moving_variance`,
  };
}

/**
 * ResNet-50 as torchvision and timm write it.
 *
 * @example torchResnet50(new Map([["layer1.0.downsample.weight", []]])).sources[0].norm.shift // => "layer1.0.downsample.1.bias"
 */
export function torchResnet50(expected: ReadonlyMap<string, Shape>): ForeignLayout {
  const sources = convolutions(expected).map((name): ConvSource => {
    const [conv, norm] = name.endsWith("downsample")
      ? [`${name}.0`, `${name}.1`]
      : [name, name.replace(/conv(\d)$/, "bn$1")];
    return { name, weight: `${conv}.weight`, bias: `${conv}.bias`, norm: torchNorm(norm) };
  });
  return { sources, filters: "oihw", epsilon: 1e-5, ignored: /^fc\.|\.num_batches_tracked$/ };
}

/**
 * ResNet-50 as Keras writes it (`keras.applications.ResNet50`, names LAYER/VARIABLE); build the network with `strideOn: "1x1"`.
 *
 * @example kerasResnet50(new Map([["layer2.0.downsample.weight", []]])).sources[0].weight // => "conv3_block1_0_conv/kernel"
 */
export function kerasResnet50(expected: ReadonlyMap<string, Shape>): ForeignLayout {
  const sources = convolutions(expected).map((name): ConvSource => {
    const [, stage, block, part] = /^layer(\d)\.(\d)\.(conv\d|downsample)$/.exec(name) ?? [];
    const position = part === "downsample" ? "0" : part?.slice(4);
    const layer = stage === undefined ? "conv1" : `conv${Number(stage) + 1}_block${Number(block) + 1}_${position}`;
    const norm = kerasNorm(`${layer}_bn`);
    return { name, weight: `${layer}_conv/kernel`, bias: `${layer}_conv/bias`, norm };
  });
  return { sources, filters: "hwio", epsilon: 1.001e-5, ignored: /^(predictions|probs|fc1000)\// };
}

/**
 * Inception-v3 as torchvision and timm write it; build the network with `poolCountsBorder: true`.
 *
 * @example torchInceptionV3(new Map([["Conv2d_1a_3x3.weight", []]])).sources[0].weight // => "Conv2d_1a_3x3.conv.weight"
 */
export function torchInceptionV3(expected: ReadonlyMap<string, Shape>): ForeignLayout {
  const sources = convolutions(expected).map((name): ConvSource => {
    return { name, weight: `${name}.conv.weight`, bias: `${name}.conv.bias`, norm: torchNorm(`${name}.bn`) };
  });
  return { sources, filters: "oihw", epsilon: 1e-3, ignored: /^(fc|AuxLogits)\.|\.num_batches_tracked$/ };
}

/**
 * Inception-v3 as Keras writes it: layers are numbered in the order in which they are built, from 1 in the first versions
 * (`conv2d_1`), from 0 later, where the first has no number (`conv2d`).
 *
 * @example kerasInceptionV3(new Map([["Conv2d_1a_3x3.weight", []]]), 1).sources[0].weight // => "conv2d_1/kernel"
 */
export function kerasInceptionV3(expected: ReadonlyMap<string, Shape>, first: 0 | 1): ForeignLayout {
  const sources = convolutions(expected).map((name, i): ConvSource => {
    const number = i + first === 0 ? "" : `_${i + first}`;
    const norm = kerasNorm(`batch_normalization${number}`);
    return { name, weight: `conv2d${number}/kernel`, bias: `conv2d${number}/bias`, norm };
  });
  return { sources, filters: "hwio", epsilon: 1e-3, ignored: /^(predictions|dense)/ };
}

/**
 * LAYER/VARIABLE from any of Keras's spellings (`LAYER/LAYER/VARIABLE:0`, `LAYER/VARIABLE`).
 *
 * @example kerasName("conv1_conv/conv1_conv/kernel:0") // => "conv1_conv/kernel"
 */
export function kerasName(spelled: string): string {
  return spelled.replace(/:\d+$/, "").split("/").slice(-2).join("/");
}
