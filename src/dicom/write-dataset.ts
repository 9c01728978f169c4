/** Elements -> the bytes of a DICOM file, in one of the two little-endian encodings. The inverse of `read-dataset`. @see DICOM PS3.5, PS3.10 */
import { HemacastError } from "../core/errors.ts";
import { type Keyword, tags } from "./tags.ts";

/** Value representations that are written. */
export type WritableVr =
  | "AE"
  | "AS"
  | "CS"
  | "DA"
  | "DS"
  | "IS"
  | "LO"
  | "OB"
  | "OW"
  | "PN"
  | "SH"
  | "SQ"
  | "SS"
  | "TM"
  | "UI"
  | "UL"
  | "US";

/** One element: keyword, VR, value. Text for text VRs (several values joined by backslashes), numbers for US, SS, UL, DS and IS, items for SQ. */
export type WritableElement =
  | readonly [Keyword, Exclude<WritableVr, "SQ" | "OB" | "OW">, string | number | readonly number[]]
  | readonly [Keyword, "OB" | "OW", Uint8Array]
  | readonly [Keyword, "SQ", readonly (readonly WritableElement[])[]];

/** Transfer syntaxes that are written. */
export type WritableSyntax = "1.2.840.10008.1.2" | "1.2.840.10008.1.2.1";

const longVr = new Set<WritableVr>(["OB", "OW", "SQ"]);
const EXPLICIT_LITTLE_ENDIAN = "1.2.840.10008.1.2.1";

/** What stands for this program in files: a UID below 2.25, made once from random bits. */
const IMPLEMENTATION_CLASS_UID = "2.25.276463815870374650189367206811447364521";

/**
 * A DICOM file with preamble and file meta information.
 *
 * @param elements in any order; SOPClassUID and SOPInstanceUID must be among them
 * @throws HemacastError ARGUMENT_INVALID when one of those is missing or a text does not fit its element
 */
export function writePart10(
  elements: readonly WritableElement[],
  transferSyntaxUID: WritableSyntax = EXPLICIT_LITTLE_ENDIAN,
): Uint8Array {
  const uidOf = (keyword: Keyword): string => {
    const found = elements.find(([name]) => name === keyword)?.[2];
    if (typeof found === "string" && found !== "") return found;
    throw new HemacastError("ARGUMENT_INVALID", `a DICOM file needs ${keyword}`);
  };
  const meta = encodeDataSet(
    [
      ["FileMetaInformationVersion", "OB", Uint8Array.of(0, 1)],
      ["MediaStorageSOPClassUID", "UI", uidOf("SOPClassUID")],
      ["MediaStorageSOPInstanceUID", "UI", uidOf("SOPInstanceUID")],
      ["TransferSyntaxUID", "UI", transferSyntaxUID],
      ["ImplementationClassUID", "UI", IMPLEMENTATION_CLASS_UID],
      ["ImplementationVersionName", "SH", "HEMACAST"],
    ],
    true,
  );
  const groupLength = encodeDataSet([["FileMetaInformationGroupLength", "UL", meta.length]], true);
  const body = encodeDataSet(elements, transferSyntaxUID === EXPLICIT_LITTLE_ENDIAN);
  const prefix = new Uint8Array(132);
  prefix.set([0x44, 0x49, 0x43, 0x4d], 128);
  return joined([prefix, groupLength, meta, body]);
}

/**
 * The bytes of a data set, elements sorted by tag.
 *
 * @throws HemacastError ARGUMENT_INVALID
 */
export function encodeDataSet(elements: readonly WritableElement[], explicitVr: boolean): Uint8Array {
  const sorted = [...elements].sort(([a], [b]) => tags[a] - tags[b]);
  return joined(sorted.flatMap((element) => encodeElement(element, explicitVr)));
}

function encodeElement([keyword, vr, value]: WritableElement, explicitVr: boolean): Uint8Array[] {
  const bytes =
    vr === "SQ"
      ? joined((value as readonly (readonly WritableElement[])[]).flatMap((item) => encodeItem(item, explicitVr)))
      : encodeValue(keyword, vr, value as string | number | readonly number[] | Uint8Array);
  const long = !explicitVr || longVr.has(vr);
  const header = new Uint8Array(explicitVr && long ? 12 : 8);
  const view = new DataView(header.buffer);
  view.setUint16(0, tags[keyword] >>> 16, true);
  view.setUint16(2, tags[keyword] & 0xffff, true);
  if (explicitVr) header.set([vr.charCodeAt(0), vr.charCodeAt(1)], 4);
  if (long) view.setUint32(explicitVr ? 8 : 4, bytes.length, true);
  else if (bytes.length <= 0xffff) view.setUint16(6, bytes.length, true);
  else throw new HemacastError("ARGUMENT_INVALID", `${keyword} has ${bytes.length} bytes; ${vr} holds at most 65535`);
  return [header, bytes];
}

function encodeItem(item: readonly WritableElement[], explicitVr: boolean): Uint8Array[] {
  const bytes = encodeDataSet(item, explicitVr);
  const header = new Uint8Array(8);
  const view = new DataView(header.buffer);
  view.setUint32(0, 0xe000fffe, true);
  view.setUint32(4, bytes.length, true);
  return [header, bytes];
}

function encodeValue(
  keyword: Keyword,
  vr: WritableVr,
  value: string | number | readonly number[] | Uint8Array,
): Uint8Array {
  if (value instanceof Uint8Array) return value.length % 2 === 0 ? value : joined([value, Uint8Array.of(0)]);
  if (vr === "US" || vr === "SS" || vr === "UL") return encodeBinary(vr, [value].flat() as number[]);
  const text = typeof value === "string" ? value : [value].flat().map(decimalString).join("\\");
  if (/[^\x20-\x7e]/.test(text)) throw new HemacastError("ARGUMENT_INVALID", `${keyword} must be plain ASCII text`);
  const pad = text.length % 2 === 0 ? "" : vr === "UI" ? "\0" : " ";
  return Uint8Array.from(text + pad, (character) => character.charCodeAt(0));
}

function encodeBinary(vr: "US" | "SS" | "UL", numbers: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(numbers.length * (vr === "UL" ? 4 : 2));
  const view = new DataView(bytes.buffer);
  numbers.forEach((n, i) => {
    if (vr === "UL") view.setUint32(4 * i, n, true);
    else if (vr === "US") view.setUint16(2 * i, n, true);
    else view.setInt16(2 * i, n, true);
  });
  return bytes;
}

/**
 * A number as a decimal string of at most 16 characters, with as many digits as fit.
 *
 * @throws HemacastError ARGUMENT_INVALID when it is not finite
 * @see DICOM PS3.5 table 6.2-1, DS
 * @example decimalString(-123.45678901234567) // => "-123.45678901235"
 */
export function decimalString(value: number): string {
  if (!Number.isFinite(value)) throw new HemacastError("ARGUMENT_INVALID", `${value} cannot be a decimal string`);
  const plain = String(value === 0 ? 0 : value);
  if (plain.length <= 16) return plain;
  for (let digits = 15; digits > 0; digits--) {
    const text = String(Number(value.toPrecision(digits)));
    if (text.length <= 16) return text;
  }
  return "0";
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
