/** The regions inside a clot that make its density signs: where they are and how their edges look. How dark they are is set when the clot is scanned. */
import type { Random } from "../../core/random.ts";
import { squaredDistanceMm } from "../../volume/distance.ts";
import { createMask } from "../../volume/volume.ts";
import { type FieldGrid, headGeometry } from "../field-grid.ts";
import { createPerlinNoise } from "../perlin-noise.ts";
import { ellipsoid } from "../signed-distance.ts";
import type { SignName } from "../simulated-case.ts";

/** A sign that lives inside the main clot. */
export type DensitySign = Exclude<SignName, "island" | "satellite">;

/** A hypodense region. */
export interface SignRegion {
  readonly sign: DensitySign;
  /** Signed distance in mm, about, positive in the region; on the grid of the clot. */
  readonly inside: FieldGrid;
  /** How wide its edge is drawn, mm: small = sharp. */
  readonly edgeMm: number;
  /** How much less dense than the core of the clot it is to measure, HU. */
  readonly gapHu: number;
}

/** The gap to draw for each sign, HU: above the definition's (blend 18, black hole 28), and below the black hole's for the others. */
const gaps: Readonly<Record<DensitySign, readonly [low: number, high: number]>> = {
  "fluid-level": [26, 36],
  blend: [20, 26],
  "black-hole": [32, 39],
  swirl: [19.5, 22],
  hypodensity: [15, 18],
};

/** Widths of edges, mm. */
const edges: Readonly<Record<DensitySign, number>> = {
  "fluid-level": 0.8,
  blend: 1,
  "black-hole": 0.8,
  swirl: 1.6,
  hypodensity: 3,
};

/** What is left of the clot for the next region: mm to the nearest boundary or earlier region, positive inside. */
type Free = Float32Array;

/** Clear rim of dense clot around an enclosed region, mm. */
const RIM_MM = 2.9;

/**
 * Lays out the density signs in a clot, one after the other, without overlap. A sign that finds no room is left out.
 *
 * @param main the main clot, positive inside, mm
 * @param askedHu gaps that are not to be drawn
 */
export function layOutSigns(
  random: Random,
  main: FieldGrid,
  signs: readonly SignName[],
  askedHu: Readonly<Partial<Record<SignName, number>>> = {},
): SignRegion[] {
  if (!signs.some((sign) => sign in gaps)) return [];
  const free = depthMm(main);
  const regions: SignRegion[] = [];
  for (const sign of Object.keys(gaps) as DensitySign[]) {
    if (!signs.includes(sign)) continue;
    const draw = random.fork(sign);
    const values = regionMakers[sign](main, free, draw);
    if (!values) continue;
    const [low, high] = gaps[sign];
    regions.push({
      sign,
      inside: { ...main, values },
      edgeMm: edges[sign],
      gapHu: askedHu[sign] ?? low + (high - low) * draw.uniform(),
    });
    for (let v = 0; v < free.length; v++) free[v] = Math.min(free[v] as number, -(values[v] as number));
  }
  return regions;
}

/** How deep every point lies in the clot. The clot's own field is a distance near its surface only: a flat clot's middle would seem deeper than it is. */
function depthMm(main: FieldGrid): Free {
  const outside = Uint8Array.from(main.values, (value) => Number(value <= 0));
  const squared = squaredDistanceMm(createMask(headGeometry(main), outside), "volume");
  const half = Math.min(...main.spacingMm) / 2;
  return main.values.map((value, v) => (value > 0 ? Math.min(value, Math.sqrt(squared[v] as number) - half) : value));
}

const regionMakers: Readonly<Record<DensitySign, (main: FieldGrid, free: Free, draw: Random) => Float32Array | null>> =
  {
    "fluid-level": (main, free) => cutByPlane(main, free, [0, -1], 0.45, () => 0),
    blend: (main, free, draw) => {
      // Never with the dark part lying in front, where it would be a fluid level.
      const angle = Math.PI * (-0.28 + 1.56 * draw.uniform());
      const noise = createPerlinNoise(draw);
      const part = 0.26 + 0.16 * draw.uniform();
      return cutByPlane(main, free, [Math.cos(angle), Math.sin(angle)], part, (x, y, z) => {
        return 7 * noise(x * 0.07, y * 0.07, z * 0.07);
      });
    },
    "black-hole": (main, free, draw) => enclosedBlob(main, free, draw, 3, 7, 0),
    swirl: enclosedStreaks,
    hypodensity: (main, free, draw) => enclosedBlob(main, free, draw, 3, 8, 1.5),
  };

/** The part of the clot beyond a plane that stands on the slices: touches the outer boundary, so it is not enclosed. */
function cutByPlane(
  main: FieldGrid,
  free: Free,
  [dx, dy]: readonly [number, number],
  part: number,
  wave: (x: number, y: number, z: number) => number,
): Float32Array {
  const along = mapPoints(main, (x, y, z) => dx * x + dy * y + wave(x, y, z));
  const level = upperQuantile(along, free, 0, part);
  return along.map((value) => value - level);
}

/** A rounded region around the point with the most room, wholly inside, at least 9 mm tall so that two thick slices cannot hide it. */
function enclosedBlob(
  main: FieldGrid,
  free: Free,
  draw: Random,
  leastMm: number,
  mostMm: number,
  raggedMm: number,
): Float32Array | null {
  const center = roomiest(main, free, draw);
  if (!center) return null;
  const radius = Math.min(center.roomMm - RIM_MM, leastMm + (mostMm - leastMm) * draw.uniform() ** 2);
  if (!(radius >= leastMm * 0.85)) return null;
  const tall = Math.max(radius, 4.8);
  const noise = createPerlinNoise(draw);
  const [cx, cy, cz] = center.atMm;
  const blob = mapPoints(main, (x, y, z) => {
    const ragged = raggedMm * 2 * noise(x * 0.2, y * 0.2, z * 0.2);
    return ragged - ellipsoid(x - cx, y - cy, z - cz, radius, radius, tall);
  });
  return blob.map((value, v) => Math.min(value, (free[v] as number) - RIM_MM));
}

/** Streaks through the core that run on from slice to slice. */
function enclosedStreaks(main: FieldGrid, free: Free, draw: Random): Float32Array | null {
  const noise = createPerlinNoise(draw);
  const streaks = mapPoints(main, (x, y, z) => 9 * noise(x * 0.1, y * 0.1, z * 0.035));
  const rim = RIM_MM + 1.8;
  const level = upperQuantile(streaks, free, rim, 0.18);
  if (!Number.isFinite(level)) return null;
  const region = streaks.map((value, v) => Math.min(value - level, (free[v] as number) - rim));
  const cellMl = (main.spacingMm[0] * main.spacingMm[1] * main.spacingMm[2]) / 1000;
  return region.filter((value) => value > 0).length * cellMl > 0.35 ? region : null;
}

/** One of the points with nearly the most room, so that the region is not always in the very middle. */
function roomiest(
  main: FieldGrid,
  free: Free,
  draw: Random,
): { atMm: readonly [number, number, number]; roomMm: number } | null {
  let most = 0;
  for (const room of free) if (room > most) most = room;
  if (most < RIM_MM) return null;
  const candidates: number[] = [];
  const enough = Math.max(Math.min(0.8 * most, most - 0.5), Math.min(most, 6));
  free.forEach((room, v) => {
    if (room >= enough) candidates.push(v);
  });
  const v = candidates[draw.integer(candidates.length)] as number;
  const [nx, ny] = main.size;
  const i = v % nx;
  const j = Math.floor(v / nx) % ny;
  const k = Math.floor(v / (nx * ny));
  const at = (axis: 0 | 1 | 2, n: number): number => main.originMm[axis] + n * main.spacingMm[axis];
  return { atMm: [at(0, i), at(1, j), at(2, k)], roomMm: free[v] as number };
}

function mapPoints(grid: FieldGrid, valueAt: (x: number, y: number, z: number) => number): Float32Array {
  const values = new Float32Array(grid.values.length);
  const [nx, ny, nz] = grid.size;
  let v = 0;
  for (let k = 0; k < nz; k++) {
    const z = grid.originMm[2] + k * grid.spacingMm[2];
    for (let j = 0; j < ny; j++) {
      const y = grid.originMm[1] + j * grid.spacingMm[1];
      for (let i = 0; i < nx; i++, v++) {
        // Far outside the clot nothing is drawn: any value under the edge will do.
        values[v] = (grid.values[v] as number) > -4 ? valueAt(grid.originMm[0] + i * grid.spacingMm[0], y, z) : -20;
      }
    }
  }
  return values;
}

/** The value above which `part` of the points with more than `roomMm` of room lie; infinite when there are none. */
function upperQuantile(values: Float32Array, free: Free, roomMm: number, part: number): number {
  const inside = values.filter((_, v) => (free[v] as number) > roomMm).sort();
  return inside.length === 0
    ? Number.POSITIVE_INFINITY
    : (inside[Math.floor((1 - part) * (inside.length - 1))] as number);
}
