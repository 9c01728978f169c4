/**
 * What is bright in a head and no hematoma of the brain: calcifications, blood outside of the brain (subdural) and in the sulci (subarachnoid). Set
 * into training volumes without a label, so that the network learns to leave them.
 */
import type { Random } from "../core/random.ts";
import { squaredDistanceMm } from "../volume/distance.ts";
import { indexToLps } from "../volume/geometry.ts";
import { complement } from "../volume/morphology.ts";
import { gaussianSmooth } from "../volume/smooth.ts";
import type { CtVolume, Mask } from "../volume/volume.ts";

/** Chances per volume. */
export interface DistractorChances {
  readonly calcification: number;
  readonly subdural: number;
  readonly subarachnoid: number;
}

/** A copy of the volume with distractors in its brain, away from the hematoma. */
export function addDistractors(
  volume: CtVolume,
  brain: Mask,
  hematoma: Mask,
  chances: DistractorChances,
  random: Random,
): CtVolume {
  const hu = new Int16Array(volume.hu);
  const free = { ...brain, inside: brain.inside.map((value, v) => value & (1 - hematoma.inside[v])) };
  if (random.uniform() < chances.calcification) {
    for (let n = 1 + random.integer(4); n > 0; n--) addCalcification(hu, free, random);
  }
  // Depth below the skull; the hematoma is no edge.
  const depth = squaredDistanceMm(complement(brain), "slice");
  if (random.uniform() < chances.subdural) addSubdural(hu, depth, free, random);
  if (random.uniform() < chances.subarachnoid) addSubarachnoid(hu, depth, volume, free, random);
  return { ...volume, hu };
}

function addCalcification(hu: Int16Array, free: Mask, random: Random): void {
  const { geometry, inside } = free;
  const center = randomVoxel(inside, random);
  if (center < 0) return;
  const [nx, ny, nz] = geometry.size;
  const radii = [0, 1, 2].map(() => 0.8 + 3 * random.uniform() ** 2);
  const peak = 70 + 400 * random.uniform() ** 2;
  const [ci, cj, ck] = [center % nx, Math.floor(center / nx) % ny, Math.floor(center / (nx * ny))];
  const reach = radii.map((mm, a) => Math.ceil((2.5 * mm) / geometry.spacing[a]));
  for (let k = Math.max(0, ck - reach[2]); k <= Math.min(nz - 1, ck + reach[2]); k++) {
    for (let j = Math.max(0, cj - reach[1]); j <= Math.min(ny - 1, cj + reach[1]); j++) {
      for (let i = Math.max(0, ci - reach[0]); i <= Math.min(nx - 1, ci + reach[0]); i++) {
        const v = i + nx * (j + ny * k);
        if (inside[v] !== 1) continue;
        const distance = Math.hypot(
          ((i - ci) * geometry.spacing[0]) / radii[0],
          ((j - cj) * geometry.spacing[1]) / radii[1],
          ((k - ck) * geometry.spacing[2]) / (radii[2] + 2),
        );
        hu[v] += Math.round((peak - hu[v]) * Math.exp(-(distance ** 3)));
      }
    }
  }
}

/** A crescent along the inside of the skull, on one side, over a part of the convexity. */
function addSubdural(hu: Int16Array, depth: Float32Array, free: Mask, random: Random): void {
  const { geometry, inside } = free;
  const [nx, ny] = geometry.size;
  const angle = 2 * Math.PI * random.uniform();
  const direction = [Math.cos(angle), 0.6 * Math.sin(angle)];
  const [thickness, blood] = [2 + 7 * random.uniform(), 45 + 30 * random.uniform()];
  const opening = 0.2 + 0.6 * random.uniform();
  for (let v = 0; v < hu.length; v++) {
    if (inside[v] !== 1 || depth[v] > 120) continue;
    const [x, y] = indexToLps(geometry, [v % nx, Math.floor(v / nx) % ny, 0]);
    const facing = (x * direction[0] + y * direction[1]) / (Math.hypot(x, y) * Math.hypot(...direction) + 1e-6);
    const here = thickness * Math.min(1, Math.max(0, (facing - opening) / 0.25));
    const share = Math.min(1, Math.max(0, here - Math.sqrt(depth[v]) + 0.5));
    hu[v] += Math.round(share * (blood + 2 * random.normal() - hu[v]));
  }
}

/** Fluid of sulci and cisterns in a part of the brain turned into blood. */
function addSubarachnoid(hu: Int16Array, depth: Float32Array, volume: CtVolume, free: Mask, random: Random): void {
  const { geometry, inside } = free;
  const [nx, ny] = geometry.size;
  const smooth = gaussianSmooth(volume, { inPlane: 0.8, throughPlane: 0 }).hu;
  const start = randomVoxel(inside, random);
  if (start < 0) return;
  const point = (v: number) => indexToLps(geometry, [v % nx, Math.floor(v / nx) % ny, Math.floor(v / (nx * ny))]);
  const center = point(start);
  const [reach, blood] = [20 + 40 * random.uniform(), 42 + 22 * random.uniform()];
  for (let v = 0; v < hu.length; v++) {
    // Deep fluid is in the ventricles: blood there is a hematoma.
    if (inside[v] !== 1 || smooth[v] > 20 || depth[v] > 15 ** 2) continue;
    const [x, y, z] = point(v);
    const far = Math.hypot(x - center[0], y - center[1], z - center[2]) / reach;
    if (far > 2) continue;
    const share = Math.exp(-(far ** 4)) * Math.min(1, (20 - smooth[v]) / 10);
    hu[v] += Math.round(share * (blood - smooth[v]));
  }
}

function randomVoxel(inside: Uint8Array, random: Random): number {
  for (let attempt = 0; attempt < 2000; attempt++) {
    const v = random.integer(inside.length);
    if (inside[v] === 1) return v;
  }
  return -1;
}
