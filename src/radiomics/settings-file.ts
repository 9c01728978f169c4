/** Extraction settings from PyRadiomics' parameter files as they are, checked key by key. */
import { parse as parseYaml } from "yaml";
import { HemacastError, messageOf } from "../core/errors.ts";
import { parseWith, z } from "../core/schema.ts";
import { type FamilyName, familyNames, featureNamesOf } from "./families.ts";
import type { Interpolator } from "./interpolate.ts";
import {
  defaultFamilies,
  defaultValues,
  type ExtractionValues,
  type ImageTypeName,
  imageTypeNames,
  type RadiomicsSettings,
} from "./settings.ts";
import { waveletNames } from "./wavelet-filters.ts";

const positive = z.number().positive();
const whole = z.int().min(0);

/** Every key of PyRadiomics' `setting` section; null means the default. */
const settingSchema = z.strictObject({
  minimumROIDimensions: z.int().min(1).max(3).nullish(),
  minimumROISize: whole.nullish(),
  geometryTolerance: positive.nullish(),
  correctMask: z.boolean().nullish(),
  additionalInfo: z.boolean().nullish(),
  label: z.int().min(1).nullish(),
  label_channel: whole.nullish(),
  binWidth: positive.nullish(),
  binCount: z.int().min(1).max(4096).nullish(),
  normalize: z.boolean().nullish(),
  normalizeScale: positive.nullish(),
  removeOutliers: positive.nullish(),
  resampledPixelSpacing: z.array(z.number().min(0)).length(3).nullish(),
  interpolator: z.union([z.string(), z.int()]).nullish(),
  padDistance: whole.nullish(),
  distances: z.array(z.int().min(1).max(16)).min(1).nullish(),
  force2D: z.boolean().nullish(),
  force2Ddimension: z.int().min(0).max(2).nullish(),
  resegmentRange: z.array(z.number()).min(1).max(2).nullish(),
  resegmentMode: z.enum(["absolute", "relative", "sigma"]).nullish(),
  resegmentShape: z.boolean().nullish(),
  preCrop: z.boolean().nullish(),
  sigma: z.array(positive).min(1).nullish(),
  start_level: whole.max(5).nullish(),
  level: z.int().min(1).max(5).nullish(),
  wavelet: z.enum(waveletNames as [string, ...string[]]).nullish(),
  gradientUseSpacing: z.boolean().nullish(),
  lbp2DRadius: positive.max(64).nullish(),
  lbp2DSamples: z.int().min(1).max(30).nullish(),
  lbp2DMethod: z.enum(["default", "ror", "uniform", "var"]).nullish(),
  lbp3DLevels: z.int().min(1).max(8).nullish(),
  lbp3DIcosphereRadius: positive.max(64).nullish(),
  lbp3DIcosphereSubdivision: whole.max(4).nullish(),
  voxelArrayShift: z.int().nullish(),
  symmetricalGLCM: z.boolean().nullish(),
  weightingNorm: z.enum(["manhattan", "euclidean", "infinity", "no_weighting"]).nullish(),
  gldm_a: whole.nullish(),
});

/** The parameter file. `voxelSetting` belongs to feature maps; it is checked and has no effect here, as in PyRadiomics' own extraction per region. */
const fileSchema = z.strictObject({
  setting: settingSchema.nullish(),
  imageType: z.partialRecord(z.enum(imageTypeNames), settingSchema.nullish()).nullish(),
  featureClass: z.partialRecord(z.enum(familyNames), z.array(z.string()).nullish()).nullish(),
  voxelSetting: z
    .strictObject({
      kernelRadius: z.int().min(1).nullish(),
      maskedKernel: z.boolean().nullish(),
      initValue: z.union([z.number(), z.nan(), z.string()]).nullish(),
      voxelBatch: z.int().nullish(),
    })
    .nullish(),
});

/** The names and numbers by which SimpleITK knows the interpolators that are offered. */
const interpolators = new Map<string | number, Interpolator>([
  ["sitkNearestNeighbor", "nearest"],
  [1, "nearest"],
  ["sitkLinear", "linear"],
  [2, "linear"],
  ["sitkBSpline", "bspline"],
  [3, "bspline"],
]);

/** A file of settings is short; a longer text is not one. */
const LONGEST_TEXT = 1 << 20;

/**
 * Reads a PyRadiomics parameter file.
 *
 * @param text YAML or JSON
 * @throws HemacastError CONFIG_INVALID naming every key that is unknown or has a wrong value
 * @example readSettings("setting:\n  binWidth: 10").values.binWidth // => 10
 */
export function readSettings(text: string): RadiomicsSettings {
  if (text.length > LONGEST_TEXT) {
    throw new HemacastError("CONFIG_INVALID", `the settings have ${text.length} characters; at most ${LONGEST_TEXT}`);
  }
  let parsed: unknown;
  try {
    parsed = parseYaml(text, { maxAliasCount: 50 });
  } catch (cause) {
    throw new HemacastError("CONFIG_INVALID", `the settings are no YAML: ${messageOf(cause).split("\n")[0]}`, {
      cause,
    });
  }
  return resolveSettings(parsed ?? {});
}

/**
 * Checks settings given as an object and fills in the defaults.
 *
 * @throws HemacastError CONFIG_INVALID
 * @example resolveSettings({}).imageTypes.map((type) => type.name) // => ["Original"]
 */
export function resolveSettings(given: unknown): RadiomicsSettings {
  const file = parseWith(fileSchema, given, "CONFIG_INVALID", "radiomics settings");
  const values = filledIn(defaultValues, file.setting ?? {});
  const types = Object.entries(file.imageType ?? {});
  const families = Object.entries(file.featureClass ?? {});
  const ignored = ["geometryTolerance", "label_channel"].filter(
    (key) => (file.setting as Readonly<Record<string, unknown>> | undefined)?.[key] != null,
  );
  return {
    values,
    imageTypes: (types.length > 0 ? types : ([["Original", {}]] as const)).map(([name, own]) => ({
      name: name as ImageTypeName,
      values: filledIn(values, own ?? {}),
    })),
    features: (families.length > 0 ? families : defaultFamilies.map((family) => [family, null] as const)).map(
      ([family, names]) => ({
        family: family as FamilyName,
        names: wantedFeatures(family as FamilyName, names ?? []),
      }),
    ),
    ignored: [...ignored, ...(file.voxelSetting ? ["voxelSetting"] : [])],
  };
}

function wantedFeatures(family: FamilyName, names: readonly string[]): readonly string[] {
  if (names.length === 0) return featureNamesOf(family, "default");
  const known = featureNamesOf(family, "all");
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw new HemacastError(
      "CONFIG_INVALID",
      `featureClass ${family} has no feature ${unknown.join(", ")}; it has ${known.join(", ")}`,
    );
  }
  return names;
}

function filledIn(base: ExtractionValues, given: z.infer<typeof settingSchema>): ExtractionValues {
  const {
    interpolator,
    geometryTolerance: _tolerance,
    label_channel: _channel,
    additionalInfo: _info,
    ...rest
  } = given;
  // An explicit null for a setting that can be off turns it off; elsewhere it means the default.
  const set = Object.fromEntries(
    Object.entries(rest).filter(([key, value]) => value != null || (value === null && canBeOff(key))),
  );
  return {
    ...base,
    ...(set as Partial<ExtractionValues>),
    ...(interpolator !== undefined && { interpolator: interpolatorOf(interpolator) }),
  };
}

function canBeOff(key: string): boolean {
  return (defaultValues as unknown as Readonly<Record<string, unknown>>)[key] === null;
}

function interpolatorOf(given: string | number | null): Interpolator | null {
  if (given === null) return null;
  const found = interpolators.get(given);
  if (found) return found;
  throw new HemacastError(
    "CONFIG_INVALID",
    `interpolator ${given} is not offered; choose sitkBSpline, sitkLinear or sitkNearestNeighbor`,
  );
}
