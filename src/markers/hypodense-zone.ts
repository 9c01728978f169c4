/**
 * Hypodense zones: places inside a hematoma that are darker than the clot around them. The density signs (blend, black hole, swirl, hypodensity,
 * fluid level) are all questions about such a zone: how much darker, how sharp its edge, and what it touches.
 *
 * The outer millimetres of a clot are darker only because a pixel there is half brain, and so are the places where the clot ends within the
 * section. Zones are therefore sought in the core: away from the edge in the plane, and inside the mask of the sections above and below.
 */
import { depthMm, partsOf, smoothInside } from "./plane.ts";
import type { Section } from "./section.ts";

/** A zone in one section. */
export interface HypodenseZone {
  readonly section: Section;
  /** 1 in the zone; length nx * ny of the section. */
  readonly pixels: Uint8Array;
  readonly areaMm2: number;
  /** Mean HU of the zone away from its own edge. */
  readonly meanHu: number;
  /** Mean HU of the clot within 6 mm around the zone. */
  readonly clotHu: number;
  /** `clotHu - meanHu`. */
  readonly gapHu: number;
  /** Share in [0, 1] of the zone's edge that borders on clot, not on the clot's outer edge. */
  readonly enclosedFraction: number;
  /** Largest distance in mm from inside the zone to its edge, doubled: the width of its thickest place. */
  readonly widthMm: number;
  /** Distance in mm over which HU rise from the zone to the clot: 0 for a step, large for a gradual change. */
  readonly marginMm: number;
}

/** What is cut away at the clot's edge, in mm: two pixels of 0.5 mm and the blur of a usual kernel. */
const RIM_MM = 1.5;

/** Smoothing in mm: noise of 4 HU falls below 1 HU, a zone of 4 mm keeps most of its depth. */
const SIGMA_MM = 1;

/** Smaller zones are noise: a disc of 3.5 mm. */
const LEAST_AREA_MM2 = 10;

/** The clot around a zone: this far from its edge, leaving out what the edge blurs. */
const RING_MM = [1.5, 6] as const;

/**
 * The zones of each section that are at least `gapHu` darker than the clot around them, the deepest first.
 *
 * @param gapHu positive
 */
export function hypodenseZones(sections: readonly Section[], gapHu: number): HypodenseZone[] {
  return sections
    .flatMap((section, n) => zonesOf(section, coreOf(sections, n), gapHu))
    .sort((a, b) => b.gapHu - a.gapHu);
}

/** Where a section holds clot throughout its thickness, as far as its neighbours tell; length nx * ny. */
export function coreOf(sections: readonly Section[], n: number): Uint8Array {
  const section = sections[n] as Section;
  const neighbours = [sections[n - 1], sections[n + 1]];
  return depthMm(section, section.inside).reduce((core, depth, pixel) => {
    core[pixel] = depth > RIM_MM && neighbours.every((next) => next?.inside[pixel]) ? 1 : 0;
    return core;
  }, new Uint8Array(section.inside.length));
}

function zonesOf(section: Section, core: Uint8Array, gapHu: number): HypodenseZone[] {
  const smooth = smoothInside(section, section.hu, section.inside, SIGMA_MM);
  const clotLevel = percentile(smooth, core, 0.8);
  if (clotLevel === null) return [];
  const seeds = partsOf(
    section,
    core.map((value, pixel) => (value && (smooth[pixel] as number) < clotLevel - gapHu / 2 ? 1 : 0)),
    4,
  );
  const zones: HypodenseZone[] = [];
  seeds.sizes.forEach((_, n) => {
    const seed = seeds.labels.map((label) => (label === n + 1 ? 1 : 0));
    const zone = measureZone(section, core, smooth, Uint8Array.from(seed), clotLevel);
    if (zone && zone.areaMm2 >= LEAST_AREA_MM2 && zone.gapHu >= gapHu) zones.push(zone);
  });
  return zones;
}

/** Cuts a zone at half the way between its own level and the clot's, then measures it. */
function measureZone(
  section: Section,
  core: Uint8Array,
  smooth: Float32Array,
  seed: Uint8Array,
  clotLevel: number,
): HypodenseZone | null {
  const level = percentile(smooth, seed, 0.25) as number;
  const half = (level + clotLevel) / 2;
  const pixels = largestPart(
    section,
    seed.map((value, pixel) => (value && (smooth[pixel] as number) < half ? 1 : 0)),
  );
  const [dx, dy] = section.spacingMm;
  const depth = depthMm(section, pixels);
  const outside = depthMm(
    section,
    pixels.map((value) => 1 - value),
  );
  const deepest = depth.reduce((most, mm) => Math.max(most, mm), 0);
  const inner = Math.min(RING_MM[0], deepest / 2);
  const meanHu = meanWhere(section.hu, (pixel) => (depth[pixel] as number) > inner);
  const clotHu = meanWhere(
    section.hu,
    (pixel) =>
      core[pixel] === 1 &&
      (outside[pixel] as number) > RING_MM[0] &&
      (outside[pixel] as number) <= RING_MM[1] &&
      (smooth[pixel] as number) >= half,
  );
  if (meanHu === null || clotHu === null) return null;
  return {
    section,
    pixels,
    areaMm2: pixels.reduce((sum, value) => sum + value, 0) * dx * dy,
    meanHu,
    clotHu,
    gapHu: clotHu - meanHu,
    enclosedFraction: enclosedFraction(section, pixels),
    widthMm: 2 * deepest,
    marginMm: marginMm(section, core, depth, outside, clotHu - meanHu),
  };
}

function largestPart(section: Section, pixels: Uint8Array): Uint8Array {
  const { labels, sizes } = partsOf(section, pixels, 4);
  const largest = sizes.indexOf(Math.max(...sizes)) + 1;
  return Uint8Array.from(labels, (label) => (label > 0 && label === largest ? 1 : 0));
}

/** Share of the pixel edges around a zone whose other side is clot further than the rim from the clot's outer edge. */
function enclosedFraction(section: Section, pixels: Uint8Array): number {
  const [nx] = section.size;
  const depth = depthMm(section, section.inside);
  const touchesEdge = RIM_MM + Math.max(...section.spacingMm);
  let edges = 0;
  let free = 0;
  pixels.forEach((value, pixel) => {
    if (!value) return;
    for (const step of [-1, 1, -nx, nx]) {
      if (pixels[pixel + step]) continue;
      edges++;
      if ((depth[pixel + step] as number) < touchesEdge) free++;
    }
  });
  return 1 - free / edges;
}

/** Distance between 20 % and 80 % of the rise across the zone's edge, scaled to the whole rise; the HU are averaged along the edge. */
function marginMm(
  section: Section,
  core: Uint8Array,
  depth: Float64Array,
  outside: Float64Array,
  gapHu: number,
): number {
  const binMm = 0.5;
  const reach = 12;
  const sums = new Float64Array(2 * reach + 1);
  const counts = new Float64Array(2 * reach + 1);
  core.forEach((value, pixel) => {
    if (!value) return;
    const signed = (depth[pixel] as number) > 0 ? 0.25 - (depth[pixel] as number) : (outside[pixel] as number) - 0.25;
    const bin = Math.round(signed / binMm) + reach;
    if (bin < 0 || bin > 2 * reach) return;
    sums[bin] = (sums[bin] as number) + (section.hu[pixel] as number);
    counts[bin] = (counts[bin] as number) + 1;
  });
  let steepest = 0;
  for (let bin = 2; bin <= 2 * reach - 2; bin++) {
    const [before, after] = [bin - 2, bin + 2];
    if (!counts[before] || !counts[after]) continue;
    const rise =
      (sums[after] as number) / (counts[after] as number) - (sums[before] as number) / (counts[before] as number);
    steepest = Math.max(steepest, rise / (4 * binMm));
  }
  return steepest > 0 ? gapHu / steepest : Number.MAX_SAFE_INTEGER;
}

function meanWhere(values: Float32Array, chosen: (pixel: number) => boolean): number | null {
  let sum = 0;
  let count = 0;
  for (let pixel = 0; pixel < values.length; pixel++) {
    if (!chosen(pixel)) continue;
    sum += values[pixel] as number;
    count++;
  }
  return count > 0 ? sum / count : null;
}

/** The value below which a share of the set's values lies; null for an empty set. */
function percentile(values: Float32Array, set: Uint8Array, share: number): number | null {
  const sorted = values.filter((_, pixel) => set[pixel] === 1).sort();
  return sorted.length > 0 ? (sorted[Math.floor(share * (sorted.length - 1))] as number) : null;
}
