/**
 * Skull and intracranial cavity of a head CT by anatomy alone: bone is dense, and the cavity is what bone surrounds. Works on a coarse grid of
 * about 1 mm in the plane, because the edge of the cavity is no better known than that.
 */
import type { Vec3 } from "../math/vec3.ts";
import { boundingBox, cropMask, cropVolume, grownBox } from "./box.ts";
import { largestComponent } from "./components.ts";
import { raysThatMeetBone } from "./enclosure.ts";
import { close, dilate, erode, fillHoles } from "./morphology.ts";
import { blockMean, resampleMask } from "./resample.ts";
import { type CtVolume, type Mask, voxelsPerSlice } from "./volume.ts";

/** Where skull and brain are, both on the same coarse grid. */
export interface Cranium {
  /** The mean HU of each block of voxels. */
  readonly coarse: CtVolume;
  /** Bone of the skull: above 200 HU, the largest piece. */
  readonly skull: Mask;
  /** The intracranial cavity: brain, fluid, blood, and calcification inside. */
  readonly cavity: Mask;
  /** Bone surrounds the cavity only in part, as after a craniectomy: on the open side it ends at the line between the edges of bone. */
  readonly open: boolean;
}

/** Denser than any blood or contrast-free tissue, and below the 255 HU at which 8-bit exports are clamped. */
const BONE_HU = 200;
/** Fat of the orbits and air of the sinuses are below; brain, fluid and partial volume between them above. */
const TISSUE_HU = -20;
/** Openings of the skull base that are narrower than twice this are closed: nerves and vessels, not the foramen magnum. */
const OPENING_MM = 4;
/** So many of 16 rays must meet bone for a voxel to be surrounded: a gap of 45 degrees (a burr hole, a thin orbital roof) is tolerated. */
const SURROUNDED = 14;
/** Where nothing is surrounded, a skull with a piece taken out: half of the rays for a voxel, and so many on the mean of the cavity. */
const HALF_SURROUNDED = 8;
const OPEN_MEAN = 10;
/** And so many where the cavity on both sides says that it goes on: behind the open middle of the skull base. */
const BRIDGED = 11;
/** How wide that open middle may be: twice this. */
const BRIDGE_MM = 14;
/** A slice through the brain shows at least this much cavity; the foramen magnum and the spinal canal show less. */
const BRAIN_SLICE_CM2 = 15;
/** The largest slice of a head that is worth reading, also of a child's. */
const LEAST_CM2 = 25;
/** No cavity is wider than this: trunk and limbs are. */
const WIDEST_MM = 210;

/**
 * Finds skull and intracranial cavity, or null when no slice shows a cavity that bone surrounds.
 *
 * @param volume with axes towards L, P, S (`reorderVolume`); a single slice is enough
 */
export function findCranium(volume: CtVolume): Cranium | null {
  const known = crania.get(volume);
  if (known !== undefined) return known;
  const found = computeCranium(volume);
  crania.set(volume, found);
  return found;
}

/** Segmenter, surroundings and checks ask the same of one scan; what is known of a scan goes when the scan goes. */
const crania = new WeakMap<CtVolume, Cranium | null>();

function computeCranium(volume: CtVolume): Cranium | null {
  const whole = blockMean(volume, coarseFactors(volume));
  const bone = largestComponent({ geometry: whole.geometry, inside: above(whole.hu, BONE_HU) }, 26);
  const around = boundingBox(bone);
  if (!around) return null;
  const box = grownBox(around, whole.geometry, BRIDGE_MM, false);
  const coarse = cropVolume(whole, box);
  const skull = cropMask(bone, box);
  const rays = raysThatMeetBone(close(skull, 3, "slice"));
  const cavity = brainSlices(findCavity(coarse, skull, rays, SURROUNDED));
  if (looksLikeHead(cavity)) return { coarse, skull, cavity, open: false };
  const within = brainSlices(findCavity(coarse, skull, rays, HALF_SURROUNDED));
  return looksLikeHead(within) && meanWithin(within, rays) >= OPEN_MEAN
    ? { coarse, skull, cavity: within, open: true }
    : null;
}

function meanWithin({ inside }: Mask, values: ArrayLike<number>): number {
  let [sum, count] = [0, 0];
  for (let v = 0; v < inside.length; v++) {
    sum += inside[v] * (values[v] as number);
    count += inside[v];
  }
  return sum / count;
}

function above(hu: CtVolume["hu"], limit: number): Uint8Array {
  const inside = new Uint8Array(hu.length);
  for (let v = 0; v < hu.length; v++) inside[v] = hu[v] > limit ? 1 : 0;
  return inside;
}

/**
 * The intracranial cavity on the grid of the volume; null as `findCranium`.
 *
 * @param volume with axes towards L, P, S
 */
export function brainMask(volume: CtVolume): Mask | null {
  const cranium = findCranium(volume);
  return cranium && resampleMask(cranium.cavity, volume.geometry);
}

/** Blocks of about 1 mm in the plane and at most 3 mm across slices. */
function coarseFactors({ geometry: { size, spacing } }: CtVolume): Vec3 {
  const factor = (axis: 0 | 1 | 2, mm: number): number =>
    Math.min(size[axis], Math.max(1, Math.floor(mm / spacing[axis] + 1e-6)));
  return [factor(0, 1), factor(1, 1), factor(2, 3)];
}

/** The largest surrounded piece of tissue that stays whole when openings are closed, grown back and bridged, its holes filled. */
function findCavity({ geometry, hu }: CtVolume, skull: Mask, rays: Uint8Array, leastRays: number): Mask {
  const where = (condition: (v: number) => boolean): Mask => {
    const inside = new Uint8Array(hu.length);
    for (let v = 0; v < hu.length; v++) inside[v] = condition(v) ? 1 : 0;
    return { geometry, inside };
  };
  const tissue = where((v) => hu[v] > TISSUE_HU && hu[v] <= BONE_HU && rays[v] >= leastRays);
  const core = largestComponent(erode(tissue, OPENING_MM, "slice"), 6);
  const near = dilate(core, OPENING_MM + 1, "slice");
  const cavity = where((v) => near.inside[v] === 1 && tissue.inside[v] === 1);
  const bridge = close(cavity, BRIDGE_MM, "slice");
  const bridged = where(
    (v) =>
      cavity.inside[v] === 1 ||
      (bridge.inside[v] === 1 && rays[v] >= Math.min(BRIDGED, leastRays) && hu[v] > TISSUE_HU && !skull.inside[v]),
  );
  return largestComponent(fillHoles(close(bridged, 2, "slice"), "slice"), 6);
}

/** Without the neck: slices from below are dropped as long as they show no more than the foramen magnum does. */
function brainSlices(cavity: Mask): Mask {
  const [nx, ny, nz] = cavity.geometry.size;
  const counts = voxelsPerSlice(cavity);
  const cm2 = (cavity.geometry.spacing[0] * cavity.geometry.spacing[1]) / 100;
  let first = 0;
  while (first < nz && counts[first] * cm2 < BRAIN_SLICE_CM2) first++;
  const inside = cavity.inside.slice();
  inside.fill(0, 0, first * nx * ny);
  return { geometry: cavity.geometry, inside };
}

function looksLikeHead(cavity: Mask): boolean {
  const { geometry } = cavity;
  const box = boundingBox(cavity);
  if (!box) return false;
  const cm2 = (geometry.spacing[0] * geometry.spacing[1]) / 100;
  const widthMm = (box.high[0] - box.low[0]) * geometry.spacing[0];
  return Math.max(...voxelsPerSlice(cavity)) * cm2 >= LEAST_CM2 && widthMm <= WIDEST_MM;
}
