/** The gradient of a convolution by its filters: matrix products of dY with what each position of the kernel saw of X. */
import { emit, padded, permuted, reshaped, summedOver, timesTransposed, window } from "../graph/emit.ts";
import type { Value } from "../graph/graph.ts";
import { elementCount, type Shape } from "../tensor.ts";

/** What is multiplied: dY as [b, k, places], and for each position of the kernel X as [b, c, places]. */
interface Factors {
  readonly rows: Value;
  readonly windows: readonly Value[];
}

/**
 * The gradient by the filters.
 *
 * With large maps each image is multiplied alone and the products are summed over the batch. With small maps and many channels the products
 * would be larger than the maps: there the batch becomes part of the places, and one product per position is the sum already.
 *
 * @param dy gradient of the output [n, k, (d,) h, w]
 * @param x input [n, c, (d,) h, w]
 * @param shape of the filters [k, c, (kd,) kh, kw]
 */
export function filterGradient(dy: Value, x: Value, shape: Shape, stride: Shape, padding: Shape): Value {
  const [filters, channels, ...kernel] = shape as [number, number, ...number[]];
  const positions = kernelPositions(kernel);
  const batch = dy.shape[0] as number;
  const ofProducts = filters * channels * positions.length;
  const ofMaps = elementCount(x.shape.slice(1)) + elementCount(dy.shape.slice(1));
  const folds = batch > 1 && ofProducts > ofMaps;
  const [dyMaps, xMaps] = folds ? [imagesInside(dy), imagesInside(x)] : [dy, x];
  const { rows, windows } = stride.every((step) => step === 1)
    ? contiguousWindows(dyMaps, xMaps, kernel, padding, positions, folds)
    : steppedWindows(dyMaps, xMaps, stride, padding, positions, folds);
  // The second factor is the one that is rearranged before it is multiplied: the smaller one should be.
  const dyIsSecond = filters < channels;
  const products = windows.map((part) => (dyIsSecond ? timesTransposed(part, rows) : timesTransposed(rows, part)));
  const [first, second] = dyIsSecond ? [channels, filters] : [filters, channels];
  const axis = dyIsSecond ? 1 : 2;
  const joinedShape = [products[0]?.shape[0] as number, first, second];
  joinedShape[axis] = positions.length * channels;
  const joined =
    products.length === 1 ? (products[0] as Value) : emit("Concat", products, joinedShape, { attributes: { axis } });
  const total = summedOver(joined, joinedShape[0] === 1 ? [] : [0]);
  return dyIsSecond
    ? reshaped(permuted(reshaped(total, [positions.length, channels, filters]), [2, 1, 0]), shape)
    : reshaped(permuted(reshaped(total, [filters, positions.length, channels]), [0, 2, 1]), shape);
}

/** [n, c, ...] as [c, n, ...]. */
function imagesInside(x: Value): Value {
  return permuted(x, [1, 0, ...x.shape.slice(2).map((_, i) => i + 2)]);
}

/**
 * With stride 1 the windows are contiguous: X is padded, given one spare row, and flattened with row length P; the rows of dY are
 * filled with zeros to P. Then the window of each kernel position is one slice of the flat X, and what it reads beyond a row meets a zero.
 * With the images inside, dY is filled to the whole size of the padded X, and what is read beyond an image meets a zero as well.
 */
function contiguousWindows(
  dy: Value,
  x: Value,
  kernel: Shape,
  padding: Shape,
  positions: readonly Shape[],
  folds: boolean,
): Factors {
  const spare = kernel.map((_, i) => (i === 0 && kernel.slice(1).some((size) => size > 1) ? 1 : 0));
  const after = padding.map((size, i) => size + (spare[i] as number));
  const wide = padded(x, 2, padding, after);
  const strides = kernel.map((_, i) => wide.shape.slice(i + 3).reduce((product, size) => product * size, 1));
  const missing = kernel.map((_, i) => (wide.shape[i + 2] as number) - (dy.shape[i + 2] as number));
  const fill = missing.map((size, i) => (i === 0 && !folds ? 0 : size));
  const filled = flattened(
    padded(
      dy,
      2,
      fill.map(() => 0),
      fill,
    ),
    folds,
  );
  const flat = flattened(wide, folds);
  // Behind the last row of the last image there is nothing to multiply, and no X to read.
  const length = (filled.shape[2] as number) - (folds ? (missing[0] as number) * (strides[0] as number) : 0);
  const part = (map: Value, begin: number): Value =>
    begin === 0 && length === map.shape[2] ? map : window(map, [2], [begin], [begin + length]);
  const windows = positions.map((position) =>
    part(
      flat,
      position.reduce((sum, step, i) => sum + step * (strides[i] as number), 0),
    ),
  );
  return { windows, rows: part(filled, 0) };
}

function steppedWindows(
  dy: Value,
  x: Value,
  stride: Shape,
  padding: Shape,
  positions: readonly Shape[],
  folds: boolean,
): Factors {
  const wide = padded(x, 2, padding, padding);
  const sizes = dy.shape.slice(2);
  const axes = sizes.map((_, i) => i + 2);
  const windows = positions.map((position) => {
    const ends = position.map((begin, i) => begin + ((sizes[i] as number) - 1) * (stride[i] as number) + 1);
    return flattened(window(wide, axes, position, ends, stride), folds);
  });
  return { windows, rows: flattened(dy, folds) };
}

/** [n, c, ...] as [n, c, places]; with the images inside, [c, n, ...] as [1, c, n places]. */
function flattened(x: Value, folds: boolean): Value {
  const [first, second] = x.shape as [number, number];
  const places = elementCount(x.shape.slice(2));
  return reshaped(x, folds ? [1, first, second * places] : [first, second, places]);
}

function kernelPositions(kernel: Shape): number[][] {
  return kernel.reduce<number[][]>(
    (found, size) => found.flatMap((lead) => Array.from({ length: size }, (_, step) => [...lead, step])),
    [[]],
  );
}
