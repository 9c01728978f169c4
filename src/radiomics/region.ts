/** What features are computed from: intensities on a grid, and a region of them cut out to its bounding box. */
import type { Vec3 } from "../math/vec3.ts";
import { type Geometry, requireSameGrid, sliceExtentMm } from "../volume/geometry.ts";
import { boundingBox } from "../volume/mesh.ts";
import type { Mask } from "../volume/volume.ts";

/** Intensities on a grid: a CT in HU, or what a filter made of it. */
export interface ScalarImage {
  readonly geometry: Geometry;
  readonly values: ScalarValues;
}

/** Voxel values, x fastest. */
export type ScalarValues =
  | Float64Array
  | Float32Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array;

/** First index and number of voxels of a box along i, j, k. */
export interface Box {
  readonly start: Vec3;
  readonly size: Vec3;
}

/** A region cut out of an image. */
export interface Region {
  readonly size: Vec3;
  readonly spacing: Vec3;
  /** Volume in mm3 of a voxel of each slice. */
  readonly voxelMm3: Float64Array;
  /** 1 inside, over the whole box. */
  readonly inside: Uint8Array;
  /** Index in the box of each inside voxel, ascending. */
  readonly voxels: Int32Array;
  /** Intensity of each inside voxel, in the order of `voxels`. */
  readonly intensities: Float64Array;
}

/**
 * Cuts a region out.
 *
 * @param box by default the mask's bounding box
 * @throws HemacastError GEOMETRY_MISMATCH when mask and image are on different grids, MASK_EMPTY
 */
export function regionOf(image: ScalarImage, mask: Mask, box: Box = boundingBox(mask)): Region {
  requireSameGrid(mask.geometry, image.geometry, "mask and image");
  const { start, size } = box;
  const [nx, ny] = image.geometry.size;
  const inside = new Uint8Array(size[0] * size[1] * size[2]);
  let count = 0;
  const found = new Int32Array(inside.length);
  const intensities = new Float64Array(inside.length);
  for (let k = 0; k < size[2]; k++) {
    for (let j = 0; j < size[1]; j++) {
      const from = start[0] + nx * (start[1] + j + ny * (start[2] + k));
      const to = size[0] * (j + size[1] * k);
      for (let i = 0; i < size[0]; i++) {
        if (mask.inside[from + i] === 0) continue;
        inside[to + i] = 1;
        found[count] = to + i;
        intensities[count++] = image.values[from + i] as number;
      }
    }
  }
  const { spacing } = image.geometry;
  return {
    size,
    spacing,
    voxelMm3: Float64Array.from(
      { length: size[2] },
      (_, k) => spacing[0] * spacing[1] * sliceExtentMm(image.geometry, start[2] + k),
    ),
    inside,
    voxels: found.slice(0, count),
    intensities: intensities.slice(0, count),
  };
}
