/**
 * Rigid registration of two scans of one head: what a transform is, and the shape of every method that finds one. `skull-registration` is our own;
 * another method is another function of this shape.
 */
import { add, dot, scale, subtract, type Vec3 } from "../math/vec3.ts";
import type { Axes, Geometry } from "./geometry.ts";
import type { CtVolume } from "./volume.ts";

/** A rotation about a centre, then a shift: point p goes to R (p - centre) + centre + shift, all in LPS mm. */
export interface RigidTransform {
  /** Rows of the rotation matrix. */
  readonly rotation: Axes;
  readonly centerMm: Vec3;
  readonly shiftMm: Vec3;
}

/** How well two scans fit. */
export interface Registration {
  /** Takes a point of the fixed scan to the same place in the moving scan. */
  readonly transform: RigidTransform;
  /** Correlation in [-1, 1] of the skulls where both scans show them. */
  readonly similarity: number;
  /** Share in [0, 1] of the fixed skull that the moving scan covers. */
  readonly overlap: number;
  readonly method: { readonly name: string; readonly version: string };
}

/**
 * Finds how a head lies in one scan compared with another.
 *
 * @throws HemacastError NOT_CONVERGED when there is no skull to hold on to, or no position in which the scans overlap
 */
export type RegisterRigid = (fixed: CtVolume, moving: CtVolume) => Registration | Promise<Registration>;

/** The transform that leaves everything where it is. */
export const identityTransform: RigidTransform = {
  rotation: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  centerMm: [0, 0, 0],
  shiftMm: [0, 0, 0],
};

/**
 * A matrix (rows) times a vector.
 *
 * @example rotate([[0, -1, 0], [1, 0, 0], [0, 0, 1]], [1, 0, 0]) // => [0, 1, 0]
 */
export function rotate(rows: Axes, point: Vec3): Vec3 {
  return [dot(rows[0], point), dot(rows[1], point), dot(rows[2], point)];
}

/**
 * Where a transform takes a point.
 *
 * @example transformPoint({ rotation: [[1, 0, 0], [0, 1, 0], [0, 0, 1]], centerMm: [0, 0, 0], shiftMm: [1, 2, 3] }, [0, 0, 0]) // => [1, 2, 3]
 */
export function transformPoint({ rotation, centerMm, shiftMm }: RigidTransform, point: Vec3): Vec3 {
  return add(add(rotate(rotation, subtract(point, centerMm)), centerMm), shiftMm);
}

/** The transform that undoes another one. */
export function inverseTransform({ rotation, centerMm, shiftMm }: RigidTransform): RigidTransform {
  const center = add(centerMm, shiftMm);
  return { rotation: transposed(rotation), centerMm: center, shiftMm: scale(shiftMm, -1) };
}

/** The transform that does `first`, then `second`. */
export function composeTransforms(second: RigidTransform, first: RigidTransform): RigidTransform {
  const columns = transposed(first.rotation).map((column) => rotate(second.rotation, column)) as unknown as Axes;
  const { centerMm } = first;
  return {
    rotation: transposed(columns),
    centerMm,
    shiftMm: subtract(transformPoint(second, transformPoint(first, centerMm)), centerMm),
  };
}

/**
 * A grid moved by a transform. A volume on its moved grid can be resampled onto the other scan's grid by the usual functions.
 *
 * @returns the grid without its frame of reference: it has left it
 */
export function transformGeometry(transform: RigidTransform, geometry: Geometry): Geometry {
  const { frameOfReferenceUID: _, ...rest } = geometry;
  return {
    ...rest,
    origin: transformPoint(transform, geometry.origin),
    direction: geometry.direction.map((axis) => rotate(transform.rotation, axis)) as unknown as Axes,
  };
}

/**
 * The rotation about an axis through its length in radians, as rows (Rodrigues).
 *
 * @see https://mathworld.wolfram.com/RodriguesRotationFormula.html
 * @example rotationFromVector([0, 0, 0]) // => [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
 */
export function rotationFromVector(vector: Vec3): Axes {
  const angle = Math.hypot(...vector);
  // Below this the rotation is the identity to the last digit, and 1 / angle may overflow.
  const [x, y, z] = angle > 1e-20 ? scale(vector, 1 / angle) : [0, 0, 0];
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  const t = 1 - c;
  return [
    [t * x * x + c, t * x * y - s * z, t * x * z + s * y],
    [t * x * y + s * z, t * y * y + c, t * y * z - s * x],
    [t * x * z - s * y, t * y * z + s * x, t * z * z + c],
  ];
}

/**
 * The angle of a rotation in degrees, in [0, 180].
 *
 * @example rotationDegrees([[1, 0, 0], [0, 1, 0], [0, 0, 1]]) // => 0
 */
export function rotationDegrees(rows: Axes): number {
  const trace = rows[0][0] + rows[1][1] + rows[2][2];
  return (180 / Math.PI) * Math.acos(Math.min(1, Math.max(-1, (trace - 1) / 2)));
}

function transposed(rows: Axes): Axes {
  return [0, 1, 2].map((c) => [rows[0][c], rows[1][c], rows[2][c]]) as unknown as Axes;
}
