/** Settings in the words of the Image Biomarker Standardisation Initiative, for the record of a run and for a paper. */
import type { ExtractionValues } from "./settings.ts";

/**
 * How images were processed, e.g. `NORM:no, INT:1x1x1mm bspline, RS:[0,120], FBW:25, AGG:3D:avg`.
 *
 * @see IBSI 2019 section 4 (reporting); differences of PyRadiomics' discretisation are in docs/reference/radiomics.md
 */
export function ibsiNotation(values: ExtractionValues): string {
  const { resampledPixelSpacing: spacing, interpolator, resegmentRange: range, binCount, weightingNorm } = values;
  const space = values.force2D ? "2.5D" : "3D";
  return [
    `NORM:${values.normalize ? `z x ${values.normalizeScale}${values.removeOutliers === null ? "" : ` within ${values.removeOutliers} sd`}` : "no"}`,
    `INT:${spacing && interpolator ? `${spacing.join("x")}mm ${interpolator}` : "none"}`,
    `RS:${range ? `[${range.join(",")}]${values.resegmentMode === "absolute" ? "" : ` ${values.resegmentMode}`}` : "none"}`,
    binCount === null ? `FBW:${values.binWidth}` : `FBN:${binCount}`,
    `DIST:${values.distances.join(",")}`,
    `AGG:${space}:${weightingNorm === null ? "avg" : `mrg ${weightingNorm}`}`,
  ].join(", ");
}
