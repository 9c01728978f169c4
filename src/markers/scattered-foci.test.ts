import { expect, it } from "vitest";
import { axialGeometry, maskOf, volumeOf } from "../../test/support/phantoms.ts";
import type { Vec3 } from "../math/vec3.ts";
import { islandSign, satelliteSign } from "./scattered-foci.ts";
import { sectionsOf } from "./section.ts";

const geometry = axialGeometry([180, 180, 5], [0.5, 0.5, 5]);
const disc =
  (x0: number, y0: number, radius: number) =>
  ([x, y]: Vec3) =>
    Math.hypot(x - x0, y - y0) <= radius;
const sectionsWith = (...parts: ((point: Vec3) => boolean)[]) => {
  const mask = maskOf(geometry, (point) => parts.some((part) => part(point)));
  return sectionsOf(
    volumeOf(geometry, () => 60),
    mask,
  );
};
const main = disc(0, 0, 14);

it("finds a satellite and measures its diameter and its distance", () => {
  const reading = satelliteSign(sectionsWith(main, disc(24, 0, 3)));
  expect(reading).toMatchObject({ state: "present", quantities: { satellites: 1 } });
  // Both are measured on pixels of 0.5 mm.
  expect(reading.quantities.diameterMm).toBeAllClose(6, { absolute: 0.6 });
  expect(reading.quantities.gapMm).toBeAllClose(7, { absolute: 0.6 });
  expect(reading.outline.every(([x]) => x > 90 + 2 * 20)).toBe(true);
});

it("a focus above 10 mm, above 20 mm away, below 1 mm away or of a few pixels is no satellite", () => {
  for (const focus of [disc(24, 0, 5.6), disc(39, 0, 3), disc(16.9, 0, 2.4), disc(24, 0, 1)]) {
    expect(satelliteSign(sectionsWith(main, focus))).toMatchObject({ state: "absent", quantities: { satellites: 0 } });
  }
});

it("a focus above the main hematoma, on a section without it, is a satellite", () => {
  const below = ([x, y, z]: Vec3) => z < 3 && Math.hypot(x, y) <= 14;
  const above = ([x, y, z]: Vec3) => z > 8 && Math.hypot(x - 8, y) <= 3;
  expect(satelliteSign(sectionsWith(below, above))).toMatchObject({ state: "present", quantities: { satellites: 1 } });
});

it("the slanted end of the clot on the section beyond its last is no satellite; what goes on upwards there is one", () => {
  const below = ([x, y, z]: Vec3) => z < 3 && Math.hypot(x, y) <= 14;
  const tip = ([x, y, z]: Vec3) => z > 3 && z < 8 && Math.hypot(x - 15, y) <= 3;
  const focus = ([x, y, z]: Vec3) => z > 3 && Math.hypot(x - 17, y) <= 3;
  expect(satelliteSign(sectionsWith(below, tip))).toMatchObject({ state: "absent", quantities: { satellites: 0 } });
  expect(satelliteSign(sectionsWith(below, focus))).toMatchObject({ state: "present", quantities: { satellites: 1 } });
});

it("three separate small foci make the island sign, two do not", () => {
  const foci = [disc(22, 0, 4), disc(-22, 0, 4), disc(0, 22, 4)];
  expect(islandSign(sectionsWith(main, ...foci))).toMatchObject({ state: "present", quantities: { separateFoci: 3 } });
  expect(islandSign(sectionsWith(main, ...foci.slice(1)))).toMatchObject({
    state: "absent",
    quantities: { separateFoci: 2 },
  });
});

it("an island under the slanted wall of the clot is still an island; one that goes on upwards is one, not two", () => {
  const slanted = ([x, y, z]: Vec3) => Math.hypot(x - 0.8 * z, y) <= 14;
  const islands = [-1, 0, 1].map(
    (n) =>
      ([x, y, z]: Vec3) =>
        Math.abs(z) < 6 && Math.hypot(x - 19 - 3 * (1 - Math.abs(n)), y - 12 * n) <= 3.5 && !slanted([x - 2.5, y, z]),
  );
  const reading = islandSign(sectionsWith(slanted, ...islands));
  expect(reading).toMatchObject({ state: "present", quantities: { separateFoci: 3 } });
});

it("joined foci count from four on, when they hang on a neck", () => {
  const bubbles = [disc(17, 0, 4), disc(-17, 0, 4), disc(0, 17, 4), disc(0, -17, 4)];
  expect(islandSign(sectionsWith(main, ...bubbles))).toMatchObject({ state: "present", quantities: { joinedFoci: 4 } });
  expect(islandSign(sectionsWith(main, ...bubbles.slice(1)))).toMatchObject({
    state: "absent",
    quantities: { joinedFoci: 3 },
  });
  expect(islandSign(sectionsWith(main, ...bubbles.slice(1), disc(16, 16, 4)))).toMatchObject({ state: "present" });
});

it("a wave of the edge on a wide base is no joined focus", () => {
  const waves = ([x, y]: Vec3) => Math.hypot(x, y) <= 16 + 3 * Math.sin(9 * Math.atan2(y, x));
  expect(islandSign(sectionsWith(waves))).toMatchObject({ state: "absent", quantities: { joinedFoci: 0 } });
});

it("lobulation without necks is no island", () => {
  const lobes = ([x, y]: Vec3) => Math.hypot(x, y) <= 16 + 1.5 * Math.sin(6 * Math.atan2(y, x));
  expect(islandSign(sectionsWith(lobes))).toMatchObject({ state: "absent", quantities: { separateFoci: 0 } });
});

it("blood in a ventricle is neither a satellite nor an island, and never the main hematoma beside a clot in the brain", () => {
  const horns = [disc(24, 0, 3), disc(-24, 0, 3), disc(0, 24, 3)];
  const large = disc(-34, 0, 9);
  const mask = maskOf(geometry, (point) => [main, ...horns].some((part) => part(point)));
  const ventricular = maskOf(geometry, (point) => [...horns, large].some((part) => part(point)));
  const volume = volumeOf(geometry, () => 60);
  expect([satelliteSign, islandSign].map((read) => read(sectionsOf(volume, mask)).state)).toEqual([
    "present",
    "present",
  ]);
  const known = sectionsOf(volume, mask, ventricular);
  expect([satelliteSign, islandSign].map((read) => read(known).state)).toEqual(["absent", "absent"]);

  const small = maskOf(geometry, (point) => [disc(0, 0, 4), disc(16, 0, 2), large].some((part) => part(point)));
  expect(satelliteSign(sectionsOf(volume, small, ventricular))).toMatchObject({
    state: "present",
    quantities: { satellites: 1 },
  });
});

it("blood that lies in the ventricles alone has a main part like any other", () => {
  const mask = maskOf(geometry, (point) => [main, disc(24, 0, 3)].some((part) => part(point)));
  const volume = volumeOf(geometry, () => 60);
  expect(satelliteSign(sectionsOf(volume, mask, mask))).toMatchObject({
    state: "absent",
    quantities: { satellites: 0 },
  });
});
