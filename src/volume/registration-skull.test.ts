import { describe, expect, it } from "vitest";
import { bonyHead, bonyHeadGeometry } from "../../test/support/bony-head.ts";
import { axialGeometry, volumeOf } from "../../test/support/phantoms.ts";
import type { Vec3 } from "../math/vec3.ts";
import type { Geometry } from "./geometry.ts";
import {
  composeTransforms,
  identityTransform,
  inverseTransform,
  type RigidTransform,
  rotationFromVector,
  transformPoint,
} from "./registration.ts";
import { mirrored, registerMirrored, registerSkulls } from "./registration-skull.ts";

const motion = (degrees: Vec3, shiftMm: Vec3, centerMm: Vec3 = [0, 0, 0]): RigidTransform => ({
  rotation: rotationFromVector(degrees.map((angle) => (angle * Math.PI) / 180) as unknown as Vec3),
  centerMm,
  shiftMm,
});

/** Largest distance in mm, over eight places in the brain, between where a transform takes them and where it should. */
function largestErrorMm(found: RigidTransform, truth: RigidTransform, center: Vec3 = [0, 0, 0]): number {
  const error = composeTransforms(inverseTransform(truth), found);
  const corners = [-50, 50].flatMap((x) => [-60, 60].flatMap((y) => [-30, 40].map((z): Vec3 => [x, y, z])));
  return Math.max(
    ...corners.map((corner) => {
      const point: Vec3 = [corner[0] + center[0], corner[1] + center[1], corner[2] + center[2]];
      const there = transformPoint(error, point);
      return Math.hypot(there[0] - point[0], there[1] - point[1], there[2] - point[2]);
    }),
  );
}

describe("on a phantom skull", () => {
  it.each([
    ["nothing", motion([0, 0, 0], [0, 0, 0])],
    ["10 degrees of flexion and 15 mm", motion([10, 0, 0], [0, 10, -11])],
    ["a turn on the pillow", motion([2, -4, 10], [-12, 5, 3])],
    ["another table position", motion([-5, 3, -6], [120, -80, 400])],
  ])("finds %s to within half a millimetre", (_, truth) => {
    const fixed = bonyHead(identityTransform);
    const { origin } = bonyHeadGeometry;
    const [x, y, z] = truth.shiftMm.map((mm) => (Math.abs(mm) > 50 ? mm : 0));
    const moving = bonyHead(truth, { ...bonyHeadGeometry, origin: [origin[0] + x, origin[1] + y, origin[2] + z] });
    const registration = registerSkulls(fixed, moving);
    expect(largestErrorMm(registration.transform, truth)).toBeLessThan(0.5);
    expect(registration.similarity).toBeGreaterThan(0.95);
  });

  it("does not mind tilted slices, or a scan that begins higher and ends lower", () => {
    const truth = motion([6, 0, 4], [5, -5, 8]);
    const tilt = rotationFromVector([0.25, 0, 0]);
    const tilted: Geometry = {
      ...axialGeometry([76, 90, 24], [2.5, 2.5, 5]),
      direction: [
        [tilt[0][0], tilt[1][0], tilt[2][0]],
        [tilt[0][1], tilt[1][1], tilt[2][1]],
        [tilt[0][2], tilt[1][2], tilt[2][2]],
      ],
    };
    const { transform, overlap } = registerSkulls(bonyHead(identityTransform), bonyHead(truth, tilted));
    expect(largestErrorMm(transform, truth)).toBeLessThan(1);
    expect(overlap).toBeLessThan(1);
  });

  it("tells another head by its similarity", () => {
    const other = registerSkulls(
      bonyHead(identityTransform),
      bonyHead(identityTransform, bonyHeadGeometry, [1.1, 0.9, 1]),
    );
    expect(other.similarity).toBeLessThan(0.8);
  });
});

it("refuses what shows no skull", () => {
  const water = volumeOf(axialGeometry([32, 32, 10], [4, 4, 8]), () => 0);
  expect(() => registerSkulls(bonyHead(identityTransform), water)).toThrowCode("NOT_CONVERGED");
});

describe("a head and its mirror image", () => {
  it.each([
    ["straight", motion([0, 0, 0], [0, 0, 0])],
    ["turned by 20 degrees, tilted and off the middle", motion([5, 3, 20], [12, 5, 3])],
  ])("finds the same for a head that lies %s as two scans would", (_, truth) => {
    const head = bonyHead(truth);
    const [fast, slow] = [registerMirrored(head), registerSkulls(head, mirrored(head))];
    // Either is known to half a millimetre, as above.
    expect(largestErrorMm(fast.transform, slow.transform)).toBeLessThan(0.5);
    expect(fast.similarity).toBeAllClose(slow.similarity, { absolute: 0.01 });
  });
});
