/**
 * Registration on the skull: the one part of a head that a growing hematoma, edema and surgery do not move. HU are clamped so that only bone is left;
 * then the squared difference of the bone is minimised over rotation, shift, gain and offset, from coarse to fine, from several starts.
 */
import { HemacastError } from "../core/errors.ts";
import { choleskySolver } from "../math/dense-matrix.ts";
import { add, scale, subtract, type Vec3 } from "../math/vec3.ts";
import { squaredDistanceMm } from "./distance.ts";
import { indexToLps } from "./geometry.ts";
import { type Registration, type RigidTransform, rotate, rotationFromVector } from "./registration.ts";
import { blockMean, evenGeometry, resampleVolume } from "./resample.ts";
import { gaussianSmooth } from "./smooth.ts";
import type { CtVolume } from "./volume.ts";

/** HU below and above are clamped: brain, blood, scalp, pillow and table vanish, and metal does not pull. */
const BONE_HU = [100, 900] as const;

/** Half of the clamped range: what counts as skull when points are chosen. */
const SKULL_HU = 300;

/** Coarse to fine, in mm. */
const COARSE_MM = 8;
const FINE_MM: readonly number[] = [4, 2.5];

/** Starts: a head is flexed, turned and shifted along its axis by about this much from one scan to the next. */
const START_DEGREES: readonly number[] = [-12, 0, 12];
const START_SHIFT_MM: readonly number[] = [-30, 0, 30];

const MIRROR_START_DEGREES: readonly number[] = [-50, -25, 0, 25, 50];

/** How many starts are followed to the end. */
const FOLLOWED = 3;

/** A position in which less of the skull overlaps proves nothing. */
const LEAST_OVERLAP = 0.4;

/** Points farther than this from the fixed skull carry no information: at the coarse level, where heads may still be far apart, and at the finer ones. */
const FAR_FROM_SKULL_MM = 30;
const NEAR_SKULL_MM = 6;

/** More points than these do not make six numbers more exact. */
const MOST_POINTS = 30_000;

const METHOD = { name: "skull-least-squares", version: "1" };

/**
 * Registers two scans of a head on their skulls.
 *
 * @throws HemacastError NOT_CONVERGED when a scan shows no skull, or no position has both skulls overlap
 */
export function registerSkulls(fixed: CtVolume, moving: CtVolume): Registration {
  const startsFor = (from: Vec3, to: Vec3) => startsAround(from, to, fixed);
  return registerBones(
    (mm) => boneAt(fixed, mm),
    (mm) => boneAt(moving, mm),
    startsFor,
  );
}

/**
 * Registers a head with its mirror image, x for -x: as `registerSkulls` on the two, but bone is prepared once, and the starts are those that a mirror
 * image can need. Flexion and place along the axis are the same in both; only turn and shift across differ.
 *
 * @throws HemacastError NOT_CONVERGED as `registerSkulls`
 */
export function registerMirrored(volume: CtVolume): Registration {
  const known = new Map<number, CtVolume>();
  const bone = (mm: number): CtVolume => {
    const found = known.get(mm) ?? boneAt(volume, mm);
    known.set(mm, found);
    return found;
  };
  return registerBones(bone, (mm) => mirrored(bone(mm)), mirrorStarts);
}

/** The mirror image, x for -x, of a volume. */
export function mirrored(volume: CtVolume): CtVolume {
  const { geometry } = volume;
  const flip = ([x, y, z]: Vec3): Vec3 => [-x, y, z];
  const [i, j, k] = geometry.direction;
  return {
    ...volume,
    geometry: { ...geometry, origin: flip(geometry.origin), direction: [flip(i), flip(j), flip(k)] },
  };
}

type BoneAt = (mm: number) => CtVolume;

function registerBones(
  fixed: BoneAt,
  moving: BoneAt,
  startsFor: (from: Vec3, to: Vec3) => RigidTransform[],
): Registration {
  const [fixedCoarse, movingCoarse] = [fixed(COARSE_MM), moving(COARSE_MM)];
  const points = pointsOf(fixedCoarse, FAR_FROM_SKULL_MM);
  const starts = startsFor(skullCentre(fixedCoarse), skullCentre(movingCoarse));
  const tried = starts.map((start) => refine(points, movingCoarse, start, 6));
  const best = tried.sort((a, b) => b.similarity - a.similarity).slice(0, FOLLOWED);
  let found = best.map((fit) => refine(points, movingCoarse, fit.transform, 30));
  for (const mm of FINE_MM) {
    const finer = pointsOf(fixed(mm), NEAR_SKULL_MM);
    const movingBone = moving(mm);
    found = found.sort((a, b) => b.similarity - a.similarity).slice(0, 1);
    found = found.map((fit) => refine(finer, movingBone, fit.transform, 30));
  }
  const [fit] = found;
  if (!(fit.overlap >= LEAST_OVERLAP)) {
    throw new HemacastError(
      "NOT_CONVERGED",
      `the two scans could not be laid over each other: ${Math.round(100 * fit.overlap)} % of the skull overlaps; check that both are head scans`,
    );
  }
  return { ...fit, method: METHOD };
}

/** Bone on an even grid of cubes, HU clamped, smoothed so that the grid can hold it. */
function boneAt(volume: CtVolume, mm: number): CtVolume {
  const factors = volume.geometry.spacing.map((spacing, axis) =>
    Math.min(volume.geometry.size[axis], Math.max(1, Math.floor(mm / 2 / spacing))),
  ) as unknown as Vec3;
  const coarse = blockMean(volume, factors);
  const hu = new Float32Array(coarse.hu.length);
  for (let v = 0; v < hu.length; v++) hu[v] = Math.min(BONE_HU[1], Math.max(BONE_HU[0], coarse.hu[v])) - BONE_HU[0];
  const throughPlane = coarse.geometry.spacing[2] < mm ? mm / 2 : 0;
  const smooth = gaussianSmooth({ ...coarse, hu }, { inPlane: mm / 2, throughPlane });
  const even = resampleVolume(smooth, evenGeometry(smooth.geometry, [mm, mm, mm]));
  // Beyond its grid a scan knows nothing; the edge value would otherwise turn into air.
  return { ...even, hu: even.hu.map((value) => Math.max(0, value)) };
}

/** Points of the fixed scan with the HU that they must meet, in LPS mm. */
interface FixedPoints {
  readonly xyz: Float64Array;
  readonly hu: Float32Array;
  /** 1 on skull: what overlap is counted on. */
  readonly skull: Uint8Array;
}

function pointsOf(bone: CtVolume, nearMm: number): FixedPoints {
  const skull = new Uint8Array(bone.hu.length);
  for (let v = 0; v < skull.length; v++) skull[v] = bone.hu[v] > SKULL_HU ? 1 : 0;
  const squared = squaredDistanceMm({ geometry: bone.geometry, inside: skull }, "volume");
  const near: number[] = [];
  squared.forEach((mm2, voxel) => {
    if (mm2 <= nearMm ** 2) near.push(voxel);
  });
  const stride = Math.ceil(near.length / MOST_POINTS);
  const chosen = near.filter((_, n) => n % stride === 0);
  const [nx, ny] = bone.geometry.size;
  const xyz = new Float64Array(3 * chosen.length);
  chosen.forEach((voxel, n) => {
    const k = Math.floor(voxel / (nx * ny));
    xyz.set(indexToLps(bone.geometry, [voxel % nx, Math.floor(voxel / nx) % ny, k]), 3 * n);
  });
  return {
    xyz,
    hu: Float32Array.from(chosen, (voxel) => bone.hu[voxel]),
    skull: Uint8Array.from(chosen, (voxel) => skull[voxel]),
  };
}

function skullCentre(bone: CtVolume): Vec3 {
  const [nx, ny] = bone.geometry.size;
  let weight = 0;
  let sum: Vec3 = [0, 0, 0];
  bone.hu.forEach((value, voxel) => {
    if (value <= SKULL_HU) return;
    const index: Vec3 = [voxel % nx, Math.floor(voxel / nx) % ny, Math.floor(voxel / (nx * ny))];
    sum = add(sum, indexToLps(bone.geometry, index));
    weight++;
  });
  if (weight === 0) {
    throw new HemacastError("NOT_CONVERGED", "no skull was found in one of the scans; registration holds on to bone");
  }
  return scale(sum, 1 / weight);
}

function startsAround(from: Vec3, to: Vec3, fixed: CtVolume): RigidTransform[] {
  const along = fixed.geometry.direction[2];
  return START_SHIFT_MM.flatMap((mm) =>
    START_DEGREES.flatMap((flexion) =>
      START_DEGREES.map((turn) => ({
        rotation: rotationFromVector([(flexion * Math.PI) / 180, 0, (turn * Math.PI) / 180]),
        centerMm: from,
        shiftMm: add(subtract(to, from), scale(along, mm)),
      })),
    ),
  );
}

/** A head that is turned by an angle is turned by twice that against its mirror image. */
function mirrorStarts(from: Vec3, to: Vec3): RigidTransform[] {
  return MIRROR_START_DEGREES.map((turn) => ({
    rotation: rotationFromVector([0, 0, (turn * Math.PI) / 180]),
    centerMm: from,
    shiftMm: subtract(to, from),
  }));
}

type Fit = Omit<Registration, "method">;

/** Levenberg-Marquardt over six numbers of motion, a gain and an offset. */
function refine(points: FixedPoints, moving: CtVolume, start: RigidTransform, steps: number): Fit {
  let transform = start;
  let state = normalEquations(points, moving, transform);
  let damping = 1e-3;
  for (let step = 0; step < steps; step++) {
    const delta = solveDamped(state, damping);
    const next = moved(transform, delta);
    const trial = normalEquations(points, moving, next);
    if (!(trial.cost < state.cost)) {
      damping *= 8;
      if (damping > 1e6) break;
      continue;
    }
    const gained = state.cost - trial.cost;
    [transform, state] = [next, trial];
    damping = Math.max(damping / 4, 1e-6);
    if (gained < 1e-7 * state.cost) break;
  }
  return { transform, similarity: state.similarity, overlap: state.overlap };
}

/** The rotation turns the moved point about the moved centre; the shift is added. */
function moved(transform: RigidTransform, delta: Float64Array): RigidTransform {
  const turn = rotationFromVector([delta[0], delta[1], delta[2]]);
  const columns = [0, 1, 2].map((c) =>
    rotate(turn, [transform.rotation[0][c], transform.rotation[1][c], transform.rotation[2][c]]),
  );
  return {
    rotation: [0, 1, 2].map((r) => [
      columns[0][r],
      columns[1][r],
      columns[2][r],
    ]) as unknown as RigidTransform["rotation"],
    centerMm: transform.centerMm,
    shiftMm: add(transform.shiftMm, [delta[3], delta[4], delta[5]]),
  };
}

/** Everything that one pass over the points gives. */
interface Equations {
  readonly gram: Float64Array;
  readonly right: Float64Array;
  /** Mean squared residual over the points in common, after the best gain and offset, divided by the variance of the fixed HU. */
  readonly cost: number;
  readonly similarity: number;
  readonly overlap: number;
}

const UNKNOWNS = 8;

function normalEquations(points: FixedPoints, moving: CtVolume, transform: RigidTransform): Equations {
  const sample = createSampler(moving);
  const count = points.hu.length;
  const samples: Samples = {
    values: new Float32Array(count),
    gradients: new Float64Array(3 * count),
    arms: new Float64Array(3 * count),
    used: new Uint8Array(count),
  };
  const { rotation, centerMm, shiftMm } = transform;
  const [cx, cy, cz] = centerMm;
  const found = new Float64Array(4);
  let [skull, covered] = [0, 0];
  const sums = { n: 0, f: 0, m: 0, ff: 0, mm: 0, fm: 0 };
  for (let p = 0; p < count; p++) {
    skull += points.skull[p];
    const x = points.xyz[3 * p] - cx;
    const y = points.xyz[3 * p + 1] - cy;
    const z = points.xyz[3 * p + 2] - cz;
    const ax = rotation[0][0] * x + rotation[0][1] * y + rotation[0][2] * z;
    const ay = rotation[1][0] * x + rotation[1][1] * y + rotation[1][2] * z;
    const az = rotation[2][0] * x + rotation[2][1] * y + rotation[2][2] * z;
    if (!sample(ax + cx + shiftMm[0], ay + cy + shiftMm[1], az + cz + shiftMm[2], found)) continue;
    covered += points.skull[p];
    samples.used[p] = 1;
    samples.values[p] = found[0];
    for (let a = 0; a < 3; a++) samples.gradients[3 * p + a] = found[a + 1];
    samples.arms[3 * p] = ax;
    samples.arms[3 * p + 1] = ay;
    samples.arms[3 * p + 2] = az;
    const [f, m] = [points.hu[p], found[0]];
    sums.n++;
    sums.f += f;
    sums.m += m;
    sums.ff += f * f;
    sums.mm += m * m;
    sums.fm += f * m;
  }
  return assemble(points, samples, sums, skull > 0 ? covered / skull : 0);
}

interface Samples {
  readonly values: Float32Array;
  readonly gradients: Float64Array;
  readonly arms: Float64Array;
  readonly used: Uint8Array;
}

function assemble(
  points: FixedPoints,
  { values, gradients, arms, used }: Samples,
  sums: { n: number; f: number; m: number; ff: number; mm: number; fm: number },
  overlap: number,
): Equations {
  const gram = new Float64Array(UNKNOWNS * UNKNOWNS);
  const right = new Float64Array(UNKNOWNS);
  const { n } = sums;
  const varF = sums.ff / n - (sums.f / n) ** 2;
  const varM = sums.mm / n - (sums.m / n) ** 2;
  const covariance = sums.fm / n - (sums.f / n) * (sums.m / n);
  if (!(n > 100 && varF > 0 && varM > 0))
    return { gram, right, cost: Number.POSITIVE_INFINITY, similarity: -1, overlap };
  const gain = covariance / varM;
  const offset = sums.f / n - (gain * sums.m) / n;
  const row = new Float64Array(UNKNOWNS);
  for (let p = 0; p < used.length; p++) {
    if (!used[p]) continue;
    const [ax, ay, az] = [arms[3 * p], arms[3 * p + 1], arms[3 * p + 2]];
    const [gx, gy, gz] = [gain * gradients[3 * p], gain * gradients[3 * p + 1], gain * gradients[3 * p + 2]];
    row[0] = ay * gz - az * gy;
    row[1] = az * gx - ax * gz;
    row[2] = ax * gy - ay * gx;
    row[3] = gx;
    row[4] = gy;
    row[5] = gz;
    row[6] = values[p];
    row[7] = 1;
    const residual = points.hu[p] - gain * values[p] - offset;
    for (let a = 0; a < UNKNOWNS; a++) {
      right[a] += row[a] * residual;
      for (let b = 0; b <= a; b++) gram[a * UNKNOWNS + b] += row[a] * row[b];
    }
  }
  for (let a = 0; a < UNKNOWNS; a++) for (let b = 0; b < a; b++) gram[b * UNKNOWNS + a] = gram[a * UNKNOWNS + b];
  const similarity = covariance / Math.sqrt(varF * varM);
  // Sliding off the other scan must not pay: the uncovered skull counts as not explained at all.
  const cost = overlap * (1 - similarity * Math.abs(similarity)) + (1 - overlap) * 2;
  return { gram, right, cost, similarity, overlap };
}

function solveDamped({ gram, right }: Equations, damping: number): Float64Array {
  const damped = Float64Array.from(gram);
  for (let a = 0; a < UNKNOWNS; a++) damped[a * UNKNOWNS + a] += damping * (gram[a * UNKNOWNS + a] + 1e-9);
  return choleskySolver(damped, UNKNOWNS)(right);
}

/** Writes value and gradient (per mm, LPS) at an LPS point by trilinear interpolation; false outside. No allocation: it runs millions of times. */
function createSampler({ geometry, hu }: CtVolume): (x: number, y: number, z: number, into: Float64Array) => boolean {
  const [nx, ny, nz] = geometry.size;
  const { spacing, origin } = geometry;
  const rowStep = nx;
  const sliceStep = nx * ny;
  const [ex, ey, ez] = geometry.direction.map((axis, a) => scale(axis, 1 / spacing[a]));
  return (px, py, pz, into) => {
    const [dx, dy, dz] = [px - origin[0], py - origin[1], pz - origin[2]];
    const x = dx * ex[0] + dy * ex[1] + dz * ex[2];
    const y = dx * ey[0] + dy * ey[1] + dz * ey[2];
    const z = dx * ez[0] + dy * ez[1] + dz * ez[2];
    if (!(x >= 0 && y >= 0 && z >= 0 && x < nx - 1 && y < ny - 1 && z < nz - 1)) return false;
    const [i, j, k] = [Math.floor(x), Math.floor(y), Math.floor(z)];
    const [u, v, w] = [x - i, y - j, z - k];
    const at = i + rowStep * j + sliceStep * k;
    const up = at + sliceStep;
    const [c000, c100, c010, c110] = [hu[at], hu[at + 1], hu[at + rowStep], hu[at + rowStep + 1]];
    const [c001, c101, c011, c111] = [hu[up], hu[up + 1], hu[up + rowStep], hu[up + rowStep + 1]];
    const [low0, low1] = [c000 + u * (c100 - c000), c010 + u * (c110 - c010)];
    const [high0, high1] = [c001 + u * (c101 - c001), c011 + u * (c111 - c011)];
    const [low, high] = [low0 + v * (low1 - low0), high0 + v * (high1 - high0)];
    const bottom = (c100 - c000) * (1 - v) + (c110 - c010) * v;
    const top = (c101 - c001) * (1 - v) + (c111 - c011) * v;
    const gx = bottom + w * (top - bottom);
    const gy = low1 - low0 + w * (high1 - high0 - low1 + low0);
    const gz = high - low;
    into[0] = low + w * gz;
    for (let axis = 0; axis < 3; axis++) into[axis + 1] = gx * ex[axis] + gy * ey[axis] + gz * ez[axis];
    return true;
  };
}
