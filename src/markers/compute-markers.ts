/** All signs of one hematoma: cut sections, read each sign, and read it again on slightly different masks to say how firm the answer is. */
import type { CtVolume, Mask } from "../volume/volume.ts";
import { maskMl } from "../volume/volume.ts";
import { abc2Ml } from "./abc2.ts";
import { blackHoleSign, blendSign, hypodensity, swirlSign } from "./density-signs.ts";
import { fluidLevel } from "./fluid-level.ts";
import { type DensityStatistics, densityStatistics, heterogeneousDensity } from "./heterogeneous-density.ts";
import { type Clot, createClot, smoothingMm } from "./hypodense-zone.ts";
import { irregularShape } from "./irregular-shape.ts";
import type { Marker, MarkerId, MarkerReading } from "./marker.ts";
import { islandSign, satelliteSign } from "./scattered-foci.ts";
import { areaMm2, depthMm, distanceToMm, type Section, sectionsOf } from "./section.ts";

/** All signs of one hematoma, and what they were computed on. */
export interface Markers {
  /** Mean thickness in mm of the sections that were judged: thin slices are averaged to about 5 mm, as the published definitions assume. */
  readonly sectionThicknessMm: number;
  /** Voxel volume of the mask in mL, each slice with its own extent. */
  readonly volumeMl: number;
  /** ABC/2 in mL, see `abc2`. */
  readonly abc2Ml: number;
  readonly density: DensityStatistics;
  readonly markers: Readonly<Record<MarkerId, Marker>>;
}

/** How far in mm the mask's edge is moved to see whether an answer holds: about what two readers differ by. */
const MASK_UNCERTAINTY_MM: readonly number[] = [-1, -0.5, 0.5, 1];

const readers: Readonly<Record<MarkerId, (clot: Clot) => MarkerReading>> = {
  "irregular-shape": ({ sections }) => irregularShape(sections),
  "heterogeneous-density": heterogeneousDensity,
  "blend-sign": blendSign,
  "black-hole-sign": blackHoleSign,
  "swirl-sign": swirlSign,
  hypodensity,
  "fluid-level": fluidLevel,
  "island-sign": ({ sections }) => islandSign(sections),
  "satellite-sign": ({ sections }) => satelliteSign(sections),
};

/**
 * Reads every sign on a hematoma.
 *
 * @param ventricularBlood on the grid of the volume, as `readAnatomy` finds it: islands and satellites are not looked for in it
 * @throws HemacastError GEOMETRY_MISMATCH when volume and mask are on different grids, MASK_EMPTY
 */
export function computeMarkers(volume: CtVolume, mask: Mask, ventricularBlood: Mask | null = null): Markers {
  const sections = sectionsOf(volume, mask, ventricularBlood);
  const sigmaMm = smoothingMm(sections);
  const clot = createClot(sections, sigmaMm);
  const variants = MASK_UNCERTAINTY_MM.map((mm) => sections.map((section) => withEdgeMoved(section, mm)))
    .map((moved) => moved.filter((section) => section.areaMm2 > 0))
    .filter((moved) => moved.length > 0)
    .map((moved) => createClot(moved, sigmaMm));
  const markers = Object.fromEntries(
    Object.entries(readers).map(([id, read]) => [id, withConfidence(read, clot, variants)]),
  ) as Record<MarkerId, Marker>;
  return {
    sectionThicknessMm: sections.reduce((sum, section) => sum + section.thicknessMm, 0) / sections.length,
    volumeMl: maskMl(mask),
    abc2Ml: abc2Ml(mask),
    density: densityStatistics(volume, mask),
    markers,
  };
}

function withConfidence(read: (clot: Clot) => MarkerReading, clot: Clot, variants: readonly Clot[]): Marker {
  const reading = read(clot);
  if (reading.state === "not-assessable") return { ...reading, confidence: 0 };
  const same = variants.filter((variant) => read(variant).state === reading.state).length;
  return { ...reading, confidence: (1 + same) / (1 + variants.length) };
}

/** A section whose hematoma is larger (positive) or smaller by a distance in the plane. */
function withEdgeMoved(section: Section, mm: number): Section {
  const distance = mm < 0 ? depthMm(section, section.inside) : distanceToMm(section, section.inside, mm);
  const inside = new Uint8Array(distance.length);
  for (let pixel = 0; pixel < inside.length; pixel++) {
    inside[pixel] = (mm < 0 ? distance[pixel] > -mm : distance[pixel] <= mm) ? 1 : 0;
  }
  return { ...section, inside, areaMm2: areaMm2(section.geometry, inside) };
}
