import { expect, it } from "vitest";
import { forEachVoxel, headPhantom } from "../../test/support/phantoms.ts";
import type { Vec3 } from "../math/vec3.ts";
import type { CtVolume } from "../volume/volume.ts";
import { checkScan } from "./scan-checks.ts";

const { volume, hematoma } = headPhantom({ hematomaMl: 20 });

/** The head with other HU where a condition holds. */
function changed(where: (point: Vec3) => boolean, hu: number): CtVolume {
  const values = Int16Array.from(volume.hu);
  forEachVoxel(volume.geometry, (voxel, point) => {
    if (where(point)) values[voxel] = hu;
  });
  return { ...volume, hu: values };
}
const codes = (scan: CtVolume) => checkScan(scan, hematoma).map(({ code }) => code);

it("says nothing about a head as it should be", () => {
  expect(codes(volume)).toEqual([]);
});

it("sees vessels with contrast medium", () => {
  const vessels = ([x, y, z]: Vec3) => Math.hypot(x + 20, z) < 6 && y > -40 && y < 40;
  expect(codes(changed(vessels, 180))).toEqual(["CONTRAST_SUSPECTED"]);
});

it("sees air, and metal", () => {
  expect(codes(changed(([x, y, z]) => Math.hypot(x + 20, y + 30, z - 10) < 7, -900))).toContain("INTRACRANIAL_AIR");
  expect(codes(changed(([x, y, z]) => Math.hypot(x + 20, y + 30, z - 10) < 4, 3000))).toContain("METAL_IN_HEAD");
});

it("sees a gap in the vault", () => {
  const flap = ([x, y, z]: Vec3) => x < -50 && Math.abs(y) < 25 && z > -20 && z < 45;
  const skull = (point: Vec3) => flap(point);
  const open = { ...volume, hu: Int16Array.from(volume.hu) };
  forEachVoxel(volume.geometry, (voxel, point) => {
    if (skull(point) && volume.hu[voxel] > 500) open.hu[voxel] = 30;
  });
  expect(codes(open)).toEqual(["SKULL_GAP"]);
});
