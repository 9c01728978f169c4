/** Slices in HU -> the files of a CT series (CT Image Storage), as a scanner would send them. For simulated studies and for tests. */
import { HemacastError } from "../core/errors.ts";
import { createRandom } from "../core/random.ts";
import type { Vec3 } from "../math/vec3.ts";
import { indexToLps } from "../volume/geometry.ts";
import type { CtVolume } from "../volume/volume.ts";
import { CT_IMAGE_STORAGE } from "./ct-image.ts";
import { type WritableElement, type WritableSyntax, writePart10 } from "./write-dataset.ts";

/** One slice to write. */
export interface CtSliceToWrite {
  /** LPS position in mm of the centre of its first pixel. */
  readonly position: Vec3;
  /** `rows * columns` whole values from -32768 to 32767. */
  readonly hu: Int16Array;
}

/** A series to write. Positions are free, so that tilt and varying gaps can be written. */
export interface CtSeriesToWrite {
  readonly columns: number;
  readonly rows: number;
  /** In mm: [between rows, between columns], the order of the standard. */
  readonly pixelSpacing: readonly [number, number];
  /** Direction of rows (towards larger columns) and of columns (towards larger rows), unit vectors in LPS. */
  readonly rowAxis: Vec3;
  readonly columnAxis: Vec3;
  readonly sliceThicknessMm: number;
  readonly slices: readonly CtSliceToWrite[];
  /** Pseudonym of the patient, e.g. "SIM-0001". */
  readonly participantId: string;
  /** Tells apart what would otherwise get the same UIDs: all UIDs follow from it, from `participantId` and from `seriesNumber`. */
  readonly seed: number;
  /** Default 1. */
  readonly seriesNumber?: number;
  /** Time of acquisition as DICOM writes it, "YYYYMMDD" and "HHMMSS"; empty by default. */
  readonly date?: string;
  readonly time?: string;
  readonly transferSyntaxUID?: WritableSyntax;
  /** Elements that replace or join those of every slice. */
  readonly extra?: readonly WritableElement[];
}

/** A file of a series. */
export interface DicomFile {
  readonly fileName: string;
  readonly bytes: Uint8Array;
}

/**
 * The files of a series, one for each slice, named `00001.dcm` and so on. The same input gives the same bytes.
 *
 * @throws HemacastError ARGUMENT_INVALID when a slice has another number of pixels than the series says
 * @see DICOM PS3.3 A.3 (CT Image IOD)
 */
export function writeCtSeries(series: CtSeriesToWrite): DicomFile[] {
  const common = commonElements(series);
  return series.slices.map((slice, k) => {
    const expected = series.columns * series.rows;
    if (slice.hu.length !== expected) {
      throw new HemacastError("ARGUMENT_INVALID", `slice ${k} has ${slice.hu.length} pixels, expected ${expected}`);
    }
    const own: WritableElement[] = [
      ["SOPInstanceUID", "UI", uidFrom(series, `image ${k + 1}`)],
      ["InstanceNumber", "IS", k + 1],
      ["ImagePositionPatient", "DS", slice.position],
      ["PixelData", "OW", littleEndianBytes(slice.hu)],
    ];
    const replaced = new Set((series.extra ?? []).map(([keyword]) => keyword));
    const elements = [...[...common, ...own].filter(([keyword]) => !replaced.has(keyword)), ...(series.extra ?? [])];
    return {
      fileName: `${String(k + 1).padStart(5, "0")}.dcm`,
      bytes: writePart10(elements, series.transferSyntaxUID),
    };
  });
}

/**
 * The slices of a volume, ready for `writeCtSeries`.
 *
 * @throws HemacastError ARGUMENT_INVALID when HU are not 16-bit
 */
export function ctSlices(
  volume: CtVolume,
): Pick<
  CtSeriesToWrite,
  "columns" | "rows" | "pixelSpacing" | "rowAxis" | "columnAxis" | "sliceThicknessMm" | "slices"
> {
  const { geometry, hu } = volume;
  if (!(hu instanceof Int16Array))
    throw new HemacastError("ARGUMENT_INVALID", "a CT series holds 16-bit HU; round them");
  const [columns, rows, nz] = geometry.size;
  return {
    columns,
    rows,
    pixelSpacing: [geometry.spacing[1], geometry.spacing[0]],
    rowAxis: geometry.direction[0],
    columnAxis: geometry.direction[1],
    sliceThicknessMm: geometry.spacing[2],
    slices: Array.from({ length: nz }, (_, k) => ({
      position: indexToLps(geometry, [0, 0, k]),
      hu: hu.subarray(k * columns * rows, (k + 1) * columns * rows),
    })),
  };
}

function commonElements(series: CtSeriesToWrite): WritableElement[] {
  const { date = "", time = "" } = series;
  return [
    ["ImageType", "CS", "ORIGINAL\\PRIMARY\\AXIAL"],
    ["SOPClassUID", "UI", CT_IMAGE_STORAGE],
    ["StudyDate", "DA", date],
    ["ContentDate", "DA", date],
    ["StudyTime", "TM", time],
    ["ContentTime", "TM", time],
    ["AccessionNumber", "SH", ""],
    ["Modality", "CS", "CT"],
    ["Manufacturer", "LO", "Hemacast"],
    ["ReferringPhysicianName", "PN", ""],
    ["ManufacturerModelName", "LO", "simulated"],
    ["PatientName", "PN", `SIMULATED^${series.participantId}`],
    ["PatientID", "LO", series.participantId],
    ["PatientBirthDate", "DA", ""],
    ["PatientSex", "CS", ""],
    ["BodyPartExamined", "CS", "HEAD"],
    ["SliceThickness", "DS", series.sliceThicknessMm],
    ["KVP", "DS", 120],
    ["PatientPosition", "CS", "HFS"],
    ["StudyInstanceUID", "UI", uidFrom({ ...series, seriesNumber: 0 }, "study")],
    ["SeriesInstanceUID", "UI", uidFrom(series, "series")],
    ["StudyID", "SH", "1"],
    ["SeriesNumber", "IS", series.seriesNumber ?? 1],
    ["AcquisitionNumber", "IS", 1],
    ["ImageOrientationPatient", "DS", [...series.rowAxis, ...series.columnAxis]],
    ["FrameOfReferenceUID", "UI", uidFrom({ ...series, seriesNumber: 0 }, "frame of reference")],
    ["PositionReferenceIndicator", "LO", ""],
    ["SamplesPerPixel", "US", 1],
    ["PhotometricInterpretation", "CS", "MONOCHROME2"],
    ["Rows", "US", series.rows],
    ["Columns", "US", series.columns],
    ["PixelSpacing", "DS", series.pixelSpacing],
    ["BitsAllocated", "US", 16],
    ["BitsStored", "US", 16],
    ["HighBit", "US", 15],
    ["PixelRepresentation", "US", 1],
    ["RescaleIntercept", "DS", 0],
    ["RescaleSlope", "DS", 1],
    ["RescaleType", "LO", "HU"],
  ];
}

/**
 * A UID below 2.25 (the form for UIDs made from random bits) that follows from the seed and names alone.
 *
 * @see DICOM PS3.5 B.2
 */
function uidFrom(series: Pick<CtSeriesToWrite, "seed" | "participantId" | "seriesNumber">, what: string): string {
  const random = createRandom(series.seed).fork(`${series.participantId}/${series.seriesNumber ?? 1}/${what}`);
  let number = 0n;
  for (let word = 0; word < 4; word++) number = (number << 32n) | BigInt(random.integer(2 ** 32));
  // Version 4, variant 1: the bits that make a random number a UUID.
  number = (number & ~(0xfn << 76n)) | (4n << 76n);
  number = (number & ~(3n << 62n)) | (2n << 62n);
  return `2.25.${number}`;
}

const hostIsLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

function littleEndianBytes(hu: Int16Array): Uint8Array {
  if (hostIsLittleEndian) return new Uint8Array(hu.buffer, hu.byteOffset, hu.byteLength);
  const bytes = new Uint8Array(2 * hu.length);
  const view = new DataView(bytes.buffer);
  for (let p = 0; p < hu.length; p++) view.setInt16(2 * p, hu[p] as number, true);
  return bytes;
}
