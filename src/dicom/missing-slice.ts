/** Telling a slice that is missing from an acquisition that changes its spacing. A gap in the data is a gap in the hematoma. */
import { HemacastError } from "../core/errors.ts";

/** A gap this much wider than both its neighbours is a hole: the next multiple is 2, and no scanner widens one gap alone by half. */
const HOLE_RATIO = 1.5;

/** What the search looks at. */
export interface SlicePosition {
  readonly offsetMm: number;
  /** The file, and the frame where there are several. */
  readonly name: string;
  readonly instanceNumber?: number;
}

/**
 * Throws where slices are missing. Two signs count: a gap much wider than the gaps on both sides of it (a change from 4 mm to 7 mm has wide gaps
 * on one side, and passes); and a jump of InstanceNumber across a gap that is wider than the gaps without a jump.
 *
 * @throws HemacastError SERIES_INCOMPLETE naming the two files around the gap
 */
export function requireNoMissingSlice(slices: readonly SlicePosition[]): void {
  const gaps = slices.slice(1).map((slice, k) => slice.offsetMm - (slices[k] as SlicePosition).offsetMm);
  const hole = gaps.findIndex((gap, k) => standsOut(gaps, gap, k));
  const found = hole >= 0 ? hole : jumpAcrossWideGap(slices, gaps);
  if (found < 0) return;
  const usual = [...gaps].sort((a, b) => a - b)[gaps.length >> 1] as number;
  const [below, above] = [slices[found], slices[found + 1]] as [SlicePosition, SlicePosition];
  throw new HemacastError(
    "SERIES_INCOMPLETE",
    `slices are missing between ${below.name} and ${above.name}: ${(gaps[found] as number).toFixed(2)} mm apart where ${usual.toFixed(2)} mm is usual; export the whole series again`,
    { details: { afterSlice: found + 1, gapMm: gaps[found], usualGapMm: usual } },
  );
}

function standsOut(gaps: readonly number[], gap: number, k: number): boolean {
  const around = [gaps[k - 1], gaps[k + 1]].filter((g): g is number => g !== undefined);
  return gaps.length >= 3 && around.every((neighbour) => gap > HOLE_RATIO * neighbour);
}

/** The first gap over which InstanceNumber jumps more than it usually does while the gap is a hole against those where it does not; -1 if none. */
function jumpAcrossWideGap(slices: readonly SlicePosition[], gaps: readonly number[]): number {
  const numbers = slices.map((slice) => slice.instanceNumber);
  if (numbers.some((n) => n === undefined) || new Set(numbers).size !== numbers.length) return -1;
  const jumps = gaps.map((_, k) => Math.abs((numbers[k + 1] as number) - (numbers[k] as number)));
  const usualJump = Math.min(...jumps);
  const usualGaps = gaps.filter((_, k) => jumps[k] === usualJump);
  const widest = Math.max(...usualGaps);
  return gaps.findIndex((gap, k) => (jumps[k] as number) > usualJump && gap > HOLE_RATIO * widest);
}
