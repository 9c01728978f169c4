/** Exact Euclidean distance in mm to a mask, on grids with anisotropic voxels and uneven gaps. */
import { sliceOffsetMm } from "./geometry.ts";
import type { Mask } from "./volume.ts";

/** Whether a distance or a ball lies in the slice only or in the volume. */
export type Extent = "slice" | "volume";

/**
 * Squared distance in mm^2 from the centre of each voxel to the nearest centre of an inside voxel; Infinity where there is none. Linear time:
 * one pass per axis, each the lower envelope of parabolas.
 *
 * @param extent "slice" looks within the voxel's own slice only
 * @see Felzenszwalb & Huttenlocher 2012, doi:10.4086/toc.2012.v008a019
 * @example Array.from(squaredDistanceMm(createMask({ size: [3, 1, 1], spacing: [2, 1, 1], origin: [0, 0, 0], direction: [[1, 0, 0], [0, 1, 0], [0, 0, 1]] }, Uint8Array.of(1, 0, 0)), "volume")) // => [0, 4, 16]
 */
export function squaredDistanceMm({ geometry, inside }: Mask, extent: Extent): Float32Array {
  const [nx, ny, nz] = geometry.size;
  const result = new Float32Array(inside.length);
  for (let row = 0; row < ny * nz; row++) distancesInRow(inside, result, row * nx, nx, geometry.spacing[0]);
  const alongJ = Float64Array.from({ length: ny }, (_, j) => j * geometry.spacing[1]);
  const envelopeJ = createEnvelope(alongJ);
  for (let k = 0; k < nz; k++) for (let i = 0; i < nx; i++) envelopeJ(result, i + nx * ny * k, nx);
  if (extent === "slice" || nz === 1) return result;
  const envelopeK = createEnvelope(Float64Array.from({ length: nz }, (_, k) => sliceOffsetMm(geometry, k)));
  for (let v = 0; v < nx * ny; v++) envelopeK(result, v, nx * ny);
  return result;
}

/** First pass: along a row of a binary image two sweeps are enough. */
function distancesInRow(inside: Uint8Array, result: Float32Array, base: number, nx: number, spacing: number): void {
  let steps = Number.POSITIVE_INFINITY;
  for (let i = 0; i < nx; i++) {
    steps = inside[base + i] ? 0 : steps + 1;
    result[base + i] = steps;
  }
  steps = Number.POSITIVE_INFINITY;
  for (let i = nx - 1; i >= 0; i--) {
    steps = inside[base + i] ? 0 : steps + 1;
    result[base + i] = (Math.min(steps, result[base + i]) * spacing) ** 2;
  }
}

/** A function that replaces a line f(q) of values by min over p of f(p) + (x(q) - x(p))^2, in place. */
function createEnvelope(x: Float64Array): (values: Float32Array, base: number, stride: number) => void {
  const n = x.length;
  const line = new Float64Array(n);
  const vertex = new Int32Array(n);
  const from = new Float64Array(n + 1);
  return (values, base, stride) => {
    let top = -1;
    for (let q = 0; q < n; q++) {
      const height = values[base + q * stride];
      line[q] = height;
      if (height === Number.POSITIVE_INFINITY) continue;
      let crossing = Number.NEGATIVE_INFINITY;
      while (top >= 0) {
        const p = vertex[top];
        crossing = (height + x[q] * x[q] - line[p] - x[p] * x[p]) / (2 * (x[q] - x[p]));
        if (crossing > from[top]) break;
        top--;
        crossing = Number.NEGATIVE_INFINITY;
      }
      vertex[++top] = q;
      from[top] = crossing;
    }
    if (top < 0) return;
    from[top + 1] = Number.POSITIVE_INFINITY;
    let at = 0;
    for (let q = 0; q < n; q++) {
      while (from[at + 1] < x[q]) at++;
      const p = vertex[at];
      values[base + q * stride] = (x[q] - x[p]) ** 2 + line[p];
    }
  };
}
