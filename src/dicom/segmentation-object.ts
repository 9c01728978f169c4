/** DICOM Segmentation objects: which segments there are, and the planes of one of them. */
import { HemacastError } from "../core/errors.ts";
import { scale, type Vec3 } from "../math/vec3.ts";
import type { MaskPlane } from "./mask-planes.ts";
import { transferSyntaxOf } from "./pixels/transfer-syntaxes.ts";
import type { DataSet, Part10 } from "./read-dataset.ts";
import { tags } from "./tags.ts";
import { decimals, items, required, text, uint16 } from "./values.ts";

/** SOP classes: segmentation, and label map segmentation. */
const SEGMENTATION = "1.2.840.10008.5.1.4.1.1.66.4";
const LABEL_MAP = "1.2.840.10008.5.1.4.1.1.66.7";
/** Pixels of a plane and of an object that are read: a whole-body scan at full resolution has 2^29. */
const MOST_PIXELS = 2 ** 30;
const MOST_FRAMES = 65_536;

/** A segment by its number and name. */
export interface Segment {
  readonly number: number;
  readonly label: string;
}

/** What a segmentation object holds. */
export interface SegmentationObject {
  readonly segments: readonly Segment[];
  /** The planes of a segment, none for a number that is not there. */
  readonly planesOf: (segmentNumber: number) => readonly MaskPlane[];
  /** Whether probabilities or occupancies were stored, of which at least one half counts as inside. */
  readonly fractional: boolean;
}

/** Whether a data set is a segmentation object. */
export function isSegmentationObject(dataSet: DataSet): boolean {
  const sopClass = text(dataSet, "SOPClassUID");
  return sopClass === SEGMENTATION || sopClass === LABEL_MAP;
}

/**
 * Reads a segmentation object: binary, fractional (cut at one half), or a label map.
 *
 * @throws HemacastError DICOM_MALFORMED where attributes are missing or pixels are too few, TRANSFER_SYNTAX_UNSUPPORTED for packed pixels,
 * INPUT_TOO_LARGE
 * @see DICOM PS3.3 section C.8.20 (Segmentation)
 */
export function readSegmentationObject(part10: Part10): SegmentationObject {
  if (transferSyntaxOf(part10.transferSyntaxUID).codec !== "native") {
    throw new HemacastError(
      "TRANSFER_SYNTAX_UNSUPPORTED",
      "segmentations with packed pixels are not read; convert the file to Explicit VR Little Endian (dcmdrle, gdcmconv --raw)",
    );
  }
  const frames = framesOf(part10);
  const type = text(part10, "SegmentationType") ?? "BINARY";
  const maximum = uint16(part10, "MaximumFractionalValue") ?? 255;
  const { columns, rows, valueAt } = pixelsOf(part10, frames.length);
  const inside = (frame: number, holds: (value: number) => boolean): Uint8Array =>
    Uint8Array.from({ length: columns * rows }, (_, p) => (holds(valueAt(frame * columns * rows + p)) ? 1 : 0));
  const planesOf = (segment: number): MaskPlane[] =>
    frames.flatMap(({ segmentNumber, ...place }, frame): MaskPlane[] => {
      if (type === "LABELMAP")
        return [{ columns, rows, ...place, inside: inside(frame, (value) => value === segment) }];
      if (segmentNumber !== segment) return [];
      const least = type === "FRACTIONAL" ? maximum / 2 : 1;
      return [{ columns, rows, ...place, inside: inside(frame, (value) => value >= least) }];
    });
  return { segments: segmentsOf(part10), planesOf, fractional: type === "FRACTIONAL" };
}

function segmentsOf(dataSet: DataSet): Segment[] {
  return items(dataSet, "SegmentSequence").map((item) => ({
    number: required(uint16(item, "SegmentNumber"), "SegmentNumber"),
    label: text(item, "SegmentLabel") ?? "",
  }));
}

interface Frame extends Pick<MaskPlane, "origin" | "column" | "row"> {
  readonly segmentNumber: number | undefined;
}

/** Where each frame lies, from its own functional group or the shared one. */
function framesOf(dataSet: DataSet): Frame[] {
  const shared = items(dataSet, "SharedFunctionalGroupsSequence");
  const perFrame = items(dataSet, "PerFrameFunctionalGroupsSequence");
  const count = Number(text(dataSet, "NumberOfFrames") ?? 1);
  if (count > MOST_FRAMES)
    throw new HemacastError("INPUT_TOO_LARGE", `the segmentation has ${count} frames; at most ${MOST_FRAMES}`);
  if (!(count >= 1) || perFrame.length !== count) {
    throw new HemacastError("DICOM_MALFORMED", `${perFrame.length} frames are described, NumberOfFrames says ${count}`);
  }
  return perFrame.map((own) => {
    const macro = (
      name:
        | "PixelMeasuresSequence"
        | "PlanePositionSequence"
        | "PlaneOrientationSequence"
        | "SegmentIdentificationSequence",
    ) => [own, ...shared].flatMap((group) => items(group, name))[0];
    const numbers = (
      group: DataSet | undefined,
      name: "PixelSpacing" | "ImagePositionPatient" | "ImageOrientationPatient",
      n: number,
    ) => {
      const found = group ? decimals(group, name) : [];
      if (found.length === n) return found;
      throw new HemacastError("DICOM_MALFORMED", `a frame of the segmentation has no ${name}`);
    };
    const [rowMm, columnMm] = numbers(macro("PixelMeasuresSequence"), "PixelSpacing", 2);
    const o = numbers(macro("PlaneOrientationSequence"), "ImageOrientationPatient", 6);
    const identification = macro("SegmentIdentificationSequence");
    return {
      origin: numbers(macro("PlanePositionSequence"), "ImagePositionPatient", 3) as unknown as Vec3,
      column: scale([o[0], o[1], o[2]], columnMm),
      row: scale([o[3], o[4], o[5]], rowMm),
      segmentNumber: identification && uint16(identification, "ReferencedSegmentNumber"),
    };
  });
}

/** The pixels of all frames one after the other; of one bit they are packed without gaps, lowest bit first. */
function pixelsOf(dataSet: DataSet, frames: number): { columns: number; rows: number; valueAt: (p: number) => number } {
  const columns = required(uint16(dataSet, "Columns"), "Columns");
  const rows = required(uint16(dataSet, "Rows"), "Rows");
  const bits = required(uint16(dataSet, "BitsAllocated"), "BitsAllocated");
  const count = columns * rows * frames;
  if (count > MOST_PIXELS)
    throw new HemacastError("INPUT_TOO_LARGE", `the segmentation has ${count} pixels; at most ${MOST_PIXELS}`);
  const bytes = dataSet.elements.get(tags.PixelData)?.value;
  if (!bytes || bytes.length * 8 < count * bits) {
    throw new HemacastError(
      "DICOM_MALFORMED",
      `${bytes?.length ?? 0} bytes of pixels for ${count} pixels of ${bits} bits`,
    );
  }
  if (bits === 1) return { columns, rows, valueAt: (p) => (bytes[p >> 3] >> (p & 7)) & 1 };
  if (bits === 8) return { columns, rows, valueAt: (p) => bytes[p] };
  if (bits !== 16)
    throw new HemacastError("DICOM_MALFORMED", `BitsAllocated is ${bits}; a segmentation has 1, 8 or 16`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return { columns, rows, valueAt: (p) => view.getUint16(2 * p, dataSet.encoding.littleEndian) };
}
