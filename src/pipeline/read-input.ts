/** Opens what a user points at (DICOM folder, zip, DICOM file, NIfTI) and hands back a volume with everything worth knowing about it. */
import type { Finding } from "../core/finding.ts";
import type { SeriesDescription } from "../dicom/series-description.ts";
import type { Vec3 } from "../math/vec3.ts";
import type { CtVolume } from "../volume/volume.ts";

/** What the input was. */
export type InputFormat = "dicom-folder" | "dicom-zip" | "dicom-file" | "nifti";

/** The grid in words and numbers: what `inspect` prints. */
export interface GridDescription {
  /** Voxels along i, j, k of the volume, rows and columns that removal of tilt added included. */
  readonly size: Vec3;
  /** Distance between pixel centres along i and j. */
  readonly pixelSpacingMm: readonly [number, number];
  /** Distance of each slice's centre from the one below it along the normal, length nz - 1. */
  readonly gapsMm: readonly number[];
  readonly uniformGaps: boolean;
  /** Unit normal of the slices in LPS. */
  readonly normal: Vec3;
  /** Angle between the slices' normal and the line through the slices' origins; 0 when there was no tilt. */
  readonly tiltDegrees: number;
  /** The exact in-plane shift in pixels (along i, along j) of each slice against the first one, before it was rounded to whole pixels. */
  readonly shiftPx: readonly (readonly [number, number])[];
  /** Largest distance in mm between where a pixel was scanned and where the volume puts it: the rounding of the shift. */
  readonly largestRoundingMm: number;
}

/** What is known about an input, safe to print: no name, no patient id, no date. */
export interface InputDescription {
  readonly format: InputFormat;
  /** Absent for NIfTI. */
  readonly series?: SeriesDescription;
  readonly grid: GridDescription;
}

/** A CT as read: axes point to L, P and S (nearest), HU as the scanner wrote them. */
export interface CtInput {
  readonly volume: CtVolume;
  readonly findings: readonly Finding[];
  readonly description: InputDescription;
}
