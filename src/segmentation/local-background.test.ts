import { expect, it } from "vitest";
import { axialGeometry, volumeOf } from "../../test/support/phantoms.ts";
import { localBackgroundHu } from "./local-background.ts";

const geometry = axialGeometry([160, 160, 2], [1, 1, 5]);
const at = (x: number, y: number, k = 0): number => Math.round(x + 79.5) + 160 * (Math.round(y + 79.5) + 160 * k);

it("follows an infarct, looks past a clot, and leaves slices apart", () => {
  // left half 22 HU, right half 32; a clot of 2 cm in the left half that does not count as tissue; the upper slice is all 32
  const isClot = ([x, y]: readonly number[]): boolean => Math.hypot(x + 40, y) < 10;
  const volume = volumeOf(geometry, ([x, y, z]) => (z > 0 ? 32 : isClot([x, y]) ? 70 : x < 0 ? 22 : 32));
  const found = localBackgroundHu(volume, (v) => volume.hu[v] < 60, Float32Array.of(30, 30));
  // the prior of 5 % draws towards 30, the other half shines through at 4 widths: less than 1 HU
  expect(found[at(-40, 0)]).toBeAllClose(22, { absolute: 1.5 });
  expect(found[at(-40, 50)]).toBeAllClose(22, { absolute: 1 });
  expect(found[at(50, 0)]).toBeAllClose(32, { absolute: 1 });
  expect(found[at(-40, 0, 1)]).toBeAllClose(32, { absolute: 1 });
});

it("falls back on the usual density where there is no tissue", () => {
  const volume = volumeOf(geometry, () => 70);
  const found = localBackgroundHu(volume, () => false, Float32Array.of(30, 33));
  expect(found[at(0, 0)]).toBe(30);
  expect(found[at(0, 0, 1)]).toBe(33);
});

it("equals the weighted mean by its definition at a block's centre", () => {
  const volume = volumeOf(geometry, ([x, y]) => 25 + 8 * Math.sin(x / 20) + y / 40);
  const found = localBackgroundHu(volume, () => true, Float32Array.of(30, 30));
  const [cx, cy] = [2, 2];
  let sum = 0;
  let weights = 0;
  for (let y = -79.5; y < 80; y++) {
    for (let x = -79.5; x < 80; x++) {
      if (Math.abs(x - cx) > 30 || Math.abs(y - cy) > 30) continue;
      const weight = Math.exp(-0.5 * (((x - cx) / 10) ** 2 + ((y - cy) / 10) ** 2));
      sum += weight * (volume.hu[at(x, y)] - 30);
      weights += weight;
    }
  }
  // blocks of 4 mm instead of voxels, and rounding to whole HU
  expect(found[at(cx, cy)]).toBeAllClose(30 + sum / weights / 1.05, { absolute: 0.5 });
});
