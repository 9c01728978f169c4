/** Image types that change each intensity by itself, scaled to the range of the whole image. */
import { HemacastError } from "../../core/errors.ts";
import type { ScalarValues } from "../region.ts";

/** The names of these image types in feature names. */
export type PointwiseName = "square" | "squareroot" | "logarithm" | "exponential";

/**
 * Changes the intensities of a region.
 *
 * @param intensities those of the region
 * @param whole every intensity of the image, which sets the scale
 * @throws HemacastError RADIOMICS_UNDEFINED where the image's scale has no value (all zero, or at most 1 for the exponential)
 * @see PyRadiomics 3.1 imageoperations getSquareImage, getSquareRootImage, getLogarithmImage, getExponentialImage
 */
export function pointwise(name: PointwiseName, intensities: Float64Array, whole: ScalarValues): Float64Array {
  let largest = 0;
  for (const x of whole) largest = Math.max(largest, Math.abs(x));
  if (!(largest > 0)) {
    throw new HemacastError("RADIOMICS_UNDEFINED", `every intensity is 0; the ${name} image has no scale`);
  }
  switch (name) {
    case "square": {
      const scale = 1 / Math.sqrt(largest);
      return intensities.map((x) => (scale * x) ** 2);
    }
    case "squareroot":
      return intensities.map((x) => Math.sign(x) * Math.sqrt(Math.abs(x) * largest));
    case "logarithm": {
      const scale = largest / Math.log(largest + 1);
      return intensities.map((x) => Math.sign(x) * Math.log(Math.abs(x) + 1) * scale);
    }
    case "exponential": {
      const rate = Math.log(largest) / largest;
      return intensities.map((x) => Math.exp(rate * x));
    }
  }
}
