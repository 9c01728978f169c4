/** A small fully connected network of feature rows: written for the engine to train, and as plain arithmetic to apply. */
import type { DenseMatrix } from "../math/dense-matrix.ts";
import { parameter, type Value } from "../nn/graph/graph.ts";
import type { Network } from "../nn/network.ts";
import { add } from "../nn/ops/add.ts";
import { matmul } from "../nn/ops/matmul.ts";
import { mul } from "../nn/ops/mul.ts";
import { sum } from "../nn/ops/reduce.ts";
import { relu } from "../nn/ops/relu.ts";
import { reshape } from "../nn/ops/reshape.ts";
import { softplus } from "../nn/ops/softplus.ts";
import { sub } from "../nn/ops/sub.ts";
import type { Weights } from "../nn/tensor.ts";
import type { Objective } from "../nn/train/trainer.ts";

/** Layers as plain data: out = in times weight plus bias, and a rectifier between layers. */
export interface DenseNetwork {
  readonly layers: readonly {
    readonly inputs: number;
    readonly outputs: number;
    /** Row-major, inputs x outputs. */
    readonly weight: readonly number[];
    readonly bias: readonly number[];
  }[];
}

/**
 * Many networks side by side in the engine's words, each with its own rows: [networks, n, predictors] in, log odds [networks, n, 1] out.
 * Small networks cost the engine little arithmetic and much overhead per step, so that all of a fit are trained at once.
 *
 * @param hidden units of each hidden layer
 */
export function stackedNetwork(hidden: readonly number[]): Network {
  return {
    name: "stacked-dense",
    config: { hidden: [...hidden] },
    forward(rows) {
      const last = hidden.reduce<Value>((x, units, k) => relu(stackedLayer(x, `hidden.${k}`, units)), rows);
      return stackedLayer(last, "out", 1);
    },
  };
}

function stackedLayer(x: Value, name: string, units: number): Value {
  const [networks, , inputs] = x.shape as [number, number, number];
  const weight = parameter(x.graph, `${name}.weight`, [networks, inputs, units], { heFanIn: inputs });
  // One axis, so that the optimiser knows it for a bias and does not let it decay.
  const bias = parameter(x.graph, `${name}.bias`, [networks * units], { fill: 0 });
  return add(matmul(x, weight), reshape(bias, [networks, 1, units]));
}

/**
 * The sum over networks of their weighted cross-entropies, so that no network feels another.
 * Batches of `rows` [networks, n, predictors], `target` and `weight` [networks, n, 1]; weights sum to 1 in each network.
 */
export function stackedObjective(network: Network): Objective {
  return (_graph, { rows, target, weight }) => {
    const logOdds = network.forward(rows as Value);
    const losses = sub(softplus(logOdds), mul(logOdds, target as Value));
    return { loss: reshape(sum(mul(losses, weight as Value)), [1]) };
  };
}

/** One network out of a stack, as plain layers; inputs beyond its own predictors are left out. */
export function unstacked(weights: Weights, hidden: readonly number[], k: number, predictors: number): DenseNetwork {
  const names = [...hidden.map((_, layer) => `hidden.${layer}`), "out"];
  return {
    layers: names.map((name, layer) => {
      const { shape, data } = weights.get(`${name}.weight`)!;
      const [, stackedInputs, outputs] = shape as [number, number, number];
      const inputs = layer === 0 ? predictors : stackedInputs;
      const from = k * stackedInputs * outputs;
      const bias = weights.get(`${name}.bias`)!.data.slice(k * outputs, (k + 1) * outputs);
      return { inputs, outputs, weight: [...data.slice(from, from + inputs * outputs)], bias: [...bias] };
    }),
  };
}

/**
 * Log odds of each row.
 *
 * @param x rows x predictors, standardised as in training
 */
export function denseLogOdds(network: DenseNetwork, x: DenseMatrix): Float64Array {
  return Float64Array.from({ length: x.rows }, (_, i) => {
    const row = x.values.subarray(i * x.columns, (i + 1) * x.columns);
    return activations(network, row).at(-1)![0] as number;
  });
}

/** Mean over the rows of the slope of the log odds in each predictor. */
export function denseSlopes(network: DenseNetwork, x: DenseMatrix): Float64Array {
  const sums = new Float64Array(x.columns);
  for (let i = 0; i < x.rows; i++) {
    const values = activations(network, x.values.subarray(i * x.columns, (i + 1) * x.columns));
    let slope = Float64Array.of(1);
    for (const [k, { inputs, outputs, weight }] of [...network.layers.entries()].reverse()) {
      const before = new Float64Array(inputs);
      for (let a = 0; a < inputs; a++) {
        // The rectifier behind the layer before lets a slope through where it was open.
        if (k > 0 && !(values[k - 1]![a]! > 0)) continue;
        for (let b = 0; b < outputs; b++) before[a]! += weight[a * outputs + b]! * slope[b]!;
      }
      slope = before;
    }
    for (let j = 0; j < x.columns; j++) sums[j]! += slope[j]! / x.rows;
  }
  return sums;
}

/** What each layer gives for one row, the last without a rectifier. */
function activations({ layers }: DenseNetwork, row: Float64Array): Float64Array[] {
  const all: Float64Array[] = [];
  let current = row;
  for (const [k, { inputs, outputs, weight, bias }] of layers.entries()) {
    const next = Float64Array.from(bias);
    for (let a = 0; a < inputs; a++) {
      const value = current[a]!;
      if (value !== 0) for (let b = 0; b < outputs; b++) next[b]! += value * weight[a * outputs + b]!;
    }
    if (k < layers.length - 1) for (let b = 0; b < outputs; b++) next[b] = Math.max(0, next[b]!);
    all.push(next);
    current = next;
  }
  return all;
}
