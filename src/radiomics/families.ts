/** The families of features and their names, in the order in which they are reported. */
import { firstOrderFeatureNames } from "./first-order.ts";
import { glcmFeatureNames } from "./glcm.ts";
import { gldmFeatureNames } from "./gldm.ts";
import { glrlmFeatureNames } from "./glrlm.ts";
import { glszmFeatureNames } from "./glszm.ts";
import { standardFeatureNames } from "./ibsi/standard-families.ts";
import { ngtdmFeatureNames } from "./ngtdm.ts";
import { shapeFeatureNames } from "./shape.ts";
import { shape2dFeatureNames } from "./shape-2d.ts";

/** PyRadiomics' feature classes by their names there. */
const pyradiomicsFamilies = ["shape", "shape2D", "firstorder", "glcm", "glrlm", "glszm", "gldm", "ngtdm"] as const;

/** PyRadiomics' families, then those of the standard that it does not have. */
export const familyNames = [
  ...pyradiomicsFamilies,
  "morphology",
  "localintensity",
  "intensityhistogram",
  "ivh",
  "gldzm",
  "ngldm",
] as const;

/** The name of a family. */
export type FamilyName = (typeof familyNames)[number];

/** Computed only when their names are asked for: PyRadiomics calls them deprecated, since other features say the same. */
const onlyByName: Readonly<Partial<Record<FamilyName, readonly string[]>>> = {
  shape: ["Compactness1", "Compactness2", "SphericalDisproportion"],
  shape2D: ["SphericalDisproportion"],
  firstorder: ["StandardDeviation"],
};

const names: Readonly<Record<FamilyName, readonly string[]>> = {
  shape: shapeFeatureNames,
  shape2D: shape2dFeatureNames,
  firstorder: firstOrderFeatureNames,
  glcm: glcmFeatureNames,
  glrlm: glrlmFeatureNames,
  glszm: glszmFeatureNames,
  gldm: gldmFeatureNames,
  ngtdm: ngtdmFeatureNames,
  ...standardFeatureNames,
};

/**
 * The names of a family's features.
 *
 * @param which all, or those that are computed when no names are given
 * @example featureNamesOf("ngtdm", "all").length // => 5
 */
export function featureNamesOf(family: FamilyName, which: "all" | "default"): readonly string[] {
  return which === "all" ? names[family] : names[family].filter((name) => !onlyByName[family]?.includes(name));
}
