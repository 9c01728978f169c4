/** Everything outside the intracranial cavity in standard head space: skull with diploe, scalp, skull base with its air cells, orbits, face and neck. */
import type { NoiseField } from "../perlin-noise.ts";
import {
  coverage,
  ellipsoid,
  ellipsoidNear,
  type Rod,
  rod,
  rodNear,
  rodsThrough,
  smoothMin,
  smoothStep,
} from "../signed-distance.ts";
import type { HeadAnatomy } from "./head-anatomy.ts";
import { EDGE_MM, lay, layEllipsoid, layRod } from "./lay-material.ts";

const AIR = -1000;
const FAT = -92;
const MUSCLE = 58;
const SKIN = 35;
const TABLE = 1500;

const orbit = only(
  rodsThrough([
    [31, -66, -33, 18],
    [17, -24, -27, 4],
  ]),
);
const opticNerve = only(
  rodsThrough([
    [30, -52, -33, 2],
    [17, -24, -27, 2],
  ]),
);
const rectusMuscles = rodsThrough([
  [20, -58, -33, 1.8],
  [18, -40, -31, 2.4],
  [17, -26, -27, 1.5],
]).concat(
  rodsThrough([
    [42, -58, -33, 1.8],
    [35, -42, -31, 2.4],
    [19, -26, -27, 1.5],
  ]),
);
const zygoma = rodsThrough([
  [50, -56, -50, 4],
  [65, -28, -48, 3],
  [64, 2, -46, 3.5],
]);
const nose = only(
  rodsThrough([
    [0, -78, -24, 9],
    [0, -94, -52, 12],
  ]),
);
const mandible = only(
  rodsThrough([
    [49, 2, -56, 5],
    [46, -6, -100, 6],
  ]),
);

function only(rods: readonly Rod[]): Rod {
  return rods[0] as Rod;
}

/**
 * HU outside the cavity of one head; air outside the skin.
 *
 * @param noise this head's random field
 * @returns a function of the position and the signed distance to the cavity, mm
 */
export function skullAndFace(
  anatomy: HeadAnatomy,
  noise: NoiseField,
): (x: number, y: number, z: number, cavity: number) => number {
  const { skullThicknessMm, scalpMm, frontalSinus } = anatomy;
  return (x, y, z, cavity) => {
    if (cavity > 26 && z > 2) return AIR;
    const ax = Math.abs(x);
    const coarse = noise(x * 0.03, y * 0.03, z * 0.03 + 50);
    const low = smoothStep(0, -28, z);
    const thickness = skullThickness(ax, y, z, skullThicknessMm * (1 + 0.3 * coarse), frontalSinus, low);
    const temporalis = temporalisBulge(ax, y, z);
    let skin = cavity - thickness - scalpMm * (1 + 0.25 * coarse) - temporalis * 5;
    if (z < 0) skin = smoothMin(skin, faceAndNeck(ax, y, z), 12);
    if (skin > EDGE_MM) return AIR;
    let hu = softTissue(x, y, z, skin, cavity - thickness, temporalis, noise);
    if (z < 12) hu = faceAndBase(x, y, z, noise, hu);
    const shell = Math.max(cavity - thickness, -cavity);
    if (shell < EDGE_MM) hu = lay(hu, shell, calvaria(x, y, z, cavity / thickness, thickness, noise));
    if (z < 14) hu = airCells(x, y, z, frontalSinus, noise, hu);
    return skin < -EDGE_MM ? hu : lay(hu, -skin, AIR);
  };
}

function skullThickness(ax: number, y: number, z: number, vault: number, frontalSinus: number, low: number): number {
  const base = 4 + (y > 60 ? 4 : 0);
  let t = vault + (base - vault) * low;
  const sinus = ellipsoid(ax - 13, y + 78, z + 4, 18 * frontalSinus + 1, 22, 18 * frontalSinus + 1);
  t += 5.5 * frontalSinus * smoothStep(20, -10, sinus);
  const protuberance = (ax * ax) / 200 + ((z + 14) / 14) ** 2;
  if (y > 80 && protuberance < 4) t += 2.5 * Math.exp(-protuberance);
  return t;
}

/** 1 in the middle of the temporal muscle's bed, 0 outside it. */
function temporalisBulge(ax: number, y: number, z: number): number {
  if (z > 40 || y > 34) return 0;
  const u = (y + 20) / 40;
  const v = (z + 14) / 44;
  return smoothStep(1, 0.1, u * u + v * v) * smoothStep(36, 48, ax);
}

function faceAndNeck(ax: number, y: number, z: number): number {
  const face = ellipsoid(ax, y + 34, z + 58, 66, 60, 74);
  const nasal = rod(ax, y, z, nose);
  const neck = Math.max(ellipsoid(ax, y - 32, 0, 62, 62, 1e3), z + 30);
  return smoothMin(smoothMin(face, neck, 16), nasal, 8);
}

function softTissue(
  x: number,
  y: number,
  z: number,
  skin: number,
  aboveBone: number,
  temporalis: number,
  noise: NoiseField,
): number {
  if (skin > -1.7) return SKIN;
  if (z > -12 || aboveBone < 3) {
    const muscle = coverage(aboveBone - temporalis * 9 + 0.4, 1.5) * (temporalis > 0.04 ? 1 : 0);
    const galea = coverage(aboveBone - 0.9, 1);
    return FAT + (MUSCLE - FAT) * Math.max(muscle, 0.7 * galea);
  }
  const planes = noise(x * 0.045, y * 0.045, z * 0.025) + 0.25 * noise(x * 0.1, y * 0.1, z * 0.04);
  const muscle = smoothStep(0.015, 0.06, Math.abs(planes)) * smoothStep(0.5, 0.4, planes) * smoothStep(-3, -6, skin);
  return FAT + (MUSCLE + 12 * planes - FAT) * muscle;
}

/** Outer table, diploe, inner table. */
function calvaria(x: number, y: number, z: number, relative: number, thickness: number, noise: NoiseField): number {
  const diploe = smoothStep(0.22, 0.38, relative) * smoothStep(0.8, 0.66, relative) * smoothStep(4, 6, thickness);
  const grain = noise(x * 0.45, y * 0.45, z * 0.45);
  return TABLE + 120 * grain + diploe * (-880 + 380 * grain);
}

function faceAndBase(x: number, y: number, z: number, noise: NoiseField, under: number): number {
  let hu = under;
  const ax = Math.abs(x);
  const sphenoid = ellipsoidNear(ax, y + 4, z + 33, 19, 20, 13, EDGE_MM);
  if (sphenoid < EDGE_MM) hu = lay(hu, sphenoid, 780 + 300 * noise(x * 0.3, y * 0.3, z * 0.3));
  hu = layEllipsoid(hu, ax - 53, y - 40, z + 42, 13, 17, 18, 900);
  if (y < 5) {
    for (const part of zygoma) hu = layRod(hu, ax, y, z, part, 1100);
    hu = layEllipsoid(hu, ax - 30, y + 56, z + 66, 16.5, 19.5, 17.5, 800);
    hu = lay(hu, Math.max(ellipsoidNear(ax, y + 55, z + 32, 17, 34, 20, EDGE_MM), z + 16), 700);
  }
  hu = layRod(hu, ax, y, z, mandible, 1000);
  if (z < -70)
    hu = lay(
      hu,
      Math.abs(Math.sqrt(x * x + (y - 40) * (y - 40)) - 21) - 4 - 2 * Math.abs(noise(0, y * 0.05, x * 0.05)),
      900,
    );
  return orbits(ax, y, z, hu);
}

function orbits(ax: number, y: number, z: number, under: number): number {
  let hu = under;
  if (y > -18 || z > -10 || z < -58) return hu;
  const cone = Math.max(rodNear(ax, y, z, orbit, EDGE_MM + 2.2), -y - 82);
  hu = lay(hu, Math.max(cone - 2.2, -y - 64), 900);
  hu = lay(hu, cone, FAT);
  hu = layRod(hu, ax, y, z, opticNerve, 36);
  for (const part of rectusMuscles) hu = layRod(hu, ax, y, z, part, 52);
  const globe = ellipsoidNear(ax - 31, y + 67, z + 33, 12.2, 12.2, 12.2, EDGE_MM);
  hu = lay(hu, globe, 42);
  hu = lay(hu, globe + 1.8, 10);
  hu = layEllipsoid(hu, ax - 31, y + 75.5, z + 33, 4.6, 2.1, 4.6, 88);
  return hu;
}

/** Sinuses and cells: cavities full of air, divided by thin septa. */
function airCells(x: number, y: number, z: number, frontalSinus: number, noise: NoiseField, under: number): number {
  let hu = under;
  const ax = Math.abs(x);
  if (frontalSinus > 0 && y < -55) {
    // The field lies within [-1.1, 1.1], so farther than 5.5 mm outside the smooth shape there is no lobe.
    const smooth = ellipsoidNear(ax - 13, y + 81, z + 4, 14 * frontalSinus, 5.5 * frontalSinus, 15 * frontalSinus, 8);
    const lobe = smooth < 8 ? smooth + 5 * noise(x * 0.08, y * 0.08 + 20, z * 0.08) : smooth;
    if (lobe < EDGE_MM) hu = lay(hu, Math.max(lobe, septum(x + 2, y, z, 11, noise)), AIR);
  }
  if (y < 10 && ax < 18) {
    const ethmoid = ellipsoidNear(ax, y + 50, z + 36, 13, 26, 13, EDGE_MM);
    if (ethmoid < EDGE_MM) hu = lay(hu, Math.max(ethmoid, septum(x, y, z, 6.5, noise)), AIR);
    const sphenoid = ellipsoidNear(ax, y + 12, z + 34, 14, 12, 9, EDGE_MM);
    if (sphenoid < EDGE_MM)
      hu = lay(hu, Math.max(sphenoid, 0.9 - Math.abs(x - 2 - 3 * noise(y * 0.05, z * 0.05, 1))), AIR);
    const nasal = ellipsoidNear(ax, y + 62, z + 66, 14, 32, 22, EDGE_MM);
    if (nasal < EDGE_MM) {
      const turbinates = noise(x * 0.14, y * 0.05, z * 0.14) - 0.05;
      hu = lay(hu, Math.max(nasal, 1.1 - ax, turbinates * 14), AIR);
    }
    hu = layEllipsoid(hu, ax, y + 12, z + 78, 11, 8, 22, AIR);
  }
  if (y < -25) hu = layEllipsoid(hu, ax - 31, y + 56, z + 66, 14, 17, 15, AIR);
  if (ax > 36 && y > 18) {
    const mastoid = ellipsoidNear(ax - 54, y - 42, z + 38, 11, 14, 16, EDGE_MM);
    if (mastoid < EDGE_MM) hu = lay(hu, Math.max(mastoid, septum(x, y, z, 4.5, noise)), AIR * 0.9);
    hu = lay(hu, Math.max(Math.sqrt((y - 20) ** 2 + (z + 38) ** 2) - 3.6, 44 - ax), AIR);
  }
  return hu;
}

/** Distance to thin walls of an irregular honeycomb, negative in the cells. */
function septum(x: number, y: number, z: number, cellMm: number, noise: NoiseField): number {
  const f = 0.6 / cellMm;
  const a = noise(x * f + 31, y * f, z * f);
  const b = noise(x * f, y * f + 17, z * f + 5);
  return 0.7 - Math.min(Math.abs(a), Math.abs(b)) * cellMm * 1.9;
}
