import fc from "fast-check";
import { expect, it } from "vitest";
import { axialGeometry, ellipsoidMask, ellipsoidMl } from "../../test/support/phantoms.ts";
import type { Geometry } from "../volume/geometry.ts";
import { createMask, type Mask } from "../volume/volume.ts";
import { abc2, abc2Ml } from "./abc2.ts";

/** A stack of rectangles: widths in pixels along i per slice, each 6 pixels along j. */
function stack(widths: readonly number[], rest: Partial<Geometry> = {}): Mask {
  const geometry = axialGeometry([24, 12, widths.length], [1, 1, 5], rest);
  const mask = createMask(geometry);
  widths.forEach((width, k) => {
    for (let j = 2; j < 8; j++) for (let i = 1; i <= width; i++) mask.inside[i + 24 * (j + 12 * k)] = 1;
  });
  return mask;
}

it("takes the diagonal of a rectangle as A and its height across as B", () => {
  const { aMm, bMm } = abc2(stack([8]));
  expect(aMm).toBeCloseTo(10, 12);
  // Both other corners lie 8 * 6 / 10 mm from the diagonal.
  expect(bMm).toBeCloseTo(9.6, 12);
});

it("weights a slice 1 above 75 % of the largest area, 0.5 from 25 to 75 %, 0 below", () => {
  expect(abc2(stack([20, 16, 15, 5, 4])).cMm).toBeCloseTo(5 * (1 + 1 + 0.5 + 0.5 + 0), 12);
});

it("counts each slice with its own extent where gaps vary", () => {
  const mask = stack([20, 20, 20], { sliceOffsetsMm: [0, 4, 12] });
  expect(abc2(mask).cMm).toBeCloseTo(4 + 6 + 8, 12);
});

it("halves the product of the three lengths", () => {
  const { aMm, bMm, cMm, ml } = abc2(stack([8, 8]));
  expect(ml).toBeCloseTo((aMm * bMm * cMm) / 2000, 12);
  expect(ml).toBeCloseTo((10 * 9.6 * 10) / 2000, 12);
});

it("is about two thirds of an ellipsoid's volume, as its height rule makes it", () => {
  const ellipsoid = { centerMm: [0, 0, 0], radiiMm: [20, 15, 18] } as const;
  const mask = ellipsoidMask(axialGeometry([100, 100, 60], [0.5, 0.5, 1]), ellipsoid);
  // Area > 75 % within half the height, 25 to 75 % up to sqrt(3) / 2 of it: C is (1 / 2 + (sqrt(3) - 1) / 4) of 36 mm.
  const expected = (40 * 30 * 36 * (0.5 + (Math.sqrt(3) - 1) / 4)) / 2000;
  // A pixel edge beyond the ellipse at each end makes A and B up to 1.5 % longer; C is a whole number of half slices, 1.7 % more.
  expect(abc2Ml(mask)).toBeAllClose(expected, { relative: 0.05 });
  expect(abc2Ml(mask)).toBeLessThan(ellipsoidMl(ellipsoid));
});

it("scales with the cube of the voxel size", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 22 }), { minLength: 1, maxLength: 6 }),
      fc.double({ min: 0.3, max: 3, noNaN: true }),
      (widths, factor) => {
        const mask = stack(widths);
        const { geometry } = mask;
        const [x, y, z] = geometry.spacing;
        const grown = { ...mask, geometry: { ...geometry, spacing: [x * factor, y * factor, z * factor] as const } };
        expect(abc2Ml(grown)).toBeAllClose(abc2Ml(mask) * factor ** 3, { relative: 1e-9 });
      },
    ),
  );
});

it("refuses an empty mask", () => {
  expect(() => abc2Ml(createMask(axialGeometry([4, 4, 2], [1, 1, 5])))).toThrowCode("MASK_EMPTY");
});
