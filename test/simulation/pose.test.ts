/** A simulated head lies as it is asked to, which pairs with known motion rest on. */
import { expect, it } from "vitest";
import { createRandom } from "../../src/core/random.ts";
import { drawHeadAnatomy } from "../../src/simulation/head/head-anatomy.ts";
import { type HeadPose, scanGrid } from "../../src/simulation/scanner/scan-grid.ts";
import { scannerProfiles } from "../../src/simulation/scanner/scanner-profile.ts";

const anatomy = drawHeadAnatomy(createRandom(3), 60);
const still: HeadPose = { yawDegrees: 0, rollDegrees: 0, pitchDegrees: 0, shiftMm: [0, 0, 0] };
const frameOf = (pose: HeadPose) => scanGrid(anatomy, scannerProfiles.fast, createRandom(1), pose).frame(18, 1);
const { pixelMm } = scannerProfiles.fast;

it("turns by the degrees asked for", () => {
  const [straight, turned] = [frameOf(still), frameOf({ ...still, yawDegrees: 10 })];
  const cosine = (straight.ix * turned.ix + straight.iy * turned.iy + straight.iz * turned.iz) / pixelMm ** 2;
  expect((180 / Math.PI) * Math.acos(cosine)).toBeCloseTo(10, 6);
});

it("shifts by the millimetres asked for, along all three axes", () => {
  const [straight, shifted] = [frameOf(still), frameOf({ ...still, shiftMm: [9, -6, 10] })];
  const moved = [shifted.x - straight.x, shifted.y - straight.y, shifted.z - straight.z];
  moved.forEach((mm, axis) => {
    expect(mm).toBeCloseTo([9, -6, 10][axis] as number, 9);
  });
});
