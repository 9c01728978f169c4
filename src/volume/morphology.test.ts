import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { axialGeometry, ellipsoidMask, ellipsoidMl, tinyMask } from "../../test/support/phantoms.ts";
import { smallMask } from "../../test/support/volume-arbitraries.ts";
import { sliceOffsetMm } from "./geometry.ts";
import { close, complement, dilate, erode, fillHoles, intersection, open, union } from "./morphology.ts";
import { type Mask, maskMl } from "./volume.ts";

const radii = fc.constantFrom(0, 0.5, 0.7, 1, 1.25, 2.6, 5);
const extents = fc.constantFrom("slice" as const, "volume" as const);

/** The slow twin: the definition of dilation, voxel against voxel. */
function slowDilate({ geometry, inside }: Mask, radiusMm: number, extent: "slice" | "volume"): number[] {
  const [nx, ny] = geometry.size;
  const split = (v: number): [number, number, number] => [v % nx, Math.floor(v / nx) % ny, Math.floor(v / (nx * ny))];
  return Array.from(inside, (_, v) => {
    const [i, j, k] = split(v);
    const hit = inside.some((value, w) => {
      const [x, y, z] = split(w);
      const mm = Math.hypot(
        (i - x) * geometry.spacing[0],
        (j - y) * geometry.spacing[1],
        sliceOffsetMm(geometry, k) - sliceOffsetMm(geometry, z),
      );
      return value === 1 && mm <= radiusMm + 1e-3 && (extent === "volume" || z === k);
    });
    return hit ? 1 : 0;
  });
}

describe("dilate and erode", () => {
  it("dilate equals its definition", () => {
    fc.assert(
      fc.property(smallMask, radii, extents, (mask, radius, extent) => {
        expect([...dilate(mask, radius, extent).inside]).toEqual(slowDilate(mask, radius, extent));
      }),
    );
  });

  it("erosion is the dilation of what is outside", () => {
    fc.assert(
      fc.property(smallMask, radii, extents, (mask, radius, extent) => {
        const outside = slowDilate(complement(mask), radius, extent);
        expect([...erode(mask, radius, extent).inside]).toEqual(outside.map((value) => 1 - value));
      }),
    );
  });

  it("opening shrinks, closing grows, both are idempotent", () => {
    fc.assert(
      fc.property(smallMask, radii, extents, (mask, radius, extent) => {
        const opened = open(mask, radius, extent);
        const closed = close(mask, radius, extent);
        expect(union(opened, mask)).toEqual(mask);
        expect(intersection(mask, closed)).toEqual(mask);
        expect(open(opened, radius, extent)).toEqual(opened);
      }),
    );
  });

  it("a ball grows by its radius", () => {
    const geometry = axialGeometry([60, 60, 30], [1, 1, 2]);
    const ball = { centerMm: [0, 0, 0], radiiMm: [15, 15, 15] } as const;
    const grown = { centerMm: [0, 0, 0], radiiMm: [20, 20, 20] } as const;
    // distances run between voxel centres, so the radius falls short by up to half a voxel of 1 mm: 7.5 % of the volume
    expect(maskMl(dilate(ellipsoidMask(geometry, ball), 5, "volume"))).toBeAllClose(ellipsoidMl(grown), {
      relative: 0.075,
    });
  });
});

describe("fillHoles", () => {
  it("fills what no path leads out of, and nothing else", () => {
    const ring = [1, 1, 1, 0, 1, 0, 1, 1, 1, 1, 1, 0];
    expect([...fillHoles(tinyMask([4, 3, 1], ring), "slice").inside]).toEqual([1, 1, 1, 0, 1, 1, 1, 1, 1, 1, 1, 0]);
  });

  it("a tunnel through all slices is a hole of each slice but not of the volume", () => {
    const slice = [1, 1, 1, 1, 0, 1, 1, 1, 1];
    const tunnel = tinyMask([3, 3, 3], [...slice, ...slice, ...slice]);
    expect(fillHoles(tunnel, "volume")).toEqual(tunnel);
    expect([...fillHoles(tunnel, "slice").inside]).toEqual(Array(27).fill(1));
    const capped = tinyMask([3, 3, 3], [...Array(9).fill(1), ...slice, ...Array(9).fill(1)]);
    expect([...fillHoles(capped, "volume").inside]).toEqual(Array(27).fill(1));
  });

  it("is idempotent and never removes", () => {
    fc.assert(
      fc.property(smallMask, extents, (mask, extent) => {
        const filled = fillHoles(mask, extent);
        expect(intersection(mask, filled)).toEqual(mask);
        expect(fillHoles(filled, extent)).toEqual(filled);
      }),
    );
  });
});
