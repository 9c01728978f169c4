/**
 * The head as a whole: one person's tissue in HU on a fine grid, made once and then scanned as often as needed, and where blood may go in it.
 * What the scanner does to it is in `scanner/`.
 */
import { fillField, type HeadGrid, sampleField } from "../field-grid.ts";
import { createPerlinNoise } from "../perlin-noise.ts";
import { coverage, ellipsoidNear } from "../signed-distance.ts";
import { CSF_HU, cerebrum, midlineStructures } from "./cerebrum.ts";
import type { HeadAnatomy } from "./head-anatomy.ts";
import { aboveTentorium, inIncisura, intracranialCavity } from "./intracranial-cavity.ts";
import { brainstemDistance, posteriorFossa } from "./posterior-fossa.ts";
import { skullAndFace } from "./skull-and-face.ts";
import { type VentricleDistance, ventricles } from "./ventricles.ts";

/** A head that can be scanned. Positions are in head space: LPS mm, the anterior commissure at the origin. */
export interface HeadPhantom {
  readonly grid: HeadGrid;
  /** `hu[i + nx * (j + ny * k)]`. */
  readonly hu: Float32Array;
  /** Depth in mm below the inner table, negative outside. */
  readonly depth: (x: number, y: number, z: number) => number;
  /** Signed distance in mm to the wall of the ventricles, negative inside. */
  readonly ventricle: (x: number, y: number, z: number) => number;
  /** Signed distance in mm to the brainstem, negative inside. */
  readonly brainstem: (x: number, y: number, z: number) => number;
  /** Height in mm above the tentorium. */
  readonly aboveTentorium: (x: number, y: number, z: number) => number;
}

/** The grid on which a head is kept. */
export const phantomGrid: HeadGrid = { size: [176, 228, 77], spacingMm: [1, 1, 2.5], originMm: [-87.5, -109, -96] };

const AIR_HU = -1000;

/** Beyond the grid on which the distance to the ventricles is kept. */
const FAR_FROM_VENTRICLES_MM = 20;
/** Farther than this from a wall nothing sharp depends on the distance, and the grid's value will do. */
const NEAR_VENTRICLES_MM = 4;

/** How far, in mm, the outline is sheared by the frequent flattening of one side (standard deviation). */
const SHEAR_MM = 2.2;

/** What of a head is known without drawing it. */
export type HeadLandmarks = Pick<HeadPhantom, "depth" | "brainstem" | "aboveTentorium">;

/** Where the cavity, the brainstem and the tentorium are in a head of this anatomy. */
export function headLandmarks(anatomy: HeadAnatomy): HeadLandmarks {
  const { standardX, mean } = headFrame(anatomy);
  const [, sy, sz] = anatomy.scale;
  return {
    depth: (x, y, z) => -mean * intracranialCavity(standardX(x, y), y / sy, z / sz),
    brainstem: (x, y, z) => mean * brainstemDistance(Math.abs(standardX(x, y)), y / sy, z / sz),
    aboveTentorium: (x, y, z) => mean * aboveTentorium(standardX(x, y), y / sy, z / sz),
  };
}

/** How a head's positions become those of standard space along x, where one side is flattened, and its mean size. */
function headFrame(anatomy: HeadAnatomy) {
  const shear = SHEAR_MM * anatomy.random.fork("shear").normal();
  const [sx, sy, sz] = anatomy.scale;
  const shearAt = (y: number): number => shear * Math.sin(y * 0.03);
  return { shearAt, standardX: (x: number, y: number): number => (x - shearAt(y)) / sx, mean: (sx + sy + sz) / 3 };
}

/** Makes a head from its anatomy; equal anatomy, equal head. */
export function createHeadPhantom(anatomy: HeadAnatomy): HeadPhantom {
  const { shearAt, standardX, mean } = headFrame(anatomy);
  const [sx, sy, sz] = anatomy.scale;
  const exact = ventricles(anatomy);
  const wall = fillField([-60, -60, -60], [60, 100, 50], [2, 2, 2], exact);
  const wallAt: VentricleDistance = (x, y, z) => sampleField(wall, x, y, z, FAR_FROM_VENTRICLES_MM);
  const tissue = tissueOf(anatomy, (x, y, z) => {
    const about = wallAt(x, y, z);
    return about > NEAR_VENTRICLES_MM ? about : exact(x, y, z);
  });
  const [nx, ny, nz] = phantomGrid.size;
  const hu = new Float32Array(nx * ny * nz);
  let v = 0;
  for (let k = 0; k < nz; k++) {
    const z = (phantomGrid.originMm[2] + k * phantomGrid.spacingMm[2]) / sz;
    for (let j = 0; j < ny; j++) {
      const yMm = phantomGrid.originMm[1] + j * phantomGrid.spacingMm[1];
      const y = yMm / sy;
      const sheared = shearAt(yMm);
      for (let i = 0; i < nx; i++) hu[v++] = tissue((phantomGrid.originMm[0] + i - sheared) / sx, y, z);
    }
  }
  return {
    grid: phantomGrid,
    hu,
    ...headLandmarks(anatomy),
    ventricle: (x, y, z) => mean * wallAt(standardX(x, y), y / sy, z / sz),
  };
}

/** HU at a point of standard space. */
function tissueOf(anatomy: HeadAnatomy, ventricle: VentricleDistance): (x: number, y: number, z: number) => number {
  const noise = createPerlinNoise(anatomy.random.fork("folds"));
  const outside = skullAndFace(anatomy, noise);
  const cerebral = cerebrum(anatomy, noise);
  const midline = midlineStructures(anatomy, noise);
  const infratentorial = posteriorFossa(anatomy, noise);
  const infarct = anatomy.oldInfarct;
  const brain = (x: number, y: number, z: number, depth: number): number => {
    const above = aboveTentorium(x, y, z);
    const hole = inIncisura(x, y);
    const wall = ventricle(x, y, z);
    let hu: number;
    if (y > -2 && z < 12 && (above < 0 || hole < 1) && (hole > 1 || z < -6) && inPosteriorFossa(x, y)) {
      hu = infratentorial(x, y, z, depth, hole < 1 ? 20 : -above);
    } else hu = midline(x, y, z, depth, cerebral(x, y, z, depth, wall));
    if (hole > 1 && y > 12 && above > -3 && above < 3 && z < 8) hu += (48 - hu) * coverage(Math.abs(above) - 0.6, 1.4);
    hu += (CSF_HU - hu) * coverage(wall, 1.1);
    if (infarct) {
      const [cx, cy, cz] = infarct.centerMm;
      const r = infarct.radiusMm;
      const smooth = ellipsoidNear(x - cx, y - cy, z - cz, r, r * 1.2, r, 6 + 0.5 * r);
      const d = smooth < 1e3 ? smooth + 0.35 * r * noise(x * 0.12, y * 0.12, z * 0.12 + 3) : smooth;
      if (d < 6) hu += (Math.min(hu, 12 + 6 * coverage(-d - 2, 4)) - hu) * coverage(d, 3);
    }
    return hu + depthPseudoEnhancement(depth);
  };
  return (x, y, z) => {
    if (farOutside(x, y, z)) return AIR_HU;
    const cavity = intracranialCavity(x, y, z);
    if (cavity >= 0.6) return outside(x, y, z, cavity);
    const inside = brain(x, y, z, -cavity);
    if (cavity < -0.6) return inside;
    return inside + (outside(x, y, z, Math.max(cavity, 0.01)) - inside) * coverage(-cavity, 1.2);
  };
}

/** Beyond anything that belongs to a head: saves half of the work. */
function farOutside(x: number, y: number, z: number): boolean {
  const u = x / 88;
  const v = (y - 8) / 115;
  const w = Math.max(z, 0) / 100;
  return u * u + v * v + w * w > 1;
}

/** Behind the petrous ridges. */
function inPosteriorFossa(x: number, y: number): boolean {
  return y > 4 && y > 13 + 0.53 * (Math.abs(x) - 17);
}

/** The rim of a few HU that remains under the inner table after a scanner's water correction. */
function depthPseudoEnhancement(depth: number): number {
  return depth < 10 ? 4 * Math.exp(-depth / 3) : 0;
}
