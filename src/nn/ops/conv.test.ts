import { expect, it } from "vitest";
import {
  at,
  checkOperation,
  indices,
  relativeError,
  runWithGradients,
  type Twin,
  twinOf,
} from "../../../test/support/operation-check.ts";
import type { Value } from "../graph/graph.ts";
import type { Shape } from "../tensor.ts";
import { conv, convShape } from "./conv.ts";

function twin(stride: Shape, padding: Shape) {
  return (x: Twin, weight: Twin, bias: Twin): Twin =>
    twinOf(convShape(x.shape, weight.shape, stride, padding), ([n, k, ...place]) => {
      let sum = bias.data[k as number] as number;
      for (const [c, ...position] of indices(weight.shape.slice(1))) {
        const source = position.map(
          (p, i) => (place[i] as number) * (stride[i] as number) + p - (padding[i] as number),
        );
        sum += at(weight, [k as number, c as number, ...position]) * at(x, [n as number, c as number, ...source]);
      }
      return sum;
    });
}

const cases: [string, Shape, Shape, Shape, Shape][] = [
  ["3x3", [2, 3, 6, 5], [4, 3, 3, 3], [1, 1], [1, 1]],
  ["3x3 without padding", [2, 2, 6, 7], [3, 2, 3, 3], [1, 1], [0, 0]],
  ["1x1", [2, 3, 4, 5], [4, 3, 1, 1], [1, 1], [0, 0]],
  ["1x7", [1, 2, 5, 9], [3, 2, 1, 7], [1, 1], [0, 3]],
  ["7x1", [1, 2, 9, 5], [3, 2, 7, 1], [1, 1], [3, 0]],
  ["5x5", [1, 2, 7, 8], [2, 2, 5, 5], [1, 1], [2, 2]],
  ["2x2", [1, 2, 5, 4], [2, 2, 2, 2], [1, 1], [0, 0]],
  ["3x3 stride 2", [2, 2, 7, 8], [3, 2, 3, 3], [2, 2], [1, 1]],
  ["7x7 stride 2", [1, 2, 11, 10], [2, 2, 7, 7], [2, 2], [3, 3]],
  ["1x1 stride 2", [2, 2, 7, 6], [3, 2, 1, 1], [2, 2], [0, 0]],
  ["stride 2 along one axis", [1, 2, 6, 7], [2, 2, 3, 3], [1, 2], [1, 1]],
  ["3x3x3", [2, 2, 3, 4, 3], [2, 2, 3, 3, 3], [1, 1, 1], [1, 1, 1]],
  ["1x3x3", [1, 2, 3, 5, 4], [2, 2, 1, 3, 3], [1, 1, 1], [0, 1, 1]],
  ["3x3, batch folded, more filters", [3, 4, 3, 2], [5, 4, 3, 3], [1, 1], [1, 1]],
  ["3x3, batch folded, more channels", [2, 5, 2, 3], [3, 5, 3, 3], [1, 1], [1, 1]],
  ["3x3 without padding, batch folded", [2, 4, 3, 4], [6, 4, 3, 3], [1, 1], [0, 0]],
  ["1x1, batch folded", [2, 6, 1, 2], [5, 6, 1, 1], [1, 1], [0, 0]],
  ["3x3 stride 2, batch folded", [2, 4, 4, 3], [5, 4, 3, 3], [2, 2], [1, 1]],
  ["3x3x3, batch folded", [2, 2, 2, 2, 3], [3, 2, 3, 3, 3], [1, 1, 1], [1, 1, 1]],
  ["3x3x3 stride 2", [1, 2, 5, 6, 5], [2, 2, 3, 3, 3], [2, 2, 2], [1, 1, 1]],
];

for (const portable of [false, true]) {
  it.each(cases)(`%s agrees with its twin (portable: ${portable})`, async (_, x, weight, stride, padding) => {
    await checkOperation({
      inputs: [x, weight, [weight[0] as number]],
      build: (a, b, c) => conv(a, b, c, { stride, padding }),
      twin: twin(stride, padding),
      graph: { portable },
    });
  });
}

it("the fast filter gradient equals the portable one", async () => {
  const operation = {
    inputs: [
      [4, 16, 32, 32],
      [32, 16, 3, 3],
    ],
    build: (a: Value, b: Value) => conv(a, b, null, { padding: [1, 1] }),
    twin: twin([1, 1], [1, 1]),
  };
  const fast = await runWithGradients(operation);
  const slow = await runWithGradients({ ...operation, graph: { portable: true } });
  for (const i of [0, 1]) {
    // Both add the same float32 products, perhaps in another order.
    expect(relativeError(fast.gradients[i]?.data ?? [], slow.gradients[i]?.data ?? [1])).toBeLessThan(2e-6);
  }
});

it("refuses shapes and steps that do not fit", () => {
  expect(() => convShape([1, 3, 8, 8], [4, 2, 3, 3], [1, 1], [0, 0])).toThrowCode("ARGUMENT_INVALID");
  expect(() => convShape([1, 2, 8, 8], [4, 2, 3, 3], [3, 3], [0, 0])).toThrowCode("ARGUMENT_INVALID");
  expect(() => convShape([1, 2, 8, 8], [4, 2, 3, 3], [1, 1], [3, 3])).toThrowCode("ARGUMENT_INVALID");
  expect(() => convShape([1, 2, 2, 2], [4, 2, 3, 3], [1, 1], [0, 0])).toThrowCode("ARGUMENT_INVALID");
  expect(() => convShape([1, 2, 8], [4, 2, 3], [1], [0])).toThrowCode("ARGUMENT_INVALID");
});
