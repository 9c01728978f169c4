/** Fluid level: a darker layer above a brighter one inside the hematoma, parted by a straight line that gravity drew. */
import { dot, type Vec3 } from "../math/vec3.ts";
import { type Clot, type HypodenseZone, VISIBLE_GAP_HU, zoneQuantities } from "./hypodense-zone.ts";
import { type MarkerReading, notAssessable, nothingFound } from "./marker.ts";
import { outlineInVolume } from "./section.ts";

/** A head lies on its back: gravity points to the patient's back, in LPS. */
const GRAVITY: Vec3 = [0, 1, 0];

/** How far a line may be from level: heads are turned on the pillow. */
const MOST_DEGREES = 20;

/** How far the border may stray from a straight line, root mean square. */
const STRAIGHT_MM = 1;

/** A shorter border has no direction. */
const LEAST_LENGTH_MM = 8;

/** Thinner layers are the clot's edge. */
const LEAST_LAYER_MM = 3;

/** The border between a zone and the clot below or beside it, fitted by a straight line. */
interface Border {
  readonly lengthMm: number;
  /** Root mean square distance in mm of the border from the line. */
  readonly rmsMm: number;
  /** Angle in degrees between the direction in which it gets darker and the direction against gravity. */
  readonly angleDegrees: number;
}

/**
 * Fluid level. Quantities: those of the zone, `layeringDegrees` (0 = dark straight above bright), `straightnessMm`, `borderMm`.
 *
 * @see Pfleger et al. 1994, doi:10.1007/BF00588148; Morotti et al. 2019, doi:10.1001/jamaneurol.2018.4930
 */
export function fluidLevel(clot: Clot): MarkerReading {
  if (!clot.hasCore) {
    return notAssessable(
      "fluid-level",
      "no part of the hematoma lies far enough from its surface to judge its density",
    );
  }
  const measured = clot.zonesAt(VISIBLE_GAP_HU).map((zone) => ({ zone, border: fitBorder(zone) }));
  const level = measured.find(({ zone, border }) => border && isLevel(zone, border));
  const shown = level ?? measured.find(({ border }) => border);
  if (!shown?.border) return nothingFound("fluid-level");
  const { zone, border } = shown;
  return {
    id: "fluid-level",
    state: level ? "present" : "absent",
    quantities: {
      ...zoneQuantities(zone),
      layeringDegrees: border.angleDegrees,
      straightnessMm: border.rmsMm,
      borderMm: border.lengthMm,
    },
    slice: zone.section.slice,
    outline: level ? outlineInVolume(zone.section, zone.pixels) : [],
  };
}

function isLevel(zone: HypodenseZone, border: Border): boolean {
  return (
    zone.enclosedFraction < 1 &&
    zone.widthMm >= LEAST_LAYER_MM &&
    border.angleDegrees <= MOST_DEGREES &&
    border.rmsMm <= STRAIGHT_MM &&
    border.lengthMm >= LEAST_LENGTH_MM
  );
}

/** Least squares line (principal axis) through the pixel edges between the zone and the core around it. */
function fitBorder({ section, pixels, core }: HypodenseZone): Border | null {
  const { size, spacing, direction } = section.geometry;
  const nx = size[0];
  const points: (readonly [number, number])[] = [];
  const centre: [number, number, number] = [0, 0, 0];
  pixels.forEach((value, pixel) => {
    if (!value) return;
    const x = (pixel % nx) * spacing[0];
    const y = Math.floor(pixel / nx) * spacing[1];
    centre[0] += x;
    centre[1] += y;
    centre[2]++;
    for (const [step, dx, dy] of [
      [-1, -0.5, 0],
      [1, 0.5, 0],
      [-nx, 0, -0.5],
      [nx, 0, 0.5],
    ]) {
      if (core[pixel + step] && !pixels[pixel + step]) points.push([x + dx * spacing[0], y + dy * spacing[1]]);
    }
  });
  if (points.length < 4) return null;
  const line = principalAxis(points);
  const across: readonly [number, number] = [-line.axis[1], line.axis[0]];
  const towardsDark =
    (centre[0] / centre[2] - line.mean[0]) * across[0] + (centre[1] / centre[2] - line.mean[1]) * across[1];
  const sign = towardsDark < 0 ? -1 : 1;
  const up = sign * (across[0] * -dot(direction[0], GRAVITY) + across[1] * -dot(direction[1], GRAVITY));
  const inPlane = Math.hypot(dot(direction[0], GRAVITY), dot(direction[1], GRAVITY));
  if (!(inPlane > 0.5)) return null;
  return {
    lengthMm: line.lengthMm,
    rmsMm: line.rmsMm,
    angleDegrees: (180 / Math.PI) * Math.acos(Math.min(1, Math.max(-1, up / inPlane))),
  };
}

/** Mean, unit direction, length along it and root mean square distance from it. */
function principalAxis(points: readonly (readonly [number, number])[]): {
  mean: readonly [number, number];
  axis: readonly [number, number];
  lengthMm: number;
  rmsMm: number;
} {
  const n = points.length;
  const mean = [0, 1].map((a) => points.reduce((sum, point) => sum + point[a], 0) / n) as [number, number];
  const moment = (a: number, b: number): number =>
    points.reduce((sum, point) => sum + (point[a] - mean[a]) * (point[b] - mean[b]), 0) / n;
  const [xx, xy, yy] = [moment(0, 0), moment(0, 1), moment(1, 1)];
  const angle = Math.atan2(2 * xy, xx - yy) / 2;
  const axis = [Math.cos(angle), Math.sin(angle)] as const;
  const along = points.map((point) => (point[0] - mean[0]) * axis[0] + (point[1] - mean[1]) * axis[1]);
  const least = (xx + yy) / 2 - Math.hypot((xx - yy) / 2, xy);
  return { mean, axis, lengthMm: Math.max(...along) - Math.min(...along), rmsMm: Math.sqrt(Math.max(0, least)) };
}
