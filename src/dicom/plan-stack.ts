/** The images of one series as a stack of slices: same size and orientation, in order, none missing, none twice; or the reason why not. */
import { HemacastError } from "../core/errors.ts";
import type { Finding } from "../core/finding.ts";
import { cross, dot, length, scale, subtract, type Vec3 } from "../math/vec3.ts";
import { layOutStack, type StackLayout } from "../volume/slice-stack.ts";
import type { CtImage } from "./ct-image.ts";
import { requireNoMissingSlice, type SlicePosition } from "./missing-slice.ts";
import { isLocalizer } from "./series.ts";

/** Largest angle between slices of one stack, as 1 - cosine: 0.25 degrees. Beyond it they are not parallel. */
const PARALLEL_TOLERANCE = 1e-5;
/** Slices closer than this along the normal are at the same position. */
const SAME_POSITION_MM = 0.01;
/** Relative difference of pixel spacing that rounding of decimal strings explains. */
const SAME_SPACING = 1e-4;

/** An image of the series with its geometry certain. */
export type PlacedImage = CtImage &
  Required<Pick<CtImage, "position" | "rowAxis" | "columnAxis" | "pixelSpacing" | "rescale">>;

/** The stack that a series becomes. */
export interface StackPlan {
  /** For each slice the images at its position; more than one only if they must prove to be the same. */
  readonly slices: readonly (readonly PlacedImage[])[];
  readonly layout: StackLayout;
  /** Whether rows or columns must be reversed so that i runs to the left and j to the back of the patient. */
  readonly columnsReversed: boolean;
  readonly rowsReversed: boolean;
  readonly findings: readonly Finding[];
}

/**
 * Puts the images of a series in order.
 *
 * @throws HemacastError SERIES_INCONSISTENT, SERIES_INCOMPLETE, SERIES_NOT_HEAD_CT (not axial), GEOMETRY_INVALID, DICOM_MALFORMED
 */
export function planStack(images: readonly CtImage[]): StackPlan {
  const findings: Finding[] = [];
  const placed = withoutLocalizers(images, findings).map(requirePlaced);
  const reference = placed[0] as PlacedImage;
  for (const image of placed) requireAlike(reference, image);
  const axes = canonicalAxes(reference);
  const ordered = atPositions(placed, cross(axes.rowAxis, axes.columnAxis));
  const slices = ordered.map(({ images }) => images);
  requireNoMissingSlice(ordered.map(({ offsetMm, images: [image] }) => positionOf(image as PlacedImage, offsetMm)));
  const [betweenRows, betweenColumns] = reference.pixelSpacing;
  const layout = layOutStack({
    columns: reference.layout.columns,
    rows: reference.layout.rows,
    pixelSpacing: [betweenColumns, betweenRows],
    rowAxis: axes.rowAxis,
    columnAxis: axes.columnAxis,
    origins: slices.map((at) => originOf(at[0] as PlacedImage, axes)),
    ...(reference.frameOfReferenceUID ? { frameOfReferenceUID: reference.frameOfReferenceUID } : {}),
    ...(slices.length === 1 ? singleSlice(reference, findings) : {}),
  });
  return { slices, layout, columnsReversed: axes.columnsReversed, rowsReversed: axes.rowsReversed, findings };
}

function withoutLocalizers(images: readonly CtImage[], findings: Finding[]): readonly CtImage[] {
  const axial = images.filter((image) => !isLocalizer(image));
  if (axial.length === 0) throw new HemacastError("SERIES_NOT_HEAD_CT", "the series holds nothing but localizers");
  const dropped = images.length - axial.length;
  if (dropped > 0) {
    findings.push({
      code: "LOCALIZER_DROPPED",
      severity: "info",
      message: `${dropped} localizer image(s) inside the series were left out`,
    });
  }
  return axial;
}

function requirePlaced(image: CtImage): PlacedImage {
  for (const [what, value] of [
    ["ImagePositionPatient", image.position],
    ["ImageOrientationPatient", image.rowAxis],
    ["PixelSpacing", image.pixelSpacing],
    ["RescaleSlope and RescaleIntercept", image.rescale],
  ] as const) {
    if (value === undefined) {
      throw new HemacastError("DICOM_MALFORMED", `${nameOf(image)} has no ${what}; export the original CT images`);
    }
  }
  const { pixelSpacing, rowAxis, columnAxis } = image as PlacedImage;
  if (!pixelSpacing.every((mm) => mm > 0.01 && mm < 10)) {
    throw new HemacastError("DICOM_MALFORMED", `${nameOf(image)} has a PixelSpacing of [${pixelSpacing}] mm`);
  }
  const skewed = Math.abs(dot(rowAxis, columnAxis)) > 1e-3;
  if (skewed || [rowAxis, columnAxis].some((axis) => Math.abs(length(axis) - 1) > 1e-3)) {
    throw new HemacastError(
      "DICOM_MALFORMED",
      `${nameOf(image)} has an ImageOrientationPatient that is not two orthogonal unit vectors`,
    );
  }
  return image as PlacedImage;
}

function requireAlike(reference: PlacedImage, image: PlacedImage): void {
  const differ = (what: string, a: unknown, b: unknown): never => {
    throw new HemacastError(
      "SERIES_INCONSISTENT",
      `${nameOf(reference)} and ${nameOf(image)} differ in ${what}: ${a} and ${b}; give a folder with one stack of parallel slices`,
    );
  };
  const size = ({ layout }: CtImage): string => `${layout.columns} x ${layout.rows}`;
  if (size(reference) !== size(image)) differ("size", size(reference), size(image));
  if (image.pixelSpacing.some((mm, a) => Math.abs(mm / (reference.pixelSpacing[a] as number) - 1) > SAME_SPACING)) {
    differ("PixelSpacing", `[${reference.pixelSpacing}]`, `[${image.pixelSpacing}]`);
  }
  for (const axis of ["rowAxis", "columnAxis"] as const) {
    if (1 - dot(reference[axis], image[axis]) > PARALLEL_TOLERANCE) {
      differ("ImageOrientationPatient", `[${reference[axis]}]`, `[${image[axis]}]`);
    }
  }
  if (image.frameOfReferenceUID !== reference.frameOfReferenceUID) {
    differ("FrameOfReferenceUID", reference.frameOfReferenceUID, image.frameOfReferenceUID);
  }
}

interface CanonicalAxes {
  readonly rowAxis: Vec3;
  readonly columnAxis: Vec3;
  readonly columnsReversed: boolean;
  readonly rowsReversed: boolean;
}

/** Axes towards the left and the back: reversed where the image has them the other way round (a patient who lies prone). Only axial images have them. */
function canonicalAxes(image: PlacedImage): CanonicalAxes {
  const { rowAxis, columnAxis } = orthonormal(image.rowAxis, image.columnAxis);
  const dominant = (axis: Vec3): number =>
    axis.reduce((best, v, a) => (Math.abs(v) > Math.abs(axis[best] as number) ? a : best), 0);
  if (dominant(rowAxis) !== 0 || dominant(columnAxis) !== 1) {
    throw new HemacastError(
      "SERIES_NOT_HEAD_CT",
      `${nameOf(image)} is not an axial image with the patient's left on the right (ImageOrientationPatient [${image.rowAxis}], [${image.columnAxis}]); give the axial series`,
    );
  }
  const columnsReversed = rowAxis[0] < 0;
  const rowsReversed = columnAxis[1] < 0;
  return {
    rowAxis: columnsReversed ? scale(rowAxis, -1) : rowAxis,
    columnAxis: rowsReversed ? scale(columnAxis, -1) : columnAxis,
    columnsReversed,
    rowsReversed,
  };
}

/** Exactly orthogonal unit vectors: the file's are rounded to some decimals. */
function orthonormal(row: Vec3, column: Vec3): { rowAxis: Vec3; columnAxis: Vec3 } {
  const rowAxis = scale(row, 1 / length(row));
  const rest = subtract(column, scale(rowAxis, dot(column, rowAxis)));
  return { rowAxis, columnAxis: scale(rest, 1 / length(rest)) };
}

/** The centre of what becomes pixel (0, 0): another corner where an axis is reversed. */
function originOf(image: PlacedImage, axes: CanonicalAxes): Vec3 {
  const [betweenRows, betweenColumns] = image.pixelSpacing;
  const alongRow = axes.columnsReversed ? -(image.layout.columns - 1) * betweenColumns : 0;
  const alongColumn = axes.rowsReversed ? -(image.layout.rows - 1) * betweenRows : 0;
  return image.position.map(
    (v, a) => v + alongRow * (axes.rowAxis[a] as number) + alongColumn * (axes.columnAxis[a] as number),
  ) as unknown as Vec3;
}

/** Images by their position along the normal, from low to high. */
function atPositions(images: readonly PlacedImage[], normal: Vec3): { offsetMm: number; images: PlacedImage[] }[] {
  const sorted = images
    .map((image) => ({ image, offsetMm: dot(image.position, normal) }))
    .sort((a, b) => a.offsetMm - b.offsetMm);
  const result: { offsetMm: number; images: PlacedImage[] }[] = [];
  for (const { image, offsetMm } of sorted) {
    const last = result[result.length - 1];
    if (last && offsetMm - last.offsetMm < SAME_POSITION_MM) last.images.push(image);
    else result.push({ offsetMm, images: [image] });
  }
  return result;
}

function singleSlice(image: PlacedImage, findings: Finding[]): { singleSliceMm: number } {
  const thickness = image.sliceThicknessMm;
  if (thickness === undefined || !(thickness > 0)) {
    throw new HemacastError(
      "SERIES_INCOMPLETE",
      `${nameOf(image)} is a single slice without SliceThickness, so nothing on it has a volume; give the whole series`,
    );
  }
  findings.push({
    code: "SINGLE_SLICE",
    severity: "warning",
    message: `there is one slice only; its declared thickness of ${thickness} mm is taken as its extent`,
  });
  return { singleSliceMm: thickness };
}

function positionOf(image: PlacedImage, offsetMm: number): SlicePosition {
  return { offsetMm, name: nameOf(image), instanceNumber: image.instanceNumber };
}

/** The file, and the frame where there are several. */
export function nameOf(image: CtImage): string {
  return image.frame === null ? image.fileName : `${image.fileName} frame ${image.frame + 1}`;
}
