/** A smooth random field: texture of clots and of edema. */
import type { Random } from "../core/random.ts";
import { type Geometry, sliceOffsetMm } from "../volume/geometry.ts";

/**
 * Independent standard normal values at control points `spacingMm` apart, blended linearly in between: one value per voxel.
 */
export function smoothField(geometry: Geometry, spacingMm: number, random: Random): Float32Array {
  const [nx, ny, nz] = geometry.size;
  const counts = [nx * geometry.spacing[0], ny * geometry.spacing[1], sliceOffsetMm(geometry, nz - 1)].map(
    (mm) => Math.ceil(mm / spacingMm) + 2,
  );
  const points = Float32Array.from({ length: counts[0] * counts[1] * counts[2] }, () => random.normal());
  const result = new Float32Array(nx * ny * nz);
  let v = 0;
  for (let k = 0; k < nz; k++) {
    const z = sliceOffsetMm(geometry, k) / spacingMm;
    for (let j = 0; j < ny; j++) {
      const y = (j * geometry.spacing[1]) / spacingMm;
      for (let i = 0; i < nx; i++) {
        const x = (i * geometry.spacing[0]) / spacingMm;
        result[v++] = trilinear(points, counts, x, y, z);
      }
    }
  }
  return result;
}

function trilinear(points: Float32Array, [cx, cy]: readonly number[], x: number, y: number, z: number): number {
  const [i, j, k] = [Math.floor(x), Math.floor(y), Math.floor(z)];
  const [tx, ty, tz] = [x - i, y - j, z - k];
  const plane = (base: number): number => {
    const top = points[base] + tx * (points[base + 1] - points[base]);
    const bottom = points[base + cx] + tx * (points[base + cx + 1] - points[base + cx]);
    return top + ty * (bottom - top);
  };
  const base = i + cx * (j + cy * k);
  const low = plane(base);
  return low + tz * (plane(base + cx * cy) - low);
}
