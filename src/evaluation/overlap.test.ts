import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { axialGeometry, ellipsoidMask, ellipsoidMl, tinyMask } from "../../test/support/phantoms.ts";
import { smallGeometry } from "../../test/support/volume-arbitraries.ts";
import { indexToLps } from "../volume/geometry.ts";
import { createMask, type Mask } from "../volume/volume.ts";
import { compareMasks, voxelDetection } from "./overlap.ts";

const twoMasks = fc
  .tuple(smallGeometry, fc.array(fc.tuple(fc.boolean(), fc.boolean()), { minLength: 210, maxLength: 210 }))
  .map(([geometry, bits]) => {
    const n = geometry.size[0] * geometry.size[1] * geometry.size[2];
    const side = (s: 0 | 1) =>
      createMask(
        geometry,
        Uint8Array.from(bits.slice(0, n), (pair) => Number(pair[s])),
      );
    return [side(0), side(1)] as const;
  })
  .filter(([a, b]) => a.inside.includes(1) && b.inside.includes(1));

/** The definition, word by word: all pairs of border voxels. */
function slowSurface(a: Mask, b: Mask, toleranceMm: number) {
  const border = ({ geometry, inside }: Mask) => {
    const [nx, ny, nz] = geometry.size;
    const at = (i: number, j: number, k: number) =>
      i >= 0 && j >= 0 && k >= 0 && i < nx && j < ny && k < nz && inside[i + nx * (j + ny * k)] === 1;
    const points = [];
    for (let k = 0; k < nz; k++)
      for (let j = 0; j < ny; j++)
        for (let i = 0; i < nx; i++) {
          const enclosed =
            at(i - 1, j, k) &&
            at(i + 1, j, k) &&
            at(i, j - 1, k) &&
            at(i, j + 1, k) &&
            at(i, j, k - 1) &&
            at(i, j, k + 1);
          if (at(i, j, k) && !enclosed) points.push(indexToLps(geometry, [i, j, k]));
        }
    return points;
  };
  const [pa, pb] = [border(a), border(b)];
  const nearest = (from: typeof pa, to: typeof pa) =>
    from
      .map((p) => Math.min(...to.map((q) => Math.hypot(p[0] - q[0], p[1] - q[1], p[2] - q[2]))))
      .sort((x, y) => x - y);
  const [ab, ba] = [nearest(pa, pb), nearest(pb, pa)];
  const p95 = (list: number[]) => {
    const at = 0.95 * (list.length - 1);
    const low = Math.floor(at);
    return list[low]! + (at - low) * (list[Math.min(low + 1, list.length - 1)]! - list[low]!);
  };
  const all = [...ab, ...ba];
  return {
    hd95Mm: Math.max(p95(ab), p95(ba)),
    hausdorffMm: Math.max(...all),
    meanMm: all.reduce((s, d) => s + d, 0) / all.length,
    surfaceDice: all.filter((d) => d <= toleranceMm + 1e-6).length / all.length,
  };
}

it("surface distances equal the all-pairs definition on any grid", () => {
  fc.assert(
    fc.property(twoMasks, ([a, b]) => {
      const fast = compareMasks(a, b, { surfaceToleranceMm: 1 }).surface!;
      const slow = slowSurface(a, b, 1);
      for (const key of ["hd95Mm", "hausdorffMm", "meanMm", "surfaceDice"] as const) {
        // distances are kept in single precision
        expect(fast[key]).toBeAllClose(slow[key], { relative: 1e-5, absolute: 1e-6 });
      }
    }),
    { seed: 4 },
  );
});

it("a mask agrees with itself, and exchanging the masks changes only the sign of the volume error", () => {
  fc.assert(
    fc.property(twoMasks, ([a, b]) => {
      expect(compareMasks(a, a)).toMatchObject({
        dice: 1,
        jaccard: 1,
        volumeErrorMl: 0,
        surface: { hd95Mm: 0, surfaceDice: 1 },
      });
      const [ab, ba] = [compareMasks(a, b), compareMasks(b, a)];
      expect(ab.dice).toBe(ba.dice);
      expect(ab.surface).toEqual(ba.surface);
      expect(ab.volumeErrorMl).toBeAllClose(-ba.volumeErrorMl, { absolute: 1e-12 });
      expect(ab.jaccard).toBeAllClose(ab.dice / (2 - ab.dice), { absolute: 1e-12 });
    }),
    { seed: 5 },
  );
});

it("two balls a known distance apart", () => {
  const geometry = axialGeometry([60, 40, 40], [1, 1, 1]);
  const center = indexToLps(geometry, [25, 20, 20]);
  const ball = (shift: number) =>
    ellipsoidMask(geometry, { centerMm: [center[0] + shift, center[1], center[2]], radiiMm: [12, 12, 12] });
  const found = compareMasks(ball(0), ball(6));
  expect(found.surface!.hausdorffMm).toBeAllClose(6, { absolute: 0.5 });
  // lens of two balls of radius 12, centres 6 apart: pi (4 r + d)(2 r - d)^2 / 12
  const lens = (Math.PI * 54 * 18 ** 2) / 12000;
  expect(found.dice).toBeAllClose(lens / ellipsoidMl({ centerMm: [0, 0, 0], radiiMm: [12, 12, 12] }), {
    relative: 0.02,
  });
});

describe("empty masks", () => {
  const empty = tinyMask([2, 1, 1], [0, 0]);
  const full = tinyMask([2, 1, 1], [1, 1]);
  it("both: no value", () => expect(() => compareMasks(empty, empty)).toThrowCode("METRIC_UNDEFINED"));
  it("one: overlap 0 and no surface", () => {
    expect(compareMasks(full, empty)).toMatchObject({ dice: 0, jaccard: 0, surface: null });
    expect(voxelDetection(empty, full)).toMatchObject({ sensitivity: null, precision: 0 });
  });
  it("another grid is refused", () =>
    expect(() => compareMasks(full, tinyMask([1, 2, 1], [1, 1]))).toThrowCode("GEOMETRY_MISMATCH"));
});
