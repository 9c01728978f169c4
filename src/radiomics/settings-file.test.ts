import { expect, it } from "vitest";
import { ibsiNotation } from "./ibsi-notation.ts";
import { readSettings, resolveSettings } from "./settings-file.ts";

it("an empty file means PyRadiomics' defaults: seven classes of the original image, 107 features", () => {
  const settings = readSettings("");
  expect(settings.features.map(({ family }) => family)).toEqual([
    "shape",
    "firstorder",
    "glcm",
    "glrlm",
    "glszm",
    "gldm",
    "ngtdm",
  ]);
  expect(settings.features.flatMap(({ names }) => names)).toHaveLength(107);
});

it("settings of an image type override the general ones for it alone", () => {
  const { values, imageTypes } = readSettings(
    "imageType:\n  Original: {}\n  LoG:\n    sigma: [1.0, 3]\n    binWidth: 5\nsetting:\n  binWidth: 10\n",
  );
  expect(values.binWidth).toBe(10);
  expect(imageTypes.map(({ name, values: own }) => [name, own.binWidth, own.sigma])).toEqual([
    ["Original", 10, []],
    ["LoG", 5, [1, 3]],
  ]);
});

it("deprecated features are computed when they are named, and only then", () => {
  const named = resolveSettings({ featureClass: { shape: ["Compactness1"], firstorder: [] } });
  expect(named.features[0]?.names).toEqual(["Compactness1"]);
  expect(named.features[1]?.names).not.toContain("StandardDeviation");
});

it("null turns off what can be off and else means the default", () => {
  const { values } = readSettings("setting:\n  interpolator: null\n  resampledPixelSpacing:\n  binWidth:\n");
  expect([values.interpolator, values.resampledPixelSpacing, values.binWidth]).toEqual([null, null, 25]);
});

it.each([
  ["an unknown section", "inputImage:\n  Original: {}"],
  ["an unknown setting", "setting:\n  binwidth: 25"],
  ["an unknown setting of an image type", "imageType:\n  LoG:\n    sigmas: [1]"],
  ["an unknown image type", "imageType:\n  Log: {}"],
  ["an unknown class", "featureClass:\n  glcm2:"],
  ["an unknown feature", "featureClass:\n  glcm: [Contrst]"],
  ["a wrong type", "setting:\n  binWidth: wide"],
  ["a value out of range", "setting:\n  binWidth: 0"],
  ["an interpolator that is not offered", "setting:\n  interpolator: sitkGaussian"],
  ["an unknown wavelet", "setting:\n  wavelet: coif9"],
  ["text that is no YAML", "setting: [1, 2"],
])("refuses %s", (_, text) => {
  expect(() => readSettings(text)).toThrowCode("CONFIG_INVALID");
});

it("tells which keys have no effect", () => {
  expect(readSettings("setting:\n  geometryTolerance: 0.1\nvoxelSetting:\n  kernelRadius: 2\n").ignored).toEqual([
    "geometryTolerance",
    "voxelSetting",
  ]);
});

it("is written in the standard's words", () => {
  const { values } = resolveSettings({
    setting: {
      resampledPixelSpacing: [1, 1, 1],
      resegmentRange: [0, 120],
      binCount: 32,
      normalize: true,
      force2D: true,
    },
  });
  expect(ibsiNotation(values)).toBe("NORM:z x 1, INT:1x1x1mm bspline, RS:[0,120], FBN:32, DIST:1, AGG:2.5D:avg");
});
