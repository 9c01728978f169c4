import { expect, it } from "vitest";
import { at, checkOperation, indices, type Twin, twinOf } from "../../../test/support/operation-check.ts";
import type { Shape } from "../tensor.ts";
import { averagePool } from "./average-pool.ts";
import { globalAveragePool } from "./global-average-pool.ts";
import { maxPool, type PoolOptions, poolShape, poolWindow } from "./max-pool.ts";
import { upsample } from "./upsample.ts";

/** The elements of the image that a window holds. */
function inWindow(x: Twin, options: PoolOptions, [n, c, ...place]: readonly number[]): number[] {
  const { kernel, stride, before } = poolWindow(options);
  return [...indices(kernel)]
    .map((position) => position.map((p, i) => (place[i] as number) * (stride[i] as number) + p - (before[i] as number)))
    .filter((source) => source.every((s, i) => s >= 0 && s < (x.shape[i + 2] as number)))
    .map((source) => at(x, [n as number, c as number, ...source]));
}

const windows: [string, Shape, PoolOptions][] = [
  ["2x2", [2, 3, 6, 4], { kernel: [2, 2] }],
  ["2x2 that leaves a row out", [1, 2, 7, 5], { kernel: [2, 2] }],
  ["2x2x2", [1, 2, 4, 4, 6], { kernel: [2, 2, 2] }],
  ["1x2x2", [1, 2, 3, 4, 6], { kernel: [1, 2, 2] }],
  ["3x3 step 2", [2, 2, 7, 9], { kernel: [3, 3], stride: [2, 2] }],
  ["3x3 step 2 with a border", [1, 2, 8, 7], { kernel: [3, 3], stride: [2, 2], padding: [1, 1] }],
  [
    "3x3 step 2, border behind only",
    [1, 2, 8, 8],
    { kernel: [3, 3], stride: [2, 2], padding: [0, 0], paddingAfter: [1, 1] },
  ],
  ["3x3 step 1 with a border", [1, 2, 5, 6], { kernel: [3, 3], stride: [1, 1], padding: [1, 1] }],
];

it.each(windows)("max pool %s agrees with its twin", async (_, shape, options) => {
  await checkOperation({
    inputs: [shape],
    build: (x) => maxPool(x, options),
    twin: (x) => twinOf(poolShape(shape, options), (index) => Math.max(...inWindow(x, options, index))),
  });
});

it.each(windows)("average pool %s agrees with its twin", async (_, shape, options) => {
  await checkOperation({
    inputs: [shape],
    build: (x) => averagePool(x, options),
    twin: (x) =>
      twinOf(poolShape(shape, options), (index) => {
        const values = inWindow(x, options, index);
        return values.reduce((sum, value) => sum + value, 0) / values.length;
      }),
  });
});

it("average pool that counts the border agrees with its twin", async () => {
  const options = { kernel: [3, 3], stride: [1, 1], padding: [1, 1], countBorder: true };
  await checkOperation({
    inputs: [[1, 2, 4, 5]],
    build: (x) => averagePool(x, options),
    twin: (x) => twinOf(x.shape, (index) => inWindow(x, options, index).reduce((sum, value) => sum + value, 0) / 9),
  });
});

it("global average pool agrees with its twin", async () => {
  await checkOperation({
    inputs: [[2, 3, 4, 5]],
    build: globalAveragePool,
    twin: (x) =>
      twinOf([2, 3], ([n, c]) =>
        [...indices([4, 5])].reduce((s, p) => s + at(x, [n as number, c as number, ...p]) / 20, 0),
      ),
  });
});

it.each([
  [
    [1, 2, 3, 4],
    [2, 2],
  ],
  [
    [1, 2, 3, 4],
    [1, 3],
  ],
  [
    [1, 1, 2, 3, 2],
    [2, 2, 2],
  ],
] as [Shape, Shape][])("upsampling of %j by %j agrees with its twin", async (shape, factors) => {
  const enlarged = [...shape.slice(0, 2), ...shape.slice(2).map((size, i) => size * (factors[i] as number))];
  const nearest = (x: Twin): Twin =>
    twinOf(enlarged, ([n, c, ...place]) =>
      at(x, [n as number, c as number, ...place.map((p, i) => Math.floor(p / (factors[i] as number)))]),
    );
  const linear = (x: Twin): Twin =>
    twinOf(enlarged, ([n, c, ...place]) => {
      const centres = place.map((p, i) => {
        const size = shape[i + 2] as number;
        return Math.min(Math.max((p + 0.5) / (factors[i] as number) - 0.5, 0), size - 1);
      });
      return [...indices(place.map(() => 2))].reduce((sum, corner) => {
        const source = corner.map((step, i) => Math.floor(centres[i] as number) + step);
        const weight = source.reduce(
          (product, s, i) => product * Math.max(0, 1 - Math.abs((centres[i] as number) - s)),
          1,
        );
        return weight === 0 ? sum : sum + weight * at(x, [n as number, c as number, ...source]);
      }, 0);
    });
  await checkOperation({ inputs: [shape], build: (x) => upsample(x, factors, "nearest"), twin: nearest });
  await checkOperation({ inputs: [shape], build: (x) => upsample(x, factors, "linear"), twin: linear });
});

it("refuses windows that do not fit", () => {
  expect(() => poolShape([1, 1, 2, 2], { kernel: [3, 3] })).toThrowCode("ARGUMENT_INVALID");
  expect(() => poolShape([1, 1, 4, 4], { kernel: [2, 2, 2] })).toThrowCode("ARGUMENT_INVALID");
  expect(() => poolShape([1, 1, 4, 4], { kernel: [2, 2], padding: [2, 2] })).toThrowCode("ARGUMENT_INVALID");
});
