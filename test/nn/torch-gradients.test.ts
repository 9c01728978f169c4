import { expect, it } from "vitest";
import { backward } from "../../src/nn/autodiff.ts";
import { constant } from "../../src/nn/graph/emit.ts";
import { createGraph, type Graph, input, type Value } from "../../src/nn/graph/graph.ts";
import { encodeOnnx } from "../../src/nn/graph/onnx.ts";
import { bceAndDice } from "../../src/nn/losses.ts";
import { freezeUntil } from "../../src/nn/models/backbone.ts";
import { inceptionV3 } from "../../src/nn/models/inception-v3.ts";
import { unet } from "../../src/nn/models/unet.ts";
import { mul } from "../../src/nn/ops/mul.ts";
import { sum } from "../../src/nn/ops/reduce.ts";
import { openSession } from "../../src/nn/session/session.ts";
import { createTensor, elementCount, type Shape, type Tensor } from "../../src/nn/tensor.ts";
import reference from "../reference/nn-gradients.json" with { type: "json" };

interface Summary {
  readonly norm: number;
  readonly step: number;
  readonly values: readonly number[];
}

/** The formula of test/reference/nn-gradients.py. */
function pattern(shape: Shape, number: number, scale: number): Tensor {
  const tensor = createTensor(shape);
  for (let i = 0; i < tensor.data.length; i++) {
    const first = (Math.imul(69069, i + 7919 * number) + 12345) >>> 0;
    const second = (Math.imul(first ^ (first >>> 15), 1664525) + 1013904223) >>> 0;
    const bits = ((second ^ (second >>> 13)) >>> 8) & 1023;
    tensor.data[i] = (bits - 511.5) * (scale / 512);
  }
  return tensor;
}

function start(shape: Shape, number: number, isGain: boolean): Tensor {
  if (isGain) {
    const around = pattern(shape, number, 0.25);
    return createTensor(
      shape,
      around.data.map((value) => 1 + value),
    );
  }
  if (shape.length === 1) return pattern(shape, number, 0.125);
  return pattern(shape, number, 2 ** Math.floor(Math.log2(2 / Math.sqrt(elementCount(shape.slice(1))))));
}

async function lossAndGradients(graph: Graph, loss: Value, targets: readonly Value[], feeds: Record<string, Tensor>) {
  const gradients = backward(loss, targets);
  const named = Object.fromEntries(gradients.map((value, i) => [`g${i}`, value]));
  const session = await openSession(encodeOnnx(graph, { loss, ...named }));
  const results = await session.run(feeds);
  await session.release();
  return {
    loss: results.loss?.data[0] as number,
    gradients: targets.map((_, i) => results[`g${i}`]?.data as Float32Array),
  };
}

/** Float32 against float64 through a whole network: each value to 1e-4 of the tensor's length per value, the length to 1e-4. */
function expectAgreement(found: Float32Array, expected: Summary, name: string): void {
  const norm = Math.sqrt(found.reduce((total, value) => total + value * value, 0));
  expect(Math.abs(norm / expected.norm - 1), `${name}: length`).toBeLessThan(1e-4);
  const values = expected.values.map((_, k) => found[k * expected.step] as number);
  const typical = Math.max(expected.norm / Math.sqrt(found.length), ...expected.values.map(Math.abs));
  expect(values, name).toBeAllClose(expected.values, { absolute: 1e-4 * typical });
}

it("the gradients of a whole U-Net are PyTorch's", async () => {
  const graph = createGraph();
  const image = input(graph, "image", [2, 1, 16, 16]);
  const target = input(graph, "target", [2, 1, 16, 16]);
  const loss = bceAndDice(unet({ base: 4, depth: 2 }).forward(image), target);
  const names = [...graph.parameters.keys()].sort();
  const parameters = names.map((name) => graph.parameters.get(name)?.value as Value);
  const weights = parameters.map((value, number) => start(value.shape, number, /norm\d\.weight$/.test(value.name)));
  const truth = pattern([2, 1, 16, 16], 901, 1);
  const found = await lossAndGradients(graph, loss, parameters, {
    ...Object.fromEntries(names.map((name, i) => [name, weights[i] as Tensor])),
    image: pattern([2, 1, 16, 16], 900, 1),
    target: createTensor(
      truth.shape,
      truth.data.map((value) => (value > 0.4 ? 1 : 0)),
    ),
  });
  expect(found.loss).toBeAllClose(reference.unet.loss, { relative: 1e-5 });
  const expected: Record<string, Summary> = reference.unet.gradients;
  expect(names).toEqual(Object.keys(expected).sort());
  for (const [i, name] of names.entries())
    expectAgreement(found.gradients[i] as Float32Array, expected[name] as Summary, name);
});

it("the gradients of Inception's last two blocks are PyTorch's", async () => {
  const graph = createGraph();
  const maps = input(graph, "maps", [1, 1280, 4, 4]);
  const features = freezeUntil(inceptionV3(), "mixed8").head.forward(maps);
  const loss = sum(mul(features, constant(graph, pattern([1, 2048], 902, 1).data, [1, 2048])));
  const parameters = [...graph.parameters.values()].map(({ value }) => value);
  const feeds = parameters.map((value, number) => [value.name, start(value.shape, number, false)] as const);
  const found = await lossAndGradients(graph, loss, [...parameters, maps], {
    ...Object.fromEntries(feeds),
    maps: pattern([1, 1280, 4, 4], 900, 1),
  });
  const expected = reference.inceptionLastTwoBlocks;
  expect(found.gradients).toHaveLength(expected.gradients.length);
  for (const [i, gradient] of found.gradients.entries()) {
    expectAgreement(gradient, expected.gradients[i] as Summary, parameters[i]?.name ?? "maps");
  }
  expect(found.loss).toBeAllClose(expected.loss, { relative: 1e-4 });
});
