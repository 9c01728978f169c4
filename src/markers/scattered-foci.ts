/** The signs that small bleeds beside the main hematoma show: island and satellite. Both are read on the mask alone. */
import { connectedComponents } from "../volume/components.ts";
import { erode } from "../volume/morphology.ts";
import { convexHull } from "./convex-hull.ts";
import { type MarkerReading, nothingFound } from "./marker.ts";
import { depthMm, outlineInVolume, type Section } from "./section.ts";

/** A satellite's largest diameter and its distance from the main hematoma. */
const SATELLITE_MM = { diameter: 10, leastGap: 1, mostGap: 20 };

/** A focus smaller than this is a few pixels: nobody would see it. */
const LEAST_FOCUS_MM2 = 5;

/** Small means small beside the main hematoma: at most this share of its area on the section. */
const SMALL_SHARE = 0.25;

/** A bubble hangs on a neck narrower than twice one of these widths, in mm, and is itself wider. */
const NECK_HALF_WIDTHS_MM: readonly number[] = [1.5, 2, 2.5, 3];

/** Fewer islands than these do not make the sign: apart from the main hematoma, or some of them joined to it. */
const LEAST_SEPARATE = 3;
const LEAST_JOINED = 4;

/** A part of the hematoma on one section. */
interface Focus {
  readonly section: Section;
  readonly pixels: Uint8Array;
  readonly areaMm2: number;
  readonly diameterMm: number;
  /** Distance in mm between its edge and the edge of the section's largest part. */
  readonly gapMm: number;
}

/**
 * Satellite sign: on at least one section a separate focus of at most 10 mm in diameter, 1 to 20 mm from the main hematoma. Quantities: `satellites`
 * (the most on one section), `diameterMm` and `gapMm` of the largest.
 *
 * @see Shimoda et al. 2017, doi:10.1016/j.jstrokecerebrovasdis.2017.02.036
 */
export function satelliteSign(sections: readonly Section[]): MarkerReading {
  const found = sections.map((section) => separateFoci(section).filter(isSatellite));
  const most = found.reduce((best, next) => (next.length > best.length ? next : best));
  if (most.length === 0) return nothingFound("satellite-sign", { satellites: 0 });
  const largest = most.reduce((best, next) => (next.areaMm2 > best.areaMm2 ? next : best));
  return {
    id: "satellite-sign",
    state: "present",
    quantities: { satellites: most.length, diameterMm: largest.diameterMm, gapMm: largest.gapMm },
    slice: largest.section.slice,
    outline: outlineInVolume(largest.section, largest.pixels),
  };
}

function isSatellite({ diameterMm, gapMm }: Focus): boolean {
  return diameterMm <= SATELLITE_MM.diameter && gapMm >= SATELLITE_MM.leastGap && gapMm <= SATELLITE_MM.mostGap;
}

/**
 * Island sign: on one section at least 3 small foci that are all separate from the main hematoma, or at least 4 of which some or all are joined to it
 * like bubbles. Quantities: `separateFoci`, `joinedFoci` of the section with the most.
 *
 * @see Li et al. 2017, doi:10.1161/STROKEAHA.117.017985
 */
export function islandSign(sections: readonly Section[]): MarkerReading {
  const counted = sections.map((section) => {
    const separate = separateFoci(section).filter((focus) => focus.areaMm2 <= SMALL_SHARE * mainAreaMm2(section));
    return { section, separate, joined: bubbles(section) };
  });
  const size = (count: (typeof counted)[number]): number => count.separate.length + count.joined;
  const most = counted.reduce((best, next) => (size(next) > size(best) ? next : best));
  const showing = counted.find((count) => count.separate.length >= LEAST_SEPARATE || size(count) >= LEAST_JOINED);
  const { section, separate, joined } = showing ?? most;
  return {
    id: "island-sign",
    state: showing ? "present" : "absent",
    quantities: { separateFoci: separate.length, joinedFoci: joined },
    slice: section.slice,
    outline: showing ? outlineInVolume(section, separate[0]?.pixels ?? section.inside) : [],
  };
}

/** The parts of a section beside its largest one. */
function separateFoci(section: Section): Focus[] {
  const { geometry } = section;
  const { labels, components } = connectedComponents(section, 8);
  const main = components.reduce((best, part) => (part.voxels > best.voxels ? part : best));
  const pixelMm2 = geometry.spacing[0] * geometry.spacing[1];
  const others = components.filter((part) => part !== main && part.voxels * pixelMm2 >= LEAST_FOCUS_MM2);
  if (others.length === 0) return [];
  const away = depthMm(
    section,
    Uint8Array.from(labels, (label) => (label === main.label ? 0 : 1)),
  );
  return others.map(({ label, voxels }) => {
    const pixels = Uint8Array.from(labels, (found) => (found === label ? 1 : 0));
    const centreToCentre = away.reduce((least, mm, pixel) => (pixels[pixel] ? Math.min(least, mm) : least), 1e9);
    return {
      section,
      pixels,
      areaMm2: voxels * pixelMm2,
      diameterMm: largestDiameterMm(section, pixels),
      gapMm: centreToCentre - Math.max(geometry.spacing[0], geometry.spacing[1]),
    };
  });
}

function mainAreaMm2(section: Section): number {
  const pixelMm2 = section.geometry.spacing[0] * section.geometry.spacing[1];
  return Math.max(...connectedComponents(section, 8).components.map((part) => part.voxels)) * pixelMm2;
}

/** Number of foci that hang on the main part by a neck narrower than themselves: erosion parts them before it removes them. */
function bubbles(section: Section): number {
  const { geometry } = section;
  const { labels, components } = connectedComponents(section, 8);
  const main = components.reduce((best, part) => (part.voxels > best.voxels ? part : best));
  const inside = Uint8Array.from(labels, (label) => (label === main.label ? 1 : 0));
  return Math.max(
    ...NECK_HALF_WIDTHS_MM.map((mm) => {
      const cores = connectedComponents(erode({ geometry, inside }, mm, "slice"), 8).components;
      const largest = Math.max(0, ...cores.map((part) => part.voxels));
      return Math.max(0, cores.filter((part) => part.voxels <= SMALL_SHARE * largest).length);
    }),
  );
}

function largestDiameterMm({ geometry }: Section, pixels: Uint8Array): number {
  const nx = geometry.size[0];
  const [dx, dy] = geometry.spacing;
  const centres: (readonly [number, number])[] = [];
  pixels.forEach((value, pixel) => {
    if (value) centres.push([(pixel % nx) * dx, Math.floor(pixel / nx) * dy]);
  });
  const hull = convexHull(centres);
  let most = 0;
  for (const a of hull) for (const b of hull) most = Math.max(most, Math.hypot(a[0] - b[0], a[1] - b[1]));
  return most + Math.min(dx, dy);
}
