/** Small networks of feature rows, many side by side, in the engine's words: to be trained together and taken apart again. */
import { constant } from "../nn/graph/emit.ts";
import { parameter, type Value } from "../nn/graph/graph.ts";
import type { Network } from "../nn/network.ts";
import { add } from "../nn/ops/add.ts";
import { matmul } from "../nn/ops/matmul.ts";
import { mul } from "../nn/ops/mul.ts";
import { sum } from "../nn/ops/reduce.ts";
import { relu } from "../nn/ops/relu.ts";
import { reshape } from "../nn/ops/reshape.ts";
import { sigmoid } from "../nn/ops/sigmoid.ts";
import { softplus } from "../nn/ops/softplus.ts";
import { sub } from "../nn/ops/sub.ts";
import type { Weights } from "../nn/tensor.ts";
import type { Objective } from "../nn/train/trainer.ts";
import type { DenseLayer, DenseNetwork } from "./dense-network.ts";

/** How the networks of a stack are built. */
export interface StackLayout {
  /** Units of each hidden layer. */
  readonly hidden: readonly number[];
  /** Gated: how many inputs each group of predictors has, one group after the other. */
  readonly groupWidths: readonly number[] | null;
}

/**
 * Many networks side by side, each with its own rows: [networks, n, predictors] in, log odds [networks, n, 1] out.
 * Small networks cost the engine little arithmetic and much overhead per step, so that all of a fit are trained at once.
 */
export function stackedNetwork({ hidden, groupWidths }: StackLayout): Network {
  return {
    name: "stacked-dense",
    config: { hidden: [...hidden], groupWidths: groupWidths && [...groupWidths] },
    forward(rows) {
      const first = groupWidths ? gated(rows, groupWidths) : rows;
      const last = hidden.reduce<Value>((x, units, k) => relu(stackedLayer(x, `hidden.${k}`, units)), first);
      return stackedLayer(last, "out", 1);
    },
  };
}

/** Each group of inputs times its gate. All gates start half open, so that a gated network starts as an ungated one. */
function gated(rows: Value, groupWidths: readonly number[]): Value {
  const gates = mul(sigmoid(stackedLayer(rows, "gate", groupWidths.length, { fill: 0 })), 2);
  const spread = groupWidths.flatMap((_, g) => groupWidths.flatMap((width, of) => Array(width).fill(g === of ? 1 : 0)));
  const total = groupWidths.reduce((sum, width) => sum + width, 0);
  return mul(rows, matmul(gates, constant(rows.graph, spread, [groupWidths.length, total])));
}

function stackedLayer(
  x: Value,
  name: string,
  units: number,
  start: Parameters<typeof parameter>[3] = { heFanIn: x.shape[2] as number },
): Value {
  const [networks, , inputs] = x.shape as [number, number, number];
  const weight = parameter(x.graph, `${name}.weight`, [networks, inputs, units], start);
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

/** Where the predictors of one network lie in a stack, and the group of each (null: not gated). */
export interface StackPlaces {
  readonly columns: readonly number[];
  readonly groups: readonly number[] | null;
}

/** One network out of a stack, as plain layers; inputs that are not its own predictors are left out. */
export function unstacked(
  weights: Weights,
  hidden: readonly number[],
  k: number,
  { columns, groups }: StackPlaces,
): DenseNetwork {
  const layer = (name: string, ofPredictors: boolean): DenseLayer => {
    const { shape, data } = weights.get(`${name}.weight`)!;
    const [, stackedInputs, outputs] = shape as [number, number, number];
    const inputs = ofPredictors ? columns : Array.from({ length: stackedInputs }, (_, input) => input);
    const rowOf = (input: number): Float32Array => {
      const from = (k * stackedInputs + input) * outputs;
      return data.subarray(from, from + outputs);
    };
    const bias = weights.get(`${name}.bias`)!.data.slice(k * outputs, (k + 1) * outputs);
    return { inputs: inputs.length, outputs, weight: inputs.flatMap((input) => [...rowOf(input)]), bias: [...bias] };
  };
  const names = [...hidden.map((_, n) => `hidden.${n}`), "out"];
  const layers = names.map((name, n) => layer(name, n === 0));
  return groups ? { layers, gate: { layer: layer("gate", true), groups } } : { layers };
}
