import { expect, it } from "vitest";
import { ringFeatures } from "../../src/pipeline/radiomics-rings.ts";
import { ringAround } from "../../src/radiomics/ring.ts";
import { resolveSettings } from "../../src/radiomics/settings-file.ts";
import type { Geometry } from "../../src/volume/geometry.ts";
import { createMask, voxelsPerSlice } from "../../src/volume/volume.ts";

const direction: Geometry["direction"] = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
];
const geometry: Geometry = { size: [100, 110, 12], spacing: [1.6, 1.6, 5], origin: [0, 0, 0], direction };

/** A skull of bone around brain of 30 HU, in it a clot of 65 HU with edema of 18 HU up to 5 mm around it; the clot touches the skull on one side. */
function head(clotX: number) {
  const distances = Float64Array.from({ length: 132_000 }, (_, v) => {
    const [i, j, k] = [v % 100, Math.floor(v / 100) % 110, Math.floor(v / 11_000)];
    return Math.hypot(1.6 * (i - clotX), 1.6 * (j - 55), 5 * (k - 6));
  });
  const values = Int16Array.from(distances, (mm, v) => {
    const [i, j] = [v % 100, Math.floor(v / 100) % 110];
    const r = Math.hypot((i - 50) / 42, (j - 55) / 48);
    if (r > 1.08) return -1000;
    if (r > 1) return 900;
    if (mm <= 14) return 65;
    return mm <= 19 ? 18 : 30;
  });
  const inside = Uint8Array.from(distances, (mm, v) => (mm <= 14 && values[v] === 65 ? 1 : 0));
  return { image: { geometry, values }, mask: createMask(geometry, inside) };
}

const settings = resolveSettings({ featureClass: { firstorder: ["Mean", "Maximum", "Minimum"], shape: null } });

it("rings see the edema first, then the brain, and are named by their radius; a ring has no shape", () => {
  const { image, mask } = head(50);
  const { features, findings } = ringFeatures(image, mask, [3, 10], settings);
  expect(findings).toEqual([]);
  expect(Object.keys(features)).toEqual(
    ["ring3mm", "ring10mm"].flatMap((ring) =>
      ["Mean", "Maximum", "Minimum"].map((name) => `${ring}_original_firstorder_${name}`),
    ),
  );
  expect(features.ring3mm_original_firstorder_Maximum).toBe(18);
  expect(features.ring10mm_original_firstorder_Maximum).toBe(30);
});

it("a ring ends where the brain does: no bone and no air is in it", () => {
  const { image, mask } = head(14);
  const { features } = ringFeatures(image, mask, [10], settings);
  expect(features.ring10mm_original_firstorder_Maximum).toBeLessThanOrEqual(65);
  expect(features.ring10mm_original_firstorder_Minimum).toBeGreaterThanOrEqual(18);
});

it("a wider ring holds the narrower one, and neither the region", () => {
  const { mask } = head(50);
  const everywhere = createMask(geometry, new Uint8Array(132_000).fill(1));
  const [narrow, wide] = [ringAround(mask, everywhere, 2), ringAround(mask, everywhere, 5)];
  const count = (voxels: Int32Array): number => voxels.reduce((sum, n) => sum + n, 0);
  expect(count(voxelsPerSlice(wide))).toBeGreaterThan(count(voxelsPerSlice(narrow)));
  expect(narrow.inside.every((one, v) => one === 0 || (wide.inside[v] === 1 && mask.inside[v] === 0))).toBe(true);
});

it("an image without a skull has no brain to end at, which is an error", () => {
  const { mask } = head(50);
  const flat = { geometry, values: new Int16Array(132_000).fill(30) };
  expect(() => ringFeatures(flat, mask, [5], settings)).toThrow(/no brain is found/);
});
