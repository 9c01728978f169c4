/** The signs that a darker zone inside a hematoma shows, each by its published definition: blend, black hole, hypodensity, swirl. */
import { type Clot, type HypodenseZone, VISIBLE_GAP_HU, zoneQuantities } from "./hypodense-zone.ts";
import { type MarkerId, type MarkerReading, notAssessable, nothingFound } from "./marker.ts";
import { outlineInVolume } from "./section.ts";

/** The difference in HU that the blend sign asks for. */
const BLEND_GAP_HU = 18;

/** The difference in HU that the black hole sign asks for. */
const BLACK_HOLE_GAP_HU = 28;

/** How faint the neighbouring sections of a swirl may be: there it is cut at a slant. */
const FAINT_GAP_HU = 8;

/** Where the definition names no difference, a zone must be so large to be told from the clot's own texture: a disc of 4.5 mm, and 5 mm for a swirl. */
const LEAST_HYPODENSITY_MM2 = 15;
const LEAST_SWIRL_MM2 = 20;

/** A border is sharp when HU rise within this distance; a slanted border between two 5 mm sections is blurred by up to about as much. */
const SHARP_MARGIN_MM = 6;

/** A darker part thinner than this is the clot's edge, not a part beside the other. */
const LEAST_PART_MM = 3.5;

/** Above this share of its edge at places where the clot ends in the next section, nobody can say whether a zone is enclosed. */
const MOST_HIDDEN = 0.2;

/** Up to this share of its edge on clot, a zone is a part beside the other one and not a hole in it. */
const ENCLOSED_FRACTION = 0.9;

/**
 * Blend sign: a darker part beside a brighter part of one clot, at least 18 HU apart, with a sharp border, the darker part not enclosed.
 *
 * @see Li et al. 2015, doi:10.1161/STROKEAHA.115.009185
 */
export function blendSign(clot: Clot): MarkerReading {
  return readZones(
    "blend-sign",
    clot,
    BLEND_GAP_HU,
    (zone) =>
      zone.enclosedFraction <= ENCLOSED_FRACTION && zone.widthMm >= LEAST_PART_MM && zone.marginMm <= SHARP_MARGIN_MM,
  );
}

/**
 * Black hole sign: a darker zone of any shape, wholly inside the clot, at least 28 HU below it, with a sharp border, without contact with the brain.
 *
 * @see Li et al. 2016, doi:10.1161/STROKEAHA.116.013186
 */
export function blackHoleSign(clot: Clot): MarkerReading {
  return readZones(
    "black-hole-sign",
    clot,
    BLACK_HOLE_GAP_HU,
    (zone) => isEnclosed(zone) && zone.marginMm <= SHARP_MARGIN_MM,
  );
}

/**
 * Hypodensity: any darker zone strictly inside the clot, of any shape, size and density.
 *
 * @see Boulouis et al. 2016, doi:10.1001/jamaneurol.2016.1218
 */
export function hypodensity(clot: Clot): MarkerReading {
  return readZones(
    "hypodensity",
    clot,
    VISIBLE_GAP_HU,
    (zone) => isEnclosed(zone) && zone.areaMm2 >= LEAST_HYPODENSITY_MM2,
  );
}

/**
 * Swirl sign: inside the hyperdense clot an iso- or hypodense zone that continues over at least two neighbouring 5 mm sections. On the sections
 * beside the one that shows it best it may be fainter. Adds `contiguousSections`.
 *
 * @see Ng et al. 2018, doi:10.3174/ajnr.A5822
 */
export function swirlSign(clot: Clot): MarkerReading {
  const inside = clot.zonesAt(FAINT_GAP_HU).filter((zone) => zone.enclosedFraction > ENCLOSED_FRACTION);
  const run = (zone: HypodenseZone): number => (isEnclosed(zone) ? sectionsInARow(zone, inside) : 0);
  const reading = readZones(
    "swirl-sign",
    clot,
    VISIBLE_GAP_HU,
    (zone) => zone.areaMm2 >= LEAST_SWIRL_MM2 && run(zone) >= 2,
  );
  if (reading.slice === null) return reading;
  const contiguousSections = Math.max(0, ...clot.zonesAt(VISIBLE_GAP_HU).map(run));
  return { ...reading, quantities: { ...reading.quantities, contiguousSections } };
}

/** With clot on every side in the plane; a few pixels of noise do not open it. */
function isEnclosed(zone: HypodenseZone): boolean {
  return zone.enclosedFraction >= 0.97 && zone.hiddenFraction <= MOST_HIDDEN;
}

/** Number of neighbouring sections through which a zone continues, each zone overlapping the next. */
function sectionsInARow(zone: HypodenseZone, among: readonly HypodenseZone[]): number {
  const follow = (from: HypodenseZone, side: "up" | "down"): number => {
    const next = among.find(
      (other) =>
        (side === "up"
          ? other.section.firstSlice === from.section.lastSlice + 1
          : other.section.lastSlice === from.section.firstSlice - 1) &&
        other.pixels.some((value, pixel) => value === 1 && from.pixels[pixel] === 1),
    );
    return next ? 1 + follow(next, side) : 0;
  };
  return 1 + follow(zone, "up") + follow(zone, "down");
}

/** The deepest zone that shows the sign; when none does, the deepest zone with what was measured on it. */
function readZones(id: MarkerId, clot: Clot, gapHu: number, shows: (zone: HypodenseZone) => boolean): MarkerReading {
  if (!clot.hasCore) {
    return notAssessable(
      id,
      `no part of the hematoma, seen on ${clot.sections.length} sections, lies far enough from its surface to judge its density`,
    );
  }
  const zones = clot.zonesAt(gapHu);
  const showing = zones.find(shows);
  const zone = showing ?? zones[0];
  if (!zone) return nothingFound(id);
  return {
    id,
    state: showing ? "present" : "absent",
    quantities: zoneQuantities(zone),
    slice: zone.section.slice,
    outline: showing ? outlineInVolume(zone.section, zone.pixels) : [],
  };
}
