import { expect, it } from "vitest";
import { axialGeometry, ellipsoidMask, ellipsoidOfMl, volumeOf } from "../../test/support/phantoms.ts";
import { indexToLps } from "../volume/geometry.ts";
import { fromSlabs, slabStarts, toSlabs, valuesToSlabs } from "./preprocess.ts";

const plan = { pixelMm: 1.25, patchPixels: [64, 80] as [number, number], slabMm: 5 };
const uneven = axialGeometry([200, 240, 12], [0.5, 0.47, 5], {
  sliceOffsetsMm: [0, 4, 8, 12, 16, 20, 24, 28, 35, 42, 49, 56],
});
const thin = axialGeometry([120, 140, 40], [0.8, 0.8, 1.25]);

it("brings HU that change linearly to the network and back, inside the patch", () => {
  for (const geometry of [uneven, thin]) {
    const volume = volumeOf(geometry, () => 0);
    const hu = Float32Array.from(volume.hu, (_, v) => {
      const [nx, ny] = geometry.size;
      const [x, y, z] = indexToLps(geometry, [v % nx, Math.floor(v / nx) % ny, Math.floor(v / (nx * ny))]);
      return 40 + 0.3 * x - 0.2 * y + 0.1 * z;
    });
    const center = [
      geometry.size[0] * geometry.spacing[0] * 0.5,
      geometry.size[1] * geometry.spacing[1] * 0.5,
    ] as const;
    const slabs = toSlabs({ ...volume, hu }, plan, center);
    const back = fromSlabs(slabs.hu, slabs);
    let [compared, worst] = [0, 0];
    for (let v = 0; v < hu.length; v++) {
      const [nx, ny, nz] = geometry.size;
      const [i, j, k] = [v % nx, Math.floor(v / nx) % ny, Math.floor(v / (nx * ny))];
      const inside =
        Math.abs(i * geometry.spacing[0] - center[0]) < 38 && Math.abs(j * geometry.spacing[1] - center[1]) < 48;
      // the mean of a slab is the value at its centre only between the outer centres
      if (!inside || k < 3 || k >= nz - 3) continue;
      compared++;
      worst = Math.max(worst, Math.abs(back[v] - hu[v]));
    }
    // pixels are constant inside, so a mean over parts of them is off by at most slope x pixel / 8: 0.02 HU along x, 0.01 along y
    expect(worst).toBeLessThan(0.035);
    expect(compared).toBeGreaterThan(10_000);
  }
});

it("keeps the volume of a region", () => {
  const geometry = axialGeometry([160, 200, 16], [0.5, 0.5, 5]);
  const mask = ellipsoidMask(geometry, ellipsoidOfMl(12, [3, -4, 0]));
  const slabs = toSlabs(
    volumeOf(geometry, () => 30),
    plan,
    [40, 50],
  );
  const share = fromSlabs(valuesToSlabs(mask.inside, slabs), slabs);
  const sum = (values: ArrayLike<number>): number => Array.from(values).reduce((a, b) => a + b, 0);
  // averaging and interpolation each keep the sum but for rounding of positions: 0.5 %
  expect(sum(share)).toBeAllClose(sum(mask.inside), { relative: 0.005 });
});

it("keeps thick slices and joins thin ones to slabs", () => {
  expect(slabStarts(uneven, 5)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
  expect(slabStarts(thin, 5)).toEqual([0, 4, 8, 12, 16, 20, 24, 28, 32, 36, 40]);
});

it("does not let air and bone bleed into their neighbours without limit", () => {
  const volume = volumeOf(axialGeometry([200, 240, 1], [0.5, 0.5, 5]), ([x]) => (x < 0 ? -1000 : 3000));
  const { hu } = toSlabs(volume, plan, [50, 60]);
  expect(Math.min(...hu)).toBe(-100);
  expect(Math.max(...hu)).toBe(300);
});
