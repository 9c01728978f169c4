import { describe, expect, it } from "vitest";
import { type ClotPhantomOptions, clotPhantom, inEllipsoid } from "../../test/support/clot-phantom.ts";
import { createRandom } from "../core/random.ts";
import type { Vec3 } from "../math/vec3.ts";
import { blackHoleSign, blendSign, hypodensity, swirlSign } from "./density-signs.ts";
import { createClot, smoothingMm } from "./hypodense-zone.ts";
import { sectionsOf } from "./section.ts";

const clotOf = (options: ClotPhantomOptions) => {
  const { volume, mask } = clotPhantom({ pixelMm: 0.75, ...options });
  return createClot(sectionsOf(volume, mask));
};
const leftPart = (darkHu: number) => ({ clotHu: ([x]: Vec3) => (x < -3 ? darkHu : 65) });
const hole = (darkHu: number, radiusMm: number, stretch = 1) => ({
  clotHu: ([x, y, z]: Vec3) => (Math.hypot(x, y, z / stretch) < radiusMm ? darkHu : 65),
});
const states = (options: ClotPhantomOptions) => {
  const clot = clotOf(options);
  return [blendSign, blackHoleSign, swirlSign, hypodensity].map((read) => read(clot).state);
};

describe.each([5, 1])("on slices of %i mm", (sliceMm) => {
  it("a darker part beside a brighter one is a blend sign, with the gap measured", () => {
    const clot = clotOf({ ...leftPart(38), sliceMm });
    const reading = blendSign(clot);
    expect(reading.state).toBe("present");
    // The standard error of a mean over more than 100 pixels is below 0.5 HU; blur at the border adds a little.
    expect(reading.quantities.gapHu).toBeAllClose(27, { absolute: 1.5 });
    expect(reading.outline.length).toBeGreaterThan(10);
    expect([blackHoleSign, hypodensity].map((read) => read(clot).state)).toEqual(["absent", "absent"]);
  });

  it("none fires on a homogeneous clot, and no blend sign on a gap below 18 HU or a gradual change", () => {
    expect(states({ sliceMm })).toEqual(["absent", "absent", "absent", "absent"]);
    expect(blendSign(clotOf({ ...leftPart(53), sliceMm })).state).toBe("absent");
    expect(blendSign(clotOf({ clotHu: ([x]) => 53 + (20 * x) / 18, sliceMm })).state).toBe("absent");
  });

  it("an enclosed sharp zone of 42 HU is a black hole and a hypodensity, not a blend sign", () => {
    const clot = clotOf({ ...hole(23, 6), sliceMm });
    expect([blendSign, blackHoleSign, hypodensity].map((read) => read(clot).state)).toEqual([
      "absent",
      "present",
      "present",
    ]);
    // In a ball of 6 mm a section of 5 mm is nearly free of partial volume only near its centre.
    expect(blackHoleSign(clot).quantities.gapHu).toBeAllClose(42, { absolute: 3 });
  });

  it("an enclosed zone of 20 HU is a hypodensity but no black hole", () => {
    const clot = clotOf({ ...hole(45, 6), sliceMm });
    expect([blackHoleSign, hypodensity].map((read) => read(clot).state)).toEqual(["absent", "present"]);
  });

  it("a zone as dark as brain through neighbouring sections is a swirl", () => {
    const reading = swirlSign(clotOf({ ...hole(36, 5, 2.4), sliceMm }));
    expect(reading.state).toBe("present");
    expect(reading.quantities.contiguousSections).toBeGreaterThanOrEqual(2);
  });
});

it("a darker part against the skull is a part beside the other: the blur of bone is no wall of clot", () => {
  const { volume, mask } = clotPhantom({
    isClot: (point) => inEllipsoid(point) && point[0] > -12,
    clotHu: ([x]) => (x < -6 ? 38 : 65),
    pixelMm: 0.75,
  });
  const nx = volume.geometry.size[0];
  const hu = volume.hu.map((value, voxel) => {
    const x = ((voxel % nx) - (nx - 1) / 2) * 0.75;
    return value + 1000 / (1 + Math.exp((x + 13.5) / 0.4));
  });
  const clot = createClot(sectionsOf({ ...volume, hu }, mask));
  expect([blendSign, blackHoleSign, hypodensity].map((read) => read(clot).state)).toEqual([
    "present",
    "absent",
    "absent",
  ]);
});

it("a zone on one section only is no swirl", () => {
  const inOneSlice = { clotHu: ([x, y, z]: Vec3) => (Math.hypot(x, y) < 6 && z > 0 && z < 5 ? 36 : 65) };
  const reading = swirlSign(clotOf(inOneSlice));
  expect(reading).toMatchObject({ state: "absent", quantities: { contiguousSections: 1 } });
});

it("cannot be judged on fewer than three sections", () => {
  const flat = { isClot: ([x, y, z]: Vec3) => Math.hypot(x / 10, y / 10, z / 4) <= 1 };
  expect(states(flat)).toEqual(["not-assessable", "not-assessable", "not-assessable", "not-assessable"]);
});

it("a noisier scan is smoothed more, so that its grain is no hypodensity and a zone stays one", () => {
  const random = createRandom(5);
  const noisy = (noiseHu: number, options: ClotPhantomOptions) => {
    const { volume, mask } = clotPhantom({ pixelMm: 1, sliceMm: 5, ...options });
    const hu = Float32Array.from(volume.hu, (value) => value + noiseHu * random.normal());
    return sectionsOf({ ...volume, hu }, mask);
  };
  const [calm, noise] = [noisy(2, {}), noisy(15, {})];
  expect(smoothingMm(calm)).toBe(1);
  expect(smoothingMm(noise)).toBeGreaterThan(1.4);
  const plain = Array.from({ length: 8 }, () => noisy(15, {}));
  const fired = (sigmaMm?: number) =>
    plain.filter((sections) => hypodensity(createClot(sections, sigmaMm)).state === "present").length;
  expect(fired(1)).toBeGreaterThan(fired());
  expect(fired()).toBeLessThanOrEqual(1);
  expect(hypodensity(createClot(noisy(15, hole(40, 6)))).state).toBe("present");
});
