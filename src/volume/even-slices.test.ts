import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { evenSlices, repeatSlices, takeSlicesBack } from "./even-slices.ts";
import { type Geometry, indexToLps } from "./geometry.ts";
import { createMask, maskMl } from "./volume.ts";

const withGaps = (gapsMm: readonly number[]): Geometry => {
  let at = 0;
  const sliceOffsetsMm = [0, ...gapsMm.map((gap) => (at += gap))];
  return {
    size: [3, 2, sliceOffsetsMm.length],
    spacing: [0.5, 0.5, 4],
    origin: [1, 2, 3],
    direction: [
      [1, 0, 0],
      [0, Math.cos(0.3), -Math.sin(0.3)],
      [0, Math.sin(0.3), Math.cos(0.3)],
    ],
    sliceOffsetsMm,
  };
};
const gaps = fc.array(fc.double({ min: 0.3, max: 8, noNaN: true }), { minLength: 1, maxLength: 12 });

describe("slices on an even grid and back", () => {
  it("are the same slices", () => {
    fc.assert(
      fc.property(gaps, (gapsMm) => {
        const geometry = withGaps(gapsMm);
        const even = evenSlices(geometry);
        const values = Int16Array.from({ length: 6 * geometry.size[2] }, (_, v) => v);
        expect(takeSlicesBack(repeatSlices(values, geometry, even), geometry, even)).toEqual(values);
      }),
    );
  });

  it("keep the volume of a mask to one even gap", () => {
    fc.assert(
      fc.property(gaps, fc.nat(), fc.nat(), (gapsMm, a, b) => {
        const geometry = withGaps(gapsMm);
        const nz = geometry.size[2];
        const [low, high] = [a % nz, b % nz].sort((x, y) => x - y) as [number, number];
        const inside = Uint8Array.from({ length: 6 * nz }, (_, v) =>
          Math.floor(v / 6) >= low && Math.floor(v / 6) <= high ? 1 : 0,
        );
        const even = evenSlices(geometry);
        const there = createMask(even.geometry, repeatSlices(inside, geometry, even));
        // Each of the two borders falls somewhere within an even slice: half a gap each, 6 pixels of 0.25 mm2.
        const oneGapMl = (6 * 0.25 * even.geometry.spacing[2]) / 1000;
        expect(Math.abs(maskMl(there) - maskMl(createMask(geometry, inside)))).toBeLessThanOrEqual(oneGapMl * 1.0001);
        expect(even.geometry.spacing[2]).toBeLessThanOrEqual(1);
      }),
    );
  });

  it("lie where they lay", () => {
    const geometry = withGaps([4, 1.08, 7, 7]);
    const even = evenSlices(geometry);
    for (const [e, k] of even.from.entries()) {
      const there = indexToLps(even.geometry, [2, 1, e]);
      const here = indexToLps(geometry, [2, 1, k]);
      // Within the slice's extent, along the normal.
      expect(Math.hypot(there[0] - here[0], there[1] - here[1], there[2] - here[2])).toBeLessThanOrEqual(3.5 + 1e-9);
    }
  });

  it("refuse values of another grid on the way back", () => {
    const geometry = withGaps([4, 7]);
    expect(() => takeSlicesBack(new Uint8Array(6), geometry, evenSlices(geometry))).toThrowCode("GEOMETRY_MISMATCH");
  });
});
