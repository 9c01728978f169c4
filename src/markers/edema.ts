/**
 * Edema around a hematoma: brain that is darker than its mirror image, joined to the clot, the more so the farther from it. Fluid, bone and what they
 * blur are not brain, and a darker area that goes on where perihematomal edema does not reach is something else: then no edema is told.
 */
import type { Vec3 } from "../math/vec3.ts";
import { type Box, boundingBox, cropMask, cropVolume, grownBox, uncropMask } from "../volume/box.ts";
import { connectedComponents, maskOfComponents } from "../volume/components.ts";
import { squaredDistanceMm } from "../volume/distance.ts";
import { type Geometry, indexToLps, lpsToIndex } from "../volume/geometry.ts";
import { dilate, erode, open } from "../volume/morphology.ts";
import { blockMean } from "../volume/resample.ts";
import { gaussianSmooth, type SmoothingMm } from "../volume/smooth.ts";
import { type CtVolume, createCtVolume, createMask, type Mask, maskMl } from "../volume/volume.ts";
import { type HeadFrame, partnerSampler } from "./head-frame.ts";

/** The edema, or what stands in its way. */
export interface Edema {
  /** On the grid of the cavity; empty when there is none. */
  readonly mask: Mask;
  /** Null when the darker area reaches farther than edema does. */
  readonly ml: number | null;
  /** Darker area joined to the clot that lies farther from it than edema reaches, mL. */
  readonly beyondMl: number;
}

/** Perihematomal edema reaches about so far; how far a darker area is followed to see whether it goes on. */
const REACH_MM = 20;
const FOLLOWED_MM = 40;

/** So much darker area beyond the reach is no edema: infarct, an old lesion, a tumour's edema. See docs/reference/markers.md for how it was set. */
const LEAST_BEYOND_ML = 8;

/**
 * How much darker than its mirror image edema is for each mm from the clot: beside the clot nearly everything that is darker is edema, far away it takes
 * an infarct. Set on simulated heads and on edema that readers drew, see docs/reference/markers.md.
 */
const DARKER_HU_PER_MM = 0.7;

/** What is followed beyond the reach is darker by this, and thicker than twice this. */
const BEYOND_DARKER_HU = 4;
const BEYOND_HALF_WIDTH_MM = 2;

/** HU of edema. @see Volbers et al. 2011, doi:10.1111/j.1468-1331.2011.03395.x */
const EDEMA_HU = [5, 33] as const;

/** The first millimetre beside a clot is half clot: it is edema where what lies behind it is. */
const RIM_MM = 1;

/** Fluid, and how far it is blurred; the same at the skull; brighter than this is blood that the mask left out, or calcified. */
const FLUID_HU = 13;
const LEAST_FLUID_ML = 0.05;
const NEAR_FLUID_MM = 1.5;
const NEAR_SKULL_MM = 3;
const BRIGHT_HU = 44;

/** A place is judged by its surroundings of this width, its mirror image by wider ones: two halves of a brain are not alike in detail. */
const OWN_SIGMA: SmoothingMm = { inPlane: 1.5, throughPlane: 1.5 };
const MIRROR_SIGMA: SmoothingMm = { inPlane: 4, throughPlane: 3 };

/** What those smooth over lies within this distance. */
const MARGIN_MM = 12;

/** Less brain than this share in the surroundings tells nothing. */
const LEAST_WEIGHT = 0.02;

/**
 * The edema around a hematoma, on the grid of `frame.cavity`.
 *
 * @param onCavityGrid the hematoma
 * @param ventricles blood in the ventricles, which is no brain
 */
export function findEdema(frame: HeadFrame, onCavityGrid: Mask, ventricles: Mask): Edema {
  const { geometry } = frame.cavity;
  const clotBox = boundingBox(onCavityGrid);
  if (!clotBox) return { mask: createMask(geometry), ml: 0, beyondMl: 0 };
  const box = withMirrorImage(grownBox(clotBox, geometry, FOLLOWED_MM + MARGIN_MM, true), frame);
  const near: Surroundings = {
    volume: cropVolume(frame.coarse, box),
    cavity: cropMask(frame.cavity, box),
    clot: cropMask(onCavityGrid, box),
    ventricles: cropMask(ventricles, box),
    mirror: frame.mirror,
  };
  const { mask, beyondMl } = darkerAround(near);
  return {
    mask: uncropMask(mask, geometry, box),
    ml: beyondMl >= LEAST_BEYOND_ML ? null : maskMl(mask),
    beyondMl,
  };
}

/** A box that also holds the mirror image of itself, as far as the grid goes. */
function withMirrorImage({ low, high }: Box, { cavity: { geometry }, mirror }: HeadFrame): Box {
  const corners = [low[0], high[0] - 1].flatMap((i) =>
    [low[1], high[1] - 1].flatMap((j) =>
      [low[2], high[2] - 1].flatMap((k): Vec3[] => [
        [i, j, k],
        lpsToIndex(geometry, mirror(indexToLps(geometry, [i, j, k]))),
      ]),
    ),
  );
  const edge = (axis: 0 | 1 | 2): readonly [number, number] => {
    const along = corners.map((corner) => corner[axis]);
    return [
      Math.max(0, Math.floor(Math.min(...along))),
      Math.min(geometry.size[axis], Math.ceil(Math.max(...along)) + 1),
    ];
  };
  const edges = [edge(0), edge(1), edge(2)] as const;
  return {
    low: [edges[0][0], edges[1][0], edges[2][0]],
    high: [edges[0][1], edges[1][1], edges[2][1]],
  };
}

/** What lies around a hematoma and around its mirror image. */
interface Surroundings {
  readonly volume: CtVolume;
  readonly cavity: Mask;
  readonly clot: Mask;
  readonly ventricles: Mask;
  readonly mirror: (point: Vec3) => Vec3;
}

function darkerAround(near: Surroundings): { mask: Mask; beyondMl: number } {
  const { geometry } = near.cavity;
  const squared = squaredDistanceMm(near.clot, "volume");
  const inSlice = squaredDistanceMm(near.clot, "slice");
  const { brain, nearFluid } = brainWithoutFluid(near, squared, inSlice);
  const darkerHu = darkerThanMirror(near, brain, squared);
  const rim = where(
    geometry,
    (voxel) =>
      near.clot.inside[voxel] === 1 ||
      (inSlice[voxel] <= RIM_MM ** 2 && near.cavity.inside[voxel] === 1 && nearFluid.inside[voxel] === 0),
  );
  const edema = where(
    geometry,
    (voxel) => squared[voxel] <= REACH_MM ** 2 && darkerHu[voxel] >= DARKER_HU_PER_MM * Math.sqrt(squared[voxel]),
  );
  const joined = joinedToClot(edema, rim, near.clot);
  const besideRim = dilate(joined, RIM_MM + 0.5, "slice");
  const mask = where(
    geometry,
    (voxel) =>
      joined.inside[voxel] === 1 ||
      (rim.inside[voxel] === 1 && near.clot.inside[voxel] === 0 && besideRim.inside[voxel] === 1),
  );
  const dark = where(geometry, (voxel) => darkerHu[voxel] >= BEYOND_DARKER_HU);
  const wide = joinedToClot(
    open(dark, BEYOND_HALF_WIDTH_MM, "slice"),
    dilate(rim, BEYOND_HALF_WIDTH_MM, "slice"),
    near.clot,
  );
  return {
    mask,
    beyondMl: maskMl(where(geometry, (voxel) => wide.inside[voxel] === 1 && squared[voxel] > REACH_MM ** 2)),
  };
}

/** Brain that is neither clot nor bright, away from what fluid and bone blur. */
function brainWithoutFluid(near: Surroundings, squared: Float32Array, inSlice: Float32Array) {
  const { volume, cavity, ventricles } = near;
  const { geometry } = cavity;
  const { hu } = gaussianSmooth(volume, { inPlane: 1.2, throughPlane: 0 });
  const dark = where(geometry, (voxel) => cavity.inside[voxel] === 1 && hu[voxel] < FLUID_HU && squared[voxel] > 1);
  const fluid = maskOfComponents(dark, connectedComponents(dark, 26), ({ ml }) => ml >= LEAST_FLUID_ML);
  const nearFluid = dilate(fluid, NEAR_FLUID_MM, "slice");
  const inner = erode(cavity, NEAR_SKULL_MM, "slice");
  const brain = where(
    geometry,
    (voxel) =>
      inner.inside[voxel] === 1 &&
      nearFluid.inside[voxel] === 0 &&
      ventricles.inside[voxel] === 0 &&
      inSlice[voxel] > RIM_MM ** 2 &&
      hu[voxel] <= BRIGHT_HU,
  );
  return { brain, nearFluid };
}

/**
 * How much darker each place near the clot is than its mirror image, HU; minus infinity where that says nothing: no brain, not the density of edema, no
 * brain on the other side, or a mirror image that lies nearer to the clot than the place itself.
 */
function darkerThanMirror(near: Surroundings, brain: Mask, squared: Float32Array): Float32Array {
  const { geometry } = brain;
  const own = smoothWithin(near.volume, brain, OWN_SIGMA);
  // What is smoothed so widely needs no finer grid than two by two pixels.
  const half = halved(near.volume, brain);
  const other = smoothedShare(half.weighted, half.weight, MIRROR_SIGMA);
  const partnerOf = partnerSampler(geometry, near.mirror);
  const [nx, ny] = geometry.size;
  const [mx, my] = half.weight.geometry.size;
  const otherAt = (voxel: number): number => {
    const [i, j] = [(voxel % nx) >> 1, (Math.floor(voxel / nx) % ny) >> 1];
    return i < mx && j < my ? other[i + mx * (j + my * Math.floor(voxel / (nx * ny)))] : 0;
  };
  const darkerHu = new Float32Array(own.length).fill(Number.NEGATIVE_INFINITY);
  for (let voxel = 0; voxel < own.length; voxel++) {
    const hu = own[voxel];
    if (!brain.inside[voxel] || squared[voxel] > FOLLOWED_MM ** 2) continue;
    if (!(hu >= EDEMA_HU[0] && hu <= EDEMA_HU[1])) continue;
    const partner = partnerOf(voxel);
    if (partner < 0 || !(squared[partner] > squared[voxel])) continue;
    const otherHu = otherAt(partner);
    if (otherHu > 0) darkerHu[voxel] = otherHu - hu;
  }
  return darkerHu;
}

/** HU smoothed over the voxels of a mask alone; 0 where there are hardly any. */
function smoothWithin(volume: CtVolume, mask: Mask, sigma: SmoothingMm): Float32Array {
  const { weighted, weight } = weightedBy(volume, mask);
  return smoothedShare(weighted, weight, sigma);
}

/** HU inside a mask and 0 outside, and 1 inside and 0 outside. */
function weightedBy({ hu }: CtVolume, { geometry, inside }: Mask): { weighted: CtVolume; weight: CtVolume } {
  const weight = new Float32Array(inside.length);
  const weighted = new Float32Array(inside.length);
  for (let voxel = 0; voxel < inside.length; voxel++) {
    if (!inside[voxel]) continue;
    weight[voxel] = 1;
    weighted[voxel] = hu[voxel];
  }
  return { weighted: createCtVolume(geometry, weighted), weight: createCtVolume(geometry, weight) };
}

/** The same on blocks of two by two pixels. */
function halved(volume: CtVolume, mask: Mask): { weighted: CtVolume; weight: CtVolume } {
  const { weighted, weight } = weightedBy(volume, mask);
  return { weighted: blockMean(weighted, [2, 2, 1]), weight: blockMean(weight, [2, 2, 1]) };
}

function smoothedShare(weighted: CtVolume, weight: CtVolume, sigma: SmoothingMm): Float32Array {
  const [sum, share] = [weighted, weight].map((volume) => gaussianSmooth(volume, sigma).hu);
  const mean = new Float32Array(sum.length);
  for (let voxel = 0; voxel < mean.length; voxel++) {
    if (share[voxel] > LEAST_WEIGHT) mean[voxel] = sum[voxel] / share[voxel];
  }
  return mean;
}

/** The part of an area that hangs together with the clot, by way of the clot's rim. */
function joinedToClot(area: Mask, rim: Mask, clot: Mask): Mask {
  const { geometry } = area;
  const both = where(geometry, (voxel) => area.inside[voxel] === 1 || rim.inside[voxel] === 1);
  const { labels } = connectedComponents(both, 6);
  const withClot = new Set(labels.filter((label, voxel) => label > 0 && clot.inside[voxel] === 1));
  return where(geometry, (voxel) => area.inside[voxel] === 1 && withClot.has(labels[voxel]));
}

function where(geometry: Geometry, chosen: (voxel: number) => boolean): Mask {
  const inside = new Uint8Array(geometry.size[0] * geometry.size[1] * geometry.size[2]);
  for (let voxel = 0; voxel < inside.length; voxel++) inside[voxel] = chosen(voxel) ? 1 : 0;
  return { geometry, inside };
}
