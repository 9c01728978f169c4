/** Blend sign: a darker part beside a brighter part of one clot, with a sharp border that the naked eye sees, the darker part not enclosed. */
import type { HypodenseZone } from "./hypodense-zone.ts";
import { hypodenseZones } from "./hypodense-zone.ts";
import { type MarkerReading, notAssessable } from "./marker.ts";
import { outlineInVolume, type Section } from "./section.ts";

/** The difference in HU that the definition asks for. */
export const BLEND_GAP_HU = 18;

/** A border is sharp when HU rise within this distance; a slanted border between two 5 mm sections is blurred by up to about as much. */
export const SHARP_MARGIN_MM = 6;

/** A darker part thinner than this is the clot's edge, not a part of it. */
const LEAST_WIDTH_MM = 4;

/** Up to this share of its edge on clot, a zone is a part beside the other one and not a hole in it. */
const ENCLOSED_FRACTION = 0.9;

/**
 * Blend sign. Quantities: `gapHu`, `hypodenseHu`, `hyperdenseHu`, `hypodenseAreaMm2`, `marginMm` (distance over which HU rise), `enclosedFraction`;
 * without any darker part, `gapHu` alone is absent.
 *
 * @see Li et al. 2015, doi:10.1161/STROKEAHA.115.009185
 */
export function blendSign(sections: readonly Section[]): MarkerReading {
  if (!sections.some((_, n) => n > 0 && n < sections.length - 1)) {
    return notAssessable(
      "blend-sign",
      `the hematoma is seen on ${sections.length} sections; inner density needs at least 3`,
    );
  }
  const zones = hypodenseZones(sections, BLEND_GAP_HU);
  const zone = zones.find(isBlend) ?? zones[0];
  if (!zone) return { id: "blend-sign", state: "absent", quantities: {}, slice: null, outline: [] };
  const present = isBlend(zone);
  return {
    id: "blend-sign",
    state: present ? "present" : "absent",
    quantities: zoneQuantities(zone),
    slice: zone.section.slice,
    outline: present ? outlineInVolume(zone.section, zone.pixels) : [],
  };
}

function isBlend(zone: HypodenseZone): boolean {
  return (
    zone.gapHu >= BLEND_GAP_HU &&
    zone.enclosedFraction <= ENCLOSED_FRACTION &&
    zone.widthMm >= LEAST_WIDTH_MM &&
    zone.marginMm <= SHARP_MARGIN_MM
  );
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
