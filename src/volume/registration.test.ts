import fc from "fast-check";
import { expect, it } from "vitest";
import { axialGeometry } from "../../test/support/phantoms.ts";
import type { Vec3 } from "../math/vec3.ts";
import { indexToLps } from "./geometry.ts";
import {
  composeTransforms,
  inverseTransform,
  type RigidTransform,
  rotationDegrees,
  rotationFromVector,
  transformGeometry,
  transformPoint,
} from "./registration.ts";

const vector = (most: number): fc.Arbitrary<Vec3> => {
  const part = fc.double({ min: -most, max: most, noNaN: true });
  return fc.tuple(part, part, part);
};
const transforms: fc.Arbitrary<RigidTransform> = fc
  .tuple(vector(1.5), vector(200), vector(300))
  .map(([turn, centerMm, shiftMm]) => ({ rotation: rotationFromVector(turn), centerMm, shiftMm }));

/** Doubles hold positions of 1000 mm to about 1e-13; a few operations lose a little. */
const rounding = { absolute: 1e-9 };

it("the inverse takes every point back, and composition is one after the other", () => {
  fc.assert(
    fc.property(transforms, transforms, vector(300), (a, b, point) => {
      expect(transformPoint(inverseTransform(a), transformPoint(a, point))).toBeAllClose(point, rounding);
      expect(transformPoint(composeTransforms(b, a), point)).toBeAllClose(
        transformPoint(b, transformPoint(a, point)),
        rounding,
      );
    }),
  );
});

it("a moved grid holds its voxels at the moved places", () => {
  fc.assert(
    fc.property(transforms, fc.tuple(fc.nat(9), fc.nat(9), fc.nat(4)), (transform, index) => {
      const geometry = axialGeometry([10, 10, 5], [0.5, 0.7, 5], {
        sliceOffsetsMm: [0, 4, 9, 16, 17],
        frameOfReferenceUID: "1.2",
      });
      const there = transformGeometry(transform, geometry);
      expect(indexToLps(there, index)).toBeAllClose(transformPoint(transform, indexToLps(geometry, index)), rounding);
      expect(there.frameOfReferenceUID).toBeUndefined();
    }),
  );
});

it("a rotation has the angle of its vector", () => {
  fc.assert(
    fc.property(vector(1), (turn) => {
      // The arc cosine loses half of the digits near 0.
      expect(rotationDegrees(rotationFromVector(turn))).toBeAllClose((180 / Math.PI) * Math.hypot(...turn), {
        absolute: 1e-5,
      });
    }),
  );
});
