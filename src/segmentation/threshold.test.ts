import { describe, expect, it } from "vitest";
import {
  axialGeometry,
  ellipsoidLevel,
  forEachVoxel,
  type HeadPhantom,
  headPhantom,
} from "../../test/support/phantoms.ts";
import { connectedComponents } from "../volume/components.ts";
import { type CtVolume, createCtVolume, type Mask, maskMl } from "../volume/volume.ts";
import { thresholdSegmenter } from "./threshold.ts";

const geometry = axialGeometry([138, 172, 16], [1.3, 1.3, 5]);

const bloodless = headPhantom({ geometry });

/** A head with something painted into the brain: HU where the function gives a number. */
function painted({ volume }: HeadPhantom, paint: (point: readonly number[]) => number | null): CtVolume {
  const hu = volume.hu.slice();
  forEachVoxel(volume.geometry, (v, point) => {
    hu[v] = paint(point) ?? hu[v];
  });
  return createCtVolume(volume.geometry, hu);
}

function overlap(a: Mask, b: Mask): number {
  return a.inside.reduce((sum, value, v) => sum + (value & b.inside[v]), 0) / a.inside.reduce((sum, v) => sum + v, 0);
}

/** Below 1 inside the cavity of the phantom; 1 minus it, times about 67 mm, is the depth. */
const cavityLevel = (point: readonly number[]): number =>
  ellipsoidLevel({ centerMm: [0, 0, -10], radiiMm: [67, 87, 64] }, point as [number, number, number]);

const distractors: Record<string, (point: readonly number[]) => number | null> = {
  "a falx of 3 mm": ([x, y]) => (Math.abs(x) < 1.5 && (y < -35 || y > 35) && cavityLevel([x, y, 0]) < 1 ? 60 : null),
  "calcified choroid plexus": ([x, y, z]) => (Math.hypot(Math.abs(x) - 14, y - 24, z - 5) < 5 ? 250 : null),
  "a calcified pineal gland": ([x, y, z]) => (Math.hypot(x, y - 20, z) < 4 ? 180 : null),
  "a dense sagittal sinus": ([x, y]) => (Math.hypot(x, y - 80) < 6 && cavityLevel([x, y, 0]) < 1 ? 70 : null),
  "a subdural layer of 6 mm": (p) => (p[0] < -30 && cavityLevel(p) < 1 && cavityLevel(p) > 0.91 ? 68 : null),
  "a brightened rim": (p) => (cavityLevel(p) < 1 && cavityLevel(p) > 0.94 ? 50 : null),
};

describe("thresholdSegmenter", () => {
  it.each(Object.entries(distractors))("does not take %s for a hematoma", async (_, paint) => {
    const { mask, findings } = await thresholdSegmenter(painted(bloodless, paint));
    expect(maskMl(mask)).toBe(0);
    expect(findings.map(({ code }) => code)).toContain("NO_HEMATOMA_FOUND");
  });

  it("finds the hematoma among all of them, alone", async () => {
    const head = headPhantom({ geometry, hematomaMl: 12, hematomaCenterMm: [32, 5, 0] });
    const all = (point: readonly number[]): number | null =>
      Object.values(distractors).reduce<number | null>((found, paint) => found ?? paint(point), null);
    const { mask, findings } = await thresholdSegmenter(painted(head, all));
    expect(connectedComponents(mask, 26).components.length).toBe(1);
    expect(overlap(mask, head.hematoma)).toBeGreaterThan(0.85);
    expect(overlap(head.hematoma, mask)).toBeGreaterThan(0.85);
    expect(findings.map(({ code }) => code)).toContain("BRIGHT_REGIONS_EXCLUDED");
  });

  it("keeps a clot that grew around calcification, and one that reaches the cortex", async () => {
    const around = headPhantom({ geometry, hematomaMl: 20 });
    const calcified = painted(around, ([x, y, z]) => (Math.hypot(x - 26, y - 5, z) < 3 ? 200 : null));
    expect(overlap(around.hematoma, (await thresholdSegmenter(calcified)).mask)).toBeGreaterThan(0.85);
    const lobar = headPhantom({ geometry, hematomaMl: 15, hematomaCenterMm: [46, 0, 0] });
    expect(overlap(lobar.hematoma, (await thresholdSegmenter(lobar.volume)).mask)).toBeGreaterThan(0.85);
  });

  it("draws the faint part of a clot inside an infarct that lies below the density of normal brain", async () => {
    // a dense core of 60 HU, a faint part of 41 HU beside it, both in an infarct of 20 HU
    const paint = ([x, y, z]: readonly number[]): number | null => {
      if (Math.hypot(x - 30, y + 8, z) < 8) return 60;
      if (Math.hypot(x - 30, y - 6, z) < 9) return 41;
      return Math.hypot((x - 30) / 26, y / 36, z / 30) < 1 ? 20 : null;
    };
    const head = painted(bloodless, paint);
    const { mask } = await thresholdSegmenter(head);
    const trueMl = ((4 / 3) * Math.PI * (8 ** 3 + 9 ** 3)) / 1000;
    expect(maskMl(mask)).toBeAllClose(trueMl, { relative: 0.2 });
  });
});
