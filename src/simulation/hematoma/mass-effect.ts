/** How a hematoma pushes the brain aside: a smooth radial displacement that keeps tissue volume near the clot and dies out at the skull. */
import { type FieldGrid, fillField, sampleField } from "../field-grid.ts";
import type { HeadPhantom } from "../head/head-phantom.ts";
import { length3 } from "../signed-distance.ts";

/** Where the tissue that is now at a point was before the hemorrhage; writes three numbers into `out`. */
export interface MassEffect {
  readonly moveBack: (x: number, y: number, z: number, out: Float64Array) => void;
  /** The distance from the centre before, divided by that now; the same displacement, for loops that cannot afford a call. */
  readonly kept: FieldGrid;
  /** Beyond this distance from the centre nothing moves, mm. */
  readonly reachMm: number;
  readonly centerMm: readonly [number, number, number];
  /** How far the midline is displaced at its nearest point, mm. */
  readonly midlineShiftMm: number;
}

/** The part of the clot's volume that displaces rather than replaces tissue. */
const DISPLACING = 0.55;
/** Depth under the skull over which displacement grows to its full amount, mm. */
const STIFF_RIM_MM = 26;

/** No tissue moves farther than this, mm: beyond it the brain is compressed rather than displaced. */
const FARTHEST_MM = 9;
/** Spacing of the grid on which the displacement is kept, mm: it is smooth. */
const GRID_MM = 4;

/** The displacement by a hematoma of a given volume (with its edema) around a centre in head space. */
export function massEffect(
  head: HeadPhantom,
  centerMm: readonly [number, number, number],
  volumeMl: number,
): MassEffect {
  const [cx, cy, cz] = centerMm;
  const cubeMm3 = (DISPLACING * volumeMl * 1000 * 3) / (4 * Math.PI);
  const reachMm = Math.cbrt(cubeMm3) * 3.2 + 12;
  /** Position before, relative to the centre, divided by the position now. */
  const keptPart = (x: number, y: number, z: number): number => {
    const r = length3(x - cx, y - cy, z - cz);
    if (r >= reachMm || r < 1e-6) return 1;
    const rim = head.depth(x, y, z) / STIFF_RIM_MM;
    const taper = rim <= 0 ? 0 : rim >= 1 ? 1 : rim * (2 - rim);
    const fade = 1 - (r / reachMm) ** 4;
    const before = Math.cbrt(Math.max(r * r * r - cubeMm3, 0));
    const moved = FARTHEST_MM * Math.tanh((r - before) / FARTHEST_MM);
    return 1 - (moved / r) * taper * fade;
  };
  const low = [cx - reachMm, cy - reachMm, cz - reachMm] as const;
  const high = [cx + reachMm, cy + reachMm, cz + reachMm] as const;
  const kept = fillField(low, high, [GRID_MM, GRID_MM, GRID_MM], keptPart);
  const moveBack = (x: number, y: number, z: number, out: Float64Array): void => {
    const keep = sampleField(kept, x, y, z, 1);
    out[0] = cx + (x - cx) * keep;
    out[1] = cy + (y - cy) * keep;
    out[2] = cz + (z - cz) * keep;
  };
  const at = new Float64Array(3);
  moveBack(0, cy, cz, at);
  return { moveBack, kept, reachMm, centerMm, midlineShiftMm: Math.abs(cx) < 6 ? 0 : Math.abs(at[0] as number) };
}
