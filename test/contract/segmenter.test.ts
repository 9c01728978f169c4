/**
 * What every segmenter promises, checked on every implementation: its mask has the grid of its input, the same input gives the same output, the
 * input stays as it was, axes may run in any order and sign, a bloodless head stays empty, a plain hematoma is found, and what is no head is refused.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ProgressEvent } from "../../src/core/progress.ts";
import { defaultSegmenterName, openSegmenterBundle } from "../../src/pipeline/segmenter-bundle.ts";
import type { Segmentation, Segmenter } from "../../src/segmentation/segmenter.ts";
import { thresholdSegmenter } from "../../src/segmentation/threshold.ts";
import { requireSameGrid } from "../../src/volume/geometry.ts";
import { type AxisOrder, inverseOrder, reorderMask, reorderVolume } from "../../src/volume/orient.ts";
import { AIR_HU, type CtVolume, createCtVolume, type Mask, maskMl } from "../../src/volume/volume.ts";
import { axialGeometry, headGeometry, headPhantom, volumeOf } from "../support/phantoms.ts";

const network = await openSegmenterBundle();
afterAll(() => network.release());

/** Adding a segmenter is adding a row. */
const segmenters: readonly { name: string; segment: Segmenter }[] = [
  { name: "threshold", segment: thresholdSegmenter },
  { name: defaultSegmenterName, segment: network.segment },
];

function dice(a: Mask, b: Mask): number {
  let both = 0;
  let sum = 0;
  for (let v = 0; v < a.inside.length; v++) {
    both += a.inside[v] & b.inside[v];
    sum += a.inside[v] + b.inside[v];
  }
  return (2 * both) / sum;
}

/** How many values differ; comparing half a million one by one in a matcher takes seconds. */
function differing(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let count = Math.abs(a.length - b.length);
  for (let v = 0; v < a.length; v++) if (a[v] !== b[v]) count++;
  return count;
}

const head = headPhantom({ hematomaMl: 30 });

describe.each(segmenters)("$name", ({ segment }) => {
  let found: Segmentation;
  beforeAll(async () => {
    found = await segment(head.volume);
  });

  it("gives a mask on the grid of the volume, of zeros and ones, and says which model made it", () => {
    expect(found.mask.geometry).toEqual(head.volume.geometry);
    requireSameGrid(found.mask.geometry, head.volume.geometry, "mask and volume");
    expect(found.mask.inside.every((value) => value <= 1)).toBe(true);
    expect(found.model.name).toMatch(/./);
    expect(found.model.version).toMatch(/^\d+\.\d+\.\d+$/);
  });

  it("gives probabilities in [0, 1], if any", () => {
    const probability = found.probability ?? new Float32Array(head.volume.hu.length);
    expect(probability.length).toBe(head.volume.hu.length);
    expect(probability.every((p) => p >= 0 && p <= 1)).toBe(true);
  });

  it("finds a plain hematoma of 30 mL", () => {
    expect(dice(found.mask, head.hematoma)).toBeGreaterThan(0.8);
    // Dice of .8 allows a third too much or too little
    expect(maskMl(found.mask)).toBeAllClose(30, { relative: 0.33 });
  });

  it("gives the same again, and leaves its input alone", async () => {
    const before = head.volume.hu.slice();
    const again = await segment(head.volume);
    expect(differing(again.mask.inside, found.mask.inside)).toBe(0);
    expect({ ...again, mask: null, probability: null }).toEqual({ ...found, mask: null, probability: null });
    expect(differing(again.probability ?? [], found.probability ?? [])).toBe(0);
    expect(differing(head.volume.hu, before)).toBe(0);
  });

  it.each([
    { from: [0, 1, 2], flipped: [true, false, false] },
    { from: [0, 1, 2], flipped: [false, true, true] },
    { from: [2, 0, 1], flipped: [false, false, true] },
    { from: [1, 2, 0], flipped: [true, true, false] },
  ] satisfies AxisOrder[])("does not depend on the order and sign of the axes: $from, $flipped", async (order) => {
    const { mask } = await segment(reorderVolume(head.volume, order));
    const back = reorderMask(mask, inverseOrder(order));
    expect(differing(back.inside, found.mask.inside)).toBe(0);
  });

  it("finds nothing to speak of in a head without blood", async () => {
    const { mask, findings } = await segment(headPhantom({ seed: 2 }).volume);
    expect(maskMl(mask)).toBeLessThan(0.5);
    const codes = findings.map(({ code }) => code);
    if (maskMl(mask) === 0) expect(codes).toContain("NO_HEMATOMA_FOUND");
  });

  it("takes Float32 and Int16 values alike", async () => {
    const float = createCtVolume(head.volume.geometry, Float32Array.from(head.volume.hu));
    expect(differing((await segment(float)).mask.inside, found.mask.inside)).toBe(0);
  });

  it("works on uneven gaps, with rows of air where tilt was removed, and on thin slices", async () => {
    const offsets = Array.from({ length: 24 }, (_, k) => (k < 12 ? 4 * k : 44 + 7 * (k - 11)));
    const uneven = axialGeometry([128, 176, 24], [1.5, 1.5, 7], {
      sliceOffsetsMm: offsets,
      origin: [-96, -142, -66],
    });
    const thin = axialGeometry([128, 160, 140], [1.5, 1.5, 1]);
    for (const geometry of [uneven, thin]) {
      const phantom = headPhantom({ geometry, hematomaMl: 30 });
      const { mask } = await segment(withAirRows(phantom.volume, 6));
      expect(dice(mask, phantom.hematoma)).toBeGreaterThan(0.8);
    }
  });

  it.each([
    ["air", volumeOf(headGeometry, () => -1000)],
    ["a block of bone", volumeOf(headGeometry, () => 900)],
    ["a bottle of water", volumeOf(headGeometry, ([x, y]) => (Math.hypot(x, y) < 80 ? 0 : -1000))],
    ["soft tissue around a spine", volumeOf(headGeometry, torso)],
    ["one voxel", createCtVolume(axialGeometry([1, 1, 1], [1, 1, 1]), Int16Array.of(50))],
  ] satisfies [string, CtVolume][])("refuses %s, with a reason", async (_, volume) => {
    const { mask, findings } = await segment(volume);
    expect(maskMl(mask)).toBe(0);
    expect(findings.map(({ code }) => code)).toContain("NO_BRAIN_FOUND");
  });

  it("tells its progress to the end", async () => {
    const events: ProgressEvent[] = [];
    await segment(head.volume, { onProgress: (event) => events.push(event) });
    expect(events.length).toBeGreaterThan(1);
    expect(events.at(-1)?.done).toBe(events.at(-1)?.total);
  });
});

/** The first rows of every slice as they are where no source image covers them. */
function withAirRows({ geometry, hu }: CtVolume, rows: number): CtVolume {
  const [nx, ny, nz] = geometry.size;
  const values = hu.slice();
  for (let k = 0; k < nz; k++) values.fill(AIR_HU, k * nx * ny, k * nx * ny + rows * nx);
  return createCtVolume(geometry, values);
}

function torso([x, y]: readonly number[]): number {
  if (Math.hypot(x, y - 50) < 18) return 600;
  return Math.hypot(x / 90, y / 80) < 1 ? 50 : -1000;
}
