/**
 * What a reader of a non-contrast CT looks for in a hematoma, as data: one `Marker` per published sign, with what was measured and where.
 * The definitions are in `docs/reference/markers.md`; nothing here predicts anything.
 */
import type { Loop } from "../volume/outline.ts";

/** The signs that are computed. */
export type MarkerId =
  | "irregular-shape"
  | "heterogeneous-density"
  | "blend-sign"
  | "black-hole-sign"
  | "swirl-sign"
  | "hypodensity"
  | "fluid-level"
  | "island-sign"
  | "satellite-sign";

/** A sign is there, is not there, or cannot be judged on this scan; the last is never counted as absent. */
export type MarkerState = "present" | "absent" | "not-assessable";

/** One sign of one hematoma. */
export interface Marker {
  readonly id: MarkerId;
  readonly state: MarkerState;
  /** What was measured; the unit is in each name (`gapHu`, `areaMm2`, `enclosedFraction`). */
  readonly quantities: Readonly<Record<string, number>>;
  /** Index k of the slice that shows the sign, or that was judged; null when none could be. */
  readonly slice: number | null;
  /** Closed outline of what shows the sign on that slice, in pixel edges: pixel (i, j) covers [i, i + 1] x [j, j + 1]; empty when absent. */
  readonly outline: Loop;
  /** Share in [0, 1] of slightly larger and smaller masks on which the same state is found; 0 when not assessable. */
  readonly confidence: number;
  /** Why the sign cannot be judged; only with "not-assessable". */
  readonly reason?: string;
}

/** A sign before its confidence is known. */
export type MarkerReading = Omit<Marker, "confidence">;

/**
 * A sign that cannot be judged.
 *
 * @param reason one phrase, lower case
 */
export function notAssessable(id: MarkerId, reason: string): MarkerReading {
  return { id, state: "not-assessable", quantities: {}, slice: null, outline: [], reason };
}

/**
 * A sign of which nothing that resembles it was found.
 *
 * @param quantities counts that are 0, or sizes of what fell short
 */
export function nothingFound(id: MarkerId, quantities: Readonly<Record<string, number>> = {}): MarkerReading {
  return { id, state: "absent", quantities, slice: null, outline: [] };
}
