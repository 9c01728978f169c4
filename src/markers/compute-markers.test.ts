import { expect, it } from "vitest";
import { clotPhantom } from "../../test/support/clot-phantom.ts";
import { axialGeometry } from "../../test/support/phantoms.ts";
import { maskMl } from "../volume/volume.ts";
import { abc2Ml } from "./abc2.ts";
import { computeMarkers } from "./compute-markers.ts";

it("reads every sign, with volumes beside them", () => {
  const { volume, mask } = clotPhantom({ pixelMm: 0.75, clotHu: ([x]) => (x < -3 ? 38 : 65) });
  const result = computeMarkers(volume, mask);
  expect(result.volumeMl).toBe(maskMl(mask));
  expect(result.abc2Ml).toBe(abc2Ml(mask));
  expect(result.sectionThicknessMm).toBeCloseTo(5, 9);
  expect(result.markers["blend-sign"]).toMatchObject({ state: "present", confidence: 1 });
  expect(result.markers["irregular-shape"]).toMatchObject({ state: "absent", confidence: 1 });
});

it("is less confident about a gap that depends on where the edge is drawn", () => {
  const { volume, mask } = clotPhantom({ pixelMm: 0.75, clotHu: ([x]) => (x < -13.5 ? 45 : 65) });
  const marker = computeMarkers(volume, mask).markers["blend-sign"];
  expect(marker.confidence).toBeGreaterThan(0);
  expect(marker.confidence).toBeLessThan(1);
});

it("has no confidence in what it cannot judge", () => {
  const { volume, mask } = clotPhantom({ pixelMm: 1, isClot: (point) => Math.hypot(...point) <= 3 });
  const marker = computeMarkers(volume, mask).markers["blend-sign"];
  expect(marker).toMatchObject({ state: "not-assessable", confidence: 0, slice: null });
  expect(marker.reason).toMatch(/sections/);
});

it("refuses a mask from another grid", () => {
  const { volume, mask } = clotPhantom({ pixelMm: 1 });
  const other = { ...mask, geometry: axialGeometry([72, 72, 12], [1, 1, 4]) };
  expect(() => computeMarkers(volume, other)).toThrowCode("GEOMETRY_MISMATCH");
});
