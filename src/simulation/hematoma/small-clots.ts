/** Satellites and islands: small clots apart from the main one, placed where the definitions of the two signs hold. */
import type { Random } from "../../core/random.ts";
import { type FieldGrid, sampleField } from "../field-grid.ts";
import { length3 } from "../signed-distance.ts";
import type { SignName } from "../simulated-case.ts";
import type { Room, SmallClot } from "./clot-shape.ts";

/** Free tissue in mm between a small clot and anything else that is dense, so that they stay apart on 5 mm slices: in a slice, and across slices. */
const GAP_MM = 4.5;
const GAP_ACROSS_MM = 8;
/** A satellite is at most 10 mm across and at most 20 mm away. */
const LARGEST_RADIUS_MM = 4.6;
const TRIES = 4000;

/**
 * Places the small clots that the signs ask for: one or two for a satellite, three to five for islands.
 *
 * @param main the main clot, positive inside, mm
 * @returns as many as found room; fewer than asked means that the sign cannot be shown here
 */
export function placeSmallClots(
  random: Random,
  main: FieldGrid,
  centerMm: readonly [number, number, number],
  room: Room,
  signs: readonly SignName[],
): SmallClot[] {
  const wanted = signs.includes("island")
    ? 3 + random.integer(3)
    : signs.includes("satellite")
      ? 1 + random.integer(2)
      : 0;
  const placed: SmallClot[] = [];
  for (let attempt = 0; attempt < TRIES && placed.length < wanted; attempt++) {
    const radiusMm = 3.1 + (LARGEST_RADIUS_MM - 3.1) * random.uniform();
    const at = [0, 1, 2].map((axis) => {
      const halfMm = (main.size[axis as 0 | 1 | 2] * main.spacingMm[axis as 0 | 1 | 2]) / 2;
      return (centerMm[axis as 0 | 1 | 2] ?? 0) + (2 * random.uniform() - 1) * halfMm * 0.95;
    }) as [number, number, number];
    const gapMm = -sampleField(main, at[0], at[1], at[2], -99) - radiusMm;
    if (!(gapMm > GAP_MM && gapMm < 13 && clearAcross(main, at, radiusMm)) || room(at[0], at[1], at[2]) < radiusMm + 1)
      continue;
    if (placed.some((other) => apartMm(other.centerMm, at) < other.radiusMm + radiusMm + GAP_MM)) continue;
    placed.push({ centerMm: at, radiusMm });
  }
  return placed;
}

/** Whether nothing of the main clot lies above or below a small one within the gap: there it would take thick slices for one. */
function clearAcross(main: FieldGrid, [x, y, z]: readonly [number, number, number], radiusMm: number): boolean {
  return [-1, 1].every((way) => sampleField(main, x, y, z + way * (radiusMm + GAP_ACROSS_MM - 2), -99) < -2);
}

/** Distance of two places, in which the part across slices counts less: gaps must be wider there. */
function apartMm(a: readonly [number, number, number], b: readonly [number, number, number]): number {
  const across = (a[2] - b[2]) * (GAP_MM / GAP_ACROSS_MM);
  return length3(a[0] - b[0], a[1] - b[1], across);
}
