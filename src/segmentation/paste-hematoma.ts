/**
 * Semi-synthetic hemorrhage: the true shape of a hematoma from one scan, set into the brain of another, so that the label is exact. Partial volume,
 * edema, texture and the background's own noise are kept; hypodense foci, two densities and fluid levels occur as in patients.
 */
import type { Random } from "../core/random.ts";
import type { Vec3 } from "../math/vec3.ts";
import { boundingBox, cropMask, cropVolume, grownBox } from "../volume/box.ts";
import { squaredDistanceMm } from "../volume/distance.ts";
import { type Geometry, indexToLps, lpsToIndex } from "../volume/geometry.ts";
import { resampleVolume } from "../volume/resample.ts";
import { gaussianSmooth } from "../volume/smooth.ts";
import { type CtVolume, createMask, type Mask } from "../volume/volume.ts";
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

/** Sets a shape into a background near where it was in its own head, or gives null when it fits nowhere. */
export function pasteHematoma(
  background: PasteBackground,
  shape: HematomaShape,
  random: Random,
): PastedHematoma | null {
  const placed = findPlace(background, shape, random);
  if (!placed) return null;
  const { volume } = background;
  const onGrid = resampleVolume(placed, volume.geometry);
  const share = Float32Array.from(onGrid.hu, (value) => Math.min(1, Math.max(0, value)));
  const inside = Uint8Array.from(share, (value) => (value >= 0.5 ? 1 : 0));
  if (inside.indexOf(1) < 0) return null;
  const hematoma = createMask(volume.geometry, inside);
  const touched = createMask(
    volume.geometry,
    Uint8Array.from(share, (value) => (value > 0.02 ? 1 : 0)),
  );
  const box = grownBox(
    boundingBox(touched) ?? { low: [0, 0, 0], high: volume.geometry.size },
    volume.geometry,
    25,
    true,
  );
  const local = cropVolume({ ...volume, hu: Float32Array.from(volume.hu) }, box);
  const localShare = cropVolume({ ...volume, hu: share }, box);
  const blood = bloodHu(local, localShare, cropMask(background.brain, box), shape.ventricular, random);
  const hu = Float32Array.from(volume.hu);
  const [nx, ny] = volume.geometry.size;
  let from = 0;
  for (let k = box.low[2]; k < box.high[2]; k++) {
    for (let j = box.low[1]; j < box.high[1]; j++) {
      for (let i = box.low[0]; i < box.high[0]; i++) hu[i + nx * (j + ny * k)] = blood[from++];
    }
  }
  return { volume: { ...volume, hu: Int16Array.from(hu, Math.round) }, hematoma };
}

/** The shape moved, mirrored and scaled to where it fits. */
function findPlace(background: PasteBackground, shape: HematomaShape, random: Random): CtVolume | null {
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const reach = (shape.ventricular ? 4 : 10) * (1 + attempt / 15);
    const shift: Vec3 = [reach * random.normal(), reach * random.normal(), reach * random.normal()];
    const scale = shape.ventricular ? 0.9 + 0.2 * random.uniform() : 0.7 + 0.6 * random.uniform();
    const moved = movedShape(shape.share, shift, scale, random.uniform() < 0.5);
    if (fits(background, moved)) return moved;
  }
  return null;
}

function movedShape({ geometry, hu }: CtVolume, shift: Vec3, scale: number, mirrored: boolean): CtVolume {
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
  const values = Float32Array.from(hu);
  if (mirrored) for (let row = 0; row < values.length; row += nx) values.subarray(row, row + nx).reverse();
  return { geometry: moved, hu: values, sources: [] };
}

function fits({ brain, occupied }: PasteBackground, shape: CtVolume): boolean {
  const [nx, ny, nz] = shape.geometry.size;
  const [bx, by, bz] = brain.geometry.size;
  let total = 0;
  let free = 0;
  for (let v = 0, seen = 0; v < shape.hu.length; v++) {
    if (shape.hu[v] < 0.5 || seen++ % 5 !== 0) continue;
    const point = indexToLps(shape.geometry, [v % nx, Math.floor(v / nx) % ny, Math.floor(v / (nx * ny)) % nz]);
    const [i, j, k] = lpsToIndex(brain.geometry, point).map(Math.round);
    // A single slice takes the part of the shape that it cuts.
    if (bz === 1 && k !== 0) continue;
    total++;
    if (i < 0 || j < 0 || k < 0 || i >= bx || j >= by || k >= bz) continue;
    const at = i + bx * (j + by * k);
    if (brain.inside[at] === 1 && occupied?.inside[at] !== 1) free++;
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
  const darker = darkParts(geometry, share.hu, random);
  const keptNoise = 0.8 + 0.3 * random.uniform();
  const edema = ventricular || random.uniform() < 0.15 ? null : edemaHu(geometry, share.hu, random);
  const result = Float32Array.from(background);
  for (let v = 0; v < result.length; v++) {
    const noise = background[v] - smooth[v];
    let tissue = background[v];
    if (edema && brain.inside[v] === 1 && smooth[v] > 15 && smooth[v] < 55) tissue += edema[v] * (1 + 0.4 * coarse[v]);
    const blood = reference + contrast + coarseHu * coarse[v] + fineHu * fine[v] + darker[v] + keptNoise * noise;
    result[v] = tissue + soft[v] * (blood - tissue);
  }
  return result;
}

/** What makes parts of a clot darker: hypodense foci, a second density, a fluid level. */
function darkParts(geometry: Geometry, share: ArrayLike<number>, random: Random): Float32Array {
  const result = new Float32Array(share.length);
  const [nx, ny] = geometry.size;
  const inside: number[] = [];
  for (let v = 0; v < share.length; v++) if (share[v] >= 0.5) inside.push(v);
  const pointOf = (v: number): Vec3 =>
    indexToLps(geometry, [v % nx, Math.floor(v / nx) % ny, Math.floor(v / (nx * ny))]);
  const chance = random.uniform();
  const parts: ((point: Vec3) => number)[] = [];
  if (chance < 0.35) {
    for (let n = 1 + random.integer(3); n > 0; n--) {
      const center = pointOf(inside[random.integer(inside.length)]);
      const [radius, drop] = [1.5 + 5 * random.uniform(), 8 + 16 * random.uniform()];
      parts.push(([x, y, z]) => {
        const distance = Math.hypot(x - center[0], y - center[1], z - center[2]) / radius;
        return distance < 2 ? -drop * Math.exp(-(distance ** 4)) : 0;
      });
    }
  } else if (chance < 0.5) {
    const center = pointOf(inside[random.integer(inside.length)]);
    const angle = 2 * Math.PI * random.uniform();
    const [c, s, drop] = [Math.cos(angle), Math.sin(angle), 9 + 9 * random.uniform()];
    parts.push(([x, y]) => -drop / (1 + Math.exp(-(c * (x - center[0]) + s * (y - center[1])))));
  } else if (chance < 0.56) {
    const level = pointOf(inside[random.integer(inside.length)])[1];
    const drop = 14 + 10 * random.uniform();
    // The patient lies on the back: cells settle towards posterior, plasma stays above.
    parts.push(([, y]) => (y < level ? -drop : 3));
  }
  if (parts.length > 0) for (const v of inside) for (const part of parts) result[v] += part(pointOf(v));
  return result;
}

function edemaHu(geometry: Geometry, share: ArrayLike<number>, random: Random): Float32Array {
  const inside = Uint8Array.from({ length: share.length }, (_, v) => (share[v] >= 0.5 ? 1 : 0));
  const squared = squaredDistanceMm({ geometry, inside }, "slice");
  const [widthMm, drop] = [1.5 + 7 * random.uniform(), 3 + 9 * random.uniform()];
  return Float32Array.from(squared, (mm2) => -drop * Math.exp(-mm2 / (2 * widthMm * widthMm)));
}

function medianInside(hu: ArrayLike<number>, mask: Mask): number {
  const values: number[] = [];
  for (let v = 0; v < hu.length; v++) if (mask.inside[v] === 1) values.push(hu[v]);
  values.sort((a, b) => a - b);
  return values.length > 0 ? values[Math.floor(values.length / 2)] : 32;
}
