import fc from "fast-check";
import { expect, it } from "vitest";
import { tinyMask } from "../../test/support/phantoms.ts";
import { smallMask } from "../../test/support/volume-arbitraries.ts";
import { type Extent, squaredDistanceMm } from "./distance.ts";
import { sliceOffsetMm } from "./geometry.ts";
import type { Mask } from "./volume.ts";

/** The slow twin: each voxel against each inside voxel. */
function byAllPairs({ geometry, inside }: Mask, extent: Extent): number[] {
  const [nx, ny] = geometry.size;
  const at = (v: number): number[] => [
    (v % nx) * geometry.spacing[0],
    (Math.floor(v / nx) % ny) * geometry.spacing[1],
    sliceOffsetMm(geometry, Math.floor(v / (nx * ny))),
  ];
  return Array.from(inside, (_, v) => {
    let best = Number.POSITIVE_INFINITY;
    inside.forEach((value, w) => {
      const [a, b] = [at(v), at(w)];
      if (!value || (extent === "slice" && a[2] !== b[2])) return;
      best = Math.min(best, (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2 + (a[2] - b[2]) ** 2);
    });
    return best;
  });
}

it.each(["slice", "volume"] as const)("equals the distance over all pairs (%s)", (extent) => {
  fc.assert(
    fc.property(smallMask, (mask) => {
      const found = squaredDistanceMm(mask, extent);
      const expected = byAllPairs(mask, extent);
      expect([...found].map((d) => d === Number.POSITIVE_INFINITY)).toEqual(
        expected.map((d) => d === Number.POSITIVE_INFINITY),
      );
      // 32-bit storage between the passes
      const finite = expected.map((d) => (d === Number.POSITIVE_INFINITY ? 0 : d));
      expect([...found].map((d) => (d === Number.POSITIVE_INFINITY ? 0 : d))).toBeAllClose(finite, { relative: 1e-6 });
    }),
  );
});

it("is infinite where nothing is inside", () => {
  expect([...squaredDistanceMm(tinyMask([2, 1, 1], [0, 0]), "volume")]).toEqual([
    Number.POSITIVE_INFINITY,
    Number.POSITIVE_INFINITY,
  ]);
});
