/** The protobuf wire format: as much of it as ONNX needs, and no schema compiler. */
import { HemacastError } from "../../core/errors.ts";

const wire = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;
const utf8 = new TextEncoder();

/** A message under construction: its parts in order, joined once at the end. */
export interface MessageWriter {
  /** A whole number; negative ones take ten bytes, as the format wants. */
  integer(field: number, value: number): void;
  /** A 32-bit float. */
  float(field: number, value: number): void;
  text(field: number, value: string): void;
  /** Raw bytes; they are kept by reference until `finish`. */
  bytes(field: number, value: Uint8Array): void;
  /** A nested message. */
  message(field: number, fill: (inner: MessageWriter) => void): void;
  finish(): Uint8Array;
}

/**
 * A writer of one message.
 *
 * @see https://protobuf.dev/programming-guides/encoding
 * @example (() => { const w = createMessageWriter(); w.integer(1, 150); return [...w.finish()]; })() // => [8, 150, 1]
 */
export function createMessageWriter(): MessageWriter {
  const parts: Uint8Array[] = [];
  let small: number[] = [];
  const flush = (): void => {
    if (small.length > 0) parts.push(Uint8Array.from(small));
    small = [];
  };
  const varint = (value: bigint): void => {
    let rest = BigInt.asUintN(64, value);
    while (rest > 127n) {
      small.push(Number(rest & 127n) | 128);
      rest >>= 7n;
    }
    small.push(Number(rest));
  };
  const key = (field: number, type: number): void => varint(BigInt(field * 8 + type));
  const bytes = (field: number, value: Uint8Array): void => {
    key(field, wire.bytes);
    varint(BigInt(value.length));
    if (value.length < 64) small.push(...value);
    else {
      flush();
      parts.push(value);
    }
  };
  return {
    integer(field, value) {
      key(field, wire.varint);
      varint(BigInt(value));
    },
    float(field, value) {
      key(field, wire.fixed32);
      small.push(...new Uint8Array(new Float32Array([value]).buffer));
    },
    text: (field, value) => bytes(field, utf8.encode(value)),
    bytes,
    message(field, fill) {
      const inner = createMessageWriter();
      fill(inner);
      bytes(field, inner.finish());
    },
    finish() {
      flush();
      const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
      let at = 0;
      for (const part of parts) {
        whole.set(part, at);
        at += part.length;
      }
      return whole;
    },
  };
}

/** One field of a message: a number, or bytes (text, nested message, packed numbers). */
export interface Field {
  readonly field: number;
  readonly value: bigint | Uint8Array;
}

/**
 * The fields of a message in order. Every length is checked against the bytes that are there.
 *
 * @throws HemacastError BUNDLE_INVALID when the bytes are not a protobuf message
 * @example readMessage(new Uint8Array([8, 150, 1])) // => [{ field: 1, value: 150n }]
 */
export function readMessage(message: Uint8Array): Field[] {
  const fields: Field[] = [];
  let at = 0;
  const broken = (): HemacastError => new HemacastError("BUNDLE_INVALID", `not an ONNX model: broken at byte ${at}`);
  const take = (length: number): Uint8Array => {
    if (length > message.length - at) throw broken();
    at += length;
    return message.subarray(at - length, at);
  };
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = take(1)[0] as number;
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return BigInt.asUintN(64, value);
    }
    throw broken();
  };
  while (at < message.length) {
    const key = Number(varint());
    const [field, type] = [Math.floor(key / 8), key % 8];
    if (type === wire.varint) fields.push({ field, value: varint() });
    else if (type === wire.bytes) fields.push({ field, value: take(Number(varint())) });
    else if (type === wire.fixed32) fields.push({ field, value: take(4) });
    else if (type === wire.fixed64) fields.push({ field, value: take(8) });
    else throw broken();
  }
  return fields;
}
