/** A DICOM object as CT images: one per frame, with what series assembly needs to know of it, and its pixels as HU when they are asked for. */
import { HemacastError } from "../core/errors.ts";
import type { Vec3 } from "../math/vec3.ts";
import { AIR_HU } from "../volume/volume.ts";
import { type PixelLayout, pixelLayout, type StoredValues, storedValues } from "./pixels/stored-values.ts";
import { transferSyntaxOf } from "./pixels/transfer-syntaxes.ts";
import type { DataSet, Part10 } from "./read-dataset.ts";
import { tags } from "./tags.ts";
import { decimal, decimals, items, required, text, texts, uint16 } from "./values.ts";

/** One image (or one frame of a multi-frame object) without its pixels. Geometry is there when the file states it. */
export interface CtImage {
  /** Last part of the path it came from, for messages. */
  readonly fileName: string;
  /** From 0; null for a single-frame object. */
  readonly frame: number | null;
  readonly sopInstanceUID: string;
  readonly seriesInstanceUID: string;
  readonly studyInstanceUID: string;
  readonly frameOfReferenceUID?: string;
  /** Tells patients apart. Identifying: it is compared, never printed, and does not leave `dicom/`. */
  readonly patient: string;
  /** When it was acquired, in ms of a clock without time zone; absent where the file has no usable date and time. Compared, never printed. */
  readonly acquiredAtMs?: number;
  readonly modality: string;
  readonly imageType: readonly string[];
  readonly bodyPart: string;
  readonly contrastAgent: boolean;
  readonly manufacturer?: string;
  readonly convolutionKernel?: string;
  readonly kvp?: number;
  readonly sliceThicknessMm?: number;
  readonly instanceNumber?: number;
  readonly acquisitionNumber?: number;
  readonly transferSyntaxUID: string;
  readonly lossy: boolean;
  readonly photometricInterpretation: string;
  readonly samplesPerPixel: number;
  readonly layout: PixelLayout;
  /** In mm: [between rows, between columns], the order of the standard. */
  readonly pixelSpacing?: readonly [number, number];
  readonly position?: Vec3;
  readonly rowAxis?: Vec3;
  readonly columnAxis?: Vec3;
  readonly rescale?: { readonly slope: number; readonly intercept: number };
  /** Stored values that mean "no measurement", from lowest to highest. */
  readonly padding?: readonly [number, number];
}

/** Frames of one object; a head at 0.5 mm has under 500. */
const MAX_FRAMES = 10_000;

const noContrast = new Set([
  "",
  "NO",
  "NONE",
  "N",
  "NO CONTRAST",
  "WITHOUT",
  "W/O",
  "OFF",
  "0",
  "-",
  "NATIVE",
  "UNENHANCED",
  "NON-CONTRAST",
]);

/**
 * The images in a DICOM object; none when it holds no pixels (a directory, a report).
 *
 * @param fileName last part of the path, for messages
 * @throws HemacastError DICOM_MALFORMED
 */
export function ctImages(file: Part10, fileName: string): readonly CtImage[] {
  if (!file.elements.has(tags.PixelData) || !file.elements.has(tags.Rows)) return [];
  const frames = decimal(file, "NumberOfFrames");
  if (frames !== undefined && !(Number.isInteger(frames) && frames >= 1 && frames <= MAX_FRAMES)) {
    throw new HemacastError("DICOM_MALFORMED", `NumberOfFrames is ${frames}; expected 1 to ${MAX_FRAMES}`);
  }
  const modality = text(file, "Modality") ?? (text(file, "SOPClassUID") === CT_IMAGE_STORAGE ? "CT" : "");
  const object = describeObject(file, fileName, modality, frames ?? 1);
  const perFrame = items(file, "PerFrameFunctionalGroupsSequence");
  if (perFrame.length === 0) {
    // Without functional groups only a single frame says where it lies; the others stay unplaced, which rules their series out.
    const plane = (frames ?? 1) === 1 && modality === "CT" ? describePlane(file, file, file) : {};
    return [{ ...object, frame: null, ...plane }];
  }
  if (modality !== "CT") return [{ ...object, frame: null }];
  if (perFrame.length !== (frames ?? 1)) {
    throw new HemacastError("DICOM_MALFORMED", `it has ${frames ?? 1} frames and ${perFrame.length} functional groups`);
  }
  const shared = items(file, "SharedFunctionalGroupsSequence")[0];
  return perFrame.map((group, frame) => describeFrame(object, group, shared, frame));
}

/** SOP Class UID of CT Image Storage. */
export const CT_IMAGE_STORAGE = "1.2.840.10008.5.1.4.1.1.2";

/** What stands for the pixel layout of objects that are not CT: they are only counted. */
const NO_LAYOUT: PixelLayout = {
  rows: 0,
  columns: 0,
  bitsAllocated: 16,
  bitsStored: 16,
  highBit: 15,
  signed: false,
  numberOfFrames: 1,
};

function describeObject(file: Part10, fileName: string, modality: string, frames: number): Omit<CtImage, "frame"> {
  const agent = (text(file, "ContrastBolusAgent") ?? "").toUpperCase();
  const layout = modality === "CT" ? pixelLayout(file, frames) : NO_LAYOUT;
  return {
    fileName,
    sopInstanceUID: text(file, "SOPInstanceUID") ?? "",
    seriesInstanceUID: text(file, "SeriesInstanceUID") ?? "",
    studyInstanceUID: text(file, "StudyInstanceUID") ?? "",
    frameOfReferenceUID: text(file, "FrameOfReferenceUID"),
    patient: text(file, "PatientID") ?? `${text(file, "PatientName") ?? ""}|${text(file, "PatientBirthDate") ?? ""}`,
    acquiredAtMs: acquiredAtMs(file),
    modality,
    imageType: texts(file, "ImageType").map((value) => value.toUpperCase()),
    bodyPart: (text(file, "BodyPartExamined") ?? "").toUpperCase(),
    contrastAgent: !noContrast.has(agent) || items(file, "ContrastBolusAgentSequence").length > 0,
    manufacturer: text(file, "Manufacturer"),
    convolutionKernel: text(file, "ConvolutionKernel"),
    kvp: decimal(file, "KVP"),
    instanceNumber: decimal(file, "InstanceNumber"),
    acquisitionNumber: decimal(file, "AcquisitionNumber"),
    transferSyntaxUID: file.transferSyntaxUID,
    lossy: text(file, "LossyImageCompression") === "01",
    photometricInterpretation: text(file, "PhotometricInterpretation") ?? "",
    samplesPerPixel: uint16(file, "SamplesPerPixel") ?? 1,
    layout,
    padding: paddingOf(file, layout.signed),
  };
}

/** The first pair of date and time that the file has, from the acquisition to the study. @see DICOM PS3.5 6.2 (DA, TM) */
function acquiredAtMs(file: DataSet): number | undefined {
  for (const [dateName, timeName] of [
    ["AcquisitionDate", "AcquisitionTime"],
    ["ContentDate", "ContentTime"],
    ["StudyDate", "StudyTime"],
  ] as const) {
    const date = /^(\d{4})(\d{2})(\d{2})$/.exec(text(file, dateName) ?? "");
    const time = /^(\d{2})(\d{2})(\d{2})?/.exec(text(file, timeName) ?? "");
    if (!date || !time) continue;
    const [year, month, day] = date.slice(1).map(Number);
    return Date.UTC(year, month - 1, day, Number(time[1]), Number(time[2]), Number(time[3] ?? 0));
  }
  return undefined;
}

function describeFrame(
  object: Omit<CtImage, "frame">,
  own: DataSet,
  shared: DataSet | undefined,
  frame: number,
): CtImage {
  const group = (keyword: Parameters<typeof items>[1]): DataSet =>
    items(own, keyword)[0] ?? (shared && items(shared, keyword)[0]) ?? { encoding: own.encoding, elements: new Map() };
  const measures = group("PixelMeasuresSequence");
  const plane = {
    encoding: own.encoding,
    elements: new Map([...group("PlanePositionSequence").elements, ...group("PlaneOrientationSequence").elements]),
  };
  const frameType = texts(group("CTImageFrameTypeSequence"), "FrameType");
  return {
    ...object,
    frame,
    ...(frameType.length > 0 ? { imageType: frameType.map((value) => value.toUpperCase()) } : {}),
    ...describePlane(plane, measures, group("PixelValueTransformationSequence")),
  };
}

function describePlane(plane: DataSet, measures: DataSet, transformation: DataSet): Partial<CtImage> {
  const spacing = decimals(measures, "PixelSpacing");
  const position = decimals(plane, "ImagePositionPatient");
  const cosines = decimals(plane, "ImageOrientationPatient");
  const slope = decimal(transformation, "RescaleSlope");
  const intercept = decimal(transformation, "RescaleIntercept");
  return {
    ...(spacing.length >= 2 ? { pixelSpacing: [spacing[0] as number, spacing[1] as number] as const } : {}),
    ...(position.length === 3 ? { position: position as unknown as Vec3 } : {}),
    ...(cosines.length === 6
      ? { rowAxis: cosines.slice(0, 3) as unknown as Vec3, columnAxis: cosines.slice(3) as unknown as Vec3 }
      : {}),
    ...(slope !== undefined && intercept !== undefined ? { rescale: { slope, intercept } } : {}),
    sliceThicknessMm: decimal(measures, "SliceThickness"),
  };
}

/** The stored values that are padding. Their VR follows PixelRepresentation. @see DICOM PS3.3 C.7.5.1.1.2 */
function paddingOf(file: DataSet, signed: boolean): readonly [number, number] | undefined {
  const value = uint16(file, "PixelPaddingValue", signed);
  if (value === undefined) return undefined;
  const limit = uint16(file, "PixelPaddingRangeLimit", signed) ?? value;
  return [Math.min(value, limit), Math.max(value, limit)];
}

/** HU between which a padding value is not believed: it would turn tissue or bone into air. Real padding lies outside of what is measured. */
const MEASURED_HU = [-900, 3000] as const;

/**
 * Whether the padding value of an image is one that cannot be a measurement. Some exports state 0 where 0 is water.
 *
 * @see DICOM PS3.3 C.7.5.1.1.2
 */
export function paddingIsCredible(image: CtImage): boolean {
  if (!image.padding || !image.rescale) return true;
  const { slope, intercept } = image.rescale;
  return image.padding.every((value) => {
    const hu = value * slope + intercept;
    return hu <= MEASURED_HU[0] || hu >= MEASURED_HU[1];
  });
}

/** The HU of one image. */
export interface SliceHu {
  /** `rows * columns` values; 16-bit where all are whole and in range. */
  readonly hu: Int16Array | Float32Array;
  /** How many pixels were padding and became AIR_HU. */
  readonly paddedPixels: number;
}

/**
 * The pixels of an image as HU.
 *
 * @param file the object that the image was found in
 * @throws HemacastError DICOM_MALFORMED, TRANSFER_SYNTAX_UNSUPPORTED; SERIES_INCONSISTENT when it has no rescale
 */
export async function readHu(file: Part10, image: CtImage): Promise<SliceHu> {
  const { slope, intercept } = rescaleOf(image);
  const stored = await storedValues(file, image.layout, image.frame ?? 0);
  const [paddingLow, paddingHigh] = (paddingIsCredible(image) && image.padding) || [1, 0];
  const fits = fitsInt16(stored, slope, intercept, paddingLow, paddingHigh);
  const hu = fits ? new Int16Array(stored.length) : new Float32Array(stored.length);
  let paddedPixels = 0;
  for (let p = 0; p < stored.length; p++) {
    const value = stored[p] as number;
    if (value >= paddingLow && value <= paddingHigh) {
      hu[p] = AIR_HU;
      paddedPixels++;
    } else hu[p] = value * slope + intercept;
  }
  return { hu, paddedPixels };
}

/** Whether every measured value is whole and within 16 bits after rescale. */
function fitsInt16(
  stored: StoredValues,
  slope: number,
  intercept: number,
  paddingLow: number,
  paddingHigh: number,
): boolean {
  if (!Number.isInteger(slope) || !Number.isInteger(intercept)) return false;
  let low = 0;
  let high = 0;
  for (let p = 0; p < stored.length; p++) {
    const value = stored[p] as number;
    if (value >= paddingLow && value <= paddingHigh) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return [low * slope + intercept, high * slope + intercept].every((hu) => Math.abs(hu) <= 32767);
}

function rescaleOf(image: CtImage): { slope: number; intercept: number } {
  const rescale = required(image.rescale, "RescaleIntercept");
  if (rescale.slope !== 0) return rescale;
  throw new HemacastError("DICOM_MALFORMED", "RescaleSlope is 0");
}

/** Whether an image's pixel data are in a lossy transfer syntax, or were at some time. */
export function isLossy(image: CtImage): boolean {
  return image.lossy || transferSyntaxOf(image.transferSyntaxUID).lossy;
}
