/** Laplacian of Gaussian: where intensities are above or below their surroundings at a scale. */
import type { Box, ScalarImage } from "../region.ts";
import { type Context, contextOf, valuesInBox } from "./context.ts";
import { filterLines, recursiveGaussian } from "./recursive-gaussian.ts";

/** The response of the recursion falls below 1e-12 of its peak after this many sigmas. */
const REACH_SIGMAS = 20;

/**
 * The Laplacian of Gaussian of an image in the box of a region, normalised across scales (times sigma^2).
 *
 * @param sigmaMm width of the Gaussian
 * @returns null where the image is too small for the scale: fewer than 4 voxels, or fewer than ceil(sigma / spacing) + 1, along an axis
 * @see PyRadiomics 3.1 imageoperations.getLoGImage (SimpleITK LaplacianRecursiveGaussianImageFilter)
 */
export function laplacianOfGaussian(image: ScalarImage, box: Box, sigmaMm: number): Float64Array | null {
  const { size, spacing } = image.geometry;
  const tooSmall = size.some((n, axis) => n < Math.max(4, Math.ceil(sigmaMm / (spacing[axis] as number)) + 1));
  if (tooSmall) return null;
  const margin = spacing.map((mm) => Math.max(Math.ceil((REACH_SIGMAS * sigmaMm) / mm), 4));
  const context = contextOf(image, box, margin as [number, number, number], false);
  const found = laplacian(context, sigmaMm, image.values instanceof Float64Array);
  // Single precision is what SimpleITK gives, whatever the image.
  return valuesInBox(Float32Array.from(found), context);
}

function laplacian({ size, spacing, values }: Context, sigmaMm: number, double: boolean): Float32Array | Float64Array {
  const empty = (): Float32Array | Float64Array =>
    double ? new Float64Array(values.length) : new Float32Array(values.length);
  const [total, a, b] = [empty(), empty(), empty()];
  for (const axis of [0, 1, 2] as const) {
    const [first, second] = ([0, 1, 2] as const).filter((other) => other !== axis) as [0 | 1 | 2, 0 | 1 | 2];
    const sigma = (of: 0 | 1 | 2): number => sigmaMm / spacing[of];
    filterLines(values, size, axis, recursiveGaussian(sigma(axis), 2), a);
    filterLines(a, size, first, recursiveGaussian(sigma(first), 0), b);
    filterLines(b, size, second, recursiveGaussian(sigma(second), 0), a);
    const scale = (sigmaMm / spacing[axis]) ** 2;
    for (let v = 0; v < total.length; v++) (total[v] as number) += scale * (a[v] as number);
  }
  return total;
}
