/**
 * Hypodense zones: places inside a hematoma that are darker than the clot around them. The density signs (blend, black hole, swirl, hypodensity,
 * fluid level) are all questions about such a zone: how much darker, how sharp its edge, and what it touches.
 *
 * The outer millimetres of a clot are darker only because a pixel there is half brain, and so are the places where the clot ends within the
 * section. Zones are therefore sought in the core: away from the edge in the plane, and inside the mask of the sections above and below.
 */
import { connectedComponents, largestComponent, maskOfComponents } from "../volume/components.ts";
import { gaussianSmooth } from "../volume/smooth.ts";
import { areaMm2, closeUp, depthMm, distanceToMm, type Section } from "./section.ts";

/** A zone in one section. */
export interface HypodenseZone {
  readonly section: Section;
  /** 1 in the zone; length nx * ny of the section. */
  readonly pixels: Uint8Array;
  /** The part of the section in which zones are sought. */
  readonly core: Uint8Array;
  readonly areaMm2: number;
  /** Mean HU of the zone away from its own edge. */
  readonly meanHu: number;
  /** Mean HU of the clot within 6 mm around the zone. */
  readonly clotHu: number;
  /** `clotHu - meanHu`. */
  readonly gapHu: number;
  /** Share in [0, 1] of the zone's edge that borders on clot or on a wall of clot, not on the clot's outer edge. */
  readonly enclosedFraction: number;
  /** Share in [0, 1] of the zone's edge that a wall closes where the clot ends in the section above or below: it may be open there. */
  readonly hiddenFraction: number;
  /** Largest distance in mm from inside the zone to its edge, doubled: the width of its thickest place. */
  readonly widthMm: number;
  /** Distance in mm over which HU rise from the zone to the clot: 0 for a step, large for a gradual change. */
  readonly marginMm: number;
}

/**
 * The least difference in HU that a reader sees as darker, where the definition names none: above the clot's own texture. At 12 a tenth of simulated
 * clots without a hypodensity showed one, at 14 a thirtieth.
 */
export const VISIBLE_GAP_HU = 14;

/** What is cut away at the clot's edge, in mm: two pixels of 0.5 mm and the blur of a usual kernel. */
const RIM_MM = 1.5;

/** Smoothing in mm: noise of 4 HU falls below 1 HU, a zone of 4 mm keeps most of its depth. More only as far as a noisy scan needs it. */
const SIGMA_MM = { least: 1, most: 2 };

/** Grain of a calm scan, HU: what is left of the clot's texture and the noise between 1 and 2 mm. The differences that count are above it. */
const CALM_GRAIN_HU = 1.6;

/** Fewer pixels of core do not tell the grain. */
const LEAST_PIXELS = 50;

/** Smaller zones are noise: a disc of 3.5 mm. */
const LEAST_AREA_MM2 = 10;

/** A wall between a zone and the brain is seen within this distance, or up to the clot's edge, at this blur, when it rises by this share of the gap. */
const WALL_REACH_MM = 3;
const WALL_SIGMA_MM = 0.5;
const WALL_SHARE = 0.35;

/** No blood is so dense; how far its blur reaches. */
const BONE_HU = 150;
const NEAR_BONE_MM = 2;

/** How much is seen around the hematoma: as far as a wall is sought outside of it, and blurs. */
const CLOSE_UP_MM = 6;

/** The clot around a zone: this far from its edge, leaving out what the edge blurs. */
const RING_MM = [1.5, 6] as const;

/** A hematoma as the signs see it: its sections, and its zones at any difference in HU. */
export interface Clot {
  readonly sections: readonly Section[];
  /** Whether any section has a core, so that inner density can be judged. */
  readonly hasCore: boolean;
  /** Zones that are at least so much darker than the clot around them, the deepest first; computed once for each difference. */
  zonesAt(gapHu: number): readonly HypodenseZone[];
}

/**
 * How much a hematoma is smoothed before zones are sought, mm: until its grain is that of a calm scan, so that the same differences in HU count as
 * visible on every scanner.
 */
export function smoothingMm(sections: readonly Section[]): number {
  const grain = sections.flatMap((section) => {
    const { part } = closeUp(section, CLOSE_UP_MM);
    const edgeMm = depthMm(part, part.inside);
    const [fine, coarse] = [SIGMA_MM.least, SIGMA_MM.most].map((sigma) => smoothInside(part, sigma));
    return Array.from(edgeMm.keys()).flatMap((p) => (edgeMm[p] > RIM_MM ? [fine[p] - coarse[p]] : []));
  });
  if (grain.length < LEAST_PIXELS) return SIGMA_MM.least;
  const magnitudes = Float32Array.from(grain, Math.abs).sort();
  // The median magnitude of a normal distribution is 0.6745 of its standard deviation; the zones themselves are too few to move it.
  const grainHu = magnitudes[Math.floor(magnitudes.length / 2)] / 0.6745;
  return Math.min(SIGMA_MM.most, Math.max(SIGMA_MM.least, (SIGMA_MM.least * grainHu) / CALM_GRAIN_HU));
}

/**
 * Prepares sections for the signs.
 *
 * @param sigmaMm of the smoothing in which zones are sought
 */
export function createClot(sections: readonly Section[], sigmaMm: number = smoothingMm(sections)): Clot {
  const inner = sections.map((section, n): InnerSection => {
    const { part, whole } = closeUp(section, CLOSE_UP_MM);
    const edgeMm = depthMm(part, part.inside);
    const core = coreOf(part, edgeMm, [sections[n - 1], sections[n + 1]]);
    const smooth = smoothInside(part, sigmaMm);
    let walls: Float32Array | null = null;
    const wallsHu = (): Float32Array => {
      walls ??= wallsIn(part);
      return walls;
    };
    return { section, part, whole, edgeMm, core, smooth, clotLevel: percentile(smooth, core, 0.8), wallsHu };
  });
  const known = new Map<number, readonly HypodenseZone[]>();
  return {
    sections,
    hasCore: inner.some(({ clotLevel }) => clotLevel !== null),
    zonesAt(gapHu) {
      const zones = known.get(gapHu) ?? inner.flatMap((part) => zonesOf(part, gapHu)).sort((a, b) => b.gapHu - a.gapHu);
      known.set(gapHu, zones);
      return zones;
    },
  };
}

/** Where a section holds clot throughout its thickness, as far as its neighbours tell. */
function coreOf(part: Section, edgeMm: Float32Array, neighbours: readonly (Section | undefined)[]): Uint8Array {
  const nx = part.geometry.size[0];
  const core = new Uint8Array(edgeMm.length);
  for (let pixel = 0; pixel < core.length; pixel++) {
    if (!(edgeMm[pixel] > RIM_MM)) continue;
    const [i, j] = [(pixel % nx) + part.corner[0], Math.floor(pixel / nx) + part.corner[1]];
    core[pixel] = neighbours.every((next) => next && holds(next, i, j)) ? 1 : 0;
  }
  return core;
}

/** Whether a pixel, by its column and row in the volume, lies in a section's hematoma. */
function holds({ geometry, corner, inside }: Section, i: number, j: number): boolean {
  return inside[i - corner[0] + geometry.size[0] * (j - corner[1])] === 1;
}

/** A section with what zones are sought in. */
interface InnerSection {
  readonly section: Section;
  /** The part of it around the hematoma, on which everything below lives, and back. */
  readonly part: Section;
  readonly whole: (pixels: Uint8Array) => Uint8Array;
  /** Distance in mm of each pixel to the clot's outer edge in the plane; 0 outside. */
  readonly edgeMm: Float32Array;
  readonly core: Uint8Array;
  readonly smooth: Float32Array;
  /** HU of the dense part of the core; null without a core. */
  readonly clotLevel: number | null;
  /** HU by which walls of clot are told, on demand. */
  readonly wallsHu: () => Float32Array;
}

/** HU that are blurred little; beside bone, whose blur looks like a wall of clot, nothing is one. */
function wallsIn(part: Section): Float32Array {
  const fine = gaussianSmooth({ ...part, sources: [] }, { inPlane: WALL_SIGMA_MM, throughPlane: 0 });
  const walls = Float32Array.from(fine.hu);
  const bone = part.inside.map((_, pixel) => (part.hu[pixel] > BONE_HU ? 1 : 0));
  const toBone = distanceToMm(part, bone, NEAR_BONE_MM);
  for (let pixel = 0; pixel < walls.length; pixel++) {
    if (toBone[pixel] <= NEAR_BONE_MM) walls[pixel] = Number.NEGATIVE_INFINITY;
  }
  return walls;
}

function zonesOf(inner: InnerSection, gapHu: number): HypodenseZone[] {
  const { part, core, smooth, clotLevel } = inner;
  if (clotLevel === null) return [];
  const { geometry } = part;
  const dark = core.map((value, pixel) => (value && smooth[pixel] < clotLevel - gapHu / 2 ? 1 : 0));
  const found = connectedComponents({ geometry, inside: dark }, 4);
  const pixelMm2 = geometry.spacing[0] * geometry.spacing[1];
  const large = found.components.filter(({ voxels }) => voxels * pixelMm2 >= LEAST_AREA_MM2);
  return large.flatMap((component) => {
    const seed = maskOfComponents({ geometry, inside: dark }, found, ({ label }) => label === component.label).inside;
    const zone = measureZone(inner, seed, clotLevel);
    return zone && zone.areaMm2 >= LEAST_AREA_MM2 && zone.gapHu >= gapHu ? [zone] : [];
  });
}

/** HU smoothed within the clot: what lies outside carries no weight, so that the clot's edge is not blurred into the brain. */
function smoothInside({ geometry, hu, inside }: Section, sigmaMm: number): Float32Array {
  const blurred = (values: Float32Array): ArrayLike<number> =>
    gaussianSmooth({ geometry, hu: values, sources: [] }, { inPlane: sigmaMm, throughPlane: 0 }).hu;
  const sum = blurred(hu.map((value, pixel) => (inside[pixel] ? value : 0)));
  const weight = blurred(Float32Array.from(inside));
  return hu.map((_, pixel) => (inside[pixel] ? sum[pixel] / weight[pixel] : 0));
}

/** Cuts a zone at half the way between its own level and the clot's, then measures it. */
function measureZone(inner: InnerSection, seed: Uint8Array, clotLevel: number): HypodenseZone | null {
  const { section, part, whole, core, smooth } = inner;
  const level = percentile(smooth, seed, 0.25);
  if (level === null) return null;
  const half = (level + clotLevel) / 2;
  const dark = seed.map((value, pixel) => (value && smooth[pixel] < half ? 1 : 0));
  const pixels = largestComponent({ geometry: part.geometry, inside: dark }, 4).inside;
  const depth = depthMm(part, pixels);
  const outside = distanceToMm(part, pixels, RING_MM[1] + 1);
  const deepest = depth.reduce((most, mm) => Math.max(most, mm), 0);
  const innermost = Math.min(RING_MM[0], deepest / 2);
  const meanHu = meanWhere(part.hu, (pixel) => depth[pixel] > innermost);
  const clotHu = meanWhere(
    part.hu,
    (pixel) =>
      core[pixel] === 1 && outside[pixel] > RING_MM[0] && outside[pixel] <= RING_MM[1] && smooth[pixel] >= half,
  );
  if (meanHu === null || clotHu === null) return null;
  return {
    section,
    pixels: whole(pixels),
    core: whole(core),
    areaMm2: areaMm2(part.geometry, pixels),
    meanHu,
    clotHu,
    gapHu: clotHu - meanHu,
    ...surroundings(inner, pixels, meanHu + WALL_SHARE * (clotHu - meanHu)),
    widthMm: 2 * deepest,
    marginMm: marginMm(part, core, depth, outside, clotHu - meanHu),
  };
}

/**
 * What lies on the other side of a zone's pixel edges: clot, a wall of clot too thin to belong to the core, the clot's outer edge, or a place where
 * the clot ends in the next section.
 *
 * @param wallHu a wall is at least this dense
 */
function surroundings({ part, edgeMm, core, wallsHu }: InnerSection, pixels: Uint8Array, wallHu: number) {
  const nx = part.geometry.size[0];
  const walls = wallsHu();
  const hasWall = (pixel: number): boolean => {
    const reachMm = Math.max(WALL_REACH_MM, edgeMm[pixel] + 1);
    const [reachX, reachY] = [0, 1].map((axis) => Math.ceil(reachMm / part.geometry.spacing[axis]));
    for (let b = -reachY; b <= reachY; b++) {
      for (let a = -reachX; a <= reachX; a++) {
        const other = pixel + a + nx * b;
        if (!pixels[other] && edgeMm[other] <= edgeMm[pixel] && walls[other] >= wallHu) return true;
      }
    }
    return false;
  };
  let [edges, free, hidden] = [0, 0, 0];
  pixels.forEach((value, pixel) => {
    if (!value) return;
    for (const step of [-1, 1, -nx, nx]) {
      const beyond = pixel + step;
      if (pixels[beyond]) continue;
      edges++;
      if (core[beyond]) continue;
      if (!hasWall(beyond)) free++;
      else if (edgeMm[beyond] > RIM_MM) hidden++;
    }
  });
  return { enclosedFraction: 1 - free / edges, hiddenFraction: hidden / edges };
}

/** Width in mm of the whole rise at its steepest slope; HU are averaged along the edge, at equal distance from it. */
function marginMm(part: Section, core: Uint8Array, depth: Float32Array, outside: Float32Array, gapHu: number): number {
  const binMm = 0.5;
  const reach = 12;
  const sums = new Float64Array(2 * reach + 1);
  const counts = new Float64Array(2 * reach + 1);
  core.forEach((value, pixel) => {
    if (!value) return;
    const signed = depth[pixel] > 0 ? 0.25 - depth[pixel] : outside[pixel] - 0.25;
    const bin = Math.round(signed / binMm) + reach;
    if (bin < 0 || bin > 2 * reach) return;
    sums[bin] += part.hu[pixel];
    counts[bin]++;
  });
  let steepest = 0;
  for (let bin = 2; bin <= 2 * reach - 2; bin++) {
    const [before, after] = [bin - 2, bin + 2];
    if (!counts[before] || !counts[after]) continue;
    const rise = sums[after] / counts[after] - sums[before] / counts[before];
    steepest = Math.max(steepest, rise / (4 * binMm));
  }
  return steepest > 0 ? gapHu / steepest : Number.MAX_SAFE_INTEGER;
}

function meanWhere(values: Float32Array, chosen: (pixel: number) => boolean): number | null {
  let sum = 0;
  let count = 0;
  for (let pixel = 0; pixel < values.length; pixel++) {
    if (!chosen(pixel)) continue;
    sum += values[pixel];
    count++;
  }
  return count > 0 ? sum / count : null;
}

/** The value below which a share of the set's values lies; null for an empty set. */
function percentile(values: Float32Array, set: Uint8Array, share: number): number | null {
  const sorted = values.filter((_, pixel) => set[pixel] === 1).sort();
  return sorted.length > 0 ? sorted[Math.floor(share * (sorted.length - 1))] : null;
}

/** What was measured on a zone, by the names that the density signs share. */
export function zoneQuantities(zone: HypodenseZone): Record<string, number> {
  return {
    gapHu: zone.gapHu,
    hypodenseHu: zone.meanHu,
    hyperdenseHu: zone.clotHu,
    hypodenseAreaMm2: zone.areaMm2,
    marginMm: zone.marginMm,
    enclosedFraction: zone.enclosedFraction,
  };
}
