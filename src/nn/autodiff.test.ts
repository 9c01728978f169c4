import { describe, expect, it } from "vitest";
import { checkOperation } from "../../test/support/operation-check.ts";
import { backward } from "./autodiff.ts";
import { createGraph, differentiable, input, parameter, tap } from "./graph/graph.ts";
import { encodeOnnx } from "./graph/onnx.ts";
import { add } from "./ops/add.ts";
import { exp } from "./ops/exp.ts";
import { mul } from "./ops/mul.ts";
import { sum } from "./ops/reduce.ts";

describe("backward", () => {
  it("adds up what comes back along several ways", async () => {
    await checkOperation({
      inputs: [[2, 3]],
      build: (x) => add(mul(x, x), exp(mul(x, 0.5))),
      twin: (x) => ({ shape: x.shape, data: x.data.map((v) => v * v + Math.exp(0.5 * v)) }),
    });
  });

  it("refuses a loss with several elements, or one that does not depend on a target", () => {
    const graph = createGraph();
    const [x, z] = [input(graph, "x", [2]), input(graph, "z", [2])];
    expect(() => backward(x, [x])).toThrowCode("ARGUMENT_INVALID");
    expect(() => backward(sum(x), [z])).toThrowCode("ARGUMENT_INVALID");
  });
});

describe("a graph", () => {
  it("refuses names that are taken", () => {
    const graph = createGraph();
    const x = tap(input(graph, "x", [2]), "features");
    expect(() => input(graph, "x", [3])).toThrowCode("ARGUMENT_INVALID");
    expect(() => tap(x, "features")).toThrowCode("ARGUMENT_INVALID");
  });

  it("refuses weights of another shape, and an operation that returns its input", () => {
    const graph = createGraph({ weights: new Map([["w", { shape: [2], data: new Float32Array(2) }]]) });
    expect(() => parameter(graph, "w", [3], { fill: 0 })).toThrowCode("BUNDLE_INVALID");
    const x = input(graph, "x", [2]);
    expect(() => differentiable("same", x, [x], () => [])).toThrowCode("INVARIANT_BROKEN");
  });

  it("refuses to become a model without outputs or with those of another graph", () => {
    const graph = createGraph();
    expect(() => encodeOnnx(graph, {})).toThrowCode("ARGUMENT_INVALID");
    expect(() => encodeOnnx(graph, { y: input(createGraph(), "x", [1]) })).toThrowCode("ARGUMENT_INVALID");
  });

  it("writes only what the outputs need", () => {
    const graph = createGraph();
    const x = input(graph, "x", [2]);
    const y = exp(x);
    const before = encodeOnnx(graph, { y }).length;
    exp(exp(input(graph, "unused", [500])));
    expect(encodeOnnx(graph, { y })).toHaveLength(before);
  });
});
