/** Discretisation: intensities to grey levels 1, 2, 3, ... and the grid of levels that every texture matrix is counted on. */
import { HemacastError } from "../core/errors.ts";
import type { Vec3 } from "../math/vec3.ts";
import type { Region } from "./region.ts";

/** How intensities become levels. */
export type Discretisation =
  /** PyRadiomics' fixed bin width: edges at multiples of the width. */
  | { readonly kind: "width"; readonly binWidth: number }
  /** PyRadiomics' fixed bin count: equal bins between the smallest and the largest intensity. */
  | { readonly kind: "count"; readonly binCount: number }
  /** IBSI fixed bin size: bins of the given width from a given intensity. */
  | { readonly kind: "ibsi-size"; readonly binWidth: number; readonly from: number }
  /** The intensities are levels already: whole numbers from 1. */
  | { readonly kind: "none" };

/** Grey levels of a region on a grid with an empty border, so that a neighbour within the border's width always exists. */
export interface LevelGrid {
  /** Size with the border. */
  readonly size: Vec3;
  readonly border: number;
  readonly spacing: Vec3;
  /** Size of the region's bounding box. */
  readonly boxSize: Vec3;
  /** For each voxel of the grid 0 outside, else 1 + the place of its level in `levels`. */
  readonly codes: Int32Array;
  /** Grid index of each inside voxel, ascending. */
  readonly voxels: Int32Array;
  /** Where each slice begins in `voxels`; one entry more than there are slices. */
  readonly sliceStarts: Int32Array;
  /** The levels that occur, ascending. */
  readonly levels: Float64Array;
  /** How many voxels have each of them. */
  readonly counts: Float64Array;
  /** The number of grey levels Ng: the largest that occurs, and for a fixed bin count that count. */
  readonly levelCount: number;
}

/** More levels than this mean a bin width that does not fit the intensities; a matrix of their pairs would not fit into memory. */
const MOST_LEVELS = 8192;

/**
 * The level of each inside voxel.
 *
 * @throws HemacastError RADIOMICS_UNDEFINED when there would be more than 8192 levels
 * @see IBSI 2019 section 2.7; PyRadiomics 3.1 imageoperations.getBinEdges
 */
export function discretise(intensities: Float64Array, how: Discretisation): Int32Array {
  if (how.kind === "none") return Int32Array.from(intensities);
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const x of intensities) {
    if (x < low) low = x;
    if (x > high) high = x;
  }
  if (how.kind === "count") return byCount(intensities, how.binCount, low, high);
  const { binWidth } = how;
  requireFewLevels((high - low) / binWidth);
  if (how.kind === "ibsi-size") {
    return Int32Array.from(intensities, (x) => Math.max(Math.floor((x - how.from) / binWidth) + 1, 1));
  }
  return byWidth(intensities, binWidth, low);
}

/** Edges at low, low + width, ... are rounded as numpy.arange rounds them, so that a value on an edge falls where it falls there. */
function byWidth(intensities: Float64Array, width: number, low: number): Int32Array {
  const remainder = low % width;
  const first = low - (remainder < 0 ? remainder + width : remainder);
  const step = first + width - first;
  const levels = new Int32Array(intensities.length);
  for (let v = 0; v < levels.length; v++) {
    const x = intensities[v] as number;
    let bin = Math.floor((x - first) / step);
    while (x < first + bin * step) bin--;
    while (x >= first + (bin + 1) * step) bin++;
    levels[v] = bin + 1;
  }
  return levels;
}

/** Equal bins as numpy.histogram makes them; the largest intensity belongs to the last. */
function byCount(intensities: Float64Array, count: number, low: number, high: number): Int32Array {
  const [from, to] = low === high ? [low - 0.5, high + 0.5] : [low, high];
  const step = (to - from) / count;
  const levels = new Int32Array(intensities.length);
  for (let v = 0; v < levels.length; v++) {
    const x = intensities[v] as number;
    let bin = Math.min(Math.floor((x - from) / step), count - 1);
    while (bin > 0 && x < from + bin * step) bin--;
    while (bin + 1 < count && x >= from + (bin + 1) * step) bin++;
    levels[v] = bin + 1;
  }
  return levels;
}

/**
 * Puts levels on a grid.
 *
 * @param levels level of each inside voxel of the region, in its order
 * @param border at least the largest distance at which neighbours are looked for
 */
export function levelGrid(region: Region, levels: Int32Array, border: number, levelCount?: number): LevelGrid {
  const [bx, by, bz] = region.size;
  const size: Vec3 = [bx + 2 * border, by + 2 * border, bz + 2 * border];
  let highest = 0;
  for (const level of levels) if (level > highest) highest = level;
  const histogram = new Float64Array(highest + 1);
  for (const level of levels) (histogram[level] as number) += 1;
  const codeOf = new Int32Array(highest + 1);
  const occurring: number[] = [];
  histogram.forEach((n, level) => {
    if (n > 0) codeOf[level] = occurring.push(level);
  });
  const codes = new Int32Array(size[0] * size[1] * size[2]);
  const voxels = new Int32Array(levels.length);
  const sliceStarts = new Int32Array(bz + 1).fill(levels.length);
  for (let v = levels.length - 1; v >= 0; v--) {
    const at = region.voxels[v] as number;
    const row = Math.floor(at / bx);
    const k = Math.floor(row / by);
    const to = at - row * bx + border + size[0] * (row - k * by + border + size[1] * (k + border));
    codes[to] = codeOf[levels[v] as number] as number;
    voxels[v] = to;
    sliceStarts[k] = v;
  }
  for (let k = bz - 1; k >= 0; k--) sliceStarts[k] = Math.min(sliceStarts[k] as number, sliceStarts[k + 1] as number);
  return {
    size,
    border,
    spacing: region.spacing,
    boxSize: region.size,
    codes,
    voxels,
    sliceStarts,
    levels: Float64Array.from(occurring),
    counts: Float64Array.from(occurring, (level) => histogram[level] as number),
    levelCount: levelCount ?? highest,
  };
}

function requireFewLevels(levels: number): void {
  if (levels <= MOST_LEVELS) return;
  throw new HemacastError(
    "RADIOMICS_UNDEFINED",
    `the bin width gives ${Math.ceil(levels)} grey levels, more than ${MOST_LEVELS}; choose a wider bin or normalise`,
  );
}
