/** Materials laid over each other: how a head is composed of shapes. What cannot touch a point costs a comparison, because millions are asked. */
import { coverage, ellipsoidNear, type Rod, rodNear } from "../signed-distance.ts";

/** How wide a tissue boundary is drawn, mm: about a voxel of the phantom. */
export const EDGE_MM = 1.1;

/**
 * The HU after a material has been laid over it: all of it well inside the shape, none outside.
 *
 * @param distance to the surface of the shape, mm, negative inside
 * @example [lay(30, -5, 900), lay(30, 5, 900)] // => [900, 30]
 */
export function lay(hu: number, distance: number, material: number): number {
  return distance > EDGE_MM ? hu : hu + (material - hu) * coverage(distance, EDGE_MM);
}

/**
 * `lay` of an ellipsoid.
 *
 * @param x, y, z position relative to its centre, mm
 * @param a, b, c half axes, mm
 * @example layEllipsoid(30, 0, 0, 0, 3, 3, 3, 900) // => 900
 */
export function layEllipsoid(
  hu: number,
  x: number,
  y: number,
  z: number,
  a: number,
  b: number,
  c: number,
  material: number,
): number {
  return lay(hu, ellipsoidNear(x, y, z, a, b, c, EDGE_MM), material);
}

/** `lay` of a rod. */
export function layRod(hu: number, x: number, y: number, z: number, shape: Rod, material: number): number {
  return lay(hu, rodNear(x, y, z, shape, EDGE_MM), material);
}
