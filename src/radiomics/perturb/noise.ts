/** Noise of an image: how much there is, and more of it. */
import type { Random } from "../../core/random.ts";
import type { Region, ScalarImage } from "../region.ts";
import { waveletFilters } from "../wavelet-filters.ts";

/** The median of |x| of a standard normal variable. */
const MEDIAN_ABSOLUTE_NORMAL = 0.6744897501960817;

/**
 * Standard deviation of the noise: of what is left in slices after a diagonal high-pass filter (coif1), by its median, so that edges do not count.
 *
 * @see Chang, Yu & Vetterli 2000, doi:10.1109/83.862633
 */
export function noiseLevel({ geometry, values }: ScalarImage): number {
  const { high } = waveletFilters("coif1");
  const [nx, ny, nz] = geometry.size;
  const along = new Float64Array(values.length);
  const [columns, rows] = [Math.max(nx - high.length + 1, 0), Math.max(ny - high.length + 1, 0)];
  const found = new Float64Array(columns * rows * nz);
  const convolve = (from: ArrayLike<number>, base: number, stride: number, n: number, at: number): number => {
    let sum = 0;
    for (let t = 0; t < high.length; t++) sum += high[t] * from[base + stride * ((at + t) % n)];
    return sum;
  };
  for (let row = 0; row < ny * nz; row++) {
    for (let i = 0; i < nx; i++) along[row * nx + i] = convolve(values, row * nx, 1, nx, i);
  }
  // Filters that would wrap around see no noise of this image.
  let n = 0;
  for (let k = 0; k < nz; k++) {
    for (let j = 0; j < rows; j++) {
      for (let i = 0; i < columns; i++) found[n++] = Math.abs(convolve(along, i + nx * ny * k, nx, ny, j));
    }
  }
  if (found.length === 0) return 0;
  found.sort();
  return found[found.length >> 1] / MEDIAN_ABSOLUTE_NORMAL;
}

/** The image with normal noise of a standard deviation added. */
export function withNoise({ geometry, values }: ScalarImage, deviation: number, random: Random): ScalarImage {
  return { geometry, values: Float64Array.from(values, (x) => x + deviation * random.normal()) };
}

/** Standard deviation of a region's intensities. */
export function spread({ intensities }: Pick<Region, "intensities">): number {
  const mean = intensities.reduce((sum, x) => sum + x, 0) / intensities.length;
  return Math.sqrt(intensities.reduce((sum, x) => sum + (x - mean) ** 2, 0) / intensities.length);
}
