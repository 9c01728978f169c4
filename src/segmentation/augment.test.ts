import fc from "fast-check";
import { expect, it } from "vitest";
import { createRandom } from "../core/random.ts";
import { makePaler, makeTwoDensities } from "./augment-blood.ts";
import { augmentHu, type HuRange } from "./augment-hu.ts";
import { centredMap, randomMap, sampleAt } from "./augment-space.ts";
import { neighboursOf, writeChannels } from "./network-input.ts";
import { parseTrainingConfig } from "./training-config.ts";

const { hu: usual, space } = parseTrainingConfig({});
const [patch, slab] = [[16, 24] as const, [24, 32] as const];

it("the centred map cuts out the middle, exactly", () => {
  const values = Int16Array.from({ length: slab[0] * slab[1] }, (_, v) => v);
  const result = new Float32Array(patch[0] * patch[1]);
  sampleAt(values, slab, centredMap(patch, slab), result);
  expect(Array.from(result)).toEqual(Array.from(result, (_, p) => 4 + (p % 16) + 24 * (4 + Math.floor(p / 16))));
});

it("random maps stay near the middle and sampling stays within the values", () => {
  fc.assert(
    fc.property(fc.nat(10_000), (seed) => {
      const map = randomMap(patch, slab, space, createRandom(seed));
      const result = new Float32Array(patch[0] * patch[1]);
      sampleAt(
        Uint8Array.from({ length: slab[0] * slab[1] }, (_, v) => v % 256),
        slab,
        map,
        result,
      );
      return map.x.every(Number.isFinite) && map.y.every(Number.isFinite) && result.every((v) => v >= 0 && v <= 255);
    }),
    { numRuns: 50 },
  );
});

it("HU stay finite under every augmentation, also at the extremes of the scale", () => {
  const always: HuRange = { ...usual, blurChance: 1, lowResolutionChance: 1, streakChance: 1 };
  fc.assert(
    fc.property(fc.nat(10_000), fc.constantFrom(-1024, 0, 100, 3071), (seed, value) => {
      const slices = [0, 1, 2].map(() => Float32Array.from({ length: 16 * 24 }, (_, p) => (p % 5 === 0 ? value : 30)));
      augmentHu(slices, 16, always, createRandom(seed));
      return slices.every((slice) => slice.every(Number.isFinite));
    }),
    { numRuns: 50 },
  );
});

it("changes nothing when every range is nothing", () => {
  const none: HuRange = {
    ...{ shiftHu: 0, contrastFactor: 1, gammaFactor: 1, noiseHu: 0 },
    ...{ blurChance: 0, lowResolutionChance: 0, streakChance: 0, windowedChance: 0, paleChance: 0, paleness: 0 },
    twoDensitiesChance: 0,
  };
  const slice = Float32Array.of(-100, 0, 30, 60, 90, 300);
  augmentHu([slice], 3, none, createRandom(1));
  // 32-bit rounding of (hu - 33) + 33
  expect(slice).toBeAllClose([-100, 0, 30, 60, 90, 300], { absolute: 1e-4 });
});

it("a paler hematoma keeps its place: only its contrast falls, never below a quarter, and brain stays", () => {
  for (let seed = 0; seed < 20; seed++) {
    const slice = Float32Array.from({ length: 200 }, (_, p) => (p < 100 ? 63 : p < 150 ? 33 : 20));
    const share = Float32Array.from({ length: 200 }, (_, p) => (p < 100 || p >= 150 ? 1 : 0));
    makePaler([slice], [share], 20, { paleChance: 1, paleness: 0.55 }, createRandom(seed));
    expect(slice.subarray(0, 100).every((value) => value >= 33 + 0.25 * 30 - 1e-3 && value <= 63)).toBe(true);
    expect(slice.subarray(100, 150).every((value) => value === 33)).toBe(true);
    expect(slice.subarray(150).every((value) => value === 20)).toBe(true);
  }
  const untouched = Float32Array.of(63);
  makePaler([untouched], [Float32Array.of(1)], 1, { paleChance: 0, paleness: 0.55 }, createRandom(1));
  expect(untouched[0]).toBe(63);
});

it("two densities: beyond a line blood is paler and stays denser than brain, on every slice alike; brain stays", () => {
  const columns = 20;
  const blood = Float32Array.from({ length: 400 }, (_, p) => (p % columns < 12 ? 1 : 0));
  let levels = 0;
  for (let seed = 0; seed < 40; seed++) {
    const slices = [0, 1, 2].map(() => blood.map((share) => 33 + 30 * share));
    const done = makeTwoDensities(
      slices,
      [blood, blood, blood],
      columns,
      { twoDensitiesChance: 1 },
      createRandom(seed),
    );
    const inside = Array.from(slices[1]).filter((_, p) => blood[p] === 1);
    if (!done) {
      expect(inside.every((value) => value === 63)).toBe(true);
      continue;
    }
    expect(Math.min(...inside)).toBeLessThanOrEqual(63 - 6);
    expect(Math.min(...inside)).toBeGreaterThanOrEqual(33);
    expect(slices[1].every((value, p) => blood[p] === 1 || value === 33)).toBe(true);
    expect(slices[0]).toEqual(slices[1]);
    expect(slices[2]).toEqual(slices[1]);
    const alongRow = slices[1].subarray(0, 12).every((value) => value === slices[1][0]);
    if (alongRow) levels++;
  }
  expect(levels).toBeGreaterThan(2);
  expect(levels).toBeLessThan(25);
});

it("two densities need blood on the middle slice and room above brain", () => {
  const always = { twoDensitiesChance: 1 };
  const elsewhere = [Float32Array.of(63), Float32Array.of(33), Float32Array.of(63)];
  const shares = [Float32Array.of(1), Float32Array.of(0), Float32Array.of(1)];
  expect(makeTwoDensities(elsewhere, shares, 1, always, createRandom(1))).toBe(false);
  const pale = [Float32Array.of(36, 36, 36, 36)];
  expect(makeTwoDensities(pale, [new Float32Array(4).fill(1)], 2, always, createRandom(1))).toBe(false);
  expect(pale[0]).toEqual(new Float32Array(4).fill(36));
  const dense = [new Float32Array(4).fill(63)];
  expect(makeTwoDensities(dense, [new Float32Array(4).fill(1)], 2, { twoDensitiesChance: 0 }, createRandom(1))).toBe(
    false,
  );
});

it("an imitated 8-bit image ends at its window", () => {
  const none = {
    ...usual,
    shiftHu: 0,
    contrastFactor: 1,
    gammaFactor: 1,
    noiseHu: 0,
    blurChance: 0,
    lowResolutionChance: 0,
  };
  const slice = Float32Array.of(-50, 30, 150);
  augmentHu([slice], 3, { ...none, streakChance: 0, windowedChance: 1 }, createRandom(1));
  expect(slice).toBeAllClose([-100, 30, 300], { absolute: 1e-4 });
});

it("channels are windows of the slices seen, from below upwards, clamped to [-1, 1]", () => {
  const channels = new Float32Array(3 * 2 * 2);
  const slices = [0, 1, 2].map((k) => Float32Array.of(40 * k, 500));
  writeChannels(
    slices,
    {
      windowsHu: [
        [0, 80],
        [-50, 200],
      ],
    },
    channels,
  );
  // 2 (hu - low) / (high - low) - 1
  expect(channels).toBeAllClose([-1, 1, -0.6, 1, 0, 1, -0.28, 1, 1, 1, 0.04, 1], { absolute: 1e-6 });
  expect(neighboursOf(0, 1)).toEqual([0, 0, 0]);
  expect(neighboursOf(4, 5)).toEqual([3, 4, 4]);
});
