/**
 * Convolutions that train without batch normalisation and become plain ones afterwards: each filter is brought to mean 0 and length 1 before
 * it is applied, times a gain. Nothing depends on a batch, so what is trained is exactly what runs.
 */
import { HemacastError } from "../core/errors.ts";
import { constant } from "./graph/emit.ts";
import { parameter } from "./graph/graph.ts";
import type { ConvLayer } from "./layers.ts";
import { conv } from "./ops/conv.ts";
import { mul } from "./ops/mul.ts";
import { layerNorm } from "./ops/normalize.ts";
import { reshape } from "./ops/reshape.ts";
import { createTensor, elementCount, type Tensor, type Weights } from "./tensor.ts";

/** As in `layerNorm`, which standardises the filters. */
const epsilon = 1e-5;

/**
 * A convolution whose filters are standardised. Parameters: `NAME.weight`, `NAME.gain`, `NAME.bias`.
 *
 * @see Qiao et al. 2019, arXiv:1903.10520 (weight standardisation); Brock et al. 2021, arXiv:2101.08692 (without normalisation)
 */
export const standardizedConvLayer: ConvLayer = (x, name, { filters, kernel, ...options }) => {
  const length = (x.shape[1] as number) * elementCount(kernel);
  // Values with deviation 1: the step size of the optimiser is then relative to the weight, whatever the layer.
  const raw = parameter(x.graph, `${name}.weight`, [filters, x.shape[1] as number, ...kernel], { heFanIn: 2 });
  const gain = parameter(x.graph, `${name}.gain`, [filters], { fill: 1 });
  const bias = parameter(x.graph, `${name}.bias`, [filters], { fill: 0 });
  const scale = constant(x.graph, new Float32Array(length).fill(1 / Math.sqrt(length)), [length]);
  const shift = constant(x.graph, new Float32Array(length), [length]);
  const unit = layerNorm(reshape(raw, [filters, length]), scale, shift);
  const weight = reshape(mul(unit, reshape(gain, [filters, 1])), raw.shape);
  return conv(x, weight, bias, options);
};

/**
 * The plain convolutions that compute the same: `NAME.weight` and `NAME.bias` alone.
 *
 * @throws HemacastError ARGUMENT_INVALID when a gain has no filters
 */
export function foldStandardized(weights: Weights): Weights {
  const folded = new Map<string, Tensor>();
  for (const [name, tensor] of weights) {
    const gain = weights.get(name.replace(/weight$/, "gain"));
    if (name.endsWith(".gain")) {
      if (!weights.has(name.replace(/gain$/, "weight"))) {
        throw new HemacastError("ARGUMENT_INVALID", `${name} has no filters beside it`);
      }
    } else folded.set(name, name.endsWith(".weight") && gain ? foldedFilters(tensor, gain.data) : tensor);
  }
  return folded;
}

function foldedFilters({ shape, data }: Tensor, gain: Float32Array): Tensor {
  const length = data.length / gain.length;
  const folded = new Float32Array(data.length);
  for (let k = 0; k < gain.length; k++) {
    const filter = data.subarray(k * length, (k + 1) * length);
    const mean = filter.reduce((sum, value) => sum + value, 0) / length;
    const variance = filter.reduce((sum, value) => sum + (value - mean) ** 2, 0) / length;
    const factor = (gain[k] as number) / Math.sqrt((variance + epsilon) * length);
    for (let i = 0; i < length; i++) folded[k * length + i] = factor * ((filter[i] as number) - mean);
  }
  return createTensor(shape, folded);
}
