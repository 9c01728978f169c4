/** Checks an operation of the network engine against a slow float64 twin: values, and gradients by central differences. */
import { expect } from "vitest";
import { createRandom } from "../../src/core/random.ts";
import { backward } from "../../src/nn/autodiff.ts";
import { constant } from "../../src/nn/graph/emit.ts";
import { createGraph, type GraphOptions, input, type Value } from "../../src/nn/graph/graph.ts";
import { encodeOnnx } from "../../src/nn/graph/onnx.ts";
import { mul } from "../../src/nn/ops/mul.ts";
import { sum } from "../../src/nn/ops/reduce.ts";
import { openSession } from "../../src/nn/session/session.ts";
import { createTensor, elementCount, type Shape, type Tensor } from "../../src/nn/tensor.ts";

/** Float64 numbers with a shape. */
export interface Twin {
  readonly shape: Shape;
  readonly data: Float64Array;
}

export interface OperationCase {
  readonly inputs: readonly Shape[];
  /** Builds the operation in a graph. */
  readonly build: (...inputs: Value[]) => Value;
  /** The same in plain float64 loops. */
  readonly twin: (...inputs: Twin[]) => Twin;
  /** Draws an input; normal by default. */
  readonly draw?: (i: number, random: { normal(): number; uniform(): number }) => number;
  /** Inputs that have no gradient. */
  readonly fixed?: readonly number[];
  readonly graph?: GraphOptions;
}

/** Values agree to 1e-5 and gradients to 1e-4 of the largest one: float32 against float64 with central differences. */
export async function checkOperation(operation: OperationCase): Promise<void> {
  const found = await runWithGradients(operation);
  const inputs = found.inputs.map((tensor): Twin => ({ shape: tensor.shape, data: Float64Array.from(tensor.data) }));
  const expected = operation.twin(...inputs);
  expect(found.output.shape).toEqual([...expected.shape]);
  expect(relativeError(found.output.data, expected.data)).toBeLessThan(1e-5);

  const objective = (): number =>
    operation.twin(...inputs).data.reduce((s, y, k) => s + y * (found.weights[k] as number), 0);
  for (const [i, gradient] of found.gradients.entries()) {
    if (gradient === null) continue;
    const data = (inputs[i] as Twin).data;
    const differences = data.map((kept, k) => {
      const step = 1e-5 * Math.max(1, Math.abs(kept));
      data[k] = kept + step;
      const above = objective();
      data[k] = kept - step;
      const below = objective();
      data[k] = kept;
      return (above - below) / (2 * step);
    });
    expect(relativeError(gradient.data, differences), `gradient of input ${i}`).toBeLessThan(1e-4);
  }
}

/** Runs the operation and the gradients of a random weighted sum of its output. */
export async function runWithGradients(operation: OperationCase) {
  const graph = createGraph(operation.graph);
  const random = createRandom(11);
  const values = operation.inputs.map((shape, i) => input(graph, `x${i}`, shape));
  const inputs = operation.inputs.map((shape, i) => {
    const draw = operation.draw ?? ((_: number, from: { normal(): number }) => from.normal());
    return createTensor(
      shape,
      Float32Array.from({ length: elementCount(shape) }, () => draw(i, random)),
    );
  });
  const output = operation.build(...values);
  const weights = Float32Array.from({ length: elementCount(output.shape) }, () => random.normal());
  const loss = sum(mul(output, constant(graph, weights, output.shape)));
  const targets = values.filter((_, i) => !operation.fixed?.includes(i));
  const gradients = backward(loss, targets);
  const named = Object.fromEntries(gradients.map((value, k) => [`d_${(targets[k] as Value).name}`, value]));
  const session = await openSession(encodeOnnx(graph, { output, ...named }));
  const results = await session.run(Object.fromEntries(inputs.map((tensor, i) => [`x${i}`, tensor])));
  await session.release();
  return {
    inputs,
    weights,
    output: results.output as Tensor,
    gradients: values.map((value) => results[`d_${value.name}`] ?? null),
  };
}

/** The largest difference as a part of the largest expected value. */
export function relativeError(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  expect(found.length).toBe(expected.length);
  let [worst, largest] = [0, 0];
  for (let i = 0; i < expected.length; i++) {
    const difference = Math.abs((found[i] as number) - (expected[i] as number));
    worst = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : Math.max(worst, difference);
    largest = Math.max(largest, Math.abs(expected[i] as number));
  }
  return worst / Math.max(largest, 1e-12);
}

/** A twin of the given shape, filled from the index of each element. */
export function twinOf(shape: Shape, value: (index: number[]) => number): Twin {
  const data = new Float64Array(elementCount(shape));
  const index = shape.map(() => 0);
  for (let i = 0; i < data.length; i++) {
    data[i] = value(index);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis] = (index[axis] as number) + 1;
      if ((index[axis] as number) < (shape[axis] as number)) break;
      index[axis] = 0;
    }
  }
  return { shape, data };
}

/** The element of a twin, 0 outside. */
export function at(x: Twin, index: readonly number[]): number {
  let offset = 0;
  for (const [axis, size] of x.shape.entries()) {
    const i = index[axis] as number;
    if (i < 0 || i >= size) return 0;
    offset = offset * size + i;
  }
  return x.data[offset] as number;
}

/** Every index of a box, slowest axis first. */
export function* indices(shape: Shape): Generator<number[]> {
  const [size, ...rest] = shape;
  if (size === undefined) {
    yield [];
    return;
  }
  for (let i = 0; i < size; i++) for (const tail of indices(rest)) yield [i, ...tail];
}
