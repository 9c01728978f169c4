import { requireWhole } from "../../core/guards.ts";
import { constant, emit, reshaped, scaled } from "../graph/emit.ts";
import { differentiable, type Value } from "../graph/graph.ts";
import { elementCount, type Shape } from "../tensor.ts";

/**
 * An enlarged copy of x [n, c, (d,) h, w]: `nearest` repeats voxels, `linear` interpolates between voxel centres
 * (half-pixel convention, the edge voxel continued).
 *
 * @param factors whole numbers, one per spatial axis
 * @throws HemacastError ARGUMENT_INVALID
 */
export function upsample(x: Value, factors: readonly number[], mode: "nearest" | "linear"): Value {
  for (const factor of factors) requireWhole("factor", factor, 1);
  const shape = [...x.shape.slice(0, 2), ...x.shape.slice(2).map((size, i) => size * (factors[i] as number))];
  const scales = constant(x.graph, [1, 1, ...factors], [x.shape.length]);
  const y = emit("Resize", [x, null, scales], shape, {
    attributes:
      mode === "nearest"
        ? { mode, coordinate_transformation_mode: "asymmetric", nearest_mode: "floor" }
        : { mode, coordinate_transformation_mode: "half_pixel" },
  });
  return differentiable("upsample", y, [x], (dy) => [
    () => (mode === "nearest" ? blockSums(dy, x.shape, factors) : interpolationTransposed(dy, x.shape, factors)),
  ]);
}

function blockSums(dy: Value, shape: Shape, factors: Shape): Value {
  const means = emit("AveragePool", [dy], shape, { attributes: { kernel_shape: factors, strides: factors } });
  return scaled(means, elementCount(factors));
}

/** Interpolation is a matrix per axis; the gradient multiplies by its transpose, axis by axis. */
function interpolationTransposed(dy: Value, shape: Shape, factors: Shape): Value {
  return factors.reduce((gradient, factor, i) => {
    if (factor === 1) return gradient;
    const axis = i + 2;
    const [size, enlarged] = [shape[axis] as number, gradient.shape[axis] as number];
    const lead = gradient.shape.slice(0, axis).reduce((product, s) => product * s, 1);
    const trail = gradient.shape.slice(axis + 1).reduce((product, s) => product * s, 1);
    const matrix = constant(dy.graph, interpolationMatrix(size, factor), [size, enlarged]);
    const narrow = emit("MatMul", [matrix, reshaped(gradient, [lead, enlarged, trail])], [lead, size, trail]);
    return reshaped(narrow, [...gradient.shape.slice(0, axis), size, ...gradient.shape.slice(axis + 1)]);
  }, dy);
}

/**
 * The weights with which each input element enters each output element of linear upsampling, row-major [size, size * factor].
 *
 * @example [...interpolationMatrix(2, 2)] // => [1, 0.75, 0.25, 0, 0, 0.25, 0.75, 1]
 */
export function interpolationMatrix(size: number, factor: number): Float32Array {
  const width = size * factor;
  const matrix = new Float32Array(size * width);
  for (let out = 0; out < width; out++) {
    const place = Math.min(Math.max((out + 0.5) / factor - 0.5, 0), size - 1);
    const low = Math.floor(place);
    const high = Math.min(low + 1, size - 1);
    matrix[low * width + out] += 1 - (place - low);
    matrix[high * width + out] += place - low;
  }
  return matrix;
}
