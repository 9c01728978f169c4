/** Opens what a user points at (DICOM folder, zip, DICOM file, NIfTI) and hands back a volume with everything worth knowing about it. */
import { HemacastError } from "../core/errors.ts";
import type { Finding } from "../core/finding.ts";
import type { OnProgress } from "../core/progress.ts";
import { looksLikeDicom } from "../dicom/read-dataset.ts";
import type { SeriesDescription } from "../dicom/series-description.ts";
import type { Vec3 } from "../math/vec3.ts";
import { looksLikeNifti } from "../nifti/header.ts";
import { readNiftiCt } from "../nifti/read-nifti.ts";
import type { StackLayout } from "../volume/slice-stack.ts";
import type { CtVolume } from "../volume/volume.ts";
import { filesInFolder, filesInZip, type InputFile, openInput } from "./input-files.ts";
import { inNamedFile, unpackedNifti } from "./nifti-files.ts";
import { type DicomInput, readDicom, type ScanIdentity } from "./read-dicom.ts";

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
  /** Absent for NIfTI, which does not say. */
  readonly identity?: ScanIdentity;
}

/** What may be asked when reading. */
export interface ReadOptions {
  /** Read this series and no other. */
  readonly seriesInstanceUID?: string;
  readonly onProgress?: OnProgress;
}

/**
 * Reads a CT from what a user points at: a DICOM folder (searched through), a zip of one, a DICOM file (one slice, or multi-frame), or NIfTI
 * (`.nii`, `.nii.gz`). What it is is decided by its content, not by its name.
 *
 * @param input path
 * @throws HemacastError INPUT_NOT_FOUND, INPUT_UNREADABLE, INPUT_TOO_LARGE, ZIP_UNSAFE, NO_IMAGES_FOUND, and what reading of the format throws
 */
export async function readCt(input: string, options: ReadOptions = {}): Promise<CtInput> {
  const opened = await openInput(input);
  if (opened.kind === "folder") return fromDicom("dicom-folder", await filesInFolder(input), options);
  const { file } = opened;
  if (isZip(opened.start)) {
    const zip = await filesInZip(input);
    try {
      return await fromDicom("dicom-zip", zip.files, options);
    } finally {
      zip.close();
    }
  }
  if (looksLikeDicom(opened.start)) return fromDicom("dicom-file", [file], options);
  if (looksLikeNifti(opened.start) || isGzip(opened.start)) return fromNifti(file, options);
  throw new HemacastError("INPUT_UNREADABLE", `${file.name} is neither DICOM nor NIfTI nor a zip; give a CT series`);
}

async function fromDicom(format: InputFormat, files: readonly InputFile[], options: ReadOptions): Promise<CtInput> {
  const { volume, layout, findings, series, identity }: DicomInput = await readDicom(files, options);
  return { volume, findings, description: { format, series, grid: describeGrid(layout) }, identity };
}

async function fromNifti(file: InputFile, options: ReadOptions): Promise<CtInput> {
  if (options.seriesInstanceUID !== undefined) {
    throw new HemacastError("SERIES_NOT_FOUND", "NIfTI holds one volume and no series; leave the series out");
  }
  const bytes = await unpackedNifti(file);
  const { volume, layout, findings } = inNamedFile(file.name, () => readNiftiCt(bytes));
  return { volume, findings, description: { format: "nifti", grid: describeGrid(layout) } };
}

function describeGrid(layout: StackLayout): GridDescription {
  const { size, spacing, direction, sliceOffsetsMm } = layout.geometry;
  return {
    size,
    pixelSpacingMm: [spacing[0], spacing[1]],
    gapsMm: layout.gapsMm,
    uniformGaps: sliceOffsetsMm === undefined,
    normal: direction[2],
    tiltDegrees: layout.tiltDegrees,
    shiftPx: layout.shiftPx,
    largestRoundingMm: layout.largestRoundingMm,
  };
}

function isZip(start: Uint8Array): boolean {
  return start[0] === 0x50 && start[1] === 0x4b && (start[2] === 3 || start[2] === 5);
}

function isGzip(start: Uint8Array): boolean {
  return start[0] === 0x1f && start[1] === 0x8b;
}
