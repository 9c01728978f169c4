/** Separable resampling of images: weights along one line, made once, applied along all rows or all columns. */

/** For each output position: `counts[q]` weights from input position `first[q]` on; stored one after the other. */
export interface LineWeights {
  readonly first: Int32Array;
  readonly counts: Int32Array;
  readonly values: Float32Array;
}

/**
 * Averaging: output q is the mean of the input over the interval of `step` input pixels around `start + q * step`, edges of pixels counted by
 * their share. With a step below 1 it interpolates instead. Beyond the input its edge value holds.
 *
 * @param outputs number of output positions
 * @param inputs number of input positions
 * @param start position of the centre of output 0, in input pixels
 */
export function averagingWeights(outputs: number, inputs: number, start: number, step: number): LineWeights {
  if (step < 1) return clampedInterpolation(outputs, inputs, start, step);
  return collect(outputs, (q) => {
    const low = start + (q - 0.5) * step;
    const high = low + step;
    const shares = new Map<number, number>();
    for (let pixel = Math.floor(low + 0.5); pixel - 0.5 < high; pixel++) {
      const share = Math.min(high, pixel + 0.5) - Math.max(low, pixel - 0.5);
      if (share <= 0) continue;
      const inside = Math.min(inputs - 1, Math.max(0, pixel));
      shares.set(inside, (shares.get(inside) ?? 0) + share / step);
    }
    return shares;
  });
}

function clampedInterpolation(outputs: number, inputs: number, start: number, step: number): LineWeights {
  return collect(outputs, (q) => {
    const at = Math.min(inputs - 1, Math.max(0, start + q * step));
    const below = Math.min(Math.floor(at), Math.max(0, inputs - 2));
    return new Map(
      at === below
        ? [[below, 1]]
        : [
            [below, 1 - (at - below)],
            [below + 1, at - below],
          ],
    );
  });
}

/**
 * The way back: output q (a pixel of the scan) is the linear interpolation of the inputs (patch pixels, whose centres lie at `start + p * step`
 * in pixels of the scan). Up to half a patch pixel beyond the outer centres the edge value holds; further out is 0.
 */
export function interpolationWeights(outputs: number, inputs: number, start: number, step: number): LineWeights {
  return collect(outputs, (q) => {
    const position = (q - start) / step;
    if (position < -0.5 || position > inputs - 0.5) return new Map();
    const at = Math.min(inputs - 1, Math.max(0, position));
    const below = Math.min(Math.floor(at), Math.max(0, inputs - 2));
    return new Map(
      at === below
        ? [[below, 1]]
        : [
            [below, 1 - (at - below)],
            [below + 1, at - below],
          ],
    );
  });
}

function collect(outputs: number, weightsOf: (output: number) => ReadonlyMap<number, number>): LineWeights {
  const first = new Int32Array(outputs);
  const counts = new Int32Array(outputs);
  const values: number[] = [];
  for (let q = 0; q < outputs; q++) {
    const entries = [...weightsOf(q)].sort(([a], [b]) => a - b);
    first[q] = entries[0]?.[0] ?? 0;
    counts[q] = entries.length;
    for (const [, weight] of entries) values.push(weight);
  }
  return { first, counts, values: Float32Array.from(values) };
}

/** Each row of `width` inputs becomes a row of outputs; `result` has outputs x rows values. */
export function applyAlongRows(
  from: Float32Array,
  width: number,
  rows: number,
  weights: LineWeights,
  result: Float32Array,
): void {
  const { first, counts, values } = weights;
  const outputs = first.length;
  for (let row = 0; row < rows; row++) {
    const base = row * width;
    for (let q = 0, w = 0; q < outputs; q++) {
      let sum = 0;
      for (let p = base + first[q], end = p + counts[q]; p < end; p++) sum += values[w++] * from[p];
      result[row * outputs + q] = sum;
    }
  }
}

/** Each column becomes a column of outputs; `result` has width x outputs values. */
export function applyAlongColumns(from: Float32Array, width: number, weights: LineWeights, result: Float32Array): void {
  const { first, counts, values } = weights;
  for (let q = 0, w = 0; q < first.length; q++) {
    const to = q * width;
    result.fill(0, to, to + width);
    for (let p = 0; p < counts[q]; p++) {
      const weight = values[w++];
      const base = (first[q] + p) * width;
      for (let i = 0; i < width; i++) result[to + i] += weight * from[base + i];
    }
  }
}
