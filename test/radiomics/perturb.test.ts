import { expect, it } from "vitest";
import { createRandom } from "../../src/core/random.ts";
import { intraclassCorrelation } from "../../src/evaluation/agreement.ts";
import { extractRadiomics } from "../../src/radiomics/extract.ts";
import { chainOf, perturbed } from "../../src/radiomics/perturb/chain.ts";
import { moved } from "../../src/radiomics/perturb/move.ts";
import { noiseLevel } from "../../src/radiomics/perturb/noise.ts";
import { withVolume } from "../../src/radiomics/perturb/outline.ts";
import type { ScalarImage } from "../../src/radiomics/region.ts";
import { resolveSettings } from "../../src/radiomics/settings-file.ts";
import type { Geometry } from "../../src/volume/geometry.ts";
import { createMask, type Mask, voxelsPerSlice } from "../../src/volume/volume.ts";

const geometry: Geometry = {
  size: [40, 36, 12],
  spacing: [1, 1, 2],
  origin: [0, 0, 0],
  direction: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
};

/** A ball of 60 HU in tissue of 30 HU, both with noise of 5 HU: balls differ in size and in nothing else. */
function ball(radiusMm: number, seed: number): { image: ScalarImage; mask: Mask } {
  const random = createRandom(seed);
  const inside = Uint8Array.from({ length: 40 * 36 * 12 }, (_, v) => {
    const [i, j, k] = [v % 40, Math.floor(v / 40) % 36, Math.floor(v / 1440)];
    return Math.hypot(i - 20, j - 18, 2 * (k - 6)) <= radiusMm ? 1 : 0;
  });
  const values = Int16Array.from(inside, (one) => Math.round(30 + 30 * one + 5 * random.normal()));
  return { image: { geometry, values }, mask: createMask(geometry, inside) };
}

const voxels = (mask: Mask): number => voxelsPerSlice(mask).reduce((sum, n) => sum + n, 0);

it("finds the noise of an image, edges or not", () => {
  expect(noiseLevel(ball(8, 1).image)).toBeGreaterThan(4.6);
  expect(noiseLevel(ball(8, 1).image)).toBeLessThan(5.6);
});

it("moves by whole voxels as a copy would, and a turn keeps the volume", () => {
  const { image, mask } = ball(7, 2);
  const there = moved(image, mask, { degrees: 0, voxels: [2, 1, 0] });
  expect(there.mask.inside[22 + 40 * (19 + 36 * 6)]).toBe(mask.inside[20 + 40 * (18 + 36 * 6)]);
  expect(there.image.values[22 + 40 * (19 + 36 * 6)]).toBe(image.values[20 + 40 * (18 + 36 * 6)]);
  const turned = voxels(moved(image, mask, { degrees: 13, voxels: [0, 0, 0] }).mask) / voxels(mask);
  expect(Math.abs(turned - 1)).toBeLessThan(0.05);
});

it("grows and shrinks to the volume asked for, inside out", () => {
  const { mask } = ball(7, 3);
  for (const change of [-0.2, 0, 0.15]) {
    const other = withVolume(mask, change, createRandom(1));
    expect(voxels(other)).toBe(Math.round(voxels(mask) * (1 + change)));
    const kept = other.inside.filter((one, v) => one === 1 && mask.inside[v] === 1).length;
    expect(kept).toBe(Math.min(voxels(mask), voxels(other)));
  }
});

it("refuses a chain that is none", () => {
  expect(() => chainOf("XY")).toThrow(/letters N/);
  expect(() => chainOf("")).toThrow(/letters N/);
  expect(() => chainOf("NN")).toThrow(/each once/);
});

it("the same seed gives the same perturbation", () => {
  const { image, mask } = ball(6, 4);
  const once = perturbed(image, mask, "NRTVC", createRandom(9));
  const again = perturbed(image, mask, "NRTVC", createRandom(9));
  expect(Buffer.compare(again.mask.inside, once.mask.inside)).toBe(0);
  expect(again.image.values.every((x, v) => x === once.image.values[v])).toBe(true);
  expect(once.image.values).toBeInstanceOf(Int16Array);
});

it("volume is robust where balls differ in size; skewness is not, where only noise makes it differ", () => {
  const names = ["original_shape_MeshVolume", "original_firstorder_Skewness"] as const;
  const settings = resolveSettings({ featureClass: { shape: ["MeshVolume"], firstorder: ["Skewness"] } });
  const rows = [5, 6, 7, 8, 9, 10].map((radius) => {
    const { image, mask } = ball(radius, 100 + radius);
    return [0, 1, 2, 3].map((n) => {
      const other = perturbed(image, mask, "NRTVC", createRandom(1).fork(`${radius} ${n}`));
      return extractRadiomics(other.image, other.mask, settings).features;
    });
  });
  const icc = (name: string) => intraclassCorrelation(rows.map((row) => row.map((f) => f[name]))).oneWay;
  expect(icc(names[0]).low).toBeGreaterThan(0.75);
  expect(icc(names[1]).value).toBeLessThan(0.5);
});
