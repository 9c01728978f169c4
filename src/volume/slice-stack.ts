/**
 * A stack of parallel slices, each with its own position, laid out on an orthogonal grid. Gantry tilt shows as an in-plane shift that grows from
 * slice to slice; it is taken out by moving each slice by whole pixels, so that every value stays one that the scanner wrote.
 */
import { HemacastError } from "../core/errors.ts";
import { cross, dot, subtract, type Vec3 } from "../math/vec3.ts";
import type { Geometry } from "./geometry.ts";
import type { SliceSource } from "./volume.ts";

/** Most voxels of a volume: 1 GB as 16-bit values. A head at 0.4 x 0.4 x 0.5 mm has under 200 million. */
export const MAX_VOXELS = 512 * 1024 * 1024;

/** Slices whose positions stray from even spacing by at most this part of the gap count as even: positions are rounded decimal strings. */
const EVEN_GAP_TOLERANCE = 0.01;

/** Slices of one size and orientation, in order along the normal. */
export interface SliceStack {
  readonly columns: number;
  readonly rows: number;
  /** Distance in mm of pixel centres along a row (i) and along a column (j). */
  readonly pixelSpacing: readonly [number, number];
  /** Unit vectors in LPS towards larger i and j; the normal is their vector product. */
  readonly rowAxis: Vec3;
  readonly columnAxis: Vec3;
  /** LPS position in mm of the centre of pixel (0, 0) of each slice, increasing along the normal. */
  readonly origins: readonly Vec3[];
  /** What a slice stands for when there is only one, in mm. */
  readonly singleSliceMm?: number;
  readonly frameOfReferenceUID?: string;
}

/** The grid that a stack becomes, and how each slice lies on it. */
export interface StackLayout {
  readonly geometry: Geometry;
  /** Whole-pixel shifts of each slice. */
  readonly placements: readonly Pick<SliceSource, "columnShift" | "rowShift">[];
  /** The exact shifts in pixels (along i, along j) against the first slice. */
  readonly shiftPx: readonly (readonly [number, number])[];
  readonly gapsMm: readonly number[];
  /** Angle between the normal and the line from the first to the last slice's origin. */
  readonly tiltDegrees: number;
  /** Largest distance in mm between where a pixel was scanned and where the grid has it. */
  readonly largestRoundingMm: number;
}

/**
 * Lays a stack out on a grid. The grid is as much wider and higher than a slice as the shifts need.
 *
 * @throws HemacastError GEOMETRY_INVALID when slices do not increase along the normal, or lie beside each other instead of above, or the grid would
 * be larger than `MAX_VOXELS`
 * @see DICOM PS3.3 C.7.6.2.1.1
 */
export function layOutStack(stack: SliceStack): StackLayout {
  const { rowAxis, columnAxis, origins, pixelSpacing } = stack;
  const first = origins[0];
  if (!first) throw new HemacastError("GEOMETRY_INVALID", "a stack needs at least one slice");
  const normal = cross(rowAxis, columnAxis);
  const relative = origins.map((origin) => subtract(origin, first));
  const offsets = relative.map((r) => dot(r, normal));
  const shiftPx = relative.map(
    (r) => [dot(r, rowAxis) / pixelSpacing[0], dot(r, columnAxis) / pixelSpacing[1]] as const,
  );
  const whole = shiftPx.map(([i, j]) => [Math.round(i), Math.round(j)] as const);
  const [lowI, highI] = range(whole.map(([i]) => i));
  const [lowJ, highJ] = range(whole.map(([, j]) => j));
  if (highI - lowI >= stack.columns || highJ - lowJ >= stack.rows) {
    const shifts = `${highI - lowI} columns and ${highJ - lowJ} rows`;
    throw new HemacastError(
      "GEOMETRY_INVALID",
      `slices are shifted against each other by ${shifts}; they do not overlap`,
    );
  }
  const size: Vec3 = [stack.columns + highI - lowI, stack.rows + highJ - lowJ, origins.length];
  if (size[0] * size[1] * size[2] > MAX_VOXELS) {
    throw new HemacastError("GEOMETRY_INVALID", `a grid of [${size}] voxels is larger than ${MAX_VOXELS} voxels`);
  }
  const gapsMm = offsets.slice(1).map((offset, k) => offset - (offsets[k] as number));
  return {
    geometry: {
      size,
      ...sliceSpacing(offsets, gapsMm, pixelSpacing, stack.singleSliceMm),
      origin: [0, 1, 2].map(
        (a) =>
          (first[a] as number) +
          lowI * pixelSpacing[0] * (rowAxis[a] as number) +
          lowJ * pixelSpacing[1] * (columnAxis[a] as number),
      ) as unknown as Vec3,
      direction: [rowAxis, columnAxis, normal],
      ...(stack.frameOfReferenceUID ? { frameOfReferenceUID: stack.frameOfReferenceUID } : {}),
    },
    placements: whole.map(([i, j]) => ({ columnShift: lowI - i, rowShift: lowJ - j })),
    shiftPx,
    gapsMm,
    tiltDegrees: tiltOf(shiftPx, offsets, pixelSpacing),
    largestRoundingMm: largestRounding(shiftPx, whole, pixelSpacing),
  };
}

/** Copies one slice to its place in a volume's values. What it does not cover is left as it is. */
export function placeSlice(
  layout: StackLayout,
  k: number,
  slice: ArrayLike<number> & { subarray(start: number, end: number): ArrayLike<number> },
  columns: number,
  into: { set(values: ArrayLike<number>, at: number): void },
): void {
  const [nx, ny] = layout.geometry.size;
  const { columnShift, rowShift } = layout.placements[k] as { columnShift: number; rowShift: number };
  const rows = slice.length / columns;
  for (let row = 0; row < rows; row++) {
    into.set(slice.subarray(row * columns, (row + 1) * columns), nx * (ny * k + row - rowShift) - columnShift);
  }
}

function sliceSpacing(
  offsets: readonly number[],
  gapsMm: readonly number[],
  [x, y]: readonly [number, number],
  singleSliceMm: number | undefined,
): Pick<Geometry, "spacing" | "sliceOffsetsMm"> {
  if (gapsMm.length === 0) {
    if (singleSliceMm === undefined) {
      throw new HemacastError("GEOMETRY_INVALID", "a single slice without a thickness has no volume");
    }
    return { spacing: [x, y, singleSliceMm] };
  }
  const mean = (offsets[offsets.length - 1] as number) / gapsMm.length;
  const even = offsets.every((offset, k) => Math.abs(offset - k * mean) <= EVEN_GAP_TOLERANCE * mean);
  if (even) return { spacing: [x, y, mean] };
  const sorted = [...gapsMm].sort((a, b) => a - b);
  return { spacing: [x, y, sorted[sorted.length >> 1] as number], sliceOffsetsMm: offsets };
}

function tiltOf(
  shiftPx: StackLayout["shiftPx"],
  offsets: readonly number[],
  [x, y]: readonly [number, number],
): number {
  const [i, j] = shiftPx[shiftPx.length - 1] as readonly [number, number];
  const extent = offsets[offsets.length - 1] as number;
  return extent === 0 ? 0 : (Math.atan(Math.hypot(i * x, j * y) / extent) * 180) / Math.PI;
}

function largestRounding(
  shiftPx: StackLayout["shiftPx"],
  whole: readonly (readonly [number, number])[],
  [x, y]: readonly [number, number],
): number {
  const distances = shiftPx.map(([i, j], k) => {
    const [wholeI, wholeJ] = whole[k] as readonly [number, number];
    return Math.hypot((i - wholeI) * x, (j - wholeJ) * y);
  });
  return Math.max(...distances);
}

function range(values: readonly number[]): [number, number] {
  return values.reduce(([low, high], v) => [Math.min(low, v), Math.max(high, v)], [0, 0] as [number, number]);
}

/**
 * Gaps in words, equal neighbours counted; the first twelve runs.
 *
 * @example gapRuns([4, 4, 1.08, 7]) // => "4.00 x2, 1.08 x1, 7.00 x1"
 */
export function gapRuns(gapsMm: readonly number[]): string {
  const runs: { gap: string; count: number }[] = [];
  for (const mm of gapsMm) {
    const gap = mm.toFixed(2);
    const last = runs[runs.length - 1];
    if (last?.gap === gap) last.count++;
    else runs.push({ gap, count: 1 });
  }
  return runs
    .slice(0, 12)
    .map(({ gap, count }) => `${gap} x${count}`)
    .join(", ");
}
