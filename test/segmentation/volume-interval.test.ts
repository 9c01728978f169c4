import { expect, it } from "vitest";
import { volumeInterval } from "../../src/segmentation/volume-interval.ts";
import { dilate, erode } from "../../src/volume/morphology.ts";
import { createMask, maskMl } from "../../src/volume/volume.ts";
import { axialGeometry, ellipsoidMask, ellipsoidOfMl } from "../support/phantoms.ts";

const geometry = axialGeometry([90, 80, 12], [1, 1, 5]);
const mask = ellipsoidMask(geometry, ellipsoidOfMl(14, [8, -6, 5]));
const sure = Float32Array.from(mask.inside);

it("is the outline moved in and out over the whole scan, whatever lies far from the clot", () => {
  const { lowMl, ml, highMl } = volumeInterval(mask, sure, { outlineMm: 1.5, uncertainFrom: 0.25 });
  expect(ml).toBe(maskMl(mask));
  expect(lowMl).toBe(maskMl(erode(mask, 1.5, "slice")));
  expect(highMl).toBe(maskMl(dilate(mask, 1.5, "slice")));
  const elsewhere = sure.slice().fill(0.9, 0, 90 * 10);
  expect(volumeInterval(mask, elsewhere, { outlineMm: 1.5, uncertainFrom: 0.25 }).highMl).toBe(highMl);
});

it("is nothing for nothing", () => {
  const none = volumeInterval(createMask(geometry), sure, { outlineMm: 2, uncertainFrom: 0.25 });
  expect(none).toEqual({ lowMl: 0, ml: 0, highMl: 0 });
});
