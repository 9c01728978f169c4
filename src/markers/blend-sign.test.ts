import { describe, expect, it } from "vitest";
import { clotPhantom } from "../../test/support/clot-phantom.ts";
import type { Vec3 } from "../math/vec3.ts";
import { blendSign } from "./blend-sign.ts";
import { sectionsOf } from "./section.ts";

const pixelMm = 0.75;
const blend = (options: Parameters<typeof clotPhantom>[0]) => {
  const { volume, mask } = clotPhantom({ pixelMm, ...options });
  return blendSign(sectionsOf(volume, mask));
};
const leftPart = (darkHu: number) => ({ clotHu: ([x]: Vec3) => (x < -3 ? darkHu : 65) });

describe.each([5, 1])("on slices of %i mm", (sliceMm) => {
  it("finds a darker part beside a brighter one and measures the gap", () => {
    const reading = blend({ ...leftPart(38), sliceMm });
    expect(reading.state).toBe("present");
    // The standard error of a mean over more than 100 pixels is below 0.5 HU; blur at the border adds a little.
    expect(reading.quantities.gapHu).toBeAllClose(27, { absolute: 1.5 });
    expect(reading.outline.length).toBeGreaterThan(10);
  });

  it("does not fire on a homogeneous clot, on a gap below 18 HU, or on a gradual change", () => {
    expect(blend({ sliceMm }).state).toBe("absent");
    expect(blend({ ...leftPart(53), sliceMm }).state).toBe("absent");
    expect(blend({ clotHu: ([x]) => 53 + (20 * x) / 18, sliceMm }).state).toBe("absent");
  });

  it("does not take an enclosed hole for it", () => {
    const reading = blend({ clotHu: (point) => (Math.hypot(...point) < 6 ? 25 : 65), sliceMm });
    expect(reading.state).toBe("absent");
    expect(reading.quantities.enclosedFraction).toBe(1);
  });
});

it("cannot be judged on fewer than three sections", () => {
  expect(blend({ isClot: ([x, y, z]) => Math.hypot(x / 10, y / 10, z / 4) <= 1 }).state).toBe("not-assessable");
});
