import { describe, expect, it } from "vitest";
import type { Vec3 } from "../math/vec3.ts";
import { layOutStack, placeSlice, type SliceStack } from "./slice-stack.ts";

const stack = (origins: readonly Vec3[], rest: Partial<SliceStack> = {}): SliceStack => ({
  columns: 4,
  rows: 3,
  pixelSpacing: [1, 1],
  rowAxis: [1, 0, 0],
  columnAxis: [0, 1, 0],
  origins,
  ...rest,
});

describe("a stack laid out", () => {
  it("is as much larger as its shifts need, in both directions, and holds each slice at its place", () => {
    // Shifts of -0.6 and 1.4 columns round to -1 and 1; of 1.5 rows to 2.
    const layout = layOutStack(
      stack([
        [0, 0, 0],
        [-0.6, 0, 5],
        [1.4, 1.5, 10],
      ]),
    );
    expect(layout.geometry.size).toEqual([6, 5, 3]);
    expect(layout.geometry.origin).toEqual([-1, 0, 0]);
    expect(layout.placements.map((p) => [p.columnShift + 0, p.rowShift + 0])).toEqual([
      [-1, 0],
      [0, 0],
      [-2, -2],
    ]);
    expect(layout.largestRoundingMm).toBeAllClose(Math.hypot(0.4, 0.5), { absolute: 1e-12 });
    const values = new Int16Array(6 * 5 * 3);
    placeSlice(
      layout,
      2,
      Int16Array.from({ length: 12 }, (_, p) => p + 1),
      4,
      values,
    );
    expect(Array.from(values.subarray(60))).toEqual([
      ...Array(12).fill(0),
      0,
      0,
      1,
      2,
      3,
      4,
      0,
      0,
      5,
      6,
      7,
      8,
      0,
      0,
      9,
      10,
      11,
      12,
    ]);
  });

  it("has one spacing when positions stray by rounding only", () => {
    const even = layOutStack(stack([0, 5, 10.001, 14.999, 20].map((z): Vec3 => [0, 0, z])));
    expect(even.geometry.spacing[2]).toBe(5);
    expect(even.geometry.sliceOffsetsMm).toBeUndefined();
    const uneven = layOutStack(stack([0, 5, 10.1, 15, 20].map((z): Vec3 => [0, 0, z])));
    expect(uneven.geometry.sliceOffsetsMm).toEqual([0, 5, 10.1, 15, 20]);
  });

  it.each<[string, SliceStack, RegExp]>([
    ["no slice", stack([]), /at least one/],
    ["a single slice without a thickness", stack([[0, 0, 0]]), /no volume/],
    [
      "slices beside each other",
      stack([
        [0, 0, 0],
        [0, 3, 5],
      ]),
      /do not overlap/,
    ],
    [
      "a grid beyond memory",
      stack(
        [
          [0, 0, 0],
          [0, 0, 5],
        ],
        { columns: 65_535, rows: 65_535 },
      ),
      /larger than/,
    ],
  ])("is refused with %s", (_, bad, message) => {
    expect(() => layOutStack(bad)).toThrowCode("GEOMETRY_INVALID");
    expect(() => layOutStack(bad)).toThrow(message);
  });
});
