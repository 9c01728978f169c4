/**
 * Irregular shape on Barras' scale of 1 to 5: each grade above 1 is one more irregularity of the lesion's edge, and bleeds apart from the
 * main one count like irregularities joined to it. Grades 3 to 5 are irregular.
 */

import { convexHull, inConvexPolygon, polygonArea } from "../math/plane-polygon.ts";
import { connectedComponents } from "../volume/components.ts";
import { sliceOutline } from "../volume/outline.ts";
import { type MarkerReading, notAssessable } from "./marker.ts";
import { areaMm2, depthMm, outlineInVolume, type Section } from "./section.ts";

/** An indentation of the edge counts from this depth on: what a reader sees at the usual magnification. See docs/reference/markers.md for how it was set. */
const INDENTATION_MM = 3;

/** Below this area a contour of 0.5 mm pixels says nothing about shape. */
const LEAST_AREA_MM2 = 30;

/** A separate focus on the same section counts from this area on. */
const LEAST_FOCUS_MM2 = 10;

/**
 * Barras' shape grade on the section with the largest area.
 * Quantities: `barrasGrade`, `indentations` (deeper than 3 mm), `deepestIndentationMm`, `separateFoci`, `solidity` (area / area of the convex hull),
 * `areaMm2`.
 *
 * @see Barras et al. 2009, doi:10.1161/STROKEAHA.108.536888
 */
export function irregularShape(sections: readonly Section[]): MarkerReading {
  const section = sections.reduce((best, next) => (next.areaMm2 > best.areaMm2 ? next : best));
  if (section.areaMm2 < LEAST_AREA_MM2) {
    return notAssessable(
      "irregular-shape",
      `the largest section has ${section.areaMm2.toFixed(0)} mm2, too few to judge its edge`,
    );
  }
  const { main, separateFoci } = mainFocus(section);
  const edge = measureEdge(section, main);
  const indentations = edge.depthsMm.filter((mm) => mm >= INDENTATION_MM).length;
  const barrasGrade = Math.min(5, 1 + indentations + separateFoci);
  const present = barrasGrade >= 3;
  return {
    id: "irregular-shape",
    state: present ? "present" : "absent",
    quantities: {
      barrasGrade,
      indentations,
      separateFoci,
      deepestIndentationMm: Math.max(0, ...edge.depthsMm),
      solidity: edge.solidity,
      areaMm2: section.areaMm2,
    },
    slice: section.slice,
    outline: present ? outlineInVolume(section, main) : [],
  };
}

/** The largest part of a section's hematoma, and the number of others that are large enough to count. */
function mainFocus(section: Section): { main: Uint8Array; separateFoci: number } {
  const { labels, components } = connectedComponents(section, 8);
  const largest = components.reduce((best, part) => (part.voxels > best.voxels ? part : best));
  const pixelMm2 = section.geometry.spacing[0] * section.geometry.spacing[1];
  return {
    main: Uint8Array.from(labels, (label) => (label === largest.label ? 1 : 0)),
    separateFoci: components.filter((part) => part !== largest && part.voxels * pixelMm2 >= LEAST_FOCUS_MM2).length,
  };
}

/** Solidity, and the depth of each bay between the edge and its convex hull. */
function measureEdge(section: Section, main: Uint8Array): { solidity: number; depthsMm: number[] } {
  const { geometry } = section;
  const [nx] = geometry.size;
  const [dx, dy] = geometry.spacing;
  const corners = sliceOutline({ geometry, inside: main }, 0).flat();
  const hull = convexHull(corners.map(([x, y]) => [x * dx, y * dy]));
  const insideHull = main.map((_, pixel) =>
    inConvexPolygon(hull, [((pixel % nx) + 0.5) * dx, (Math.floor(pixel / nx) + 0.5) * dy]) ? 1 : 0,
  );
  const depth = depthMm(section, insideHull);
  const bays = connectedComponents({ geometry, inside: insideHull.map((value, pixel) => value & ~main[pixel]) }, 4);
  const depthsMm = bays.components.map(() => 0);
  bays.labels.forEach((label, pixel) => {
    if (label) depthsMm[label - 1] = Math.max(depthsMm[label - 1], depth[pixel]);
  });
  return { solidity: Math.min(1, areaMm2(geometry, main) / polygonArea(hull)), depthsMm };
}
