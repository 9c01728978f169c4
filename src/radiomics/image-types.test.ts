import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { createMask } from "../volume/volume.ts";
import { extractRadiomics } from "./extract.ts";
import { gradientMagnitude } from "./filters/gradient.ts";
import { laplacianOfGaussian } from "./filters/laplacian-of-gaussian.ts";
import { localBinaryPattern, type PatternMethod } from "./filters/local-binary-pattern.ts";
import { pointwise } from "./filters/pointwise.ts";
import { wavelet } from "./filters/wavelet.ts";
import type { Box, ScalarImage } from "./region.ts";
import { resolveSettings } from "./settings-file.ts";

const reference = (name: string): { cases: Record<string, unknown> } =>
  JSON.parse(readFileSync(new URL(`../../test/reference/${name}.json`, import.meta.url), "utf8"));

/** The image that the reference programs filtered: (7 i + 13 j + 29 k + i j) mod 101. */
function pattern(size: readonly [number, number, number]): ScalarImage {
  const values = new Int16Array(size[0] * size[1] * size[2]);
  values.forEach((_, v) => {
    const [i, j, k] = [v % size[0], Math.floor(v / size[0]) % size[1], Math.floor(v / (size[0] * size[1]))];
    values[v] = (7 * i + 13 * j + 29 * k + i * j) % 101;
  });
  const direction = [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ] as const;
  return { geometry: { size, spacing: [0.8, 0.9, 2], origin: [0, 0, 0], direction }, values };
}

function everyFew(values: Float64Array, [nx, ny, nz]: readonly [number, number, number]): number[] {
  const result: number[] = [];
  for (let k = 0; k < nz; k += 3)
    for (let j = 0; j < ny; j += 5)
      for (let i = 0; i < nx; i += 6) result.push(values[i + nx * (j + ny * k)] as number);
  return result;
}

const even = [20, 16, 12] as const;
const odd = [19, 15, 11] as const;
const whole = (size: readonly [number, number, number]): Box => ({ start: [0, 0, 0], size });

describe("against ITK 5.2.1", () => {
  const { cases } = reference("itk-filters");
  it.each([1, 3])("Laplacian of Gaussian at %s mm", (sigma) => {
    const found = laplacianOfGaussian(pattern(even), whole(even), sigma) as Float64Array;
    // Single precision between passes.
    expect(everyFew(found, even)).toBeAllClose(cases[`log-${sigma}`] as number[], { relative: 1e-5, absolute: 1e-4 });
  });

  it("gradient magnitude", () => {
    const found = gradientMagnitude(pattern(even), whole(even), true);
    expect(everyFew(found, even)).toBeAllClose(cases.gradient as number[], { relative: 1e-6 });
  });
});

describe("against PyWavelets 1.1.1", () => {
  const { cases } = reference("pywavelets-swt");
  it.each(Object.entries(cases))("%s on an image of odd size", (name, expected) => {
    const options = { wavelet: name, level: 1, startLevel: 0 };
    const found = new Map([...wavelet(pattern(odd), whole(odd), options)].map((d) => [d.name, d.values]));
    expect(found.size).toBe(8);
    for (const [letters, values] of Object.entries(expected as Record<string, number[]>)) {
      const ours = everyFew(found.get(`wavelet-${letters}`) as Float64Array, odd);
      expect(ours, letters).toBeAllClose(values, { absolute: 2e-9 });
    }
  });
});

describe("local binary patterns", () => {
  const size = [13, 11, 5] as const;

  it.each(Object.entries(reference("skimage-lbp").cases as Record<string, number[]>))(
    "%s equal scikit-image's",
    (name, expected) => {
      const [flatAxis, method, radius, samples] = name.split(" ") as [string, PatternMethod, string, string];
      const options = {
        flatAxis: Number(flatAxis) as 0 | 1 | 2,
        method,
        radius: Number(radius),
        samples: Number(samples),
      };
      expect([...localBinaryPattern(pattern(size), whole(size), options)]).toEqual(expected);
    },
  );

  it("of a region are those of the whole image", () => {
    const options = { flatAxis: 0, method: "uniform", radius: 1, samples: 8 } as const;
    const all = localBinaryPattern(pattern(size), whole(size), options);
    const part = localBinaryPattern(pattern(size), { start: [4, 3, 2], size: [2, 1, 1] }, options);
    expect([...part]).toEqual([0, 1].map((i) => all[4 + i + 13 * (3 + 11 * 2)]));
  });
});

it("a region's filtered values do not depend on how much of the image around it was filtered", () => {
  const size = [90, 80, 60] as const;
  const image = pattern(size);
  const box: Box = { start: [40, 38, 28], size: [6, 5, 4] };
  const cut = (values: Float64Array): number[] => {
    const result: number[] = [];
    for (let k = 28; k < 32; k++)
      for (let j = 38; j < 43; j++) for (let i = 40; i < 46; i++) result.push(values[i + 90 * (j + 80 * k)] as number);
    return result;
  };
  const log = laplacianOfGaussian(image, box, 1) as Float64Array;
  expect(log).toBeAllClose(cut(laplacianOfGaussian(image, whole(size), 1) as Float64Array), { absolute: 1e-4 });
  const options = { wavelet: "coif1", level: 2, startLevel: 0 };
  const all = [...wavelet(image, whole(size), options)];
  [...wavelet(image, box, options)].forEach(({ name, values }, n) => {
    expect(name).toBe(all[n]?.name);
    expect(values).toBeAllClose(cut(all[n]?.values as Float64Array), { absolute: 1e-9 });
  });
});

it("pointwise images keep the largest intensity and the sign", () => {
  const x = Float64Array.of(-100, 0, 25, 100);
  expect(pointwise("square", x, x)).toBeAllClose([100, 0, 6.25, 100], { absolute: 1e-12 });
  expect(pointwise("squareroot", x, x)).toBeAllClose([-100, 0, 50, 100], { absolute: 1e-12 });
  expect(pointwise("logarithm", x, x)[3]).toBeCloseTo(100, 12);
  expect(pointwise("exponential", x, x)).toBeAllClose([0.01, 1, 100 ** 0.25, 100], { absolute: 1e-12 });
  expect(() => pointwise("square", x, new Float64Array(3))).toThrowCode("RADIOMICS_UNDEFINED");
});

it("an image too small for a scale is told, not guessed; an image type that is not offered is refused", () => {
  const small = pattern([6, 6, 3]);
  const mask = createMask(small.geometry, new Uint8Array(108).fill(1));
  const log = resolveSettings({ imageType: { LoG: { sigma: [1] } }, featureClass: { firstorder: null } });
  const { features, findings } = extractRadiomics(small, mask, log);
  expect(features).toEqual({});
  expect(findings.map(({ code }) => code)).toEqual(["LOG_IMAGE_TOO_SMALL"]);
  expect(() => extractRadiomics(small, mask, resolveSettings({ imageType: { LBP3D: {} } }))).toThrowCode(
    "CONFIG_INVALID",
  );
});

it("uneven slices are refused by filters and B-splines", () => {
  const { geometry, values } = pattern([6, 6, 6]);
  const uneven = { ...geometry, sliceOffsetsMm: [0, 2, 4, 7, 9, 11] };
  const mask = createMask(uneven, new Uint8Array(216).fill(1));
  const image = { geometry: uneven, values };
  for (const given of [{ imageType: { Wavelet: {} } }, { setting: { resampledPixelSpacing: [1, 1, 1] } }]) {
    expect(() => extractRadiomics(image, mask, resolveSettings(given))).toThrowCode("RADIOMICS_UNDEFINED");
  }
});
