/** Pixel data as stored values: which bytes are which frame, and which bits of a word are the value. */
import { HemacastError } from "../../core/errors.ts";
import type { DataElement, DataSet, Part10 } from "../read-dataset.ts";
import { tags } from "../tags.ts";
import { required, uint16 } from "../values.ts";
import { decodeFrame, type FrameLayout } from "./decode-frame.ts";
import { transferSyntaxOf } from "./transfer-syntaxes.ts";

/** How the values of an image lie in its pixel data. */
export interface PixelLayout extends FrameLayout {
  readonly highBit: number;
  readonly numberOfFrames: number;
}

/** Stored values of one frame, row by row. */
export type StoredValues = Int16Array | Uint16Array;

const hostIsLittleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/**
 * The layout of an image's pixel data.
 *
 * @param numberOfFrames NumberOfFrames, 1 where it is absent
 * @throws HemacastError DICOM_MALFORMED when the description contradicts itself
 */
export function pixelLayout(dataSet: DataSet, numberOfFrames: number): PixelLayout {
  const read = (keyword: "Rows" | "Columns" | "BitsAllocated") => required(uint16(dataSet, keyword), keyword);
  const bitsAllocated = read("BitsAllocated");
  const bitsStored = uint16(dataSet, "BitsStored") ?? bitsAllocated;
  const layout = {
    rows: read("Rows"),
    columns: read("Columns"),
    bitsAllocated,
    bitsStored,
    highBit: uint16(dataSet, "HighBit") ?? bitsStored - 1,
    signed: (uint16(dataSet, "PixelRepresentation") ?? 0) === 1,
    numberOfFrames,
  };
  if (layout.rows < 1 || layout.columns < 1) throw malformed(`the image is ${layout.columns} x ${layout.rows} pixels`);
  if (bitsAllocated !== 8 && bitsAllocated !== 16) {
    throw malformed(`BitsAllocated is ${bitsAllocated}; a CT image has 16 (8 is read too)`);
  }
  if (!(bitsStored >= 1 && bitsStored <= layout.highBit + 1 && layout.highBit < bitsAllocated)) {
    throw malformed(`BitsStored ${bitsStored} and HighBit ${layout.highBit} do not fit in ${bitsAllocated} bits`);
  }
  return layout;
}

/**
 * The stored values of one frame.
 *
 * @param frame from 0
 * @returns `rows * columns` values, rows from top to bottom
 * @throws HemacastError DICOM_MALFORMED, TRANSFER_SYNTAX_UNSUPPORTED
 */
export async function storedValues(file: Part10, layout: PixelLayout, frame: number): Promise<StoredValues> {
  const element = file.elements.get(tags.PixelData);
  if (!element) throw malformed("it has no PixelData");
  const { codec } = transferSyntaxOf(file.transferSyntaxUID);
  if (codec === "native") {
    if (element.fragments) throw malformed("its pixel data are encapsulated although its transfer syntax is not");
    return toValues(nativeFrame(element, layout, frame), layout, file.encoding.littleEndian);
  }
  if (!element.fragments) throw malformed("its pixel data are not encapsulated although its transfer syntax is");
  const packed = encapsulatedFrame(file, element.fragments, layout.numberOfFrames, frame);
  return toValues(await decodeFrame(packed, codec, layout), layout, true);
}

function nativeFrame(element: DataElement, layout: PixelLayout, frame: number): Uint8Array {
  const size = (layout.rows * layout.columns * layout.bitsAllocated) / 8;
  if (element.value.length < size * layout.numberOfFrames) {
    throw malformed(
      `its pixel data have ${element.value.length} bytes; ${layout.numberOfFrames} frames of ${layout.columns} x ${layout.rows} need ${size * layout.numberOfFrames}`,
    );
  }
  return element.value.subarray(frame * size, (frame + 1) * size);
}

/** The fragments of one frame, joined. Which they are is said by the offset tables, or plain when there is one for each frame. */
function encapsulatedFrame(file: DataSet, fragments: readonly Uint8Array[], frames: number, frame: number): Uint8Array {
  const [table, ...parts] = fragments;
  if (frames === 1) return joined(parts);
  if (parts.length === frames) return parts[frame] as Uint8Array;
  const offsets = frameOffsets(file, table);
  if (offsets.length !== frames) {
    throw malformed(
      `its ${parts.length} fragments cannot be assigned to its ${frames} frames: the offset table has ${offsets.length} entries`,
    );
  }
  const start = offsets[frame] as number;
  const end = offsets[frame + 1] ?? Number.POSITIVE_INFINITY;
  let at = 0;
  const own: Uint8Array[] = [];
  for (const part of parts) {
    if (at >= start && at < end) own.push(part);
    at += 8 + part.length;
  }
  return joined(own);
}

function frameOffsets(file: DataSet, basicTable: Uint8Array | undefined): number[] {
  const extended = file.elements.get(tags.ExtendedOffsetTable)?.value;
  if (extended) {
    const view = new DataView(extended.buffer, extended.byteOffset, extended.byteLength);
    return Array.from({ length: Math.floor(extended.length / 8) }, (_, i) => Number(view.getBigUint64(8 * i, true)));
  }
  if (!basicTable) return [];
  const view = new DataView(basicTable.buffer, basicTable.byteOffset, basicTable.byteLength);
  return Array.from({ length: Math.floor(basicTable.length / 4) }, (_, i) => view.getUint32(4 * i, true));
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1) return parts[0] as Uint8Array;
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** Words to values: byte order, the bits from HighBit down, the sign. Old scanners keep overlays in the bits that are left. */
function toValues(bytes: Uint8Array, layout: PixelLayout, littleEndian: boolean): StoredValues {
  const { bitsAllocated, bitsStored, highBit, signed } = layout;
  const words = bitsAllocated === 8 ? Uint16Array.from(bytes) : toWords(bytes, littleEndian);
  if (bitsStored === 16) return signed ? new Int16Array(words.buffer) : words;
  const up = 31 - highBit;
  const down = 32 - bitsStored;
  const values = signed ? new Int16Array(words.length) : words;
  for (let p = 0; p < words.length; p++) {
    const aligned = (words[p] as number) << up;
    values[p] = signed ? aligned >> down : aligned >>> down;
  }
  return values;
}

function toWords(bytes: Uint8Array, littleEndian: boolean): Uint16Array {
  const words = new Uint16Array(new Uint8Array(bytes).buffer);
  if (littleEndian !== hostIsLittleEndian) {
    for (let p = 0; p < words.length; p++) {
      const word = words[p] as number;
      words[p] = (word >>> 8) | (word << 8);
    }
  }
  return words;
}

function malformed(message: string): HemacastError {
  return new HemacastError("DICOM_MALFORMED", message);
}
