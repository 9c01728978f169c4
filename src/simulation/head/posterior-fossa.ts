/** What lies under the tentorium in standard head space: brainstem, cerebellum with its folia, and the cisterns around them. */
import type { NoiseField } from "../perlin-noise.ts";
import { coverage, ellipsoid, length3, rodNear, rodsThrough, smoothMin } from "../signed-distance.ts";
import { CSF_HU } from "./cerebrum.ts";
import type { HeadAnatomy } from "./head-anatomy.ts";
import { EDGE_MM } from "./lay-material.ts";

const medulla = rodsThrough([
  [0, 31, -38, 9.5],
  [0, 38, -58, 7.5],
  [0, 44, -110, 5.5],
]);

/**
 * Signed distance in mm to the brainstem from the midbrain to the cord.
 *
 * @example brainstemDistance(0, 24, -28) < 0 // => true
 */
export function brainstemDistance(ax: number, y: number, z: number): number {
  let d = ellipsoid(ax, y - 25, z + 9, 16.5, 14, 14);
  d = smoothMin(d, ellipsoid(ax, y - 25, z + 28, 16, 12, 14), 4);
  for (const part of medulla) d = smoothMin(d, rodNear(ax, y, z, part, d + 4), 4);
  return d;
}

/**
 * HU under the tentorium, without the fourth ventricle.
 *
 * @param depth below the inner table, mm
 * @param noise this head's random field
 */
export function posteriorFossa(
  anatomy: HeadAnatomy,
  noise: NoiseField,
): (x: number, y: number, z: number, depth: number, belowTentorium: number) => number {
  const { greyHu, whiteHu, atrophy } = anatomy;
  const space = 0.7 + 1.5 * atrophy;
  return (x, y, z, depth, belowTentorium) => {
    const ax = Math.abs(x);
    const stem = brainstemDistance(ax, y, z);
    const peduncle = ellipsoid(ax - 16, y - 38, z + 30, 11, 10, 9);
    let cerebellum = smoothMin(
      ellipsoid(ax - 22, y - 62, z + 33, 36, 36, 29),
      ellipsoid(ax, y - 58, z + 22, 20, 30, 26),
      6,
    );
    const vallecula = length3(ax, Math.max(82 - y, 0), Math.max(z + 30, 0)) - 1.2 - 2 * atrophy;
    cerebellum = Math.max(cerebellum, space - depth, 0.8 - belowTentorium, -vallecula);
    const inStem = coverage(Math.min(smoothMin(stem, peduncle, 3), 1e3), EDGE_MM);
    const inCerebellum = coverage(cerebellum, EDGE_MM);
    if (inStem === 0 && inCerebellum === 0) return CSF_HU;
    const folia = noise(x * 0.05, y * 0.05 + 3, z * 0.22 + 0.15 * noise(x * 0.06, y * 0.06, 7));
    const medullary = coverage(ellipsoid(ax - 17, y - 58, z + 34, 15, 13, 9), 8);
    const cerebellarHu = greyHu - 1.5 + 3 * folia - (greyHu - whiteHu) * 0.75 * medullary;
    const stemHu = whiteHu + 3;
    const tissue = inStem > 0 ? inStem * stemHu + (1 - inStem) * cerebellarHu : cerebellarHu;
    return CSF_HU + (tissue - CSF_HU) * Math.max(inStem, inCerebellum);
  };
}
