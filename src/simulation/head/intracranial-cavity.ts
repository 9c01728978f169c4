/** The inside of the skull in standard head space: vault, middle and posterior fossae, foramen magnum, the ridges between them, and the tentorium. */
import { ellipsoid, type Rod, rodNear, rodsThrough, smoothMin } from "../signed-distance.ts";

const spinalCanal = rodsThrough([
  [0, 42, -48, 17],
  [0, 40, -66, 15],
  [0, 46, -110, 12],
]);
/** The petrous bones, from the apex to the mastoid, and the lesser wings of the sphenoid. */
const petrous = rodsThrough([
  [17, 17, -31, 3.5],
  [34, 26, -32, 7],
  [60, 40, -32, 11],
]);
const sphenoidWing = rodsThrough([
  [15, -15, -17, 1.4],
  [32, -25, -19, 2.2],
  [46, -29, -16, 3.4],
  [60, -27, -10, 6],
]);
const clivus = rodsThrough([
  [0, 6, -24, 6],
  [0, 24, -58, 6],
]);

/**
 * Signed distance in mm to the inner table, negative inside the cavity.
 *
 * @example intracranialCavity(0, 20, 20) < 0 && intracranialCavity(0, 20, 90) > 0 // => true
 */
export function intracranialCavity(x: number, y: number, z: number): number {
  const ax = Math.abs(x);
  const v = (y - 18) / 87;
  // The vault is an egg seen from above: broad at the parietal bones, narrow at the forehead, a little flat on top.
  const breadth = 66 * (1 + 0.09 * v + 0.1 * v * v);
  let d = z > 6 ? ellipsoid(ax, y - 18, z - 6, breadth, 87, 73) : ellipsoid(ax, y - 18, z - 6, breadth, 87, 31);
  if (z < 24) {
    d = smoothMin(d, ellipsoid(ax - 37, y - 6, z + 18, 27, 33, 27), 8);
    if (y > 0) d = smoothMin(d, ellipsoid(ax, y - 57, z + 26, 53, 42, 38), 10);
    if (z < -35) d = smoothMin(d, nearest(ax, y, z, spinalCanal, d + 6), 6);
    // Within a ridge the distance is capped, so that all of it lies in the thickness of bone.
    if (d < 0 && z < 2) d = Math.max(d, Math.min(-ridges(ax, y, z, -d), 2.5));
  }
  return d;
}

/**
 * Signed distance in mm to the bony ridges that stand into the cavity; large wherever they are more than a few mm away.
 *
 * @param within beyond this distance any larger number will do
 * @example ridges(34, 26, -32, 5) < 0 // => true
 */
export function ridges(ax: number, y: number, z: number, within: number): number {
  let d = 1e3;
  // Each ridge only where it can be near: this is asked for every voxel of the lower half of the head.
  if (z < -14 && z > -50 && y > 4) d = Math.min(d, nearest(ax, y, z, petrous, within));
  if (ax < 14) d = Math.min(d, nearest(ax, y, z, clivus, within));
  if (y < -6 && z > -30) d = Math.min(d, nearest(ax, y, z, sphenoidWing, within));
  return d;
}

/** Distance to the nearest rod; any larger number when that is more than `within`. */
function nearest(x: number, y: number, z: number, path: readonly Rod[], within: number): number {
  let d = 1e3;
  for (const part of path) d = Math.min(d, rodNear(x, y, z, part, Math.min(d, within)));
  return d;
}

/**
 * Height in mm above the tentorium, negative in the posterior fossa. Highest at the midline, falling to the transverse sinuses.
 *
 * @example aboveTentorium(0, 60, 30) > 0 && aboveTentorium(20, 60, -30) < 0 // => true
 */
export function aboveTentorium(x: number, y: number, z: number): number {
  const ax = Math.abs(x);
  const back = Math.max(y - 45, 0) / 45;
  const front = Math.max(40 - y, 0) / 26;
  const height = 3 - ax * (0.2 + 0.0056 * ax) * (1 + 0.9 * front) - 13 * back * back - 9 * front * front;
  return (z - height) * 0.85;
}

/**
 * Distance in mm from the axis of the opening of the tentorium that the midbrain passes through, in units of its half width: below 1 is inside.
 *
 * @example inIncisura(0, 20) < 1 // => true
 */
export function inIncisura(x: number, y: number): number {
  const u = x / 18.5;
  const v = (y - 22) / 22;
  return Math.sqrt(u * u + v * v);
}
