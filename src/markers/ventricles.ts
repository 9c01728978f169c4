/**
 * The ventricles as far as a hematoma matters to them: blood inside (volume and Graeb score) and their width (Evans index). Places come from the head's own frame; whether a ventricle is there is told by fluid, on this side or in the mirror image.
 */
import { connectedComponents, maskOfComponents } from "../volume/components.ts";
import { squaredDistanceMm } from "../volume/distance.ts";
import { voxelMl } from "../volume/geometry.ts";
import { dilate } from "../volume/morphology.ts";
import { gaussianSmooth } from "../volume/smooth.ts";
import { type Mask, maskMl } from "../volume/volume.ts";
import { forEachCavityVoxel, type HeadFrame, partnerSampler } from "./head-frame.ts";

/** One of the four ventricles. */
export type Ventricle = "left-lateral" | "right-lateral" | "third" | "fourth";

/** What is known about the ventricles. */
export interface VentricleFindings {
  /** Blood in the ventricles, mL, and in each of them. */
  readonly ivhMl: number;
  readonly ivhMlOf: Readonly<Record<Ventricle, number>>;
  /** Graeb score from the share of each ventricle that is blood, 0 to 12; "expanded" is not judged, so a full ventricle counts as expanded. */
  readonly graeb: number;
  /**
   * Modified Graeb score: `low` from the share of each of eight compartments that is blood, 0 to 24; `high` has a point more for each compartment with
   * blood, because whether it is expanded is not judged.
   */
  readonly modifiedGraeb: { readonly low: number; readonly high: number };
  /** Width of the frontal horns / inner width of the skull on the same slice; null when no frontal horns are seen. Above 0.3 suggests hydrocephalus. */
  readonly evansIndex: number | null;
  /** Blood in the ventricles, on the grid of the cavity. */
  readonly ivh: Mask;
  /** The same with pieces that are too small to be told from noise but lie where a ventricle may be: no bleed beside the hematoma either. */
  readonly ventricular: Mask;
}

type Path = readonly (readonly [number, number, number])[];

/**
 * Centre lines in an average head (left side), mm left, posterior, superior of the anterior commissure, and how far around them a ventricle may be: the
 * lateral ventricle to its trigone, its occipital and its temporal horn.
 */
const lateralPaths: readonly Path[] = [
  [
    [12, -28, 6],
    [10, -5, 15],
    [13, 18, 20],
    [24, 40, 13],
  ],
  [
    [24, 40, 13],
    [24, 66, 6],
  ],
  [
    [24, 40, 13],
    [33, 22, -7],
    [31, 4, -17],
  ],
];
const thirdPath: Path = [
  [0, -2, 2],
  [0, 20, 1],
];
const fourthPath: Path = [
  [0, 42, -22],
  [0, 47, -36],
];
const REACH_MM = { lateral: 12, third: 7, fourth: 11 };

/** Fluid, with the noise of a smoothed slice; blood, below calcified plexus. */
const FLUID_HU = [-10, 18] as const;
const BLOOD_HU = [44, 95] as const;

/** How far in mm a ventricle's mirror image may miss it: mass effect and asymmetry. */
const MIRROR_MM = 2.5;

/** Blood in a ventricle reaches at least so far from the rest of the clot, in mm; a bulge does not. */
const BEYOND_MM = 10;

/** A part of a hematoma beside its largest one is in a ventricle when so much of it is where one may be. */
const PLACE_SHARE = 0.7;

/** Less blood than this is a fleck of plexus. */
const LEAST_IVH_ML = 0.3;

/**
 * Reads the ventricles.
 *
 * @param onCavityGrid the hematoma on the grid of `frame.cavity`; blood in the ventricles may or may not be part of it
 */
export function readVentricles(frame: HeadFrame, onCavityGrid: Mask): VentricleFindings {
  const { geometry } = frame.cavity;
  const { hu } = gaussianSmooth(frame.coarse, { inPlane: 1.2, throughPlane: 0 });
  const place = ventricularPlaces(frame);
  const fluid = significant({
    geometry,
    inside: place.map((found, voxel) => (found && hu[voxel] >= FLUID_HU[0] && hu[voxel] <= FLUID_HU[1] ? 1 : 0)),
  });
  const nearFluid = dilate(fluid, MIRROR_MM, "slice");
  const blood = place.map((found, voxel) =>
    found && (onCavityGrid.inside[voxel] || (hu[voxel] >= BLOOD_HU[0] && hu[voxel] <= BLOOD_HU[1])) ? 1 : 0,
  );
  const mirrored = partnerSampler(geometry, frame.mirror);
  const candidates = significant({
    geometry,
    inside: blood.map((value, voxel) => {
      if (!value) return 0;
      if (place[voxel] === THIRD || place[voxel] === FOURTH)
        return onCavityGrid.inside[voxel] && !nearFluid.inside[voxel] ? 0 : 1;
      const partner = mirrored(voxel);
      return partner >= 0 && (nearFluid.inside[partner] || blood[partner]) ? 1 : 0;
    }),
  });
  const apart = partsInPlace(onCavityGrid, place);
  const ivh = union(beyondTheClot(candidates, onCavityGrid), significant(apart));
  return {
    ...ivhOf(ivh, fluid, place),
    evansIndex: evansIndex(frame, union(fluid, ivh)),
    ivh,
    ventricular: union(ivh, apart),
  };
}

const order: readonly Ventricle[] = ["left-lateral", "right-lateral", "third", "fourth"];

/** Compartments of the modified Graeb score, numbered from 1 as their voxels are, each with the ventricle that it belongs to. */
const compartments: readonly Ventricle[] = [
  ...(["left-lateral", "right-lateral", "third", "fourth"] as const),
  // occipital horns, temporal horns
  ...(["left-lateral", "right-lateral", "left-lateral", "right-lateral"] as const),
];
const [THIRD, FOURTH] = [3, 4];
/** For the lateral ventricle, its occipital and its temporal horn the number of the left one; the right one follows. */
const LATERAL_LEFT = [1, 5, 7];

/** For each voxel 0, or the number of the compartment that may be there. */
function ventricularPlaces(frame: HeadFrame): Uint8Array {
  const places = new Uint8Array(frame.cavity.inside.length);
  forEachCavityVoxel(frame, (voxel, x, y, z) => {
    const aside = Math.abs(x);
    if (aside > 46 || y < -42 || y > 80 || z < -50 || z > 34) return;
    if (distanceToPath(thirdPath, x, y, z) <= REACH_MM.third && aside < 5) places[voxel] = THIRD;
    else if (distanceToPath(fourthPath, x, y, z) <= REACH_MM.fourth) places[voxel] = FOURTH;
    else {
      const distances = lateralPaths.map((path) => distanceToPath(path, aside, y, z));
      const nearest = Math.min(...distances);
      if (nearest <= REACH_MM.lateral) places[voxel] = LATERAL_LEFT[distances.indexOf(nearest)] + (x > 0 ? 0 : 1);
    }
  });
  return places;
}

function distanceToPath(path: Path, x: number, y: number, z: number): number {
  let least = Number.POSITIVE_INFINITY;
  for (let n = 1; n < path.length; n++) {
    const [ax, ay, az] = path[n - 1];
    const [dx, dy, dz] = [path[n][0] - ax, path[n][1] - ay, path[n][2] - az];
    const along = ((x - ax) * dx + (y - ay) * dy + (z - az) * dz) / (dx * dx + dy * dy + dz * dz);
    const t = Math.min(1, Math.max(0, along));
    least = Math.min(least, Math.hypot(x - ax - t * dx, y - ay - t * dy, z - az - t * dz));
  }
  return least;
}

/** The parts of a set that are too large to be noise. */
function significant(mask: Mask): Mask {
  return maskOfComponents(mask, connectedComponents(mask, 26), ({ ml }) => ml >= LEAST_IVH_ML);
}

/**
 * The parts that reach well away from the clot outside the ventricles. A clot that bulges into the place of a ventricle without breaking into it
 * leaves a part that is near it everywhere.
 */
function beyondTheClot(candidates: Mask, hematoma: Mask): Mask {
  const { geometry } = candidates;
  const outside = hematoma.inside.map((value, voxel) => (value && !candidates.inside[voxel] ? 1 : 0));
  const squared = squaredDistanceMm({ geometry, inside: outside }, "volume");
  const parts = connectedComponents(candidates, 26);
  const farthest = new Float64Array(parts.components.length + 1);
  parts.labels.forEach((label, voxel) => {
    if (label) farthest[label] = Math.max(farthest[label], squared[voxel]);
  });
  return maskOfComponents(candidates, parts, ({ label }) => farthest[label] >= BEYOND_MM ** 2);
}

/** Parts of the hematoma beside its largest one that lie mostly where ventricles may be: what runs down the ventricles settles there in pieces. */
function partsInPlace(hematoma: Mask, place: Uint8Array): Mask {
  const parts = connectedComponents(hematoma, 26);
  const there = new Float64Array(parts.components.length + 1);
  parts.labels.forEach((label, voxel) => {
    if (place[voxel]) there[label]++;
  });
  const most = Math.max(0, ...parts.components.map(({ voxels }) => voxels));
  return maskOfComponents(
    hematoma,
    parts,
    ({ label, voxels }) => voxels < most && there[label] >= PLACE_SHARE * voxels,
  );
}

function union(a: Mask, b: Mask): Mask {
  return { geometry: a.geometry, inside: a.inside.map((value, voxel) => value | b.inside[voxel]) };
}

function ivhOf(ivh: Mask, fluid: Mask, place: Uint8Array) {
  const blood = compartments.map(() => 0);
  const whole = compartments.map(() => 0);
  const perSlice = ivh.geometry.size[0] * ivh.geometry.size[1];
  place.forEach((found, voxel) => {
    if (!found || !(ivh.inside[voxel] || fluid.inside[voxel])) return;
    const ml = voxelMl(ivh.geometry, Math.floor(voxel / perSlice));
    whole[found - 1] += ml;
    if (ivh.inside[voxel]) blood[found - 1] += ml;
  });
  const of = (amounts: readonly number[], name: Ventricle): number =>
    amounts.reduce((sum, ml, n) => sum + (compartments[n] === name ? ml : 0), 0);
  const share = (name: Ventricle): number => (of(whole, name) > 0 ? of(blood, name) / of(whole, name) : 0);
  const lateral = lateralPoints(share("left-lateral")) + lateralPoints(share("right-lateral"));
  return {
    ivhMl: maskMl(ivh),
    ivhMlOf: Object.fromEntries(order.map((name) => [name, of(blood, name)])) as Record<Ventricle, number>,
    graeb: lateral + midlinePoints(share("third")) + midlinePoints(share("fourth")),
    modifiedGraeb: modifiedGraeb(blood.map((ml, n) => (whole[n] > 0 ? ml / whole[n] : 0))),
  };
}

/**
 * The modified Graeb score: 0 to 4 points by quarters of the lateral ventricles, the third and the fourth, 0 to 2 by halves of the occipital and temporal
 * horns; a point more for each compartment that is expanded, which is between none and all of those with blood.
 *
 * @param shares of blood in left and right lateral ventricle, third, fourth, left and right occipital horn, left and right temporal horn
 * @see Morgan et al. 2013, doi:10.1161/STROKEAHA.112.670653
 * @example [modifiedGraeb([0.3, 0, 0, 0, 0.6, 0, 0, 0]), modifiedGraeb([1, 1, 1, 1, 1, 1, 1, 1])] // => [{ low: 4, high: 6 }, { low: 24, high: 32 }]
 */
export function modifiedGraeb(shares: readonly number[]): { low: number; high: number } {
  const low = shares.reduce((sum, share, n) => sum + Math.ceil((n < 4 ? 4 : 2) * share), 0);
  return { low, high: low + shares.filter((share) => share > 0).length };
}

/**
 * Graeb points of a lateral ventricle by the share of it that is blood: 1 trace, 2 less than half, 3 more than half, 4 full.
 *
 * @see Graeb et al. 1982, doi:10.1148/radiology.143.1.6977795
 * @example [0, 0.05, 0.3, 0.7, 0.98].map(lateralPoints) // => [0, 1, 2, 3, 4]
 */
export function lateralPoints(share: number): number {
  if (share <= 0) return 0;
  if (share < 0.1) return 1;
  return share <= 0.5 ? 2 : share < 0.95 ? 3 : 4;
}

/**
 * Graeb points of the third or the fourth ventricle: 1 blood, 2 full.
 *
 * @example [0, 0.4, 1].map(midlinePoints) // => [0, 1, 2]
 */
export function midlinePoints(share: number): number {
  return share <= 0 ? 0 : share < 0.95 ? 1 : 2;
}

/** Widest distance between the outer walls of the frontal horns over the inner width of the skull on the same slice. */
function evansIndex(frame: HeadFrame, ventricles: Mask): number | null {
  const perSlice = ventricles.geometry.size[0] * ventricles.geometry.size[1];
  const horns = new Map<number, [number, number]>();
  const skull = new Map<number, [number, number]>();
  const widen = (map: Map<number, [number, number]>, k: number, x: number): void => {
    const [low, high] = map.get(k) ?? [x, x];
    map.set(k, [Math.min(low, x), Math.max(high, x)]);
  };
  forEachCavityVoxel(frame, (voxel, x, y, z) => {
    const k = Math.floor(voxel / perSlice);
    widen(skull, k, x);
    if (ventricles.inside[voxel] && y < -8 && z > -2) widen(horns, k, x);
  });
  const ratios = [...horns].flatMap(([k, [low, high]]) => {
    const [least, most] = skull.get(k) ?? [0, 0];
    return low < -2 && high > 2 && most > least ? [(high - low) / (most - least)] : [];
  });
  return ratios.length > 0 ? Math.max(...ratios) : null;
}
