/** Element values as text and numbers. What is absent or empty is `undefined`; what is there but is not what it must be is an error. */
import { HemacastError } from "../core/errors.ts";
import { type DataSet, sequenceItems } from "./read-dataset.ts";
import { type Keyword, tags } from "./tags.ts";

/** Longest text that is taken from an element: what is read here are codes, UIDs and numbers. */
const MAX_TEXT_BYTES = 16_384;

/**
 * The values of a text element, without padding; several are separated by backslashes. Bytes beyond ASCII are kept as Latin-1: only codes are compared.
 */
export function texts(dataSet: DataSet, keyword: Keyword): readonly string[] {
  const element = dataSet.elements.get(tags[keyword]);
  if (!element || element.value.length === 0) return [];
  let text = "";
  for (const byte of element.value.subarray(0, MAX_TEXT_BYTES)) text += String.fromCharCode(byte);
  const values = text.split("\\").map((value) => value.replace(/^ +|[\0 ]+$/g, ""));
  return values.every((value) => value === "") ? [] : values;
}

/** The first value of a text element. */
export function text(dataSet: DataSet, keyword: Keyword): string | undefined {
  return texts(dataSet, keyword)[0] || undefined;
}

/**
 * The numbers of a decimal or integer string element (DS, IS).
 *
 * @throws HemacastError DICOM_MALFORMED when one is not a finite number
 */
export function decimals(dataSet: DataSet, keyword: Keyword): readonly number[] {
  return texts(dataSet, keyword).map((value) => {
    const number = value === "" ? Number.NaN : Number(value);
    if (!Number.isFinite(number)) throw new HemacastError("DICOM_MALFORMED", `${keyword} is not a list of numbers`);
    return number;
  });
}

/** The first number of a decimal or integer string element. */
export function decimal(dataSet: DataSet, keyword: Keyword): number | undefined {
  return decimals(dataSet, keyword)[0];
}

/**
 * A 16-bit number (US; SS when `signed`).
 *
 * @throws HemacastError DICOM_MALFORMED when the element has another length
 */
export function uint16(dataSet: DataSet, keyword: Keyword, signed = false): number | undefined {
  const element = dataSet.elements.get(tags[keyword]);
  if (!element || element.value.length === 0) return undefined;
  if (element.value.length < 2) throw new HemacastError("DICOM_MALFORMED", `${keyword} has one byte instead of two`);
  const { buffer, byteOffset, byteLength } = element.value;
  const view = new DataView(buffer, byteOffset, byteLength);
  const little = dataSet.encoding.littleEndian;
  return signed ? view.getInt16(0, little) : view.getUint16(0, little);
}

/**
 * The items of a sequence; none when it is absent.
 *
 * @throws HemacastError DICOM_MALFORMED
 */
export function items(dataSet: DataSet, keyword: Keyword): readonly DataSet[] {
  const element = dataSet.elements.get(tags[keyword]);
  return element ? sequenceItems(dataSet, element) : [];
}

/**
 * A value that must be there.
 *
 * @throws HemacastError DICOM_MALFORMED naming the attribute
 */
export function required<T>(value: T | undefined, keyword: Keyword): T {
  if (value === undefined) throw new HemacastError("DICOM_MALFORMED", `it has no ${keyword}`);
  return value;
}
