import { expect, it } from "vitest";
import { clotPhantom } from "../../test/support/clot-phantom.ts";
import type { Vec3 } from "../math/vec3.ts";
import type { Axes } from "../volume/geometry.ts";
import { fluidLevel } from "./fluid-level.ts";
import { createClot } from "./hypodense-zone.ts";
import { sectionsOf } from "./section.ts";

const level = (clotHu: (point: Vec3) => number, direction?: Axes) => {
  const { volume, mask } = clotPhantom({ pixelMm: 0.75, clotHu });
  const geometry = direction ? { ...volume.geometry, direction } : volume.geometry;
  return fluidLevel(createClot(sectionsOf({ ...volume, geometry }, { ...mask, geometry })));
};

it("finds plasma above cells in a head on its back", () => {
  const reading = level(([, y]) => (y < 2 ? 45 : 65));
  expect(reading.state).toBe("present");
  expect(reading.quantities.layeringDegrees).toBeLessThan(3);
  expect(reading.quantities.gapHu).toBeAllClose(20, { absolute: 1.5 });
});

it("gives the same answer when the rows run the other way", () => {
  const upsideDown: Axes = [
    [1, 0, 0],
    [0, -1, 0],
    [0, 0, 1],
  ];
  expect(level(([, y]) => (y > -2 ? 45 : 65), upsideDown).state).toBe("present");
  expect(level(([, y]) => (y < 2 ? 45 : 65), upsideDown).state).toBe("absent");
});

it("dark below bright, a slope, a vertical line and a curved line are no fluid level", () => {
  expect(level(([, y]) => (y > 2 ? 45 : 65)).state).toBe("absent");
  expect(level(([x, y]) => (y + x < 2 ? 45 : 65))).toMatchObject({ state: "absent" });
  expect(level(([x]) => (x < -3 ? 45 : 65)).state).toBe("absent");
  expect(level(([x, y]) => (Math.hypot(x, y + 12) < 11 ? 45 : 65)).state).toBe("absent");
});

it("measures how far from level a line is", () => {
  const tilted = level(([x, y]) => (y + Math.tan(Math.PI / 6) * x < 2 ? 45 : 65));
  // Half a pixel over the length of the line is 1 degree.
  expect(tilted.quantities.layeringDegrees).toBeAllClose(30, { absolute: 2 });
});

it("finds nothing in a homogeneous clot", () => {
  expect(level(() => 65)).toMatchObject({ state: "absent", quantities: {} });
});
