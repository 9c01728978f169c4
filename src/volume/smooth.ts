/** Gaussian smoothing with widths in mm. */
import { requireInRange } from "../core/guards.ts";
import { sliceOffsetMm } from "./geometry.ts";
import type { CtVolume } from "./volume.ts";

/** Standard deviations of the Gaussian in mm; 0 leaves that direction alone. */
export interface SmoothingMm {
  readonly inPlane: number;
  readonly throughPlane: number;
}

/** Beyond this many standard deviations the Gaussian is cut off: it holds 99.7 % of the weight, and the rest is shared out. */
const REACH = 3;

/**
 * A volume smoothed by a separable Gaussian; weights are normalised where the kernel leaves the grid, and across slices they follow the
 * true distances, so uneven gaps are handled.
 *
 * @throws HemacastError ARGUMENT_INVALID when a width is negative or above 100 mm
 */
export function gaussianSmooth(volume: CtVolume, { inPlane, throughPlane }: SmoothingMm): CtVolume {
  requireInRange("inPlane", inPlane, 0, 100);
  requireInRange("throughPlane", throughPlane, 0, 100);
  const { geometry } = volume;
  const [nx, ny, nz] = geometry.size;
  let hu = new Float32Array(volume.hu);
  let spare = new Float32Array(hu.length);
  const swap = (): void => {
    [hu, spare] = [spare, hu];
  };
  if (inPlane > 0) {
    smoothRows(hu, spare, weightsAt(evenly(nx, geometry.spacing[0]), inPlane), ny * nz);
    swap();
    smoothColumns(hu, spare, weightsAt(evenly(ny, geometry.spacing[1]), inPlane), nx, nz);
    swap();
  }
  if (throughPlane > 0) {
    const offsets = Array.from({ length: nz }, (_, k) => sliceOffsetMm(geometry, k));
    const weights = weightsAt(offsets, throughPlane);
    // Thick slices may lie beyond each other's reach.
    if (weights.some(({ values }) => values.length > 1)) {
      smoothColumns(hu, spare, weights, nx * ny, 1);
      swap();
    }
  }
  return { ...volume, hu };
}

function evenly(n: number, spacing: number): number[] {
  return Array.from({ length: n }, (_, index) => index * spacing);
}

/** The normalised weights of one output position: input positions first, first + 1, ... */
interface Weights {
  readonly first: number;
  readonly values: Float64Array;
}

function weightsAt(positions: readonly number[], sigmaMm: number): Weights[] {
  return positions.map((center) => {
    const first = positions.findIndex((x) => x >= center - REACH * sigmaMm);
    const values: number[] = [];
    for (let p = first; p < positions.length && positions[p] <= center + REACH * sigmaMm; p++) {
      values.push(Math.exp(-0.5 * ((positions[p] - center) / sigmaMm) ** 2));
    }
    const sum = values.reduce((a, b) => a + b, 0);
    return { first, values: Float64Array.from(values, (value) => value / sum) };
  });
}

/** Along i: each output is one weighted sum over neighbours in memory. */
function smoothRows(from: Float32Array, to: Float32Array, weights: Weights[], rows: number): void {
  const n = weights.length;
  for (let row = 0; row < rows; row++) {
    for (let q = 0; q < n; q++) {
      const { first, values } = weights[q];
      const base = row * n + first;
      let sum = 0;
      for (let p = 0; p < values.length; p++) sum += values[p] * from[base + p];
      to[row * n + q] = sum;
    }
  }
}

/** Along j or k: whole lines of `stride` voxels are added up, so that memory is read in order. */
function smoothColumns(from: Float32Array, to: Float32Array, weights: Weights[], stride: number, blocks: number): void {
  to.fill(0);
  for (let b = 0; b < blocks; b++) {
    const base = b * stride * weights.length;
    weights.forEach(({ first, values }, q) => {
      const target = base + q * stride;
      let p = 0;
      for (; p + 4 <= values.length; p += 4) {
        addFourLines(from, to, values.subarray(p, p + 4), base + (first + p) * stride, target, stride);
      }
      for (; p < values.length; p++) {
        const weight = values[p];
        const source = base + (first + p) * stride;
        for (let v = 0; v < stride; v++) to[target + v] += weight * from[source + v];
      }
    });
  }
}

/** Four lines one after the other, rounded to 32 bits after each as memory would: the same sums with a quarter of the reading and writing. */
function addFourLines(
  from: Float32Array,
  to: Float32Array,
  [a, b, c, d]: Float64Array,
  source: number,
  target: number,
  stride: number,
): void {
  const { fround } = Math;
  for (let v = 0; v < stride; v++) {
    const at = source + v;
    const one = fround(to[target + v] + a * from[at]);
    const two = fround(one + b * from[at + stride]);
    const three = fround(two + c * from[at + 2 * stride]);
    to[target + v] = three + d * from[at + 3 * stride];
  }
}
