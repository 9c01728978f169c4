import fc from "fast-check";
import { expect, it } from "vitest";
import { axialGeometry } from "../../test/support/phantoms.ts";
import { smallGeometry } from "../../test/support/volume-arbitraries.ts";
import { sliceOffsetMm, voxelCount } from "./geometry.ts";
import { gaussianSmooth } from "./smooth.ts";
import { type CtVolume, createCtVolume } from "./volume.ts";

/** The slow twin: one weighted mean over the whole neighbourhood; a separable kernel with separable normalisation is the same thing. */
function directly({ geometry, hu }: CtVolume, inPlane: number, throughPlane: number): number[] {
  const [nx, ny] = geometry.size;
  const at = (v: number): number[] => [
    (v % nx) * geometry.spacing[0],
    (Math.floor(v / nx) % ny) * geometry.spacing[1],
    sliceOffsetMm(geometry, Math.floor(v / (nx * ny))),
  ];
  const weight = (mm: number, sigma: number): number => {
    if (sigma === 0) return mm === 0 ? 1 : 0;
    return Math.abs(mm) <= 3 * sigma ? Math.exp(-0.5 * (mm / sigma) ** 2) : 0;
  };
  return Array.from(hu, (_, v) => {
    let sum = 0;
    let total = 0;
    for (let w = 0; w < hu.length; w++) {
      const [a, b] = [at(v), at(w)];
      const factor = weight(a[0] - b[0], inPlane) * weight(a[1] - b[1], inPlane) * weight(a[2] - b[2], throughPlane);
      sum += factor * hu[w];
      total += factor;
    }
    return sum / total;
  });
}

it("equals a direct weighted mean, uneven gaps included", () => {
  // widths that put no voxel at the very edge of the kernel, where rounding would decide
  const widths = fc.constantFrom(0, 0.39, 0.61, 1.13);
  fc.assert(
    fc.property(smallGeometry, fc.integer({ min: 1, max: 97 }), widths, widths, (geometry, seed, inPlane, through) => {
      const hu = Float32Array.from({ length: voxelCount(geometry) }, (_, v) => ((v * seed * 37) % 201) - 100);
      const volume = createCtVolume(geometry, hu);
      const smoothed = gaussianSmooth(volume, { inPlane, throughPlane: through });
      // 32-bit sums of values up to 100
      expect(smoothed.hu).toBeAllClose(directly(volume, inPlane, through), { absolute: 1e-3 });
    }),
    { numRuns: 60 },
  );
});

it("does not change its input, and a constant stays constant up to the edge", () => {
  const volume = createCtVolume(axialGeometry([9, 9, 3], [1, 1, 5]), new Int16Array(243).fill(40));
  const smoothed = gaussianSmooth(volume, { inPlane: 2, throughPlane: 3 });
  expect(smoothed.hu).toBeAllClose(volume.hu, { absolute: 1e-4 });
  expect(new Set(volume.hu)).toEqual(new Set([40]));
});

it("refuses a negative width", () => {
  const volume = createCtVolume(axialGeometry([1, 1, 1], [1, 1, 1]), new Int16Array(1));
  expect(() => gaussianSmooth(volume, { inPlane: -1, throughPlane: 0 })).toThrowCode("ARGUMENT_INVALID");
});
