import { describe, expect, it } from "vitest";
import { checkOperation, type Twin, twinOf } from "../../../test/support/operation-check.ts";
import { broadcastShape } from "../graph/emit.ts";
import { createGraph, input, type Value } from "../graph/graph.ts";
import type { Shape } from "../tensor.ts";
import { add } from "./add.ts";
import { div } from "./div.ts";
import { dropout } from "./dropout.ts";
import { exp } from "./exp.ts";
import { leakyRelu } from "./leaky-relu.ts";
import { log } from "./log.ts";
import { mul } from "./mul.ts";
import { relu } from "./relu.ts";
import { sigmoid } from "./sigmoid.ts";
import { softplus } from "./softplus.ts";
import { sqrt } from "./sqrt.ts";
import { sub } from "./sub.ts";

const positive = (_: number, random: { uniform(): number }): number => 0.5 + random.uniform();
/** Away from the kink at 0, where there is no derivative. */
const awayFromZero = (_: number, random: { normal(): number }): number => {
  const value = random.normal();
  return value + Math.sign(value) * 0.1;
};

describe("of two values", () => {
  const pairs: [Shape, Shape][] = [
    [
      [2, 3, 4],
      [2, 3, 4],
    ],
    [
      [2, 3, 4],
      [1, 3, 1],
    ],
    [[2, 3], [3]],
    [[3, 1], [2]],
  ];
  const operations: [string, (a: Value, b: Value) => Value, (a: number, b: number) => number][] = [
    ["add", add, (a, b) => a + b],
    ["sub", sub, (a, b) => a - b],
    ["mul", mul, (a, b) => a * b],
    ["div", div, (a, b) => a / b],
  ];
  const table = operations.flatMap((operation) => pairs.map((pair) => [...operation, ...pair] as const));
  it.each(table)("%s agrees with its twin %#", async (_, build, twin, a, b) => {
    const element = (x: Twin, index: readonly number[]): number => {
      const own = index.slice(index.length - x.shape.length);
      const offset = x.shape.reduce((sum, size, axis) => sum * size + (size === 1 ? 0 : (own[axis] as number)), 0);
      return x.data[offset] as number;
    };
    await checkOperation({
      inputs: [a, b],
      draw: positive,
      build,
      twin: (x, y) => twinOf(broadcastShape(x.shape, y.shape), (index) => twin(element(x, index), element(y, index))),
    });
  });

  it("refuses shapes that do not broadcast", () => {
    const graph = createGraph();
    const [a, b] = [input(graph, "a", [2, 3]), input(graph, "b", [2])];
    for (const [, build] of operations) expect(() => build(a, b)).toThrowCode("ARGUMENT_INVALID");
  });
});

describe("of one value", () => {
  const operations: [string, (x: Value) => Value, (x: number) => number, typeof positive | typeof awayFromZero][] = [
    ["exp", exp, Math.exp, awayFromZero],
    ["log", log, Math.log, positive],
    ["sqrt", sqrt, Math.sqrt, positive],
    ["relu", relu, (x) => Math.max(x, 0), awayFromZero],
    ["leakyRelu", (x) => leakyRelu(x, 0.1), (x) => (x > 0 ? x : 0.1 * x), awayFromZero],
    ["sigmoid", sigmoid, (x) => 1 / (1 + Math.exp(-x)), awayFromZero],
    ["softplus", softplus, (x) => Math.log1p(Math.exp(x)), awayFromZero],
    ["mul by a number", (x) => mul(x, -3), (x) => -3 * x, awayFromZero],
  ];
  it.each(operations)("%s agrees with its twin", async (_, build, twin, draw) => {
    await checkOperation({
      inputs: [[2, 3, 4, 5]],
      draw: draw as typeof awayFromZero,
      build,
      twin: (x) => ({ shape: x.shape, data: x.data.map(twin) }),
    });
  });

  it("dropout keeps what the mask keeps and scales it up", async () => {
    await checkOperation({
      inputs: [
        [2, 3, 4],
        [2, 3, 1],
      ],
      fixed: [1],
      draw: (i, random) => (i === 0 ? random.normal() : random.uniform() < 0.6 ? 1 : 0),
      build: (x, mask) => dropout(x, mask, 0.6),
      twin: (x, mask) => ({
        shape: x.shape,
        data: x.data.map((v, k) => (v * (mask.data[Math.floor(k / 4)] as number)) / 0.6),
      }),
    });
  });

  it("refuses a slope or a chance outside its range", () => {
    const x = input(createGraph(), "x", [2]);
    expect(() => leakyRelu(x, 1.5)).toThrowCode("ARGUMENT_INVALID");
    expect(() => dropout(x, x, 0)).toThrowCode("ARGUMENT_INVALID");
  });
});
