/**
 * Weights as safetensors: a JSON header and raw little-endian numbers; nothing in it is code.
 * Eight-bit weights are stored as U8 codes beside `NAME.scale` and `NAME.minimum` (F32, one number, or one per first axis): value = code scale + minimum.
 */
import { HemacastError, messageOf } from "../../core/errors.ts";
import { parseWith, z } from "../../core/schema.ts";
import { createTensor, type Tensor, type Weights } from "../tensor.ts";
import { bfloatToFloat, floatToBfloat, floatToHalf, halfToFloat } from "./float16.ts";

/** How the numbers of a tensor are stored. */
export type StoredType = "F32" | "F16" | "BF16" | "U8";

/** A tensor as it lies in a file. */
export interface StoredTensor {
  /** F32, F16, BF16 or U8; files of others may hold more, which are listed but not read. */
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

/** Where a tensor lies, relative to the end of the header. */
export interface TensorEntry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

/** The header of a file: its tensors and free text. */
export interface SafetensorsHeader {
  readonly entries: ReadonlyMap<string, TensorEntry>;
  readonly metadata: Readonly<Record<string, string>>;
  /** First byte of the data. */
  readonly dataOffset: number;
}

const bytesPerNumber: Record<string, number> = {
  ...{ F64: 8, F32: 4, F16: 2, BF16: 2, F8_E4M3: 1, F8_E5M2: 1 },
  ...{ I64: 8, I32: 4, I16: 2, I8: 1, U64: 8, U32: 4, U16: 2, U8: 1, BOOL: 1 },
};
const largestHeader = 100 * 2 ** 20;
const size = z.number().int().nonnegative();
const headerSchema = z.record(
  z.string(),
  z.union([
    z.strictObject({ dtype: z.string(), shape: z.array(size), data_offsets: z.tuple([size, size]) }),
    z.record(z.string(), z.string()),
  ]),
);

/**
 * The length of the header in bytes, from the first eight bytes of a file.
 *
 * @throws HemacastError BUNDLE_INVALID when it does not fit the file
 */
export function safetensorsHeaderLength(firstBytes: Uint8Array, fileSize: number): number {
  const length =
    firstBytes.length < 8
      ? Number.NaN
      : Number(new DataView(firstBytes.buffer, firstBytes.byteOffset).getBigUint64(0, true));
  if (!(length >= 2 && length <= Math.min(largestHeader, fileSize - 8))) {
    throw new HemacastError("BUNDLE_INVALID", `not a safetensors file: a header of ${length} bytes in ${fileSize}`);
  }
  return length;
}

/**
 * Reads and checks a header: every tensor has a known type and exactly its own bytes, without gap or overlap.
 *
 * @param json the bytes after the first eight
 * @throws HemacastError BUNDLE_INVALID
 */
export function parseSafetensorsHeader(json: Uint8Array, fileSize: number): SafetensorsHeader {
  const { __metadata__: metadata = {}, ...tensors } = parseWith(
    headerSchema,
    parsedJson(json),
    "BUNDLE_INVALID",
    "safetensors header",
  );
  const entries = new Map<string, TensorEntry>();
  for (const [name, entry] of Object.entries(tensors)) {
    if (!Array.isArray(entry.shape)) throw new HemacastError("BUNDLE_INVALID", `${name} has no shape`);
    const { dtype, shape, data_offsets } = entry as { dtype: string; shape: number[]; data_offsets: [number, number] };
    entries.set(name, { dtype, shape, begin: data_offsets[0], end: data_offsets[1] });
  }
  requireExactCover(entries, fileSize - 8 - json.length);
  return { entries, metadata: metadata as Record<string, string>, dataOffset: 8 + json.length };
}

function parsedJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new HemacastError("BUNDLE_INVALID", `the safetensors header is not JSON: ${messageOf(cause)}`, { cause });
  }
}

function requireExactCover(entries: ReadonlyMap<string, TensorEntry>, dataSize: number): void {
  let reached = 0;
  for (const [name, { dtype, shape, begin, end }] of [...entries].sort(
    ([, a], [, b]) => a.begin - b.begin || a.end - b.end,
  )) {
    const width = bytesPerNumber[dtype];
    const expected = width === undefined ? Number.NaN : shape.reduce((product, length) => product * length, width);
    if (begin !== reached || end - begin !== expected) {
      throw new HemacastError(
        "BUNDLE_INVALID",
        `${name} (${dtype} [${shape}]) takes bytes ${begin} to ${end}, expected ${expected} bytes from ${reached}`,
      );
    }
    reached = end;
  }
  if (reached !== dataSize) {
    throw new HemacastError(
      "BUNDLE_INVALID",
      `the safetensors file has ${dataSize} bytes of data, its header accounts for ${reached}`,
    );
  }
}

/** A file in memory: its tensors as stored, and free text. */
export interface SafetensorsFile {
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Reads a whole file from memory. The tensors are views of its bytes.
 *
 * @throws HemacastError BUNDLE_INVALID when the file is not sound
 * @see https://huggingface.co/docs/safetensors
 */
export function readSafetensors(file: Uint8Array): SafetensorsFile {
  const length = safetensorsHeaderLength(file, file.length);
  const header = parseSafetensorsHeader(file.subarray(8, 8 + length), file.length);
  const tensors = new Map<string, StoredTensor>();
  for (const [name, { dtype, shape, begin, end }] of header.entries) {
    tensors.set(name, { dtype, shape, bytes: file.subarray(header.dataOffset + begin, header.dataOffset + end) });
  }
  return { tensors, metadata: header.metadata };
}

/**
 * The bytes of a file. Tensors are written in the order of their names, so that equal weights give equal bytes.
 *
 * @throws HemacastError ARGUMENT_INVALID when a tensor's bytes do not fit its shape and type
 */
export function writeSafetensors(
  tensors: ReadonlyMap<string, StoredTensor>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const sorted = [...tensors].sort(([a], [b]) => (a < b ? -1 : 1));
  let offset = 0;
  const header: Record<string, unknown> = Object.keys(metadata).length > 0 ? { __metadata__: metadata } : {};
  for (const [name, { dtype, shape, bytes }] of sorted) {
    if (shape.reduce((product, length) => product * length, bytesPerNumber[dtype] ?? Number.NaN) !== bytes.length) {
      throw new HemacastError("ARGUMENT_INVALID", `${name}: ${bytes.length} bytes do not fill ${dtype} [${shape}]`);
    }
    header[name] = { dtype, shape, data_offsets: [offset, offset + bytes.length] };
    offset += bytes.length;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  const headerLength = Math.ceil(json.length / 8) * 8;
  const file = new Uint8Array(8 + headerLength + offset).fill(0x20, 8 + json.length, 8 + headerLength);
  new DataView(file.buffer).setBigUint64(0, BigInt(headerLength), true);
  file.set(json, 8);
  let at = 8 + headerLength;
  for (const [, { bytes }] of sorted) {
    file.set(bytes, at);
    at += bytes.length;
  }
  return file;
}

/**
 * The weights of a file as 32-bit floats; U8 codes are scaled.
 *
 * @throws HemacastError BUNDLE_INVALID when a tensor is of a type that is not read here, or a U8 tensor has no scale
 */
export function toWeights(tensors: ReadonlyMap<string, StoredTensor>): Weights {
  const weights = new Map<string, Tensor>();
  for (const [name, tensor] of tensors) {
    const owner = name.replace(/\.(scale|minimum)$/, "");
    if (owner !== name && tensors.get(owner)?.dtype === "U8") continue;
    weights.set(name, createTensor(tensor.shape, floatsOf(name, tensor, tensors)));
  }
  return weights;
}

/**
 * Weights in the type of choice. U8 takes the range of each tensor, so that codes 0 and 255 are its extremes.
 *
 * @example toStored(new Map([["w", createTensor([2], new Float32Array([0, 1]))]]), "F16").get("w").bytes.length // => 4
 */
export function toStored(weights: Weights, dtype: StoredType): Map<string, StoredTensor> {
  const stored = new Map<string, StoredTensor>();
  for (const [name, { shape, data }] of weights) {
    if (dtype === "U8") storeAsCodes(stored, name, shape, data);
    else stored.set(name, { dtype, shape, bytes: bytesOf(encodeFloats(data, dtype)) });
  }
  return stored;
}

/** A U8 tensor with its scale and minimum as three stored tensors. */
export function storedCodes(
  name: string,
  shape: readonly number[],
  codes: Uint8Array,
  scale: Float32Array,
  minimum: Float32Array,
): [string, StoredTensor][] {
  return [
    [name, { dtype: "U8", shape, bytes: codes }],
    [`${name}.scale`, { dtype: "F32", shape: [scale.length], bytes: bytesOf(scale) }],
    [`${name}.minimum`, { dtype: "F32", shape: [minimum.length], bytes: bytesOf(minimum) }],
  ];
}

function storeAsCodes(
  stored: Map<string, StoredTensor>,
  name: string,
  shape: readonly number[],
  data: Float32Array,
): void {
  const low = data.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const high = data.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const scale = (high - low) / 255 || 1;
  const codes = new Uint8Array(data.length);
  for (let i = 0; i < codes.length; i++) codes[i] = Math.round(((data[i] as number) - low) / scale);
  for (const [key, tensor] of storedCodes(name, shape, codes, Float32Array.of(scale), Float32Array.of(low)))
    stored.set(key, tensor);
}

function encodeFloats(data: Float32Array, dtype: "F32" | "F16" | "BF16"): Float32Array | Uint16Array {
  if (dtype === "F32") return data;
  const encode = dtype === "F16" ? floatToHalf : floatToBfloat;
  const codes = new Uint16Array(data.length);
  for (let i = 0; i < codes.length; i++) codes[i] = encode(data[i] as number);
  return codes;
}

function floatsOf(name: string, tensor: StoredTensor, all: ReadonlyMap<string, StoredTensor>): Float32Array {
  const { dtype, bytes } = tensor;
  // A copy is aligned and outlives the file's buffer. The slice of a Node Buffer would share it, hence the method of its parent.
  const own = (): ArrayBuffer => Uint8Array.prototype.slice.call(bytes).buffer as ArrayBuffer;
  if (dtype === "F32") return new Float32Array(own());
  if (dtype === "F16") return decoded(new Uint16Array(own()), halfToFloat);
  if (dtype === "BF16") return decoded(new Uint16Array(own()), bfloatToFloat);
  if (dtype === "U8") return decodeCodes(name, tensor, all);
  throw new HemacastError("BUNDLE_INVALID", `${name} is ${dtype}; F32, F16, BF16 and U8 are read`);
}

function decodeCodes(
  name: string,
  { shape, bytes }: StoredTensor,
  all: ReadonlyMap<string, StoredTensor>,
): Float32Array {
  const [scale, minimum] = [`${name}.scale`, `${name}.minimum`].map((key) => {
    const found = all.get(key);
    const numbers = found?.dtype === "F32" ? floatsOf(key, found, all) : new Float32Array(0);
    if (numbers.length !== 1 && numbers.length !== shape[0]) {
      throw new HemacastError("BUNDLE_INVALID", `${name} is U8 and needs ${key} as F32 [1] or [${shape[0]}]`);
    }
    return numbers;
  }) as [Float32Array, Float32Array];
  const perFirst = bytes.length / (shape[0] ?? 1);
  const values = new Float32Array(bytes.length);
  for (let i = 0; i < values.length; i++) {
    const k = Math.floor(i / perFirst);
    const step = scale[scale.length === 1 ? 0 : k] as number;
    values[i] = (bytes[i] as number) * step + (minimum[minimum.length === 1 ? 0 : k] as number);
  }
  return values;
}

/** `Float32Array.from` with a function walks an iterator, a hundred times slower than this; weights are millions of numbers. */
function decoded(codes: Uint16Array, value: (code: number) => number): Float32Array {
  const values = new Float32Array(codes.length);
  for (let i = 0; i < values.length; i++) values[i] = value(codes[i] as number);
  return values;
}

function bytesOf(numbers: Float32Array | Uint16Array): Uint8Array {
  return new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
}
