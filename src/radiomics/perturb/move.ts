/** An image and its region turned in the plane of the slices and shifted by part of a voxel, as if the patient had lain differently. */
import type { Vec3 } from "../../math/vec3.ts";
import { boundingBox } from "../../volume/mesh.ts";
import { createMask, type Mask } from "../../volume/volume.ts";
import type { ScalarImage } from "../region.ts";

/** How to move. */
export interface Movement {
  readonly degrees: number;
  /** Shift along i, j, k in voxels. */
  readonly voxels: Vec3;
}

/**
 * Moves image and mask by trilinear interpolation; the mask is cut at one half. Beyond the image its edge goes on.
 *
 * @param mask on the image's grid, which stays the grid of the result
 */
export function moved(image: ScalarImage, mask: Mask, movement: Movement): { image: ScalarImage; mask: Mask } {
  const { size, spacing } = image.geometry;
  const box = boundingBox(mask);
  const centre = [0, 1].map((d) => box.start[d] + (box.size[d] - 1) / 2);
  const [cos, sin] = [Math.cos, Math.sin].map((f) => f((movement.degrees * Math.PI) / 180));
  const values = new Float64Array(image.values.length);
  const inside = new Uint8Array(values.length);
  const clamp = (x: number, n: number): number => Math.min(Math.max(x, 0), n - 1);
  let v = 0;
  for (let k = 0; k < size[2]; k++) {
    const z = clamp(k - movement.voxels[2], size[2]);
    for (let j = 0; j < size[1]; j++) {
      const y = (j - centre[1] - movement.voxels[1]) * spacing[1];
      for (let i = 0; i < size[0]; i++, v++) {
        const x = (i - centre[0] - movement.voxels[0]) * spacing[0];
        const at: Vec3 = [
          clamp(centre[0] + (cos * x + sin * y) / spacing[0], size[0]),
          clamp(centre[1] + (cos * y - sin * x) / spacing[1], size[1]),
          z,
        ];
        values[v] = trilinear(image.values, size, at);
        if (trilinear(mask.inside, size, at) >= 0.5) inside[v] = 1;
      }
    }
  }
  return { image: { geometry: image.geometry, values }, mask: createMask(mask.geometry, inside) };
}

function trilinear(values: ArrayLike<number>, [nx, ny, nz]: Vec3, at: Vec3): number {
  const i = Math.min(Math.floor(at[0]), Math.max(nx - 2, 0));
  const j = Math.min(Math.floor(at[1]), Math.max(ny - 2, 0));
  const k = Math.min(Math.floor(at[2]), Math.max(nz - 2, 0));
  const [a, b, c] = [at[0] - i, at[1] - j, at[2] - k];
  const [right, down, up] = [nx > 1 ? 1 : 0, ny > 1 ? nx : 0, nz > 1 ? nx * ny : 0];
  const v = i + nx * (j + ny * k);
  const inSlice = (w: number): number =>
    (1 - b) * ((1 - a) * values[w] + a * values[w + right]) +
    b * ((1 - a) * values[w + down] + a * values[w + down + right]);
  return c === 0 ? inSlice(v) : (1 - c) * inSlice(v) + c * inSlice(v + up);
}
