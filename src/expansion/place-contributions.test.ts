import { describe, expect, it } from "vitest";
import { createRandom } from "../core/random.ts";
import { createTensor } from "../nn/tensor.ts";
import { acrossSlices, type CnnConfig, cnnConfigSchema, pooledMaps } from "./cnn-features.ts";
import { placeContributions, type SeenImage } from "./place-contributions.ts";

const pixels = 24;
const grids = [
  { channels: 3, side: 8 },
  { channels: 5, side: 3 },
];

/** Two slices with a clot of different size; the maps are noise. */
function seen(seed: number): SeenImage[] {
  const random = createRandom(seed);
  return [5, 8].map((radius, s) => ({
    image: {
      ...{ slice: 4 + s, areaMm2: Math.PI * radius ** 2, pixelMm: 1, channels: new Float32Array(0) },
      clot: Float32Array.from({ length: pixels ** 2 }, (_, i) =>
        Number(Math.hypot((i % pixels) - 11.5, Math.floor(i / pixels) - 11.5) < radius),
      ),
      frame: { left: 0, top: 0, step: [1, 1] as const },
    },
    maps: grids.map(({ channels, side }) =>
      createTensor(
        [1, channels, side, side],
        Float32Array.from({ length: channels * side ** 2 }, () => random.normal()),
      ),
    ),
  }));
}

function rowOf(images: readonly SeenImage[], config: CnnConfig): Float32Array {
  const rows = images.map(({ image, maps }) =>
    Float32Array.from(maps.flatMap((map) => [...pooledMaps(map, image, config)])),
  );
  return acrossSlices(
    rows,
    images.map(({ image }) => image.areaMm2),
    config.acrossSlices,
  );
}

const both = { backbone: "net", taps: ["a", "b"] };
const statistics = ["mean", "spread", "peak"] as const;

describe("places", () => {
  it.each([
    ["a mean", { statistics: ["mean"] }],
    ["a spread", { statistics: ["spread"] }],
    ["a peak", { statistics: ["peak"], regions: ["clot"] }],
    ["the largest slice", { acrossSlices: ["largest"] }],
    ["everything at once", { statistics, regions: ["clot", "interior", "image"], acrossSlices: ["mean", "largest"] }],
  ])("add up to what the head says: %s", (_what, change) => {
    const config = cnnConfigSchema.parse({ ...both, ...change });
    const images = seen(3);
    const row = rowOf(images, config);
    const random = createRandom(8);
    const coefficients = Float64Array.from(row, () => random.normal());
    const means = Float64Array.from(row, () => random.normal());
    const parts = placeContributions(images, config, { coefficients, means });
    expect(parts.map(({ slice, rows, columns }) => [slice, rows, columns])).toEqual([
      [4, 8, 8],
      [5, 8, 8],
    ]);
    const sum = parts.flatMap(({ logOdds }) => [...logOdds]).reduce((total, value) => total + value, 0);
    const whole = row.reduce((total, value, j) => total + coefficients[j]! * (value - means[j]!), 0);
    // The row is rounded to 32 bits.
    expect(sum).toBeAllClose(whole, { absolute: 1e-5 });
  });

  it("are told apart: what is bright in one place counts there alone", () => {
    const config = cnnConfigSchema.parse({ ...both, taps: ["a"], regions: ["image"], statistics: ["mean"] });
    const images = seen(3).map(({ image }) => ({ image, maps: [createTensor([1, 3, 8, 8])] }));
    const at = 2 * 64 + 5 * 8 + 6;
    (images[1] as SeenImage).maps[0]!.data[at] = 64;
    const head = { coefficients: [0, 0, 2], means: [0, 0, 0] };
    const [first, second] = placeContributions(images, config, head);
    expect([...(first?.logOdds ?? [])].some((value) => value !== 0)).toBe(false);
    const share = 64 / (25 + 64);
    expect(second?.logOdds[5 * 8 + 6]).toBeAllClose(2 * share, { relative: 1e-6 });
    expect([...(second?.logOdds ?? [])].filter((value) => value !== 0)).toHaveLength(1);
  });
});
