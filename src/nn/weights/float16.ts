/** 16-bit floats <-> 32-bit floats: IEEE half precision and bfloat16, rounded to the nearest, ties to even. */

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/**
 * The value of IEEE half-precision bits.
 *
 * @example halfToFloat(0x3c00) // => 1
 */
export function halfToFloat(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 31;
  const fraction = half & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/**
 * The IEEE half-precision bits nearest to a value. Beyond 65504 that is infinity.
 *
 * @example floatToHalf(1) // => 15360
 */
export function floatToHalf(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (Number.isNaN(value)) return 0x7e00;
  if (size < 2 ** -14) return sign | roundToEven(size * 2 ** 24);
  const exponent = Math.min(exponentOf(size), 16);
  // A fraction that rounds up to 1024 carries into the exponent, as it should.
  const packed = (exponent + 15) * 1024 + roundToEven((size / 2 ** exponent - 1) * 1024);
  return sign | Math.min(packed, 0x7c00);
}

/**
 * The value of bfloat16 bits.
 *
 * @example bfloatToFloat(0x3f80) // => 1
 */
export function bfloatToFloat(half: number): number {
  bits[0] = half << 16;
  return float[0] as number;
}

/**
 * The bfloat16 bits nearest to a value.
 *
 * @example floatToBfloat(1) // => 16256
 */
export function floatToBfloat(value: number): number {
  float[0] = value;
  const all = bits[0] as number;
  if (Number.isNaN(value)) return 0x7fc0;
  return ((all + 0x7fff + ((all >>> 16) & 1)) >>> 16) & 0xffff;
}

function exponentOf(size: number): number {
  float[0] = size;
  return (((bits[0] as number) >>> 23) & 255) - 127;
}

function roundToEven(value: number): number {
  const low = Math.floor(value);
  const rest = value - low;
  return rest > 0.5 || (rest === 0.5 && low % 2 === 1) ? low + 1 : low;
}
