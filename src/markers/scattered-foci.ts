/**
 * The signs that small bleeds beside the main hematoma show: island and satellite. Both are read on the mask alone, and both are of bleeds in the
 * brain: blood that ran into a ventricle and lies in one of its horns is neither.
 */
import { convexHull } from "../math/plane-polygon.ts";
import { type Component, type Components, connectedComponents, maskOfComponents } from "../volume/components.ts";
import { type MarkerReading, nothingFound } from "./marker.ts";
import { closeUp, depthMm, distanceToMm, outlineInVolume, type Section } from "./section.ts";

/** A satellite's largest diameter and its distance from the main hematoma. */
const SATELLITE_MM = { diameter: 10, leastGap: 1, mostGap: 20 };

/** A focus smaller than this is a few pixels: nobody would see it. */
const LEAST_FOCUS_MM2 = 5;

/** Small means small beside the main hematoma: at most this share of its largest area. */
const SMALL_SHARE = 0.25;

/** A part of the hematoma is in a ventricle when more of it is than this. */
const VENTRICULAR_SHARE = 0.5;

/** What is one thing on two neighbouring sections lies over itself with at least this share of the smaller area. */
const LEAST_OVERLAP = 0.5;

/** The clot's end lies within this distance, in the plane, of what the section before it shows: a slope of about 45 degrees at 5 mm. */
const TIP_MM = 6;

/** A bubble hangs on a neck narrower than twice one of these widths, in mm, and is itself so many times as wide: less is a wave of the edge. */
const NECK_HALF_WIDTHS_MM: readonly number[] = [1.5, 2, 2.5, 3];
const BUBBLE_WIDTH = 1.5;

/** Fewer islands than these do not make the sign: apart from the main hematoma, or some of them joined to it. */
const LEAST_SEPARATE = 3;
const LEAST_JOINED = 4;

/** A part of the hematoma beside the main one, on one section. */
interface Focus {
  readonly section: Section;
  readonly pixels: Uint8Array;
  readonly areaMm2: number;
  readonly diameterMm: number;
  /** Distance in mm to the main hematoma, also to its parts on other sections. */
  readonly gapMm: number;
  /** The part of the volume that it belongs to; the main hematoma is one of them. */
  readonly part: number;
}

/** The separate parts of a hematoma. */
interface Scatter {
  /** The part of the volume that is the main hematoma. */
  readonly main: number;
  readonly foci: readonly Focus[];
}

/**
 * Satellite sign: on at least one section a separate focus of at most 10 mm in diameter, 1 to 20 mm from the main hematoma. Quantities: `satellites`
 * (the most on one section), `diameterMm` and `gapMm` of the largest.
 *
 * @see Shimoda et al. 2017, doi:10.1016/j.jstrokecerebrovasdis.2017.02.036
 */
export function satelliteSign(sections: readonly Section[]): MarkerReading {
  const satellites = scatterOf(sections).foci.filter(isSatellite);
  if (satellites.length === 0) return nothingFound("satellite-sign", { satellites: 0 });
  const largest = satellites.reduce((best, next) => (next.areaMm2 > best.areaMm2 ? next : best));
  const perSection = sections.map((section) => satellites.filter((focus) => focus.section === section).length);
  return {
    id: "satellite-sign",
    state: "present",
    quantities: { satellites: Math.max(...perSection), diameterMm: largest.diameterMm, gapMm: largest.gapMm },
    slice: largest.section.slice,
    outline: outlineInVolume(largest.section, largest.pixels),
  };
}

function isSatellite({ diameterMm, gapMm }: Focus): boolean {
  return diameterMm <= SATELLITE_MM.diameter && gapMm >= SATELLITE_MM.leastGap && gapMm <= SATELLITE_MM.mostGap;
}

/**
 * Island sign: at least 3 small foci that are all separate from the main hematoma, or at least 4 of which some or all are joined to it like bubbles.
 * Quantities: `separateFoci` in the volume, `joinedFoci` on the section with the most.
 *
 * @see Li et al. 2017, doi:10.1161/STROKEAHA.117.017985
 */
export function islandSign(sections: readonly Section[]): MarkerReading {
  const { main, foci } = scatterOf(sections);
  const largestMm2 = Math.max(...sections.map((section) => section.areaMm2));
  const islands = foci.filter((focus) => focus.part !== main && focus.areaMm2 <= SMALL_SHARE * largestMm2);
  const separateFoci = new Set(islands.map((focus) => focus.part)).size;
  const joined = sections.map(bubbles);
  const joinedFoci = Math.max(...joined);
  const present = separateFoci >= LEAST_SEPARATE || separateFoci + joinedFoci >= LEAST_JOINED;
  const perSection = sections.map((section, n) => islands.filter((f) => f.section === section).length + joined[n]);
  const shown = sections[perSection.indexOf(Math.max(...perSection))];
  const island = islands.find((focus) => focus.section === shown);
  return {
    id: "island-sign",
    state: present ? "present" : "absent",
    quantities: { separateFoci, joinedFoci },
    slice: shown.slice,
    outline: present ? outlineInVolume(shown, island?.pixels ?? shown.inside) : [],
  };
}

/** Both signs ask the same of the same sections, and every distance in the stack is measured for it. */
const scatters = new WeakMap<readonly Section[], Scatter>();

/** Every part of every section beside that section's largest one. */
function scatterOf(sections: readonly Section[]): Scatter {
  const known = scatters.get(sections);
  if (known) return known;
  const found = findScatter(sections);
  scatters.set(sections, found);
  return found;
}

function findScatter(sections: readonly Section[]): Scatter {
  const perSection = sections[0].inside.length;
  const { labels, mm3, ventricularMm3, planes } = partsOf(sections);
  const ventricular = mm3.map((part, label) => ventricularMm3[label] > VENTRICULAR_SHARE * part);
  // A hemorrhage that lies in the ventricles alone has a main part like any other.
  const inBrain = mm3.map((part, label) => (ventricular[label] ? 0 : part));
  const main = mm3.indexOf(Math.max(...inBrain) > 0 ? Math.max(...inBrain) : Math.max(...mm3));
  // Most hematomas are one part on every section: then there is nothing to measure a distance from.
  if (planes.every(({ components }) => components.length === 1) && mm3.filter((part) => part > 0).length === 1) {
    return { main, foci: [] };
  }
  const partsOn = sections.map((_, n) => labels.subarray(n * perSection, (n + 1) * perSection));
  const geometry = stackGeometry(sections);
  const mainEdge = sections.flatMap((section, n) =>
    edgeOf(section, n, geometry, (pixel) => partsOn[n][pixel] === main),
  );
  const foci = sections.flatMap((section, n) =>
    fociOf(section, n, planes[n], { main, parts: partsOn[n], mainEdge, geometry }),
  );
  const tips = tipsOf(sections, partsOn, main);
  return {
    main,
    foci: foci.filter((focus) => !tips.has(focus.part) && !ventricular[focus.part] && !inVentricle(focus)),
  };
}

/** Whether most of a focus lies in a ventricle: it may be joined, on another section, to blood that does not. */
function inVentricle({ section: { ventricular }, pixels }: Focus): boolean {
  let [all, there] = [0, 0];
  pixels.forEach((value, pixel) => {
    if (!value) return;
    all++;
    there += ventricular[pixel];
  });
  return there > VENTRICULAR_SHARE * all;
}

/**
 * Parts that are the main hematoma's slanted ends: seen on one section only, which is next to the main one's last and does not show it, and near to it
 * when seen from above. Nobody sees a gap there.
 */
function tipsOf(sections: readonly Section[], partsOn: readonly Int32Array[], main: number): Set<number> {
  const present = partsOn.map((parts) => new Set(parts));
  const others = new Set(present.flatMap((parts) => [...parts]).filter((part) => part !== 0 && part !== main));
  const beside = (part: number, n: number, next: number): boolean => {
    const neighbour = sections[next];
    if (!neighbour || !present[next].has(main) || !areNeighbours(sections[n], neighbour)) return false;
    const ofMain = neighbour.inside.map((_, pixel) => (partsOn[next][pixel] === main ? 1 : 0));
    const toMain = distanceToMm(neighbour, ofMain, TIP_MM);
    return partsOn[n].some((found, pixel) => found === part && toMain[pixel] <= TIP_MM);
  };
  const isTip = (part: number): boolean => {
    const [n, ...more] = sections.flatMap((_, k) => (present[k].has(part) ? [k] : []));
    return more.length === 0 && !present[n].has(main) && (beside(part, n, n - 1) || beside(part, n, n + 1));
  };
  return new Set([...others].filter(isTip));
}

/** What `partsOf` tells. */
interface Parts {
  /** A label for each pixel of the stack, 0 outside. */
  readonly labels: Int32Array;
  /** The volume of each label, and how much of it is in a ventricle. */
  readonly mm3: number[];
  readonly ventricularMm3: number[];
  /** What is connected on each section. */
  readonly planes: Components[];
}

/**
 * The parts of a hematoma as a reader follows them from section to section: what is connected on a section is one, and so is what lies mostly over
 * each other on neighbouring sections. A focus beside the clot that the clot's slanted wall touches from the next section stays apart.
 */
function partsOf(sections: readonly Section[]): Parts {
  const planes = sections.map((section) => connectedComponents(section, 8));
  const first = planes.map((_, n) => planes.slice(0, n).reduce((sum, plane) => sum + plane.components.length, 0));
  const total = planes.reduce((sum, plane) => sum + plane.components.length, 0);
  const root = Array.from({ length: total + 1 }, (_, label) => label);
  const find = (label: number): number => {
    let at = label;
    while (root[at] !== at) at = root[at];
    return at;
  };
  for (let n = 1; n < sections.length; n++) {
    if (!areNeighbours(sections[n - 1], sections[n])) continue;
    for (const [below, above] of overlapping(planes[n - 1], planes[n])) {
      root[find(first[n] + above)] = find(first[n - 1] + below);
    }
  }
  const perSection = sections[0].inside.length;
  const labels = new Int32Array(perSection * sections.length);
  const mm3 = new Array<number>(total + 1).fill(0);
  const ventricularMm3 = new Array<number>(total + 1).fill(0);
  planes.forEach((plane, n) => {
    const pixelMm3 = sections[n].geometry.spacing[0] * sections[n].geometry.spacing[1] * sections[n].thicknessMm;
    plane.labels.forEach((label, pixel) => {
      if (label === 0) return;
      const part = find(first[n] + label);
      labels[n * perSection + pixel] = part;
      mm3[part] += pixelMm3;
      if (sections[n].ventricular[pixel]) ventricularMm3[part] += pixelMm3;
    });
  });
  return { labels, mm3, ventricularMm3, planes };
}

/** Sections without any hematoma between two are left out of the list. */
function areNeighbours(a: Section, b: Section): boolean {
  return a.lastSlice + 1 === b.firstSlice || b.lastSlice + 1 === a.firstSlice;
}

/** Pairs of regions of two sections of which at least half of the smaller one lies over the other. */
function overlapping(below: Components, above: Components): [number, number][] {
  const shared = new Map<string, number>();
  below.labels.forEach((label, pixel) => {
    const over = above.labels[pixel];
    if (label && over) shared.set(`${label} ${over}`, (shared.get(`${label} ${over}`) ?? 0) + 1);
  });
  return [...shared].flatMap(([key, pixels]) => {
    const [a, b] = key.split(" ").map(Number);
    const smaller = Math.min(below.components[a - 1].voxels, above.components[b - 1].voxels);
    return pixels >= LEAST_OVERLAP * smaller ? [[a, b] as [number, number]] : [];
  });
}

/** The grid of the sections as one volume: they share their window, and each stands for its thickness. */
function stackGeometry(sections: readonly Section[]): Section["geometry"] {
  const { geometry } = sections[0];
  return { ...geometry, size: [geometry.size[0], geometry.size[1], sections.length] };
}

/** A place on the stack of sections, mm. */
type Place = readonly [number, number, number];

/** The pixels at the edge of a set on a section: what is nearest to anything outside is one of them. */
function edgeOf(section: Section, n: number, stack: Section["geometry"], inSet: (pixel: number) => boolean): Place[] {
  const nx = section.geometry.size[0];
  const places: Place[] = [];
  for (let pixel = section.inside.indexOf(1); pixel >= 0; pixel = section.inside.indexOf(1, pixel + 1)) {
    if (!inSet(pixel) || [-1, 1, -nx, nx].every((step) => inSet(pixel + step))) continue;
    places.push([(pixel % nx) * stack.spacing[0], Math.floor(pixel / nx) * stack.spacing[1], n * stack.spacing[2]]);
  }
  return places;
}

function smallestDistanceMm(from: readonly Place[], to: readonly Place[]): number {
  let squared = Number.POSITIVE_INFINITY;
  for (const [x, y, z] of from) {
    for (const [a, b, c] of to) squared = Math.min(squared, (x - a) ** 2 + (y - b) ** 2 + (z - c) ** 2);
  }
  return Math.sqrt(squared);
}

function fociOf(
  section: Section,
  n: number,
  plane: Components,
  stack: { main: number; parts: Int32Array; mainEdge: readonly Place[]; geometry: Section["geometry"] },
): Focus[] {
  const { geometry } = section;
  const { labels, components } = plane;
  const { main, parts, mainEdge } = stack;
  // On a section that the main hematoma does not reach, all that is seen are foci.
  const ofMain = components.filter(({ label }) => parts[labels.indexOf(label)] === main);
  const largest = ofMain.reduce<Component | null>(
    (best, part) => (best && best.voxels >= part.voxels ? best : part),
    null,
  );
  const pixelMm2 = geometry.spacing[0] * geometry.spacing[1];
  const others = components.filter((part) => part !== largest && part.voxels * pixelMm2 >= LEAST_FOCUS_MM2);
  const edgeOfPart = ({ label }: Component): Place[] =>
    edgeOf(section, n, stack.geometry, (pixel) => labels[pixel] === label);
  return others.map((focus) => {
    const part = parts[labels.indexOf(focus.label)];
    // A focus that joins the main hematoma on another section is measured against what is the main one here.
    const against = part === main && largest ? edgeOfPart(largest) : mainEdge;
    const { inside: pixels } = maskOfComponents(section, plane, (found) => found === focus);
    return {
      section,
      pixels,
      areaMm2: focus.voxels * pixelMm2,
      diameterMm: largestDiameterMm(section, pixels),
      gapMm: smallestDistanceMm(edgeOfPart(focus), against) - Math.max(geometry.spacing[0], geometry.spacing[1]),
      part,
    };
  });
}

/** Number of foci that hang on the main part by a neck narrower than themselves: erosion parts them before it removes them. */
function bubbles(section: Section): number {
  const largest = largestByVoxels(section);
  const { part } = closeUp({ ...section, inside: largest }, 1);
  const { geometry } = part;
  const depth = depthMm(part, part.inside);
  return Math.max(
    ...NECK_HALF_WIDTHS_MM.map((mm) => {
      const inside = new Uint8Array(depth.length);
      for (let pixel = 0; pixel < depth.length; pixel++) inside[pixel] = depth[pixel] > mm ? 1 : 0;
      const { labels, components } = connectedComponents({ geometry, inside }, 8);
      const widest = new Float64Array(components.length + 1);
      labels.forEach((label, pixel) => {
        widest[label] = Math.max(widest[label], depth[pixel]);
      });
      const most = Math.max(0, ...components.map(({ voxels }) => voxels));
      const round = ({ label }: Component): boolean => widest[label] >= BUBBLE_WIDTH * mm;
      return components.filter((core) => core.voxels <= SMALL_SHARE * most && round(core)).length;
    }),
  );
}

/** The part of a section with the most pixels. */
function largestByVoxels(section: Section): Uint8Array {
  const found = connectedComponents(section, 8);
  const main = found.components.reduce((best, part) => (part.voxels > best.voxels ? part : best));
  return maskOfComponents(section, found, (part) => part === main).inside;
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
