/** Vectors of three numbers and 3x3 matrices as three of them; the algebra that geometry needs and no more. */

/** Three numbers, e.g. a point in LPS mm or a voxel index. */
export type Vec3 = readonly [number, number, number];

/**
 * Sum of two vectors.
 *
 * @example add([1, 2, 3], [1, 1, 1]) // => [2, 3, 4]
 */
export function add(a: Vec3, b: Vec3): Vec3 {
  return [a[0] + b[0], a[1] + b[1], a[2] + b[2]];
}

/**
 * a minus b.
 *
 * @example subtract([1, 2, 3], [1, 1, 1]) // => [0, 1, 2]
 */
export function subtract(a: Vec3, b: Vec3): Vec3 {
  return [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
}

/**
 * A vector times a number.
 *
 * @example scale([1, 2, 3], 2) // => [2, 4, 6]
 */
export function scale(a: Vec3, factor: number): Vec3 {
  return [a[0] * factor, a[1] * factor, a[2] * factor];
}

/**
 * Inner product.
 *
 * @example dot([1, 2, 3], [4, 5, 6]) // => 32
 */
export function dot(a: Vec3, b: Vec3): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

/**
 * Vector product, right-handed.
 *
 * @example cross([1, 0, 0], [0, 1, 0]) // => [0, 0, 1]
 */
export function cross(a: Vec3, b: Vec3): Vec3 {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}

/**
 * Euclidean length.
 *
 * @example length([3, 4, 0]) // => 5
 */
export function length(a: Vec3): number {
  return Math.sqrt(dot(a, a));
}

/**
 * The vector of length 1 in the same direction. A zero vector gives NaN: check the length first.
 *
 * @example unit([0, 0, 2]) // => [0, 0, 1]
 */
export function unit(a: Vec3): Vec3 {
  return scale(a, 1 / length(a));
}
