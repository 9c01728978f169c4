/**
 * Semi-synthetic hemorrhage: the true shape of a hematoma from one scan, set into the brain of another, so that the label is exact. Partial volume,
 * edema, texture and the background's own noise are kept; hypodense foci, two densities and fluid levels occur as in patients.
 */
import type { Random } from "../core/random.ts";
import type { Vec3 } from "../math/vec3.ts";
import { type Box, cropMask, cropVolume, grownBox, uncropMask } from "../volume/box.ts";
import { squaredDistanceMm } from "../volume/distance.ts";
import { type Geometry, indexToLps, lpsToIndex } from "../volume/geometry.ts";
import { resampleVolume } from "../volume/resample.ts";
import { gaussianSmooth } from "../volume/smooth.ts";
import type { CtVolume, Mask } from "../volume/volume.ts";
import { darkParts } from "./clot-texture.ts";
import { smoothField } from "./smooth-field.ts";

/** Where a hematoma may be set. */
export interface PasteBackground {
  readonly volume: CtVolume;
  /** Where brain is. */
  readonly brain: Mask;
  /** Where nothing may be set: real blood and its edema. */
  readonly occupied?: Mask;
}

/** A shape to set: share of hematoma per voxel, on a grid whose LPS origin is the middle of the head. */
export interface HematomaShape {
  readonly share: CtVolume;
  /** Blood in the ventricles has no edema and keeps its place. */
  readonly ventricular: boolean;
  /** Its lengths are multiplied by a number between these. @default 0.7 to 1.3, in the ventricles 0.9 to 1.1 */
  readonly sizeRange?: readonly [number, number];
}

/** A background with blood in it, and the exact label. */
export interface PastedHematoma {
  readonly volume: CtVolume;
  readonly hematoma: Mask;
}

/** Tries to find a place before giving up. */
const TRIES = 40;
/** Share of the shape that must lie in free brain. */
const INSIDE = 0.96;
/** Bone that the outline of the brain took in: no blood collects in it. */
const BONE_HU = 74;
/** Room around the shape for edema and for the density of the brain. */
const AROUND_MM = 25;

/** Sets a shape into a background near where it was in its own head, or gives null when it fits nowhere. */
export function pasteHematoma(
  background: PasteBackground,
  shape: HematomaShape,
  random: Random,
): PastedHematoma | null {
  const placed = findPlace(background, shape, random);
  const { volume } = background;
  const box = placed && boxAround(placed, volume.geometry);
  if (!placed || !box) return null;
  const local = cropVolume(volume, box);
  const share = resampleVolume(placed, local.geometry).hu;
  const inside = new Uint8Array(share.length);
  for (let v = 0; v < share.length; v++) {
    share[v] = Math.min(1, Math.max(0, share[v]));
    inside[v] = share[v] >= 0.5 ? 1 : 0;
  }
  if (inside.indexOf(1) < 0) return null;
  const brain = cropMask(background.brain, box);
  const blood = bloodHu(local, { ...local, hu: share }, brain, shape.ventricular, random);
  const hu = new Int16Array(volume.hu);
  const [nx, ny] = volume.geometry.size;
  let from = 0;
  for (let k = box.low[2]; k < box.high[2]; k++) {
    for (let j = box.low[1]; j < box.high[1]; j++) {
      for (let i = box.low[0]; i < box.high[0]; i++) hu[i + nx * (j + ny * k)] = Math.round(blood[from++]);
    }
  }
  const hematoma = uncropMask({ geometry: local.geometry, inside }, volume.geometry, box);
  return { volume: { ...volume, hu }, hematoma };
}

/** The voxels that a placed shape may reach, with room around; null when it lies outside of the grid. */
function boxAround({ geometry: shape }: CtVolume, geometry: Geometry): Box | null {
  const last = shape.size.map((n) => n - 1) as unknown as Vec3;
  const corners = [lpsToIndex(geometry, shape.origin), lpsToIndex(geometry, indexToLps(shape, last))];
  const low = [0, 1, 2].map((a) => Math.max(0, Math.floor(Math.min(corners[0][a], corners[1][a]))));
  const high = [0, 1, 2].map((a) => Math.min(geometry.size[a], Math.ceil(Math.max(corners[0][a], corners[1][a])) + 1));
  if (low.some((n, a) => n >= high[a])) return null;
  return grownBox({ low: low as unknown as Vec3, high: high as unknown as Vec3 }, geometry, AROUND_MM, true);
}

/** How a shape is moved: about the middle of the head. */
interface Move {
  readonly shift: Vec3;
  readonly scale: number;
  readonly mirrored: boolean;
}

/** The shape moved, mirrored and scaled to where it fits. */
function findPlace(background: PasteBackground, shape: HematomaShape, random: Random): CtVolume | null {
  const points = somePoints(shape.share);
  const [least, most] = shape.sizeRange ?? (shape.ventricular ? [0.9, 1.1] : [0.7, 1.3]);
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const reach = (shape.ventricular ? 4 : 10) * (1 + attempt / 15);
    const shift: Vec3 = [reach * random.normal(), reach * random.normal(), reach * random.normal()];
    const scale = least + (most - least) * random.uniform();
    const move = { shift, scale, mirrored: random.uniform() < 0.5 };
    if (fits(background, points, move)) return movedShape(shape.share, move);
  }
  return null;
}

function movedShape({ geometry, hu }: CtVolume, { shift, scale, mirrored }: Move): CtVolume {
  const [nx] = geometry.size;
  const [left, back, low] = geometry.origin.map((mm) => mm * scale);
  // A head is symmetric about the origin: the mirrored first column lies where the last one was, on the other side.
  const first = mirrored ? -(left + (nx - 1) * geometry.spacing[0] * scale) : left;
  const moved: Geometry = {
    ...geometry,
    origin: [first + shift[0], back + shift[1], low + shift[2]],
    spacing: geometry.spacing.map((mm) => mm * scale) as unknown as Vec3,
    ...(geometry.sliceOffsetsMm ? { sliceOffsetsMm: geometry.sliceOffsetsMm.map((mm) => mm * scale) } : {}),
  };
  const values = new Float32Array(hu);
  if (mirrored) for (let row = 0; row < values.length; row += nx) values.subarray(row, row + nx).reverse();
  return { geometry: moved, hu: values, sources: [] };
}

/** Every fifth voxel of the shape, as a point. */
function somePoints({ geometry, hu }: CtVolume): Vec3[] {
  const [nx, ny] = geometry.size;
  const points: Vec3[] = [];
  for (let v = 0, seen = 0; v < hu.length; v++) {
    if (hu[v] < 0.5 || seen++ % 5 !== 0) continue;
    points.push(indexToLps(geometry, [v % nx, Math.floor(v / nx) % ny, Math.floor(v / (nx * ny))]));
  }
  return points;
}

function fits({ volume, brain, occupied }: PasteBackground, points: readonly Vec3[], move: Move): boolean {
  const { shift, scale, mirrored } = move;
  const [bx, by, bz] = brain.geometry.size;
  let total = 0;
  let free = 0;
  for (const [x, y, z] of points) {
    const point: Vec3 = [scale * (mirrored ? -x : x) + shift[0], scale * y + shift[1], scale * z + shift[2]];
    const [i, j, k] = lpsToIndex(brain.geometry, point).map(Math.round);
    // A single slice takes the part of the shape that it cuts.
    if (bz === 1 && k !== 0) continue;
    total++;
    if (i < 0 || j < 0 || k < 0 || i >= bx || j >= by || k >= bz) continue;
    const at = i + bx * (j + by * k);
    if (brain.inside[at] === 1 && volume.hu[at] < BONE_HU && occupied?.inside[at] !== 1) free++;
  }
  return total > 0 && free >= INSIDE * total;
}

/** HU of the region with the blood in it. */
function bloodHu(local: CtVolume, share: CtVolume, brain: Mask, ventricular: boolean, random: Random): Float32Array {
  const { geometry } = local;
  const background = local.hu;
  const smooth = gaussianSmooth(local, { inPlane: 1.5, throughPlane: 0 }).hu;
  const soft = gaussianSmooth(share, { inPlane: 0.25 + 0.7 * random.uniform(), throughPlane: 0 }).hu;
  const reference = medianInside(background, brain);
  const contrast = random.uniform() < 0.15 ? 11 + 8 * random.uniform() : 19 + 24 * random.uniform();
  const coarse = smoothField(geometry, 8 + 8 * random.uniform(), random);
  const fine = smoothField(geometry, 3.5, random);
  const [coarseHu, fineHu] = [1 + 5 * random.uniform(), 3.5 * random.uniform()];
  const darker = darkParts({ geometry, share: share.hu, soft, contrast }, random);
  const keptNoise = 0.8 + 0.3 * random.uniform();
  const edema = ventricular || random.uniform() < 0.15 ? null : edemaHu(geometry, share.hu, random);
  const result = new Float32Array(background);
  for (let v = 0; v < result.length; v++) {
    const noise = background[v] - smooth[v];
    let tissue = background[v];
    if (edema && brain.inside[v] === 1 && smooth[v] > 15 && smooth[v] < 55) tissue += edema[v] * (1 + 0.4 * coarse[v]);
    const blood = reference + contrast + coarseHu * coarse[v] + fineHu * fine[v] + darker[v] + keptNoise * noise;
    result[v] = tissue + soft[v] * (blood - tissue);
  }
  return result;
}

function edemaHu(geometry: Geometry, share: ArrayLike<number>, random: Random): Float32Array {
  const inside = new Uint8Array(share.length);
  for (let v = 0; v < inside.length; v++) inside[v] = share[v] >= 0.5 ? 1 : 0;
  const result = squaredDistanceMm({ geometry, inside }, "slice");
  const [widthMm, drop] = [1.5 + 7 * random.uniform(), 3 + 9 * random.uniform()];
  for (let v = 0; v < result.length; v++) result[v] = -drop * Math.exp(-result[v] / (2 * widthMm * widthMm));
  return result;
}

function medianInside(hu: ArrayLike<number>, mask: Mask): number {
  const values: number[] = [];
  for (let v = 0; v < hu.length; v++) if (mask.inside[v] === 1) values.push(hu[v]);
  if (values.length === 0) return 32;
  return Float32Array.from(values).sort()[Math.floor(values.length / 2)];
}
