import { expect, it } from "vitest";
import { gaussianSmooth } from "../volume/smooth.ts";
import { createCtVolume, createMask } from "../volume/volume.ts";
import { chooseSlices, sliceConfigSchema, sliceImages } from "./slices.ts";

const size = [40, 32, 5] as const;
const geometry = {
  ...{ size, spacing: [1.5, 2, 5] as const, origin: [0, 0, 0] as const },
  direction: [[1, 0, 0] as const, [0, 1, 0] as const, [0, 0, 1] as const] as const,
};
const at = (i: number, j: number, k: number): number => i + 40 * (j + 32 * k);

/** A clot of 12 x 8 voxels on slices 1 to 3, smaller on 1 and 3; HU rise along x. */
function scan() {
  const inside = new Uint8Array(40 * 32 * 5);
  const hu = new Int16Array(inside.length);
  for (let k = 0; k < 5; k++) {
    for (let j = 0; j < 32; j++) {
      for (let i = 0; i < 40; i++) {
        hu[at(i, j, k)] = 2 * i + 10 * k;
        const half = k === 2 ? 6 : k === 1 || k === 3 ? 3 : 0;
        if (Math.abs(i - 20 + 0.5) < half && Math.abs(j - 16 + 0.5) < 4) inside[at(i, j, k)] = 1;
      }
    }
  }
  return { volume: createCtVolume(geometry, hu), mask: createMask(geometry, inside) };
}

const { volume, mask } = scan();

it("looks at the slices that were asked for", () => {
  expect(chooseSlices([0, 3, 9, 4, 0], "largest")).toEqual([2]);
  expect(chooseSlices([9, 3, 0], "largest-3")).toEqual([0, 1]);
  expect(chooseSlices([0, 3, 40, 4, 39], "all")).toEqual([2, 3, 4]);
  expect(chooseSlices(Array(30).fill(5), "all")).toEqual([0, 6, 12, 17, 23, 29]);
  expect(() => chooseSlices([0, 0], "all")).toThrowCode("MASK_EMPTY");
});

it("frames the hematoma of all slices in one square, in mm, and keeps HU in place", () => {
  const config = sliceConfigSchema.parse({
    pixels: 96,
    windowsHu: [
      [0, 100],
      [0, 50],
      [50, 100],
    ],
  });
  const images = sliceImages(volume, mask, config);
  expect(images.map(({ slice, areaMm2 }) => [slice, areaMm2])).toEqual([
    [1, 144],
    [2, 288],
    [3, 144],
  ]);
  const [, middle] = images;
  const { frame, clot, channels } = middle as (typeof images)[number];
  // 48 mm at least: 0.5 mm per pixel, whatever the voxels measure.
  expect([frame.step[0] * 1.5, frame.step[1] * 2]).toBeAllClose([0.5, 0.5], { absolute: 1e-12 });
  const shownMm2 = clot.reduce((sum, share) => sum + share, 0) * 0.25;
  expect(shownMm2).toBeAllClose(288, { relative: 0.01 });
  const center = 48 * 96 + 48;
  const x = frame.left + 48 * frame.step[0];
  expect(channels[center]).toBeAllClose((2 * x + 20) / 100, { absolute: 1e-6 });
  expect(channels[96 * 96 + center]).toBeAllClose(Math.min(1, (2 * x + 20) / 50), { absolute: 1e-6 });
});

it("shows neighbours instead of windows, the edge slice as its own neighbour", () => {
  const config = sliceConfigSchema.parse({ channels: "neighbours", windowsHu: [[0, 200]], pixels: 80, frame: "head" });
  const [image] = sliceImages(
    volume,
    { ...mask, inside: mask.inside.map((_, v) => Number(v === at(20, 16, 0))) },
    config,
  );
  const plane = 80 * 80;
  const center = 40 * 80 + 40;
  const [below, own, above] = [0, 1, 2].map((c) => (image?.channels[c * plane + center] as number) * 200);
  expect(own).toBe(below);
  expect((above as number) - (own as number)).toBeAllClose(10, { absolute: 1e-4 });
});

it.each([
  ["windows about the clot", { relativeToClot: true }],
  ["neighbours", { channels: "neighbours", windowsHu: [[0, 90]] }],
])("smooths what is looked at as if the whole volume were smoothed: %s", (_what, change) => {
  const noisy = createCtVolume(
    geometry,
    volume.hu.map((value, v) => value + ((v * 37) % 23)),
  );
  const smoothed = gaussianSmooth(noisy, { inPlane: 2, throughPlane: 0 });
  for (const inside of [mask.inside, mask.inside.map((_, v) => Number(v === at(20, 16, 0)))]) {
    const own = { ...mask, inside };
    const look = (of: typeof noisy, smoothMm: number) =>
      sliceImages(of, own, sliceConfigSchema.parse({ pixels: 80, ...change, smoothMm })).map(
        ({ channels }) => channels,
      );
    expect(look(noisy, 2)).toEqual(look(smoothed, 0));
  }
});

it("refuses what does not go together", () => {
  const two = sliceConfigSchema.parse({
    windowsHu: [
      [0, 1],
      [0, 2],
    ],
  });
  expect(() => sliceImages(volume, mask, two)).toThrowCode("CONFIG_INVALID");
  expect(() => sliceImages(volume, { ...mask, inside: new Uint8Array(3) }, two)).toThrowCode("GEOMETRY_MISMATCH");
  expect(() => sliceConfigSchema.parse({ windowsHu: [[80, 0]] })).toThrow("lower below upper");
});
