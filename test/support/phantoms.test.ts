import { expect, it } from "vitest";
import { maskMl } from "../../src/volume/volume.ts";
import { axialGeometry, ellipsoidMask, ellipsoidMl, ellipsoidOfMl, headGeometry, headPhantom } from "./phantoms.ts";

it("an ellipsoid has the volume asked for, on an oblique grid with varying gaps too", () => {
  const c = Math.cos(0.3);
  const s = Math.sin(0.3);
  const geometry = axialGeometry([70, 80, 40], [1, 1, 2], {
    origin: [-35, -40, -30],
    direction: [
      [1, 0, 0],
      [0, c, s],
      [0, -s, c],
    ],
    sliceOffsetsMm: Array.from({ length: 40 }, (_, k) => (k < 20 ? 2 * k : 40 + 1.5 * (k - 20))),
  });
  const ellipsoid = ellipsoidOfMl(30, [0, 0, 0]);
  expect(ellipsoidMl(ellipsoid)).toBeAllClose(30, { relative: 1e-12 });
  // voxel counting of a body of 18 voxels' diameter: 1 %
  expect(maskMl(ellipsoidMask(geometry, ellipsoid))).toBeAllClose(30, { relative: 0.01 });
});

it("the head has a hematoma of the volume asked for, or none", () => {
  const { volume, hematoma } = headPhantom({ hematomaMl: 30 });
  expect(maskMl(hematoma)).toBeAllClose(30, { relative: 0.02 });
  const inside = [...volume.hu].filter((_, v) => hematoma.inside[v] === 1);
  expect(inside.reduce((a, b) => a + b, 0) / inside.length).toBeAllClose(65, { absolute: 0.5 });
  expect(maskMl(headPhantom().hematoma)).toBe(0);
  expect(headPhantom().volume.geometry).toEqual(headGeometry);
});
