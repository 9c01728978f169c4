/** The cerebrum above the tentorium in standard head space: cortex folded into sulci, white matter, deep nuclei, fissures, basal cisterns, falx. */
import type { NoiseField } from "../perlin-noise.ts";
import { coverage, ellipsoid, length3, rod, rodsThrough, smoothMin, smoothStep } from "../signed-distance.ts";
import type { HeadAnatomy } from "./head-anatomy.ts";
import { EDGE_MM, lay, layEllipsoid } from "./lay-material.ts";

/** HU of cerebrospinal fluid. */
export const CSF_HU = 7;
const DURA_HU = 49;
const CALCIUM_HU = 190;

const caudate = rodsThrough([
  [13, -20, 3, 5.2],
  [14, -8, 13, 4.6],
  [18, 12, 22, 2.8],
  [24, 30, 20, 1.8],
]);

/**
 * HU at a point of standard space, mm.
 *
 * @param depth below the inner table, mm
 * @param ventricle signed distance to the ventricles, mm
 */
export type TissueAt = (x: number, y: number, z: number, depth: number, ventricle: number) => number;

/**
 * HU of the cerebrum of one head, without what lies in the ventricles.
 *
 * @param noise this head's random field
 */
export function cerebrum(anatomy: HeadAnatomy, noise: NoiseField): TissueAt {
  const { atrophy, greyHu, whiteHu, leukoaraiosis } = anatomy;
  return (x, y, z, depth, ventricle) => {
    const ax = Math.abs(x);
    const coarse = noise(x * 0.035 + 11, y * 0.035, z * 0.035);
    const fissure = fissureDistance(ax, y, z, atrophy);
    let pial = smoothMin(depth - subarachnoidMm(atrophy, coarse, y), fissure, 3);
    pial = Math.min(pial, sylvianDistance(ax, y, z, x > 0 ? coarse : -coarse) - 0.7 - 1.5 * atrophy * (1 + coarse));
    if (z < 12) pial = Math.min(pial, basalCisterns(ax, y, z, atrophy));
    if (pial < 26 && pial > -2) pial = Math.min(pial, sulcus(x, y, z, pial, coarse, atrophy, noise));
    const cortex = coverage(pial - 3.1 - coarse, 1.8);
    const grey = nearDeepGrey(ax, y, z) ? Math.max(cortex, coverage(deepGrey(ax, y, z), 2.2)) : cortex;
    const palor = leukoaraiosis * 8 * smoothStep(11 + 6 * coarse, 1, ventricle) * (1 - grey);
    const subcortical = 1.6 * smoothStep(8, 22, pial) * (1 - grey);
    const tissue = whiteHu - subcortical - palor + (greyHu - whiteHu) * grey;
    return CSF_HU + (tissue - CSF_HU) * coverage(-pial, EDGE_MM);
  };
}

function subarachnoidMm(atrophy: number, coarse: number, y: number): number {
  const frontal = y < -20 ? 0.7 : 0;
  return 0.5 + atrophy * (1.5 + frontal + 1.6 * coarse);
}

/** Distance to the interhemispheric fissure: everywhere in the midline except at the corpus callosum and what lies below it. */
function fissureDistance(ax: number, y: number, z: number, atrophy: number): number {
  if (ax > 30) return 1e3;
  const callosum = ellipsoid(0, y - 4, z - 6, 1e3, 42, 25);
  const halfWidth = 0.7 + atrophy * 1.3 * smoothStep(60, -50, y);
  if (callosum > 0) return ax - halfWidth;
  return Math.sqrt(ax * ax + callosum * callosum) - halfWidth;
}

/** Distance to the mid-surface of the Sylvian fissure: the stem to the surface, and the cleft over the insula. */
function sylvianDistance(out: number, back: number, z: number, wobble: number): number {
  const ax = out + 9 * wobble;
  const y = back - 14 * wobble;
  if (ax < 24 || y < -34 || y > 40 || z < -28 || z > 34) return 1e3;
  const floor = -4 + 0.3 * (y + 18) + 3 * wobble;
  const insula = 37 + 2.5 * smoothStep(-8, 14, z) + ((y - 2) / 17) ** 2 * 2.2;
  const alongY = Math.max(Math.abs(y - 1) - 21, 0);
  const alongZ = Math.max(z - 15 - 0.2 * y, floor - z, 0);
  const cleft = length3(ax - insula, alongY, alongZ);
  const stem = length3(z - floor, Math.max(insula - ax, 0), Math.max(Math.abs(y - 3) - 27, 0));
  return Math.min(cleft, stem);
}

/** Sulci: walls where a random field of direction is zero, so that they stand upright on the surface, down to a depth that varies. */
function sulcus(
  x: number,
  y: number,
  z: number,
  surface: number,
  coarse: number,
  atrophy: number,
  noise: NoiseField,
): number {
  const dx = x / 67;
  const dy = (y - 18) / 87;
  const dz = (z - 4) / 72;
  const r = Math.sqrt(dx * dx + dy * dy + dz * dz);
  if (r < 0.42) return 1e3;
  const reach = (0.72 + 0.28 * r) / r;
  const u = dx * reach * 2.7;
  const v = dy * reach * 3.4;
  const w = dz * reach * 2.9;
  const side = x > 0 ? 0 : 40;
  const folds = noise(u + side, v + 5, w) + 0.4 * noise(u * 2.1 + side, v * 2.1, w * 2.1 + 9);
  const across = Math.abs(folds) * 19;
  const bottom = (14 + 12 * coarse) * smoothStep(0.42, 0.7, r);
  const below = surface - bottom;
  const distance = below > 0 ? Math.sqrt(across * across + below * below) : across;
  const opening = 0.12 + (0.35 + 1.9 * atrophy * (1 + 1.2 * coarse)) * smoothStep(bottom, -2, surface);
  return distance - opening;
}

/** Everywhere else the deep nuclei are more than 1.1 mm away, which is half of the width that their edges are drawn with. */
function nearDeepGrey(ax: number, y: number, z: number): boolean {
  return ax < 34.5 && y > -27 && y < 34 && z > -12 && z < 27;
}

function deepGrey(ax: number, y: number, z: number): number {
  let d = 1e3;
  // The lentiform nucleus is a wedge: its axis turns outwards from front to back.
  const turned = ax - 25 - 0.12 * (y + 2);
  d = Math.min(d, ellipsoid(turned, y + 1, z - 2, 5.5, 16.5, 11));
  d = Math.min(d, ellipsoid(ax - 18.5 - 0.15 * y, y - 2, z - 0, 5, 9, 7));
  d = Math.min(d, ellipsoid(ax - 11.5 - 0.25 * (y - 18), y - 18, z - 8, 8, 13.5, 9.5));
  for (const part of caudate) d = Math.min(d, rod(ax, y, z, part));
  return d;
}

/** Distance to the cisterns at the base, negative in the fluid. */
function basalCisterns(ax: number, y: number, z: number, atrophy: number): number {
  const wide = 0.6 + 2 * atrophy;
  let d = ellipsoid(ax, y + 1, z + 16, 9 + wide, 9 + wide, 5.5);
  d = smoothMin(d, ellipsoid(ax - 14, y + 4, z + 16, 13, 2 + wide, 3.5), 3);
  d = Math.min(d, ellipsoid(ax, y - 13, z + 15, 6, 4 + wide, 6));
  d = smoothMin(d, ellipsoid(ax, y - 42, z - 1, 9 + wide, 4 + 0.7 * wide, 7), 2);
  const midbrain = ellipsoid(ax, y - 25, z + 9, 17, 15.5, 14);
  if (z < 5 && y > 12) d = Math.min(d, Math.abs(midbrain - 1.2) - 0.5 - 0.5 * wide);
  return d;
}

/**
 * Adds what is dense in the midline of the cerebrum to its HU: falx, pineal and choroid calcification, sagittal sinus.
 *
 * @param noise this head's random field
 */
export function midlineStructures(
  anatomy: HeadAnatomy,
  noise: NoiseField,
): (x: number, y: number, z: number, depth: number, hu: number) => number {
  const { choroidCalcification, pinealCalcificationMm, falxCalcification, basalGangliaCalcification } = anatomy;
  return (x, y, z, depth, hu) => {
    if (Math.abs(x) > 32) return hu;
    const ax = Math.abs(x);
    let value = hu;
    if (ax < 8 && z > -18) {
      const freeEdge = ellipsoid(0, y - 8, z - 4, 1e3, 53, 33);
      const waved = ax - 0.4 - 0.25 * noise(0, y * 0.05, z * 0.05);
      if (freeEdge > 0) value = lay(value, Math.max(waved, -freeEdge), DURA_HU);
      if (z > 0 || y > 60) value = lay(value, Math.sqrt((ax * 0.8) ** 2 + depth ** 2) - 4.2, DURA_HU + 2);
      if (falxCalcification && freeEdge > 6)
        value = lay(value, Math.max(ax - 1.4, (0.4 - noise(3, y * 0.07, z * 0.07)) * 9), CALCIUM_HU * 2);
    }
    if (pinealCalcificationMm > 0)
      value = layEllipsoid(value, x, y - 35, z - 1, pinealCalcificationMm, pinealCalcificationMm, 3, CALCIUM_HU);
    const choroid = choroidCalcification[x > 0 ? 0 : 1];
    if (choroid > 0)
      value = layEllipsoid(value, ax - 26, y - 45, z - 8, choroid, choroid * 1.6, choroid * 1.5, CALCIUM_HU);
    if (basalGangliaCalcification) value = layEllipsoid(value, ax - 19, y, z - 1, 2.2, 3.5, 2.5, 90);
    return value;
  };
}
