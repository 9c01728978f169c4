import fc from "fast-check";
import { expect, it } from "vitest";
import {
  convexHull,
  depthMm,
  filled,
  inConvexPolygon,
  outlineOf,
  type Plane,
  partsOf,
  polygonArea,
  smoothInside,
} from "./plane.ts";

const plane: Plane = { size: [9, 7], spacingMm: [0.5, 0.8] };
const pixels = fc.array(fc.boolean(), { minLength: 63, maxLength: 63 }).map((bits) => Uint8Array.from(bits, Number));

/** The slow twin of the distance transform: every pixel against every other. */
function slowDepth({ size: [nx], spacingMm: [dx, dy] }: Plane, inside: Uint8Array): number[] {
  return [...inside].map((value, p) => {
    let nearest = Number.POSITIVE_INFINITY;
    inside.forEach((other, q) => {
      if (value && !other) {
        nearest = Math.min(
          nearest,
          Math.hypot(((p % nx) - (q % nx)) * dx, (Math.floor(p / nx) - Math.floor(q / nx)) * dy),
        );
      }
    });
    return value ? nearest : 0;
  });
}

it("measures the depth of every pixel as the slow way does, on anisotropic pixels", () => {
  fc.assert(
    fc.property(pixels, (inside) => {
      fc.pre(inside.includes(0));
      expect(depthMm(plane, inside)).toBeAllClose(slowDepth(plane, inside), { absolute: 1e-9 });
    }),
  );
});

it("numbers the parts, and joins corners only with 8 neighbours", () => {
  const diagonal = Uint8Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1);
  const three: Plane = { size: [3, 3], spacingMm: [1, 1] };
  expect(partsOf(three, diagonal, 4).sizes).toEqual([1, 1, 1]);
  expect(partsOf(three, diagonal, 8).sizes).toEqual([3]);
});

it("fills a hole and leaves a bay open", () => {
  const shape = Uint8Array.of(1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 0, 1);
  const four: Plane = { size: [3, 4], spacingMm: [1, 1] };
  expect([...filled(four, shape)]).toEqual([1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 1]);
});

it("smooths without letting what is outside in", () => {
  fc.assert(
    fc.property(pixels, (inside) => {
      const values = Float32Array.from(inside, (value) => (value ? 60 : -1000));
      const smooth = smoothInside(plane, values, inside, 1);
      inside.forEach((value, p) => {
        expect(smooth[p]).toBeCloseTo(value ? 60 : 0, 3);
      });
    }),
  );
});

it("draws an outline whose area is that of the largest part with its holes", () => {
  fc.assert(
    fc.property(pixels, (inside) => {
      const { labels, sizes } = partsOf(plane, inside, 4);
      const largest = sizes.indexOf(Math.max(...sizes)) + 1;
      const part = Uint8Array.from(labels, (label) => (sizes.length > 0 && label === largest ? 1 : 0));
      const padded: Plane = { size: [11, 9], spacingMm: [1, 1] };
      const shifted = new Uint8Array(99);
      part.forEach((value, p) => {
        shifted[1 + (p % 9) + 11 * (1 + Math.floor(p / 9))] = value;
      });
      // The outside reaches in through corners, as the set is joined by edges alone.
      const outside = partsOf(
        padded,
        shifted.map((value) => 1 - value),
        8,
      ).labels;
      const solid = outside.filter((label) => label !== outside[0]).length;
      expect(polygonArea(outlineOf(plane, inside))).toBeCloseTo(solid, 9);
    }),
  );
});

it("keeps every point inside its hull", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: -9, max: 9 }), fc.integer({ min: -9, max: 9 })), {
        minLength: 3,
        maxLength: 30,
      }),
      (points) => {
        const hull = convexHull(points);
        fc.pre(hull.length >= 3);
        expect(points.every((point) => inConvexPolygon(hull, point))).toBe(true);
      },
    ),
  );
});
