import { describe, expect, it } from "vitest";
import { axialGeometry, maskOf, volumeOf } from "../../test/support/phantoms.ts";
import { squaredDistanceMm } from "../volume/distance.ts";
import { complement } from "../volume/morphology.ts";
import { createMask } from "../volume/volume.ts";
import { closeUp, depthMm, distanceToMm, type Section, sectionsOf } from "./section.ts";

const sectionsAt = (sliceMm: number, slices: number) => {
  const geometry = axialGeometry([32, 32, slices], [1, 1, sliceMm]);
  const mask = maskOf(geometry, ([x, y]) => Math.hypot(x, y) < 8);
  return sectionsOf(
    volumeOf(geometry, () => 60),
    mask,
  );
};

it("leaves thick slices as they are and averages thin ones to about 5 mm", () => {
  expect(sectionsAt(5, 6).map((section) => section.thicknessMm)).toEqual([5, 5, 5, 5, 5, 5]);
  expect(sectionsAt(1, 20).map((section) => [section.firstSlice, section.lastSlice])).toEqual([
    [0, 4],
    [5, 9],
    [10, 14],
    [15, 19],
  ]);
  expect(sectionsAt(2.5, 4).map((section) => section.thicknessMm)).toEqual([5, 5]);
  expect(sectionsAt(8, 3)).toHaveLength(3);
});

it("averages HU over the slab, weighted by extent", () => {
  const geometry = axialGeometry([8, 8, 3], [1, 1, 2], { sliceOffsetsMm: [0, 1, 3] });
  const levels = new Map([
    [0, 10],
    [1, 40],
    [3, 70],
  ]);
  const volume = volumeOf(geometry, ([, , z]) => levels.get(Math.round(z - geometry.origin[2])) as number);
  const [section] = sectionsOf(
    volume,
    maskOf(geometry, () => true),
  );
  // Extents 1, 1.5 and 2 mm.
  expect(section?.hu[-section.corner[0] - section.geometry.size[0] * section.corner[1]]).toBeCloseTo(
    (10 + 60 + 140) / 4.5,
    4,
  );
});

it("keeps a margin even at the image's border, and fills holes", () => {
  const geometry = axialGeometry([20, 20, 1], [1, 1, 5]);
  const ring = maskOf(geometry, ([x, y]) => Math.hypot(x, y) < 9.6 && Math.hypot(x, y) > 3);
  const [section] = sectionsOf(
    volumeOf(geometry, () => 60),
    ring,
  );
  expect(section?.corner[0]).toBeLessThan(0);
  const disc = maskOf(geometry, ([x, y]) => Math.hypot(x, y) < 9.6).inside.reduce((sum, value) => sum + value, 0);
  expect(section?.areaMm2).toBe(disc);
});

it("refuses an empty mask and a mask from another grid", () => {
  const geometry = axialGeometry([8, 8, 2], [1, 1, 5]);
  const volume = volumeOf(geometry, () => 60);
  expect(() => sectionsOf(volume, createMask(geometry))).toThrowCode("MASK_EMPTY");
  expect(() =>
    sectionsOf(
      volume,
      maskOf(axialGeometry([8, 8, 2], [1, 1, 4]), () => true),
    ),
  ).toThrowCode("GEOMETRY_MISMATCH");
});

describe("distances on a section", () => {
  const geometry = axialGeometry([40, 36, 1], [0.7, 0.9, 5]);
  const { inside } = maskOf(geometry, ([x, y]) => Math.hypot(x - 3, y + 2) < 6 || Math.hypot(x + 8, y - 9) < 2);
  const whole = (set: Uint8Array) => squaredDistanceMm({ geometry, inside: set }, "slice").map(Math.sqrt);

  it("are those of the whole section inside a set", () => {
    expect(depthMm({ geometry }, inside)).toEqual(whole(complement({ geometry, inside }).inside));
  });

  it("are those of the whole section around a set as far as is asked", () => {
    const near = (values: Float32Array) => values.map((mm) => (mm <= 3 ? mm : Number.POSITIVE_INFINITY));
    expect(near(distanceToMm({ geometry }, inside, 3))).toEqual(near(whole(inside)));
  });

  it("know an empty set", () => {
    const none = new Uint8Array(inside.length);
    expect(depthMm({ geometry }, none).some((mm) => mm > 0)).toBe(false);
    expect(distanceToMm({ geometry }, none, 3).some(Number.isFinite)).toBe(false);
  });
});

it("a close-up shows the same pixels, and brings them back", () => {
  const [section] = sectionsAt(5, 1);
  const { part, whole } = closeUp(section, 3);
  expect(part.inside.length).toBeLessThan(section.inside.length);
  expect(whole(part.inside)).toEqual(section.inside);
  const at = ({ hu, corner, geometry }: Section) => hu[20 - corner[0] + geometry.size[0] * (16 - corner[1])];
  expect(at(part)).toBe(at(section));
});
