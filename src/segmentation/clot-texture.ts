/**
 * What makes parts of a clot darker: hypodense foci, two densities, a fluid level. These signs are defined inside of a clot that is dense as a whole, so
 * they are bounded by its size and by its contrast: a part that is as dense as brain and fills the clot would be a label on nothing.
 */
import type { Random } from "../core/random.ts";
import type { Vec3 } from "../math/vec3.ts";
import { type Geometry, indexToLps, sliceExtentMm } from "../volume/geometry.ts";

/** A clot on its grid. */
export interface ClotTexture {
  readonly geometry: Geometry;
  /** Share of hematoma of each voxel. */
  readonly share: ArrayLike<number>;
  /** The same after blurring: where the clot has any effect. */
  readonly soft: ArrayLike<number>;
  /** HU above brain. */
  readonly contrast: number;
}

/** A clot smaller than this shows no level of fluid: it needs a cavity. */
const LEAST_LEVEL_ML = 5;
/** Of the contrast, the most that a focus loses: it is darker than the clot, not darker than brain. */
const MOST_LOST = 0.75;
/** The paler one of two densities still stands out of brain by this. */
const LEAST_LEFT_HU = 8;

type Part = (point: Vec3) => number;

/** HU to add to each voxel of the clot, its blurred edge included: a dark part reaches its own edge. */
export function darkParts(clot: ClotTexture, random: Random): Float32Array {
  const { geometry, share, soft } = clot;
  const result = new Float32Array(share.length);
  const [nx, ny] = geometry.size;
  const pointOf = (v: number): Vec3 =>
    indexToLps(geometry, [v % nx, Math.floor(v / nx) % ny, Math.floor(v / (nx * ny))]);
  const inside: number[] = [];
  for (let v = 0; v < share.length; v++) if (share[v] >= 0.5) inside.push(v);
  const parts = drawParts(clot, inside, pointOf, random);
  if (parts.length === 0) return result;
  for (let v = 0; v < result.length; v++) {
    if (soft[v] <= 0) continue;
    const point = pointOf(v);
    for (const part of parts) result[v] += part(point);
  }
  return result;
}

function drawParts(
  { geometry, contrast }: ClotTexture,
  inside: readonly number[],
  pointOf: (v: number) => Vec3,
  random: Random,
): Part[] {
  const somewhere = (): Vec3 => pointOf(inside[random.integer(inside.length)]);
  const voxelMl = (geometry.spacing[0] * geometry.spacing[1] * sliceExtentMm(geometry, 0)) / 1000;
  const ml = inside.length * voxelMl;
  const radiusMm = Math.cbrt((3000 * ml) / (4 * Math.PI));
  const chance = random.uniform();
  if (chance < 0.35) {
    return Array.from({ length: 1 + random.integer(3) }, () =>
      focus(
        somewhere(),
        Math.min(1.5 + 5 * random.uniform(), 0.4 * radiusMm),
        Math.min(8 + 16 * random.uniform(), MOST_LOST * contrast),
      ),
    );
  }
  if (chance < 0.5) {
    const drop = Math.min(9 + 9 * random.uniform(), contrast - LEAST_LEFT_HU);
    return [secondDensity(somewhere(), 2 * Math.PI * random.uniform(), drop)];
  }
  if (chance < 0.56 && ml >= LEAST_LEVEL_ML) {
    const heights = Float64Array.from(inside, (v) => pointOf(v)[1]).sort();
    // The front is at the low end: between a tenth and four tenths of the clot is plasma.
    const level = heights[Math.floor((0.1 + 0.3 * random.uniform()) * heights.length)];
    return [fluidLevel(level, Math.min(14 + 10 * random.uniform(), contrast))];
  }
  return [];
}

function focus(center: Vec3, radiusMm: number, drop: number): Part {
  return ([x, y, z]) => {
    const distance = Math.hypot(x - center[0], y - center[1], z - center[2]) / radiusMm;
    return distance < 2 ? -drop * Math.exp(-(distance ** 4)) : 0;
  };
}

function secondDensity(center: Vec3, angle: number, drop: number): Part {
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  return ([x, y]) => -drop / (1 + Math.exp(-(c * (x - center[0]) + s * (y - center[1]))));
}

/** The patient lies on the back: cells settle towards posterior, plasma stays above. */
function fluidLevel(level: number, drop: number): Part {
  return ([, y]) => (y < level ? -drop : 3);
}
