import fc from "fast-check";
import { expect, it } from "vitest";
import { axialGeometry, tinyMask, tinyVolume } from "../../test/support/phantoms.ts";
import { smallMask } from "../../test/support/volume-arbitraries.ts";
import { boundingBox, cropMask, croppedGeometry, cropVolume, grownBox, uncropMask } from "./box.ts";
import { indexToLps } from "./geometry.ts";

it("the box is the smallest one: every voxel is in it, and it has one on each face", () => {
  fc.assert(
    fc.property(smallMask, ({ geometry, inside }) => {
      const [nx, ny] = geometry.size;
      const voxels = [...inside.keys()]
        .filter((v) => inside[v])
        .map((v) => [v % nx, Math.floor(v / nx) % ny, Math.floor(v / (nx * ny))]);
      const expected = voxels.length
        ? {
            low: [0, 1, 2].map((axis) => Math.min(...voxels.map((index) => index[axis]))),
            high: [0, 1, 2].map((axis) => Math.max(...voxels.map((index) => index[axis])) + 1),
          }
        : null;
      expect(boundingBox({ geometry, inside })).toEqual(expected);
    }),
  );
});

it("cropping and its inverse give the mask back, at the same place in the patient", () => {
  fc.assert(
    fc.property(smallMask, (mask) => {
      const box = boundingBox(mask);
      fc.pre(box !== null);
      const cropped = cropMask(mask, box);
      expect(uncropMask(cropped, mask.geometry, box)).toEqual(mask);
      const last = box.high.map((n) => n - 1) as [number, number, number];
      const lastInside = cropped.geometry.size.map((n) => n - 1) as [number, number, number];
      expect(indexToLps(cropped.geometry, lastInside)).toBeAllClose(indexToLps(mask.geometry, last), {
        absolute: 1e-9,
      });
    }),
  );
});

it("grows by mm, stops at the edge, and counts uneven slices by their distance", () => {
  const geometry = axialGeometry([20, 20, 5], [0.5, 2, 4], { sliceOffsetsMm: [0, 4, 8, 9, 16] });
  const box = { low: [10, 1, 3], high: [11, 3, 4] } as const;
  expect(grownBox(box, geometry, 2, false)).toEqual({ low: [6, 0, 3], high: [15, 4, 4] });
  expect(grownBox(box, geometry, 2, true)).toEqual({ low: [6, 0, 2], high: [15, 4, 4] });
  expect(croppedGeometry(geometry, { low: [0, 0, 2], high: [1, 1, 3] }).spacing[2]).toBe(2.5);
});

it("crops values and sources together", () => {
  const volume = tinyVolume([2, 1, 3], [1, 2, 3, 4, 5, 6]);
  const part = cropVolume(volume, { low: [1, 0, 1], high: [2, 1, 3] });
  expect([...part.hu]).toEqual([4, 6]);
  expect(part.sources.length).toBe(2);
  expect([...cropMask(tinyMask([2, 1, 1], [0, 1]), { low: [1, 0, 0], high: [2, 1, 1] }).inside]).toEqual([1]);
});
