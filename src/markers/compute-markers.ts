/** All signs of one hematoma: cut sections, read each sign, and read it again on slightly different masks to say how firm the answer is. */
import type { CtVolume, Mask } from "../volume/volume.ts";
import { maskMl } from "../volume/volume.ts";
import { abc2Ml } from "./abc2.ts";
import { blendSign } from "./blend-sign.ts";
import { irregularShape } from "./irregular-shape.ts";
import type { Marker, MarkerId, MarkerReading, Markers } from "./marker.ts";
import { areaMm2, depthMm, type Section, sectionsOf } from "./section.ts";

/** How far in mm the mask's edge is moved to see whether an answer holds: about what two readers differ by. */
const MASK_UNCERTAINTY_MM: readonly number[] = [-1, -0.5, 0.5, 1];

const readers: Readonly<Record<MarkerId, (sections: readonly Section[]) => MarkerReading>> = {
  "irregular-shape": irregularShape,
  "blend-sign": blendSign,
};

/**
 * Reads every sign on a hematoma.
 *
 * @throws HemacastError GEOMETRY_MISMATCH when volume and mask are on different grids, MASK_EMPTY
 */
export function computeMarkers(volume: CtVolume, mask: Mask): Markers {
  const sections = sectionsOf(volume, mask);
  const variants = MASK_UNCERTAINTY_MM.map((mm) => sections.map((section) => withEdgeMoved(section, mm)));
  const markers = Object.fromEntries(
    Object.entries(readers).map(([id, read]) => [id, withConfidence(read, sections, variants)]),
  ) as Record<MarkerId, Marker>;
  return {
    sectionThicknessMm: sections.reduce((sum, section) => sum + section.thicknessMm, 0) / sections.length,
    volumeMl: maskMl(mask),
    abc2Ml: abc2Ml(mask),
    markers,
  };
}

function withConfidence(
  read: (sections: readonly Section[]) => MarkerReading,
  sections: readonly Section[],
  variants: readonly (readonly Section[])[],
): Marker {
  const reading = read(sections);
  if (reading.state === "not-assessable") return { ...reading, confidence: 0 };
  const same = variants.filter((variant) => read(variant).state === reading.state).length;
  return { ...reading, confidence: (1 + same) / (1 + variants.length) };
}

/** A section whose hematoma is larger (positive) or smaller by a distance in the plane. */
function withEdgeMoved(section: Section, mm: number): Section {
  const inside =
    mm < 0
      ? Uint8Array.from(depthMm(section, section.inside), (depth) => (depth > -mm ? 1 : 0))
      : Uint8Array.from(
          depthMm(
            section,
            section.inside.map((value) => 1 - value),
          ),
          (away) => (away <= mm ? 1 : 0),
        );
  return { ...section, inside, areaMm2: areaMm2(section.geometry, inside) };
}
