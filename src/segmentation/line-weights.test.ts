import fc from "fast-check";
import { expect, it } from "vitest";
import { applyAlongColumns, applyAlongRows, averagingWeights, interpolationWeights } from "./line-weights.ts";

/** Slow twin: the mean over the interval, by fine sampling of the step function whose pixel edges lie at halves. */
function sampledMean(values: readonly number[], low: number, high: number): number {
  const n = 4000;
  let sum = 0;
  for (let s = 0; s < n; s++) {
    const at = low + ((s + 0.5) / n) * (high - low);
    sum += values[Math.min(values.length - 1, Math.max(0, Math.round(at)))];
  }
  return sum / n;
}

it("averages each interval as fine sampling does", () => {
  const values = [3, -1, 4, 1, -5, 9, 2, 6];
  const weights = averagingWeights(4, values.length, 0.7, 1.9);
  const result = new Float32Array(4);
  applyAlongRows(Float32Array.from(values), values.length, 1, weights, result);
  // sampling 4000 points resolves an edge to 1.9 / 4000 of steps of at most 14
  result.forEach((value, q) => {
    expect(value).toBeAllClose(sampledMean(values, 0.7 + (q - 0.5) * 1.9, 0.7 + (q + 0.5) * 1.9), { absolute: 0.02 });
  });
});

it("keeps a constant, whatever start and step", () => {
  fc.assert(
    fc.property(
      fc.double({ min: -9, max: 9, noNaN: true }),
      fc.double({ min: 0.2, max: 5, noNaN: true }),
      (start, step) => {
        const result = new Float32Array(6);
        applyAlongRows(new Float32Array(10).fill(7), 10, 1, averagingWeights(6, 10, start, step), result);
        // 32-bit weights of up to 27 pixels
        expect(result).toBeAllClose(Array(6).fill(7), { absolute: 1e-4 });
      },
    ),
  );
});

it("brings a line that rises evenly back exactly, and gives 0 outside", () => {
  const [start, step] = [2.25, 2.5];
  const coarse = Float32Array.from({ length: 4 }, (_, p) => start + p * step);
  const result = new Float32Array(14);
  applyAlongRows(coarse, 4, 1, interpolationWeights(14, 4, start, step), result);
  for (let q = 3; q <= 9; q++) expect(result[q]).toBeAllClose(q, { absolute: 1e-5 });
  expect(result[0]).toBe(0);
  expect(result[12]).toBe(0);
});

it("does to columns what it does to rows", () => {
  const weights = averagingWeights(3, 6, 0.5, 2);
  const image = Float32Array.from({ length: 24 }, (_, v) => (v * 7) % 11);
  const turned = Float32Array.from({ length: 24 }, (_, v) => image[(v % 6) * 4 + Math.floor(v / 6)]);
  const byColumns = new Float32Array(12);
  const byRows = new Float32Array(12);
  applyAlongColumns(image, 4, weights, byColumns);
  applyAlongRows(turned, 6, 4, weights, byRows);
  expect(byColumns).toBeAllClose(
    Array.from({ length: 12 }, (_, v) => byRows[(v % 4) * 3 + Math.floor(v / 4)]),
    { absolute: 1e-6 },
  );
});
