import { expect, it } from "vitest";
import { at, checkOperation, indices, type Twin, twinOf } from "../../../test/support/operation-check.ts";
import { createGraph, input } from "../graph/graph.ts";
import { frozenBatchNorm } from "./frozen-batch-norm.ts";
import { groupNorm, instanceNorm, layerNorm } from "./normalize.ts";

function groupTwin(groups: number) {
  return (x: Twin, gain: Twin, shift: Twin): Twin => {
    const [, channels, ...sizes] = x.shape as [number, number, ...number[]];
    const perGroup = channels / groups;
    return twinOf(x.shape, ([n, c, ...place]) => {
      const first = Math.floor((c as number) / perGroup) * perGroup;
      const values = [...indices([perGroup, ...sizes])].map(([k, ...p]) =>
        at(x, [n as number, first + (k as number), ...p]),
      );
      const mean = values.reduce((s, v) => s + v, 0) / values.length;
      const variance = values.reduce((s, v) => s + (v - mean) ** 2, 0) / values.length;
      const standard = (at(x, [n as number, c as number, ...place]) - mean) / Math.sqrt(variance + 1e-5);
      return standard * (gain.data[c as number] as number) + (shift.data[c as number] as number);
    });
  };
}

it.each([
  ["2D", [2, 4, 4, 3]],
  ["3D", [1, 4, 2, 3, 3]],
])("instance and group norm agree with their twins in %s", async (_, shape) => {
  const inputs = [shape, [4], [4]];
  await checkOperation({ inputs, build: instanceNorm, twin: groupTwin(4) });
  await checkOperation({ inputs, build: (x, g, s) => groupNorm(x, g, s, 2), twin: groupTwin(2) });
});

it("layer norm agrees with its twin", async () => {
  await checkOperation({
    inputs: [[2, 3, 6], [6], [6]],
    build: layerNorm,
    twin: (x, gain, shift) =>
      twinOf(x.shape, ([n, k, i]) => {
        const values = [...indices([6])].map(([j]) => at(x, [n as number, k as number, j as number]));
        const mean = values.reduce((s, v) => s + v, 0) / 6;
        const variance = values.reduce((s, v) => s + (v - mean) ** 2, 0) / 6;
        const standard = ((values[i as number] as number) - mean) / Math.sqrt(variance + 1e-5);
        return standard * (gain.data[i as number] as number) + (shift.data[i as number] as number);
      }),
  });
});

it("frozen batch norm agrees with its twin", async () => {
  await checkOperation({
    inputs: [[2, 3, 4, 4], [3], [3], [3], [3]],
    fixed: [3, 4],
    draw: (i, random) => (i === 4 ? 0.5 + random.uniform() : random.normal()),
    build: (x, gain, shift, mean, variance) => frozenBatchNorm(x, { gain, shift, mean, variance }, 1e-3),
    twin: (x, gain, shift, mean, variance) =>
      twinOf(x.shape, ([n, c, ...p]) => {
        const [g, s, m, v] = [gain, shift, mean, variance].map((list) => list.data[c as number] as number);
        return (
          ((at(x, [n as number, c as number, ...p]) - (m as number)) / Math.sqrt((v as number) + 1e-3)) *
            (g as number) +
          (s as number)
        );
      }),
  });
});

it("refuses groups and gains that do not fit", () => {
  const graph = createGraph();
  const [x, gain, long] = [input(graph, "x", [1, 4, 2, 2]), input(graph, "g", [4]), input(graph, "l", [5])];
  expect(() => groupNorm(x, gain, gain, 3)).toThrowCode("ARGUMENT_INVALID");
  expect(() => instanceNorm(x, long, gain)).toThrowCode("ARGUMENT_INVALID");
  expect(() => layerNorm(x, gain, gain)).toThrowCode("ARGUMENT_INVALID");
});
