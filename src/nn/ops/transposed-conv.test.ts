import { expect, it } from "vitest";
import { at, checkOperation, type Twin, twinOf } from "../../../test/support/operation-check.ts";
import type { Shape } from "../tensor.ts";
import { transposedConv, transposedConvShape } from "./transposed-conv.ts";

function twin(x: Twin, weight: Twin, bias: Twin): Twin {
  const kernel = weight.shape.slice(2);
  return twinOf(transposedConvShape(x.shape, weight.shape), ([n, k, ...place]) => {
    const source = place.map((p, i) => Math.floor(p / (kernel[i] as number)));
    const position = place.map((p, i) => p % (kernel[i] as number));
    let sum = bias.data[k as number] as number;
    for (let c = 0; c < (x.shape[1] as number); c++)
      sum += at(x, [n as number, c, ...source]) * at(weight, [c, k as number, ...position]);
    return sum;
  });
}

it.each([
  [
    [2, 3, 3, 4],
    [3, 2, 2, 2],
  ],
  [
    [1, 2, 2, 3, 2],
    [2, 3, 2, 2, 2],
  ],
  [
    [1, 2, 2, 3, 2],
    [2, 3, 1, 2, 2],
  ],
] as [Shape, Shape][])("transposed convolution of %j with %j agrees with its twin", async (x, weight) => {
  for (const portable of [false, true]) {
    await checkOperation({
      inputs: [x, weight, [weight[1] as number]],
      build: transposedConv,
      twin,
      graph: { portable },
    });
  }
});

it("refuses shapes that do not fit", () => {
  expect(() => transposedConvShape([1, 3, 4, 4], [2, 2, 2, 2])).toThrowCode("ARGUMENT_INVALID");
  expect(() => transposedConvShape([1, 3, 4], [3, 2, 2])).toThrowCode("ARGUMENT_INVALID");
});
