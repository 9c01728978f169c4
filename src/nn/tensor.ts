/** Numbers with a shape: what goes into a network and what comes out. Row-major, last axis fastest; images are [n, c, (d,) h, w]. */
import { HemacastError } from "../core/errors.ts";

/** Sizes from the slowest axis to the fastest, e.g. [n, c, h, w]. An empty list is a single number. */
export type Shape = readonly number[];

/** Numbers with a shape. The data are row-major: the same memory as a volume that is read x fastest. */
export interface Tensor {
  readonly shape: Shape;
  readonly data: Float32Array;
}

/** Tensors by parameter name, e.g. `encoder.0.conv1.weight`. */
export type Weights = ReadonlyMap<string, Tensor>;

/**
 * How many numbers a shape holds.
 *
 * @throws HemacastError ARGUMENT_INVALID when a size is not a whole number of at least 1
 * @example elementCount([2, 3, 4]) // => 24
 */
export function elementCount(shape: Shape): number {
  let count = 1;
  for (const size of shape) {
    if (!(Number.isSafeInteger(size) && size >= 1)) {
      throw new HemacastError(
        "ARGUMENT_INVALID",
        `every size of a shape must be at least 1, got [${shape.join(", ")}]`,
      );
    }
    count *= size;
  }
  return count;
}

/**
 * A tensor of the given shape: of zeros, or around data that are not copied.
 *
 * @throws HemacastError ARGUMENT_INVALID when the data do not fill the shape
 * @example createTensor([2], new Float32Array([1, 2])).shape // => [2]
 */
export function createTensor(shape: Shape, data?: Float32Array): Tensor {
  const count = elementCount(shape);
  if (data !== undefined && data.length !== count) {
    throw new HemacastError(
      "ARGUMENT_INVALID",
      `shape [${shape.join(", ")}] holds ${count} numbers, got ${data.length}`,
    );
  }
  return { shape: [...shape], data: data ?? new Float32Array(count) };
}

/**
 * Whether two shapes are the same.
 *
 * @example sameShape([1, 2], [1, 2]) // => true
 */
export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis]);
}
