/**
 * Hypodense zones: places inside a hematoma that are darker than the clot around them. The density signs (blend, black hole, swirl, hypodensity,
 * fluid level) are all questions about such a zone: how much darker, how sharp its edge, and what it touches.
 *
 * The outer millimetres of a clot are darker only because a pixel there is half brain, and so are the places where the clot ends within the
 * section. Zones are therefore sought in the core: away from the edge in the plane, and inside the mask of the sections above and below.
 */
import { connectedComponents, largestComponent } from "../volume/components.ts";
import { gaussianSmooth } from "../volume/smooth.ts";
import { areaMm2, depthMm, type Section } from "./section.ts";

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
  /** Share in [0, 1] of the zone's edge that borders on clot, not on the clot's outer edge. */
  readonly enclosedFraction: number;
  /** Whether the zone reaches where the clot ends in this section or the next: then it may be open there. */
  readonly reachesCoreEdge: boolean;
  /** Largest distance in mm from inside the zone to its edge, doubled: the width of its thickest place. */
  readonly widthMm: number;
  /** Distance in mm over which HU rise from the zone to the clot: 0 for a step, large for a gradual change. */
  readonly marginMm: number;
}

/** The least difference in HU that a reader sees as darker, where the definition names none: three times the noise left after smoothing. */
export const VISIBLE_GAP_HU = 10;

/** What is cut away at the clot's edge, in mm: two pixels of 0.5 mm and the blur of a usual kernel. */
const RIM_MM = 1.5;

/** Smoothing in mm: noise of 4 HU falls below 1 HU, a zone of 4 mm keeps most of its depth. */
const SIGMA_MM = 1;

/** Smaller zones are noise: a disc of 3.5 mm. */
const LEAST_AREA_MM2 = 10;

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

/** Prepares sections for the signs. */
export function createClot(sections: readonly Section[]): Clot {
  const inner = sections.map((section, n) => {
    const core = coreOf(sections, n);
    const smooth = smoothInside(section);
    return { section, core, smooth, clotLevel: percentile(smooth, core, 0.8) };
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
function coreOf(sections: readonly Section[], n: number): Uint8Array {
  const section = sections[n];
  const neighbours = [sections[n - 1], sections[n + 1]];
  return Uint8Array.from(depthMm(section, section.inside), (depth, pixel) =>
    depth > RIM_MM && neighbours.every((next) => next?.inside[pixel]) ? 1 : 0,
  );
}

/** A section with what zones are sought in. */
interface InnerSection {
  readonly section: Section;
  readonly core: Uint8Array;
  readonly smooth: Float32Array;
  /** HU of the dense part of the core; null without a core. */
  readonly clotLevel: number | null;
}

function zonesOf(inner: InnerSection, gapHu: number): HypodenseZone[] {
  const { section, core, smooth, clotLevel } = inner;
  if (clotLevel === null) return [];
  const dark = core.map((value, pixel) => (value && smooth[pixel] < clotLevel - gapHu / 2 ? 1 : 0));
  const { labels, components } = connectedComponents({ geometry: section.geometry, inside: dark }, 4);
  return components.flatMap(({ label }) => {
    const seed = Uint8Array.from(labels, (found) => (found === label ? 1 : 0));
    const zone = measureZone(section, core, smooth, seed, clotLevel);
    return zone && zone.areaMm2 >= LEAST_AREA_MM2 && zone.gapHu >= gapHu ? [zone] : [];
  });
}

/** HU smoothed within the clot: what lies outside carries no weight, so that the clot's edge is not blurred into the brain. */
function smoothInside({ geometry, hu, inside }: Section): Float32Array {
  const blurred = (values: Float32Array): ArrayLike<number> =>
    gaussianSmooth({ geometry, hu: values, sources: [] }, { inPlane: SIGMA_MM, throughPlane: 0 }).hu;
  const sum = blurred(hu.map((value, pixel) => (inside[pixel] ? value : 0)));
  const weight = blurred(Float32Array.from(inside));
  return hu.map((_, pixel) => (inside[pixel] ? sum[pixel] / weight[pixel] : 0));
}

/** Cuts a zone at half the way between its own level and the clot's, then measures it. */
function measureZone(
  section: Section,
  core: Uint8Array,
  smooth: Float32Array,
  seed: Uint8Array,
  clotLevel: number,
): HypodenseZone | null {
  const level = percentile(smooth, seed, 0.25);
  if (level === null) return null;
  const half = (level + clotLevel) / 2;
  const dark = seed.map((value, pixel) => (value && smooth[pixel] < half ? 1 : 0));
  const pixels = largestComponent({ geometry: section.geometry, inside: dark }, 4).inside;
  const depth = depthMm(section, pixels);
  const outside = depthMm(
    section,
    pixels.map((value) => 1 - value),
  );
  const deepest = depth.reduce((most, mm) => Math.max(most, mm), 0);
  const inner = Math.min(RING_MM[0], deepest / 2);
  const meanHu = meanWhere(section.hu, (pixel) => depth[pixel] > inner);
  const clotHu = meanWhere(
    section.hu,
    (pixel) =>
      core[pixel] === 1 && outside[pixel] > RING_MM[0] && outside[pixel] <= RING_MM[1] && smooth[pixel] >= half,
  );
  if (meanHu === null || clotHu === null) return null;
  return {
    section,
    pixels,
    core,
    areaMm2: areaMm2(section.geometry, pixels),
    meanHu,
    clotHu,
    gapHu: clotHu - meanHu,
    enclosedFraction: enclosedFraction(section, pixels),
    reachesCoreEdge: reachesEdge(section, pixels, core),
    widthMm: 2 * deepest,
    marginMm: marginMm(section, core, depth, outside, clotHu - meanHu),
  };
}

/** Share of the pixel edges around a zone whose other side is clot further than the rim from the clot's outer edge. */
function enclosedFraction(section: Section, pixels: Uint8Array): number {
  const { size, spacing } = section.geometry;
  const nx = size[0];
  const depth = depthMm(section, section.inside);
  const touchesEdge = RIM_MM + Math.max(spacing[0], spacing[1]);
  let edges = 0;
  let free = 0;
  pixels.forEach((value, pixel) => {
    if (!value) return;
    for (const step of [-1, 1, -nx, nx]) {
      if (pixels[pixel + step]) continue;
      edges++;
      if (depth[pixel + step] < touchesEdge) free++;
    }
  });
  return 1 - free / edges;
}

function reachesEdge(section: Section, pixels: Uint8Array, core: Uint8Array): boolean {
  const nx = section.geometry.size[0];
  return pixels.some((value, pixel) => value === 1 && [-1, 1, -nx, nx].some((step) => !core[pixel + step]));
}

/** Width in mm of the whole rise at its steepest slope; HU are averaged along the edge, at equal distance from it. */
function marginMm(
  section: Section,
  core: Uint8Array,
  depth: Float32Array,
  outside: Float32Array,
  gapHu: number,
): number {
  const binMm = 0.5;
  const reach = 12;
  const sums = new Float64Array(2 * reach + 1);
  const counts = new Float64Array(2 * reach + 1);
  core.forEach((value, pixel) => {
    if (!value) return;
    const signed = depth[pixel] > 0 ? 0.25 - depth[pixel] : outside[pixel] - 0.25;
    const bin = Math.round(signed / binMm) + reach;
    if (bin < 0 || bin > 2 * reach) return;
    sums[bin] += section.hu[pixel];
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
