/** The ventricles in standard head space: two lateral ventricles with their horns, the third, the aqueduct and the fourth. */
import { ellipsoid, type Rod, rodNear, rodsThrough, smoothMin } from "../signed-distance.ts";
import type { HeadAnatomy } from "./head-anatomy.ts";

/** Frontal horn, body and trigone of the left side: x, y, z, radius (mm). */
const bodyPath = rodsThrough([
  [13, -33, 2, 2.4],
  [10, -24, 9, 4.2],
  [8, -10, 15, 4.6],
  [9, 4, 20, 4.4],
  [14, 22, 22, 4.8],
  [22, 36, 17, 6.4],
  [27, 45, 8, 6.6],
]);
/** The floor of the frontal horn, converging on the foramen of Monro. */
const frontalPath = rodsThrough([
  [14, -35, 3, 1.8],
  [9.5, -22, 5, 3.4],
  [4, -7, 8, 2.2],
]);
/** Trigone to the tip of the occipital horn. */
const occipitalPath = rodsThrough([
  [27, 45, 8, 5.6],
  [25, 60, 6, 3.6],
  [22, 73, 5, 1.6],
]);
/** Trigone to the tip of the temporal horn. */
const temporalPath = rodsThrough([
  [27, 45, 8, 5],
  [33, 34, -4, 2.8],
  [33, 20, -13, 2.2],
  [31, 4, -20, 1.9],
]);
const aqueduct = rodsThrough([
  [0, 22, 0, 0.8],
  [0, 38, -18, 0.9],
]);

/** Signed distance in mm to the wall of the ventricles, negative inside, at a point of standard head space. */
export type VentricleDistance = (x: number, y: number, z: number) => number;

/** The ventricles of one head. Beyond 20 mm the distance is only a lower bound. */
export function ventricles(anatomy: HeadAnatomy): VentricleDistance {
  const { ventricleScale: size, ventricleAsymmetry: asymmetry } = anatomy;
  const third = 1.4 + 2.2 * Math.max(size - 0.6, 0);
  return (x, y, z) => {
    const grown = (size - 1) * 4.2 + (x > 0 ? 1 : -1) * asymmetry * 5;
    const ax = Math.abs(x);
    const far = Math.max(ax - 42, -40 - y, y - 78, z - 30, -44 - z);
    if (far > 20) return far;
    let d = 1e3;
    if (y < 52 && z > -12) d = lateralBody(ax, y, z, grown);
    if (y < 6 && z < 22 && z > -12) d = joined(d, ax, y, z, frontalPath, 0.8 * grown, 4);
    if (y > 30 && z > -12 && z < 26) d = joined(d, ax, y, z, occipitalPath, 0.7 * grown, 3);
    if (z < 22 && y > -12 && y < 60) d = joined(d, ax, y, z, temporalPath, 0.35 * grown, 3);
    if (ax < 20) d = midline(ax, y, z, d, third, size);
    return d;
  };
}

/** The two bodies lie back to back: the septum pellucidum keeps them apart. Tall rather than round in coronal section. */
function lateralBody(ax: number, y: number, z: number, grown: number): number {
  let d = 1e3;
  for (const part of bodyPath) {
    d = smoothMin(d, rodNear(ax, y, z, part, d + 4), 4);
  }
  return Math.max(d - grown, 0.7 - ax);
}

/** The union, rounded over `k` mm, of what is there and a path made `thicker` mm thicker. */
function joined(d: number, x: number, y: number, z: number, path: readonly Rod[], thicker: number, k: number): number {
  return smoothMin(d, rods(x, y, z, path, d + k + thicker) - thicker, k);
}

/** Distance to the nearest rod; any larger number when that is more than `within`. */
function rods(x: number, y: number, z: number, path: readonly Rod[], within: number): number {
  let d = 1e3;
  for (const part of path) d = Math.min(d, rodNear(x, y, z, part, Math.min(d, within)));
  return d;
}

function midline(ax: number, y: number, z: number, lateral: number, third: number, size: number): number {
  let d = lateral;
  d = Math.min(d, ellipsoid(ax, y - 9, z - 2, third, 14, 11));
  if (y > 15 && z < 8) d = Math.min(d, rods(ax, y, z, aqueduct, d));
  if (z < -12) d = smoothMin(d, ellipsoid(ax, y - 45, z + 31, 7 * size, 5 * size, 11), 2);
  return d;
}
