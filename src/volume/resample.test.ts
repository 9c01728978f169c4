import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { axialGeometry, ellipsoidMask, ellipsoidMl, ellipsoidOfMl, volumeOf } from "../../test/support/phantoms.ts";
import { smallGeometry, smallMask } from "../../test/support/volume-arbitraries.ts";
import { type Geometry, indexToLps, sliceExtentMm, sliceOffsetMm, voxelCount } from "./geometry.ts";
import { blockMean, evenGeometry, resampleMask, resampleVolume } from "./resample.ts";
import { AIR_HU, createCtVolume, maskMl } from "./volume.ts";

const turned: Geometry = axialGeometry([9, 8, 7], [1.1, 0.9, 1.3], {
  origin: [-3, -4, -2],
  direction: [
    [0.8, 0.6, 0],
    [-0.6, 0.8, 0],
    [0, 0, 1],
  ],
});

describe("resampleVolume", () => {
  it("a linear field is reproduced exactly between the centres, on a turned grid with uneven gaps", () => {
    const source = axialGeometry([30, 30, 6], [1, 1, 3], { sliceOffsetsMm: [0, 2, 6, 7, 12, 15] });
    const field = ([x, y, z]: readonly number[]): number => 3 * x - 2 * y + 5 * z + 7;
    const hu = Float32Array.from(volumeOf(source, () => 0).hu);
    const [nx, ny] = source.size;
    for (const v of hu.keys()) {
      hu[v] = field(indexToLps(source, [v % nx, Math.floor(v / nx) % ny, Math.floor(v / (nx * ny))]));
    }
    const target = { ...turned, origin: [-3, -6, -6] as const };
    const found = resampleVolume(createCtVolume(source, hu), target);
    for (const v of found.hu.keys()) {
      const index = [v % 9, Math.floor(v / 9) % 8, Math.floor(v / 72)] as const;
      // 32-bit values up to 200
      expect(found.hu[v]).toBeAllClose(field(indexToLps(target, index)), { absolute: 1e-4 });
    }
  });

  it("onto its own grid it is the identity, beyond it is air", () => {
    fc.assert(
      fc.property(smallGeometry, (geometry) => {
        const hu = Float32Array.from({ length: voxelCount(geometry) }, (_, v) => (v * 31) % 100);
        expect(resampleVolume(createCtVolume(geometry, hu), geometry).hu).toEqual(hu);
      }),
    );
    const away = { ...turned, origin: [500, 0, 0] as const };
    const volume = createCtVolume(turned, new Int16Array(504).fill(30));
    expect(new Set(resampleVolume(volume, away).hu)).toEqual(new Set([AIR_HU]));
  });
});

describe("resampleMask", () => {
  it("takes the nearest voxel: the slow twin compares distances along each axis", () => {
    fc.assert(
      fc.property(smallMask, fc.constantFrom(0.33, 0.71, 1.9), (mask, step) => {
        const { geometry, inside } = mask;
        const target = axialGeometry([5, 4, 3], [step, step, step], { origin: [-0.87, -0.61, -1.13] });
        const found = resampleMask(mask, target).inside;
        const nearest = (n: number, at: (index: number) => number, mm: number): number => {
          const distances = Array.from({ length: n }, (_, index) => Math.abs(at(index) - mm));
          return distances.indexOf(Math.min(...distances));
        };
        const low = indexToLps(geometry, [-0.5, -0.5, -0.5]);
        const high = indexToLps(geometry, [geometry.size[0] - 0.5, geometry.size[1] - 0.5, geometry.size[2] - 0.5]);
        for (const v of found.keys()) {
          const p = indexToLps(target, [v % 5, Math.floor(v / 5) % 4, Math.floor(v / 20)]);
          const within = p.every((mm, axis) => mm > low[axis] && mm < high[axis]);
          const i = nearest(geometry.size[0], (n) => geometry.origin[0] + n * geometry.spacing[0], p[0]);
          const j = nearest(geometry.size[1], (n) => geometry.origin[1] + n * geometry.spacing[1], p[1]);
          const k = nearest(geometry.size[2], (n) => geometry.origin[2] + sliceOffsetMm(geometry, n), p[2]);
          expect(found[v]).toBe(within ? inside[i + geometry.size[0] * (j + geometry.size[1] * k)] : 0);
        }
      }),
    );
  });

  it("keeps the volume of a body on a finer, turned grid", () => {
    const source = axialGeometry([60, 60, 30], [1, 1, 2]);
    const body = ellipsoidOfMl(30, [0, 0, 0]);
    const fine = evenGeometry({ ...source, direction: turned.direction, origin: [-6, -41, -29] }, [0.7, 0.7, 0.7]);
    // voxel counting on both grids: 1 %
    expect(maskMl(resampleMask(ellipsoidMask(source, body), fine))).toBeAllClose(ellipsoidMl(body), { relative: 0.01 });
  });
});

describe("evenGeometry", () => {
  it("covers the same box, with the same centre", () => {
    fc.assert(
      fc.property(smallGeometry, (geometry) => {
        const even = evenGeometry(geometry, [0.25, 0.25, 0.25]);
        const last = geometry.size[2] - 1;
        const heightMm =
          sliceOffsetMm(geometry, last) + (sliceExtentMm(geometry, 0) + sliceExtentMm(geometry, last)) / 2;
        expect(Math.abs(even.size[2] * 0.25 - heightMm)).toBeLessThanOrEqual(0.125);
        const middle = indexToLps(even, [(even.size[0] - 1) / 2, (even.size[1] - 1) / 2, (even.size[2] - 1) / 2]);
        expect(middle.slice(0, 2)).toBeAllClose(
          indexToLps(geometry, [(geometry.size[0] - 1) / 2, (geometry.size[1] - 1) / 2, 0]).slice(0, 2),
          { absolute: 1e-9 },
        );
      }),
    );
  });

  it("refuses spacings that would fill the memory", () => {
    expect(() => evenGeometry(turned, [0, 1, 1])).toThrowCode("ARGUMENT_INVALID");
    expect(() => evenGeometry(turned, [1, Number.NaN, 1])).toThrowCode("ARGUMENT_INVALID");
  });
});

describe("blockMean", () => {
  it("averages whole blocks and puts them at their centre", () => {
    const volume = createCtVolume(
      axialGeometry([5, 2, 2], [1, 1, 4]),
      Int16Array.from({ length: 20 }, (_, v) => v),
    );
    const coarse = blockMean(volume, [2, 2, 2]);
    expect([...coarse.hu]).toEqual([8, 10]);
    expect(coarse.geometry.spacing).toEqual([2, 2, 8]);
    expect(coarse.geometry.origin).toEqual(indexToLps(volume.geometry, [0.5, 0.5, 0.5]));
  });

  it("keeps uneven gaps, and refuses blocks that do not fit", () => {
    const geometry = axialGeometry([2, 2, 4], [1, 1, 4], { sliceOffsetsMm: [0, 1, 4, 9] });
    const volume = createCtVolume(geometry, new Int16Array(16));
    expect(blockMean(volume, [1, 1, 2]).geometry.sliceOffsetsMm).toEqual([0, 6]);
    expect(() => blockMean(volume, [3, 1, 1])).toThrowCode("ARGUMENT_INVALID");
  });
});
