/** Shapes as signed distances in mm (negative inside): the vocabulary in which the head is written. Plain numbers, because millions are evaluated. */

/**
 * Approximate signed distance to an axis-aligned ellipsoid; exact on its surface, first order near it.
 *
 * @param x, y, z position relative to the centre, mm
 * @param a, b, c half axes, mm
 * @example ellipsoid(10, 0, 0, 5, 5, 5) // => 5
 */
export function ellipsoid(x: number, y: number, z: number, a: number, b: number, c: number): number {
  const u = x / a;
  const v = y / b;
  const w = z / c;
  const k0 = Math.sqrt(u * u + v * v + w * w);
  if (k0 < 1e-9) return -Math.min(a, b, c);
  const p = u / a;
  const q = v / b;
  const r = w / c;
  return (k0 * (k0 - 1)) / Math.sqrt(p * p + q * q + r * r);
}

/**
 * `ellipsoid`, or infinity without computing it where it is certainly more than `within` mm: for shapes that matter near their surface alone.
 *
 * @example [ellipsoidNear(2, 0, 0, 1, 1, 1, 1.5), ellipsoidNear(9, 0, 0, 1, 1, 1, 1.5)] // => [1, Infinity]
 */
export function ellipsoidNear(
  x: number,
  y: number,
  z: number,
  a: number,
  b: number,
  c: number,
  within: number,
): number {
  // The distance is at least (k0 - 1) times the smallest half axis, and k0 at least each of |x| / a, |y| / b, |z| / c.
  const most = 1.001 + within / Math.min(a, b, c);
  if (Math.abs(x) > most * a || Math.abs(y) > most * b || Math.abs(z) > most * c) return Number.POSITIVE_INFINITY;
  return ellipsoid(x, y, z, a, b, c);
}

/** A rod from one point to another whose radius changes linearly: seven numbers of mm, a second radius, and the box that encloses it. */
export interface Rod {
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly dx: number;
  readonly dy: number;
  readonly dz: number;
  readonly lengthSquared: number;
  readonly radius: number;
  readonly radiusChange: number;
  readonly low: readonly [number, number, number];
  readonly high: readonly [number, number, number];
}

/** A point of a polyline with its radius: x, y, z, radius, all mm. */
export type RodPoint = readonly [x: number, y: number, z: number, radius: number];

/**
 * The rods that connect neighbouring points.
 *
 * @example rodsThrough([[0, 0, 0, 1], [0, 0, 10, 2]]).length // => 1
 */
export function rodsThrough(points: readonly RodPoint[]): Rod[] {
  return points.slice(1).map((end, i) => {
    const start = points[i] as RodPoint;
    const [dx, dy, dz] = [end[0] - start[0], end[1] - start[1], end[2] - start[2]];
    const thickest = Math.max(start[3], end[3]);
    const low = (axis: 0 | 1 | 2): number => Math.min(start[axis], end[axis]) - thickest;
    const high = (axis: 0 | 1 | 2): number => Math.max(start[axis], end[axis]) + thickest;
    return {
      ...{ x: start[0], y: start[1], z: start[2], dx, dy, dz },
      lengthSquared: dx * dx + dy * dy + dz * dz,
      radius: start[3],
      radiusChange: end[3] - start[3],
      low: [low(0), low(1), low(2)],
      high: [high(0), high(1), high(2)],
    };
  });
}

/**
 * Signed distance to a rod with round ends.
 *
 * @example rod(3, 0, 5, rodsThrough([[0, 0, 0, 1], [0, 0, 10, 1]])[0]) // => 2
 */
export function rod(x: number, y: number, z: number, shape: Rod): number {
  const px = x - shape.x;
  const py = y - shape.y;
  const pz = z - shape.z;
  let t = (px * shape.dx + py * shape.dy + pz * shape.dz) / shape.lengthSquared;
  t = t < 0 ? 0 : Math.min(t, 1);
  const ex = px - t * shape.dx;
  const ey = py - t * shape.dy;
  const ez = pz - t * shape.dz;
  return Math.sqrt(ex * ex + ey * ey + ez * ez) - shape.radius - t * shape.radiusChange;
}

/**
 * `rod`, or infinity without computing it where it is certainly more than `within` mm.
 *
 * @example rodNear(30, 0, 5, rodsThrough([[0, 0, 0, 1], [0, 0, 10, 1]])[0], 2) // => Infinity
 */
export function rodNear(x: number, y: number, z: number, shape: Rod, within: number): number {
  const { low, high } = shape;
  if (x < low[0] - within || x > high[0] + within || y < low[1] - within || y > high[1] + within)
    return Number.POSITIVE_INFINITY;
  if (z < low[2] - within || z > high[2] + within) return Number.POSITIVE_INFINITY;
  return rod(x, y, z, shape);
}

/**
 * The smaller of two distances with the crease rounded over `k` mm: a union without an edge.
 *
 * @see https://iquilezles.org/articles/smin/ (quadratic)
 * @example smoothMin(1, 10, 4) // => 1
 */
export function smoothMin(a: number, b: number, k: number): number {
  const h = k - Math.abs(a - b);
  return Math.min(a, b) - (h > 0 ? (h * h) / (4 * k) : 0);
}

/**
 * The part of a voxel that lies inside a shape whose surface is `distance` mm away: 1 well inside, 0 well outside.
 *
 * @param widthMm extent of the voxel across the surface
 * @example [coverage(-5, 1), coverage(0, 1), coverage(5, 1)] // => [1, 0.5, 0]
 */
export function coverage(distance: number, widthMm: number): number {
  const t = 0.5 - distance / widthMm;
  return t <= 0 ? 0 : Math.min(t, 1);
}

/**
 * 0 below `low`, 1 above `high`, smooth between.
 *
 * @example smoothStep(0, 2, 1) // => 0.5
 */
export function smoothStep(low: number, high: number, value: number): number {
  const t = (value - low) / (high - low);
  return t <= 0 ? 0 : t >= 1 ? 1 : t * t * (3 - 2 * t);
}

/**
 * Length of a vector given as three numbers; several times faster than `Math.hypot`.
 *
 * @example length3(2, 3, 6) // => 7
 */
export function length3(x: number, y: number, z: number): number {
  return Math.sqrt(x * x + y * y + z * z);
}
