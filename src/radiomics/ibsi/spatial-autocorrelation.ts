/** Moran's I and Geary's C: whether near voxels have like intensities. Exact over all pairs, by Fourier transform instead of pair by pair. */
import { type ComplexGrid, fft3d, powerOfTwoFrom } from "../../math/fft.ts";
import type { Region } from "../region.ts";

/** Both measures. */
export interface SpatialAutocorrelation {
  readonly moranI: number;
  readonly gearyC: number;
}

/**
 * Moran's I and Geary's C with inverse distances between voxel centres as weights.
 *
 * A sum over pairs of w(distance) f(a) g(b) depends on the pair's offset alone, so it is a product of spectra: (1/N) sum of W conj(F) G.
 *
 * @returns null for a region of one voxel or one intensity
 * @see IBSI N365, NPT7
 */
export function spatialAutocorrelation(region: Region): SpatialAutocorrelation | null {
  const n = region.voxels.length;
  const mean = region.intensities.reduce((sum, x) => sum + x, 0) / n;
  const deviations = region.intensities.map((x) => x - mean);
  const squares = deviations.reduce((sum, d) => sum + d * d, 0);
  if (n < 2 || !(squares > 0)) return null;
  const weights = weightSpectrum(region);
  const one = spectrum(
    region,
    deviations.map(() => 1),
  );
  const deviation = spectrum(region, deviations);
  const square = spectrum(
    region,
    deviations.map((d) => d * d),
  );
  const total = weightedProduct(weights, one, one);
  const products = weightedProduct(weights, deviation, deviation);
  // sum w (a - b)^2 = 2 sum w a^2 - 2 sum w a b
  const differences = 2 * weightedProduct(weights, square, one) - 2 * products;
  return { moranI: ((n / total) * products) / squares, gearyC: (((n - 1) / (2 * total)) * differences) / squares };
}

/** Twice the box, so that no pair meets itself around the end. */
function emptyGrid(region: Region): ComplexGrid {
  const size = region.size.map((side) => powerOfTwoFrom(2 * side - 1)) as [number, number, number];
  const length = size[0] * size[1] * size[2];
  return { size, re: new Float64Array(length), im: new Float64Array(length) };
}

function spectrum(region: Region, values: Float64Array): ComplexGrid {
  const grid = emptyGrid(region);
  const [bx, by] = region.size;
  region.voxels.forEach((at, v) => {
    const [i, j, k] = [at % bx, Math.floor(at / bx) % by, Math.floor(at / (bx * by))];
    grid.re[i + grid.size[0] * (j + grid.size[1] * k)] = values[v] as number;
  });
  fft3d(grid);
  return grid;
}

function weightSpectrum(region: Region): ComplexGrid {
  const grid = emptyGrid(region);
  const [gx, gy, gz] = grid.size;
  const offset = (i: number, side: number): number => (i <= side / 2 ? i : i - side);
  let v = 0;
  for (let k = 0; k < gz; k++) {
    for (let j = 0; j < gy; j++) {
      for (let i = 0; i < gx; i++, v++) {
        const mm = Math.hypot(
          offset(i, gx) * region.spacing[0],
          offset(j, gy) * region.spacing[1],
          offset(k, gz) * region.spacing[2],
        );
        grid.re[v] = mm > 0 ? 1 / mm : 0;
      }
    }
  }
  fft3d(grid);
  return grid;
}

function weightedProduct(weights: ComplexGrid, f: ComplexGrid, g: ComplexGrid): number {
  let sum = 0;
  for (let v = 0; v < f.re.length; v++) {
    const product = (f.re[v] as number) * (g.re[v] as number) + (f.im[v] as number) * (g.im[v] as number);
    sum += (weights.re[v] as number) * product;
  }
  return sum / f.re.length;
}
