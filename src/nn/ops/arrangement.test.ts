import { describe, expect, it } from "vitest";
import { at, checkOperation, indices, type Twin, twinOf } from "../../../test/support/operation-check.ts";
import { createGraph, input } from "../graph/graph.ts";
import { concat } from "./concat.ts";
import { matmul, matmulShape } from "./matmul.ts";
import { mean, sum } from "./reduce.ts";
import { reshape } from "./reshape.ts";
import { slice } from "./slice.ts";
import { logSoftmax, softmax } from "./softmax.ts";
import { transpose } from "./transpose.ts";

describe("arrangement", () => {
  it("concat agrees with its twin", async () => {
    await checkOperation({
      inputs: [
        [2, 2, 3],
        [2, 1, 3],
        [2, 3, 3],
      ],
      build: (...parts) => concat(parts, 1),
      twin: (a, b, c) =>
        twinOf([2, 6, 3], ([n, k, i]) => {
          const [part, offset] = (k as number) < 2 ? [a, 0] : (k as number) < 3 ? [b, 2] : [c, 3];
          return at(part, [n as number, (k as number) - offset, i as number]);
        }),
    });
  });

  it("slice agrees with its twin", async () => {
    await checkOperation({
      inputs: [[2, 5, 3]],
      build: (x) => slice(x, 1, 1, 4),
      twin: (x) => twinOf([2, 3, 3], ([n, k, i]) => at(x, [n as number, (k as number) + 1, i as number])),
    });
  });

  it("reshape and transpose agree with their twins", async () => {
    await checkOperation({
      inputs: [[2, 3, 4]],
      build: (x) => transpose(reshape(x, [6, 4]), [1, 0]),
      twin: (x) => twinOf([4, 6], ([i, k]) => x.data[(k as number) * 4 + (i as number)] as number),
    });
  });

  it("refuses what does not fit", () => {
    const graph = createGraph();
    const [a, b] = [input(graph, "a", [2, 3]), input(graph, "b", [3, 3])];
    expect(() => concat([a, b], 1)).toThrowCode("ARGUMENT_INVALID");
    expect(() => concat([], 0)).toThrowCode("ARGUMENT_INVALID");
    expect(() => slice(a, 1, 2, 4)).toThrowCode("ARGUMENT_INVALID");
    expect(() => reshape(a, [5])).toThrowCode("ARGUMENT_INVALID");
    expect(() => transpose(a, [0, 0])).toThrowCode("ARGUMENT_INVALID");
    expect(() => sum(a, [2])).toThrowCode("ARGUMENT_INVALID");
    expect(() => softmax(a, 2)).toThrowCode("ARGUMENT_INVALID");
    expect(() => matmulShape([2, 3], [2, 3])).toThrowCode("ARGUMENT_INVALID");
  });
});

describe("sums and products", () => {
  const total = (x: Twin, k: number): number => [0, 1, 2].reduce((s, i) => s + at(x, [Math.floor(k / 4), i, k % 4]), 0);
  it("sum and mean agree with their twins", async () => {
    const inputs = [[2, 3, 4]];
    const twin = (x: Twin, divisor: number): Twin =>
      twinOf([2, 1, 4], ([n, , i]) => total(x, (n as number) * 4 + (i as number)) / divisor);
    await checkOperation({ inputs, build: (x) => sum(x, [1]), twin: (x) => twin(x, 1) });
    await checkOperation({ inputs, build: (x) => mean(x, [1]), twin: (x) => twin(x, 3) });
    await checkOperation({
      inputs,
      build: (x) => mean(x),
      twin: (x) => twinOf([1, 1, 1], () => x.data.reduce((s, v) => s + v, 0) / 24),
    });
  });

  it("sums over axes of size 1, and over none, pass the gradient on once", async () => {
    const same = (x: Twin): Twin => x;
    await checkOperation({ inputs: [[1, 3, 1]], build: (x) => mean(x, [0, 2]), twin: same });
    await checkOperation({ inputs: [[1, 3, 1]], build: (x) => sum(x, []), twin: same });
    await checkOperation({ inputs: [[1, 1, 1]], build: (x) => mean(sum(x)), twin: same });
  });

  it.each([false, true])("matmul agrees with its twin (portable: %s)", async (portable) => {
    const product = (a: Twin, b: Twin): Twin =>
      twinOf(matmulShape(a.shape, b.shape), (index) => {
        const [lead, m, n] = [index.slice(0, -2), index.at(-2) as number, index.at(-1) as number];
        const own = b.shape.length === 2 ? [] : lead;
        return [...indices([a.shape.at(-1) as number])].reduce(
          (s, [k]) => s + at(a, [...lead, m, k as number]) * at(b, [...own, k as number, n]),
          0,
        );
      });
    const shapes = [
      [
        [4, 3],
        [3, 5],
      ],
      [
        [2, 4, 3],
        [2, 3, 5],
      ],
      [
        [2, 4, 3],
        [3, 5],
      ],
    ];
    for (const inputs of shapes) {
      await checkOperation({ inputs, build: matmul, twin: product, graph: { portable } });
    }
  });

  it("softmax and its logarithm agree with their twins", async () => {
    const soft = (x: Twin): Twin =>
      twinOf(x.shape, ([n, k, i]) => {
        const all = [0, 1, 2].reduce((s, c) => s + Math.exp(at(x, [n as number, c, i as number])), 0);
        return Math.exp(at(x, [n as number, k as number, i as number])) / all;
      });
    const inputs = [[2, 3, 4]];
    await checkOperation({ inputs, build: (x) => softmax(x, 1), twin: soft });
    await checkOperation({
      inputs,
      build: (x) => logSoftmax(x, 1),
      twin: (x) => ({ ...soft(x), data: soft(x).data.map(Math.log) }),
    });
  });
});
