import fc from "fast-check";
import { expect, it } from "vitest";
import { convexHull, inConvexPolygon } from "./plane-polygon.ts";

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
