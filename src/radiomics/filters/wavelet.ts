/** Stationary wavelet transform: an image split by a low-pass (L) or high-pass (H) filter along each axis, without thinning it out. */
import type { Vec3 } from "../../math/vec3.ts";
import type { Box, ScalarImage } from "../region.ts";
import { waveletFilters } from "../wavelet-filters.ts";
import { contextOf, valuesInBox } from "./context.ts";

/** A decomposition of an image: its name in feature names and its values in the region's box. */
export interface Decomposition {
  readonly name: string;
  readonly values: Float64Array;
}

/** Which levels to give and what to filter. */
export interface WaveletOptions {
  readonly wavelet: string;
  readonly level: number;
  readonly startLevel: number;
  /** The axis that is not filtered: 0 = k, 1 = j, 2 = i. */
  readonly flatAxis?: 0 | 1 | 2;
}

/**
 * The decompositions of an image, one after the other; each level splits the last level's approximation, whose letters are all L and which comes last.
 * Letters stand for the axes i, j, k in this order, as in PyRadiomics. Images wrap around at their ends.
 *
 * @see PyRadiomics 3.1 imageoperations.getWaveletImage; PyWavelets swtn
 */
export function* wavelet(image: ScalarImage, box: Box, options: WaveletOptions): Generator<Decomposition> {
  const filters = waveletFilters(options.wavelet);
  const axes = ([0, 1, 2] as const).filter((axis) => 2 - axis !== options.flatAxis);
  const reach = filters.low.length * (options.startLevel + options.level);
  const margin = [0, 1, 2].map((axis) => (axes.some((a) => a === axis) ? reach : 0));
  const context = contextOf(image, box, margin as [number, number, number], true);
  const padded = padToEven(context.values, context.size);
  const split = (from: Float64Array, letters: string): Float64Array =>
    axes.reduce(
      (data, axis, n) => convolveAxis(data, padded.size, axis, letters[n] === "L" ? filters.low : filters.high),
      from,
    );
  const low = "L".repeat(axes.length);
  let approximation = padded.values;
  for (let level = 0; level < options.startLevel; level++) approximation = split(approximation, low);
  const cut = (values: Float64Array): Float64Array => valuesInBox(values, { ...context, size: padded.size });
  for (let level = 1; level <= options.level; level++) {
    const prefix = level === 1 ? "wavelet" : `wavelet${level}`;
    for (let n = 1; n < 2 ** axes.length; n++) {
      const letters = n.toString(2).padStart(axes.length, "0").replaceAll("0", "L").replaceAll("1", "H");
      yield { name: `${prefix}-${letters}`, values: cut(split(approximation, letters)) };
    }
    approximation = split(approximation, low);
    if (level === options.level) yield { name: `${prefix}-${low}`, values: cut(approximation) };
  }
}

/** PyWavelets needs even sizes; an odd axis gets its first values once more at its end. */
function padToEven(values: Float64Array, size: Vec3): { values: Float64Array; size: Vec3 } {
  const even: Vec3 = [size[0] + (size[0] % 2), size[1] + (size[1] % 2), size[2] + (size[2] % 2)];
  if (even.every((n, axis) => n === size[axis])) return { values, size };
  const padded = new Float64Array(even[0] * even[1] * even[2]);
  for (let k = 0; k < even[2]; k++) {
    for (let j = 0; j < even[1]; j++) {
      for (let i = 0; i < even[0]; i++) {
        const from = (i % size[0]) + size[0] * ((j % size[1]) + size[1] * (k % size[2]));
        padded[i + even[0] * (j + even[1] * k)] = values[from] as number;
      }
    }
  }
  return { values: padded, size: even };
}

/** Periodic convolution along an axis: out[n] = sum over t of filter[t] in[n + length / 2 - t]. */
function convolveAxis(data: Float64Array, size: Vec3, axis: 0 | 1 | 2, filter: Float64Array): Float64Array {
  const n = size[axis];
  const stride = [1, size[0], size[0] * size[1]][axis] as number;
  const result = new Float64Array(data.length);
  const half = filter.length / 2;
  for (let base = 0; base < data.length; base += stride * n) {
    for (let to = 0; to < n; to++) {
      const out = base + to * stride;
      for (let t = 0; t < filter.length; t++) {
        const weight = filter[t] as number;
        if (weight === 0) continue;
        const from = base + ((((to + half - t) % n) + n) % n) * stride;
        for (let s = 0; s < stride; s++) (result[out + s] as number) += weight * (data[from + s] as number);
      }
    }
  }
  return result;
}
