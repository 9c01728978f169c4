/** DICOM RT Structure Sets: which regions there are, and the planes of one of them, filled from its contours. */
import { HemacastError } from "../core/errors.ts";
import { scale, type Vec3 } from "../math/vec3.ts";
import { type Geometry, indexToLps, lpsToIndex, sliceIndexAt, sliceOffsetMm } from "../volume/geometry.ts";
import type { MaskPlane } from "./mask-planes.ts";
import type { DataSet } from "./read-dataset.ts";
import { tags } from "./tags.ts";
import { items, text } from "./values.ts";

const STRUCTURE_SET = "1.2.840.10008.5.1.4.1.1.481.3";
/** Points of one region that are read: the finest contours of a whole brain have some hundred thousand. */
const MOST_POINTS = 5_000_000;
/** How far a contour may lie from its slice: rounding of decimal strings. */
const ON_SLICE_MM = 0.01;

/** A region by its number and name. */
export interface Structure {
  readonly number: number;
  readonly label: string;
  /** The frame that its points are in. */
  readonly frameOfReferenceUID: string | undefined;
}

/** A closed contour: its corners in LPS mm, one after the other. */
export type Contour = readonly Vec3[];

/** Whether a data set is a structure set. */
export function isStructureSet(dataSet: DataSet): boolean {
  return text(dataSet, "SOPClassUID") === STRUCTURE_SET;
}

/** The regions of a structure set. */
export function structuresOf(dataSet: DataSet): Structure[] {
  return items(dataSet, "StructureSetROISequence").map((item) => ({
    number: Number(text(item, "ROINumber") ?? Number.NaN),
    label: text(item, "ROIName") ?? "",
    frameOfReferenceUID: text(item, "ReferencedFrameOfReferenceUID"),
  }));
}

/**
 * The closed contours of a region; points and open lines bound nothing and are left out.
 *
 * @throws HemacastError DICOM_MALFORMED where contour data are not triples of numbers, INPUT_TOO_LARGE
 * @see DICOM PS3.3 section C.8.8.6 (ROI Contour)
 */
export function contoursOf(dataSet: DataSet, number: number): Contour[] {
  const contours: Contour[] = [];
  let points = 0;
  for (const region of items(dataSet, "ROIContourSequence")) {
    if (Number(text(region, "ReferencedROINumber")) !== number) continue;
    for (const item of items(region, "ContourSequence")) {
      if (!/^CLOSED/.test(text(item, "ContourGeometricType") ?? "")) continue;
      const contour = pointsOf(item);
      points += contour.length;
      if (points > MOST_POINTS) {
        throw new HemacastError("INPUT_TOO_LARGE", `the region has more than ${MOST_POINTS} contour points`);
      }
      if (contour.length >= 3) contours.push(contour);
    }
  }
  return contours;
}

/** Contour data are far longer than other texts, so they are read here. */
function pointsOf(item: DataSet): Vec3[] {
  const bytes = item.elements.get(tags.ContourData)?.value ?? new Uint8Array(0);
  const numbers = new TextDecoder("latin1").decode(bytes).replace(/\0/g, "").split("\\").map(Number);
  if (numbers.length % 3 !== 0 || !numbers.every(Number.isFinite)) {
    throw new HemacastError(
      "DICOM_MALFORMED",
      `ContourData holds ${numbers.length} values that are not triples of numbers`,
    );
  }
  return Array.from({ length: numbers.length / 3 }, (_, p) => numbers.slice(3 * p, 3 * p + 3) as unknown as Vec3);
}

/**
 * Fills contours on the slices of an image: a voxel is inside where a ray from its centre meets an odd number of contours, so that a contour within
 * another is a hole.
 *
 * @param nearest a contour between slices belongs to the nearest one, instead of being refused
 * @returns one plane per slice that has contours
 * @throws HemacastError GEOMETRY_MISMATCH where a contour lies on no slice or is not parallel to them
 */
export function filledContours(contours: readonly Contour[], image: Geometry, nearest: boolean): MaskPlane[] {
  const bySlice = new Map<number, [number, number][][]>();
  for (const contour of contours) {
    const k = sliceOf(contour, image, nearest);
    if (k === null) continue;
    const corners = contour.map((point) => lpsToIndex(image, point).slice(0, 2) as [number, number]);
    bySlice.set(k, [...(bySlice.get(k) ?? []), corners]);
  }
  const [columns, rows] = image.size;
  return [...bySlice].map(([k, polygons]) => ({
    ...{ columns, rows },
    origin: indexToLps(image, [0, 0, k]),
    column: scale(image.direction[0], image.spacing[0]),
    row: scale(image.direction[1], image.spacing[1]),
    inside: evenOdd(polygons, columns, rows),
  }));
}

/** The slice of a contour; null beyond the image. */
function sliceOf(contour: Contour, image: Geometry, nearest: boolean): number | null {
  const heights = contour.map((point) =>
    point.reduce((sum, mm, a) => sum + (mm - image.origin[a]) * image.direction[2][a], 0),
  );
  const [low, high] = [heights.reduce((a, b) => Math.min(a, b)), heights.reduce((a, b) => Math.max(a, b))];
  const at = sliceIndexAt(image, (low + high) / 2);
  const k = Math.round(at);
  const apartMm = Math.max(...[low, high].map((mm) => Math.abs(mm - sliceOffsetMm(image, k))));
  if (!nearest && apartMm > ON_SLICE_MM) {
    throw new HemacastError(
      "GEOMETRY_MISMATCH",
      `mask and image are on different grids: a contour is ${apartMm.toFixed(3)} mm from the nearest slice; at most ${ON_SLICE_MM} mm is rounding`,
    );
  }
  return k >= 0 && k < image.size[2] ? k : null;
}

/** Places where contours cross rows that are kept at a time; a contour that turns back and forth without end has more. */
const MOST_CROSSINGS = 20_000_000;

/**
 * Pixels whose centre is inside polygons by the even-odd rule, row by row.
 *
 * @param polygons corners in pixel indices
 * @throws HemacastError INPUT_TOO_LARGE where contours cross rows more than 20 million times
 * @example evenOdd([[[0.5, -1], [2.5, -1], [2.5, 1], [0.5, 1]]], 4, 1).join("") // => "0110"
 */
export function evenOdd(
  polygons: readonly (readonly (readonly [number, number])[])[],
  columns: number,
  rows: number,
): Uint8Array {
  const crossings: number[][] = Array.from({ length: rows }, () => []);
  let count = 0;
  for (const corners of polygons) {
    corners.forEach(([x1, y1], n) => {
      const [x0, y0] = corners[(n + corners.length - 1) % corners.length];
      // Half-open, so that a corner on a row counts once.
      const [low, high] = [Math.max(Math.ceil(Math.min(y0, y1)), 0), Math.min(Math.ceil(Math.max(y0, y1)), rows)];
      count += Math.max(high - low, 0);
      if (count > MOST_CROSSINGS) {
        throw new HemacastError("INPUT_TOO_LARGE", `the contours cross rows more than ${MOST_CROSSINGS} times`);
      }
      for (let r = low; r < high; r++) crossings[r].push(x0 + ((r - y0) / (y1 - y0)) * (x1 - x0));
    });
  }
  const inside = new Uint8Array(columns * rows);
  crossings.forEach((found, r) => {
    found.sort((a, b) => a - b);
    for (let n = 0; n + 1 < found.length; n += 2) {
      const first = Math.max(Math.ceil(found[n]), 0);
      const end = Math.min(Math.ceil(found[n + 1]), columns);
      if (first < end) inside.fill(1, r * columns + first, r * columns + end);
    }
  });
  return inside;
}
