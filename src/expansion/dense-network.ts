/** A small fully connected network of feature rows as plain arithmetic: what is kept, applied and explained. The engine's twin is in stacked-network.ts. */
import type { DenseMatrix } from "../math/dense-matrix.ts";

/** One layer: out = in times weight plus bias. */
export interface DenseLayer {
  readonly inputs: number;
  readonly outputs: number;
  /** Row-major, inputs x outputs. */
  readonly weight: readonly number[];
  readonly bias: readonly number[];
}

/** Layers as plain data, with a rectifier between them. */
export interface DenseNetwork {
  readonly layers: readonly DenseLayer[];
  /**
   * Gated fusion: before the layers each group of predictors is multiplied by 2 sigmoid(gate), a number between 0 and 2 that depends on all
   * predictors of the row. `groups` holds the group of each predictor.
   *
   * @see Arevalo et al. 2017, Gated multimodal units for information fusion, arXiv:1702.01992
   */
  readonly gate?: { readonly layer: DenseLayer; readonly groups: readonly number[] };
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
    const row = x.values.subarray(i * x.columns, (i + 1) * x.columns);
    const slope = slopesBehindGate(network, row, layerSlopes(network, activations(network, row)));
    for (let j = 0; j < x.columns; j++) sums[j]! += slope[j]! / x.rows;
  }
  return sums;
}

/** Slopes of the log odds in what enters the first layer. */
function layerSlopes({ layers }: DenseNetwork, values: readonly Float64Array[]): Float64Array {
  let slope = Float64Array.of(1);
  for (const [k, { inputs, outputs, weight }] of [...layers.entries()].reverse()) {
    const before = new Float64Array(inputs);
    for (let a = 0; a < inputs; a++) {
      // The rectifier behind the layer before lets a slope through where it was open.
      if (k > 0 && !(values[k - 1]![a]! > 0)) continue;
      for (let b = 0; b < outputs; b++) before[a]! += weight[a * outputs + b]! * slope[b]!;
    }
    slope = before;
  }
  return slope;
}

/** A predictor acts through its own group's gate, and on the gates of all groups. */
function slopesBehindGate({ gate }: DenseNetwork, row: Float64Array, slope: Float64Array): Float64Array {
  if (!gate) return slope;
  const open = opened(gate.layer, row);
  const result = slope.map((value, j) => value * open[gate.groups[j]!]!);
  for (const [g, value] of open.entries()) {
    let through = 0;
    for (let j = 0; j < row.length; j++) if (gate.groups[j] === g) through += row[j]! * slope[j]!;
    const steepness = value * (1 - value / 2);
    for (let j = 0; j < row.length; j++) result[j]! += through * steepness * gate.layer.weight[j * open.length + g]!;
  }
  return result;
}

/** What each layer gives for one row, the last without a rectifier. */
function activations({ layers, gate }: DenseNetwork, row: Float64Array): Float64Array[] {
  const all: Float64Array[] = [];
  const open = gate && opened(gate.layer, row);
  let current = open ? row.map((value, j) => value * open[gate.groups[j]!]!) : row;
  for (const [k, layer] of layers.entries()) {
    const next = applied(layer, current);
    if (k < layers.length - 1) for (let b = 0; b < layer.outputs; b++) next[b] = Math.max(0, next[b]!);
    all.push(next);
    current = next;
  }
  return all;
}

/** How far each group's gate is open for a row: 2 sigmoid. */
function opened(layer: DenseLayer, row: Float64Array): Float64Array {
  return applied(layer, row).map((value) => 2 / (1 + Math.exp(-value)));
}

function applied({ inputs, outputs, weight, bias }: DenseLayer, row: Float64Array): Float64Array {
  const next = Float64Array.from(bias);
  for (let a = 0; a < inputs; a++) {
    const value = row[a]!;
    if (value !== 0) for (let b = 0; b < outputs; b++) next[b]! += value * weight[a * outputs + b]!;
  }
  return next;
}
