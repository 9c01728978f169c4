/** NIfTI with its axes in the order in which they are stored, for work whose result must not depend on a reordering: agreement with other tools. */
import type { Finding } from "../core/finding.ts";
import { length, scale, type Vec3 } from "../math/vec3.ts";
import type { Axes, Geometry } from "../volume/geometry.ts";
import { canonicalOrder, inverseOrder, reorderedGeometry, reorderedValues } from "../volume/orient.ts";
import { readNiftiHeader } from "./header.ts";
import { readNifti } from "./read-nifti.ts";

/** A NIfTI image on its own grid. */
export interface StoredNifti {
  readonly geometry: Geometry;
  /** x fastest; 16-bit where all values are whole and in range. */
  readonly values: Int16Array | Float32Array;
  readonly findings: readonly Finding[];
}

/**
 * Reads a NIfTI image as it is stored. One whose tilt was taken out keeps the order of axes that this gave it.
 *
 * @param bytes the file, unpacked
 * @param outside value where there is no data
 * @throws HemacastError what `readNifti` throws
 */
export function readStoredNifti(bytes: Uint8Array, outside: number): StoredNifti {
  const { layout, values, findings } = readNifti(bytes, outside);
  const [x, y, z] = readNiftiHeader(bytes).affine;
  const direction = ([0, 1, 2] as const).map((column): Vec3 => {
    const step: Vec3 = [-(x[column] as number), -(y[column] as number), z[column] as number];
    return scale(step, 1 / length(step));
  }) as unknown as Axes;
  const back = inverseOrder(canonicalOrder({ direction }));
  const sheared = layout.tiltDegrees > 0;
  if (sheared || layout.geometry.sliceOffsetsMm) return { geometry: layout.geometry, values, findings };
  return {
    geometry: reorderedGeometry(layout.geometry, back),
    values: reorderedValues(values, layout.geometry.size, back),
    findings,
  };
}
