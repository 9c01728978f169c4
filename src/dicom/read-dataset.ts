/**
 * The bytes of a DICOM data set as elements. Nothing is copied and nothing is interpreted here: an element is a view on its bytes, and a sequence is
 * taken apart when somebody asks for its items. Every length is checked against the bytes that are there.
 *
 * @see DICOM PS3.5 section 7, PS3.10 section 7
 */
import { HemacastError } from "../core/errors.ts";
import { inflateRaw } from "./inflate.ts";
import { tags } from "./tags.ts";

/** One data element: its value as bytes, still in the byte order of the data set. */
export interface DataElement {
  /** Value Representation, or null in implicit encoding. */
  readonly vr: string | null;
  readonly value: Uint8Array;
  /** The item fragments of encapsulated pixel data, offset table first. */
  readonly fragments?: readonly Uint8Array[];
}

/** How the bytes of a data set are to be read. */
export interface Encoding {
  readonly explicitVr: boolean;
  readonly littleEndian: boolean;
}

/** A data set: elements by tag number, e.g. `0x00080060`. */
export interface DataSet {
  readonly encoding: Encoding;
  readonly elements: ReadonlyMap<number, DataElement>;
}

/** A data set as stored in a file, with the name of its transfer syntax. */
export interface Part10 extends DataSet {
  readonly transferSyntaxUID: string;
}

/** Elements in one data set. CT images have under 400, per-frame groups of an enhanced CT some thousands in all; more is an attack. */
const MAX_ELEMENTS = 100_000;
/** Sequences within sequences. The standard's deepest documents need about ten. */
const MAX_DEPTH = 24;
/** Bytes that a deflated data set may unpack to. */
const MAX_INFLATED_BYTES = 1024 ** 3;

const IMPLICIT_LITTLE_ENDIAN = "1.2.840.10008.1.2";
const EXPLICIT_LITTLE_ENDIAN = "1.2.840.10008.1.2.1";
const DEFLATED = "1.2.840.10008.1.2.1.99";
const EXPLICIT_BIG_ENDIAN = "1.2.840.10008.1.2.2";
const UNDEFINED_LENGTH = 0xffffffff;
const ITEM = 0xfffee000;
const ITEM_END = 0xfffee00d;
const SEQUENCE_END = 0xfffee0dd;
const longVr = new Set(["OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV"]);
const explicitLittleEndian: Encoding = { explicitVr: true, littleEndian: true };

/**
 * Whether bytes look like DICOM: the prefix DICM, or a data set without it that starts with group 0002 or 0008.
 *
 * @example looksLikeDicom(new Uint8Array(200)) // => false
 */
export function looksLikeDicom(bytes: Uint8Array): boolean {
  return hasPrefix(bytes) || (bytes.length >= 8 && bareEncoding(bytes) !== null);
}

/**
 * Reads a DICOM file: file meta information, then the data set in its transfer syntax. A file without preamble and meta information, as old archives
 * hold them, is read too.
 *
 * @param bytes the whole file
 * @throws HemacastError DICOM_MALFORMED when it is truncated or breaks the encoding rules, INPUT_TOO_LARGE when it inflates beyond 1 GB
 */
export async function readPart10(bytes: Uint8Array): Promise<Part10> {
  if (!hasPrefix(bytes)) return readBare(bytes);
  const meta = new Map<number, DataElement>();
  const start = readElements(bytes, 132, explicitLittleEndian, meta, (tag) => tag >>> 16 === 2);
  const syntax = meta.get(tags.TransferSyntaxUID);
  if (!syntax) throw malformed("the file meta information has no TransferSyntaxUID");
  const transferSyntaxUID = String.fromCharCode(...syntax.value.subarray(0, 64)).replace(/[\0 ]+$/, "");
  const deflated = transferSyntaxUID === DEFLATED;
  const body = deflated ? await inflateRaw(bytes.subarray(start), MAX_INFLATED_BYTES) : bytes;
  return { ...readDataSet(body, encodingOf(transferSyntaxUID), deflated ? 0 : start), transferSyntaxUID };
}

/** All elements of a data set that ends where its bytes end. */
function readDataSet(bytes: Uint8Array, encoding: Encoding, start = 0): DataSet {
  const elements = new Map<number, DataElement>();
  readElements(bytes, start, encoding, elements, () => true);
  return { encoding, elements };
}

function encodingOf(transferSyntaxUID: string): Encoding {
  return {
    explicitVr: transferSyntaxUID !== IMPLICIT_LITTLE_ENDIAN,
    littleEndian: transferSyntaxUID !== EXPLICIT_BIG_ENDIAN,
  };
}

function hasPrefix(bytes: Uint8Array): boolean {
  return bytes.length >= 132 && String.fromCharCode(...bytes.subarray(128, 132)) === "DICM";
}

function readBare(bytes: Uint8Array): Part10 {
  const encoding = bytes.length >= 8 ? bareEncoding(bytes) : null;
  if (!encoding) throw malformed("it has neither the DICM prefix nor a data set at its start");
  const transferSyntaxUID = encoding.explicitVr ? EXPLICIT_LITTLE_ENDIAN : IMPLICIT_LITTLE_ENDIAN;
  return { ...readDataSet(bytes, encoding), transferSyntaxUID };
}

/** The encoding of a data set without file meta information: its first element must be an early one of group 0008. */
function bareEncoding(bytes: Uint8Array): Encoding | null {
  const view = viewOf(bytes);
  if (view.getUint16(0, true) !== 0x0008 || view.getUint16(2, true) > 0x0018) return null;
  if (/^[A-Z]{2}$/.test(String.fromCharCode(bytes[4] as number, bytes[5] as number))) return explicitLittleEndian;
  return view.getUint32(4, true) <= 1024 ? { explicitVr: false, littleEndian: true } : null;
}

/**
 * The items of a sequence element, each a data set.
 *
 * @throws HemacastError DICOM_MALFORMED
 */
export function sequenceItems(parent: DataSet, element: DataElement): DataSet[] {
  // An undefined VR hides an implicit sequence, whatever the data set around it is (PS3.5 section 6.2.2 note 2).
  const encoding = element.vr === "UN" ? { explicitVr: false, littleEndian: true } : parent.encoding;
  const bytes = element.value;
  const view = viewOf(bytes);
  const items: DataSet[] = [];
  for (let at = 0; at < bytes.length; ) {
    const tag = tagAt(view, at, encoding);
    if (tag === SEQUENCE_END) break;
    if (tag !== ITEM) throw malformed(`a sequence holds tag ${hex(tag)} where an item was expected`);
    const length = lengthAt(view, at + 4, encoding);
    const end =
      length === UNDEFINED_LENGTH ? endOfItem(view, at + 8, encoding, 0) : within(bytes, at + 8, length, ITEM);
    const content = bytes.subarray(at + 8, length === UNDEFINED_LENGTH ? end - 8 : end);
    items.push(readDataSet(content, encoding));
    if (items.length > MAX_ELEMENTS) throw malformed(`a sequence has more than ${MAX_ELEMENTS} items`);
    at = end;
  }
  return items;
}

/** Reads elements from `at` while `wanted` holds; returns where it stopped. */
function readElements(
  bytes: Uint8Array,
  start: number,
  encoding: Encoding,
  into: Map<number, DataElement>,
  wanted: (tag: number) => boolean,
): number {
  const view = viewOf(bytes);
  let at = start;
  while (at < bytes.length) {
    if (bytes.length - at < 8 && isPadding(bytes, at)) return bytes.length;
    const tag = tagAt(view, at, encoding);
    if (!wanted(tag)) break;
    const header = headerAt(view, at, encoding);
    if (header.length === UNDEFINED_LENGTH && tag === tags.PixelData) {
      const { fragments, end } = readFragments(bytes, view, header.valueAt, encoding);
      into.set(tag, { vr: header.vr, value: bytes.subarray(header.valueAt, end), fragments });
      at = end;
    } else {
      const end = endOfValue(view, tag, header, encoding, 0);
      into.set(tag, { vr: header.vr, value: bytes.subarray(header.valueAt, end) });
      at = end;
    }
    if (into.size > MAX_ELEMENTS) throw malformed(`a data set has more than ${MAX_ELEMENTS} elements`);
  }
  return at;
}

interface Header {
  readonly vr: string | null;
  readonly length: number;
  readonly valueAt: number;
}

function headerAt(view: DataView, at: number, encoding: Encoding): Header {
  const tag = tagAt(view, at, encoding);
  const bytes = bytesOf(view);
  if (!encoding.explicitVr || tag >>> 16 === 0xfffe) {
    return { vr: null, length: lengthAt(view, at + 4, encoding), valueAt: at + 8 };
  }
  within(bytes, at, 8, tag);
  const vr = String.fromCharCode(view.getUint8(at + 4), view.getUint8(at + 5));
  if (!/^[A-Z]{2}$/.test(vr)) throw malformed(`element ${hex(tag)} has no value representation`);
  if (longVr.has(vr)) return { vr, length: lengthAt(view, at + 8, encoding), valueAt: at + 12 };
  return { vr, length: view.getUint16(at + 6, encoding.littleEndian), valueAt: at + 8 };
}

/** Where the value of an element ends; of undefined length only sequences can be. */
function endOfValue(view: DataView, tag: number, header: Header, encoding: Encoding, depth: number): number {
  if (header.length !== UNDEFINED_LENGTH) return within(bytesOf(view), header.valueAt, header.length, tag);
  const inner = header.vr === "UN" ? { explicitVr: false, littleEndian: true } : encoding;
  return endOfSequence(view, header.valueAt, inner, depth + 1);
}

function endOfSequence(view: DataView, start: number, encoding: Encoding, depth: number): number {
  if (depth > MAX_DEPTH) throw malformed(`sequences are nested more than ${MAX_DEPTH} deep`);
  for (let at = start; ; ) {
    const tag = tagAt(view, at, encoding);
    const length = lengthAt(view, at + 4, encoding);
    if (tag === SEQUENCE_END) return at + 8;
    if (tag !== ITEM) throw malformed(`a sequence holds tag ${hex(tag)} where an item was expected`);
    at =
      length === UNDEFINED_LENGTH
        ? endOfItem(view, at + 8, encoding, depth)
        : within(bytesOf(view), at + 8, length, tag);
  }
}

function endOfItem(view: DataView, start: number, encoding: Encoding, depth: number): number {
  for (let at = start; ; ) {
    const tag = tagAt(view, at, encoding);
    if (tag === ITEM_END) return at + 8;
    at = endOfValue(view, tag, headerAt(view, at, encoding), encoding, depth);
  }
}

function readFragments(bytes: Uint8Array, view: DataView, start: number, encoding: Encoding) {
  const fragments: Uint8Array[] = [];
  for (let at = start; ; ) {
    const tag = tagAt(view, at, encoding);
    const length = lengthAt(view, at + 4, encoding);
    if (tag === SEQUENCE_END) return { fragments, end: at + 8 };
    if (tag !== ITEM) throw malformed(`encapsulated pixel data hold tag ${hex(tag)} where an item was expected`);
    const end = within(bytes, at + 8, length, tags.PixelData);
    fragments.push(bytes.subarray(at + 8, end));
    at = end;
  }
}

function tagAt(view: DataView, at: number, encoding: Encoding): number {
  within(bytesOf(view), at, 4, null);
  return ((view.getUint16(at, encoding.littleEndian) << 16) | view.getUint16(at + 2, encoding.littleEndian)) >>> 0;
}

function lengthAt(view: DataView, at: number, encoding: Encoding): number {
  within(bytesOf(view), at, 4, null);
  return view.getUint32(at, encoding.littleEndian);
}

/** The end of `length` bytes from `at`, which must be there. */
function within(bytes: { readonly byteLength: number }, at: number, length: number, tag: number | null): number {
  const end = at + length;
  if (end <= bytes.byteLength) return end;
  const what = tag === null ? "an element header" : `element ${hex(tag)}`;
  throw malformed(
    `it is truncated: ${what} needs ${length} bytes at ${at}, the file has ${Math.max(bytes.byteLength - at, 0)}`,
  );
}

function isPadding(bytes: Uint8Array, at: number): boolean {
  return bytes.subarray(at).every((byte) => byte === 0);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function bytesOf(view: DataView): { readonly byteLength: number } {
  return view;
}

function hex(tag: number): string {
  const text = tag.toString(16).padStart(8, "0");
  return `(${text.slice(0, 4)},${text.slice(4)})`;
}

function malformed(message: string): HemacastError {
  return new HemacastError("DICOM_MALFORMED", message);
}
