/** What to extract and how: PyRadiomics' settings with its defaults. Reading them from a file is in settings-file.ts. */
import type { WeightingNorm } from "./direction.ts";
import { type FamilyName, featureNamesOf } from "./families.ts";
import type { Interpolator } from "./interpolate.ts";

/** PyRadiomics' names of the image types. */
export const imageTypeNames = [
  "Original",
  "LoG",
  "Wavelet",
  "Square",
  "SquareRoot",
  "Logarithm",
  "Exponential",
  "Gradient",
  "LBP2D",
  "LBP3D",
] as const;

/** The name of an image type. */
export type ImageTypeName = (typeof imageTypeNames)[number];

/** Settings with every default filled in; names are PyRadiomics' own. */
export interface ExtractionValues {
  readonly minimumROIDimensions: number;
  readonly minimumROISize: number | null;
  readonly correctMask: boolean;
  readonly label: number;
  readonly binWidth: number;
  readonly binCount: number | null;
  readonly normalize: boolean;
  readonly normalizeScale: number;
  readonly removeOutliers: number | null;
  readonly resampledPixelSpacing: readonly [number, number, number] | null;
  readonly interpolator: Interpolator | null;
  readonly padDistance: number;
  readonly distances: readonly number[];
  readonly force2D: boolean;
  readonly force2Ddimension: 0 | 1 | 2;
  readonly resegmentRange: readonly number[] | null;
  readonly resegmentMode: "absolute" | "relative" | "sigma";
  readonly resegmentShape: boolean;
  readonly preCrop: boolean;
  readonly sigma: readonly number[];
  readonly start_level: number;
  readonly level: number;
  readonly wavelet: string;
  readonly gradientUseSpacing: boolean;
  readonly lbp2DRadius: number;
  readonly lbp2DSamples: number;
  readonly lbp2DMethod: "default" | "ror" | "uniform" | "var";
  readonly lbp3DLevels: number;
  readonly lbp3DIcosphereRadius: number;
  readonly lbp3DIcosphereSubdivision: number;
  readonly voxelArrayShift: number;
  readonly symmetricalGLCM: boolean;
  readonly weightingNorm: WeightingNorm | null;
  readonly gldm_a: number;
}

/** What to extract and how. */
export interface RadiomicsSettings {
  readonly values: ExtractionValues;
  /** The image types in order, each with the values that hold for it. */
  readonly imageTypes: readonly { readonly name: ImageTypeName; readonly values: ExtractionValues }[];
  /** The families in order, each with the features wanted. */
  readonly features: readonly { readonly family: FamilyName; readonly names: readonly string[] }[];
  /** Keys that were understood and have no effect, e.g. `geometryTolerance`. */
  readonly ignored: readonly string[];
}

/** PyRadiomics' defaults. */
export const defaultValues: ExtractionValues = {
  minimumROIDimensions: 2,
  minimumROISize: null,
  correctMask: false,
  label: 1,
  binWidth: 25,
  binCount: null,
  normalize: false,
  normalizeScale: 1,
  removeOutliers: null,
  resampledPixelSpacing: null,
  interpolator: "bspline",
  padDistance: 5,
  distances: [1],
  force2D: false,
  force2Ddimension: 0,
  resegmentRange: null,
  resegmentMode: "absolute",
  resegmentShape: false,
  preCrop: false,
  sigma: [],
  start_level: 0,
  level: 1,
  wavelet: "coif1",
  gradientUseSpacing: true,
  lbp2DRadius: 1,
  lbp2DSamples: 8,
  lbp2DMethod: "uniform",
  lbp3DLevels: 2,
  lbp3DIcosphereRadius: 1,
  lbp3DIcosphereSubdivision: 1,
  voxelArrayShift: 0,
  symmetricalGLCM: true,
  weightingNorm: null,
  gldm_a: 0,
};

/** PyRadiomics' own classes; shape2D only when asked for. */
export const defaultFamilies: readonly FamilyName[] = [
  "shape",
  "firstorder",
  "glcm",
  "glrlm",
  "glszm",
  "gldm",
  "ngtdm",
];

/**
 * The settings without a parameter file: the original image, and every feature of PyRadiomics' classes that is not deprecated. They are known without
 * the libraries that read and check a file, which take longer to load than the features of a small region to compute.
 *
 * @example defaultSettings().imageTypes.map((type) => type.name) // => ["Original"]
 */
export function defaultSettings(): RadiomicsSettings {
  return {
    values: defaultValues,
    imageTypes: [{ name: "Original", values: defaultValues }],
    features: defaultFamilies.map((family) => ({ family, names: featureNamesOf(family, "default") })),
    ignored: [],
  };
}
