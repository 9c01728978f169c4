/** Values of an image between its voxels, on a grid with the same axes. The work is done axis by axis. */
import { bsplineReach, bsplineWeights, toBsplineCoefficients } from "../math/cubic-bspline.ts";
import type { Vec3 } from "../math/vec3.ts";
import type { ScalarValues } from "./region.ts";

/** How values between voxels are found. */
export type Interpolator = "nearest" | "linear" | "bspline";

/** For each axis i, j, k the fractional voxel indices at which values are wanted. */
export type GridIndices = readonly [Float64Array, Float64Array, Float64Array];

/** One axis: for each wanted position the voxels that take part and their weights; none where it lies outside the image. */
interface AxisTaps {
  readonly taps: number;
  readonly index: Int32Array;
  readonly weight: Float64Array;
  readonly outside: Uint8Array;
}

/**
 * Interpolates.
 *
 * @param size of the image in voxels along i, j, k
 * @param outsideValue where a position is more than half a voxel outside the image
 * @returns values, i fastest
 */
export function interpolate(
  values: ScalarValues | Uint8Array,
  size: Vec3,
  at: GridIndices,
  interpolator: Interpolator,
  outsideValue: number,
): Float64Array {
  const box = neededBox(size, at, interpolator);
  let data = cutOut(values, size, box);
  let shape: [number, number, number] = [...box.size];
  if (interpolator === "bspline") for (const axis of [0, 1, 2] as const) filterAxis(data, shape, axis);
  const taps = ([0, 1, 2] as const).map((axis) =>
    axisTaps(at[axis], size[axis], box.start[axis], box.size[axis], interpolator),
  ) as [AxisTaps, AxisTaps, AxisTaps];
  for (const axis of [0, 1, 2] as const) {
    data = applyTaps(data, shape, axis, taps[axis]);
    shape = shape.with(axis, at[axis].length) as [number, number, number];
  }
  fillOutside(data, shape, taps, outsideValue);
  return data;
}

/** The part of the image that takes part, with as much around it as B-spline coefficients need. */
function neededBox(size: Vec3, at: GridIndices, interpolator: Interpolator): { start: Vec3; size: Vec3 } {
  const margin = interpolator === "bspline" ? bsplineReach : 1;
  const spans = ([0, 1, 2] as const).map((axis) => {
    const last = size[axis] - 1;
    const low = Math.min(Math.max(Math.floor(at[axis][0] as number) - margin, 0), last);
    const high = Math.min(Math.max(Math.ceil(at[axis].at(-1) as number) + margin, 0), last);
    return [low, high - low + 1] as const;
  }) as [readonly [number, number], readonly [number, number], readonly [number, number]];
  return {
    start: [spans[0][0], spans[1][0], spans[2][0]],
    size: [spans[0][1], spans[1][1], spans[2][1]],
  };
}

function cutOut(values: ScalarValues, [nx, ny]: Vec3, box: { start: Vec3; size: Vec3 }): Float64Array {
  const [sx, sy, sz] = box.size;
  const data = new Float64Array(sx * sy * sz);
  for (let k = 0; k < sz; k++) {
    for (let j = 0; j < sy; j++) {
      const from = box.start[0] + nx * (box.start[1] + j + ny * (box.start[2] + k));
      data.set(values.subarray(from, from + sx), sx * (j + sy * k));
    }
  }
  return data;
}

function filterAxis(data: Float64Array, shape: readonly [number, number, number], axis: 0 | 1 | 2): void {
  const stride = [1, shape[0], shape[0] * shape[1]][axis] as number;
  const outer = data.length / (stride * shape[axis]);
  for (let o = 0; o < outer; o++) {
    for (let s = 0; s < stride; s++) toBsplineCoefficients(data, s + o * stride * shape[axis], stride, shape[axis]);
  }
}

function axisTaps(
  at: Float64Array,
  imageSize: number,
  start: number,
  length: number,
  interpolator: Interpolator,
): AxisTaps {
  const taps = { nearest: 1, linear: 2, bspline: 4 }[interpolator];
  const index = new Int32Array(at.length * taps);
  const weight = new Float64Array(at.length * taps);
  const outside = new Uint8Array(at.length);
  at.forEach((x, n) => {
    outside[n] = x < -0.5 || x > imageSize - 0.5 ? 1 : 0;
    const low = Math.floor(interpolator === "nearest" ? x + 0.5 : x);
    const fraction = x - low;
    const weights = { nearest: [1], linear: [1 - fraction, fraction], bspline: bsplineWeights(fraction) }[interpolator];
    const first = interpolator === "bspline" ? low - 1 : low;
    weights.forEach((w, t) => {
      const voxel = first + t - start;
      index[n * taps + t] = interpolator === "bspline" ? mirrored(voxel, length) : clamped(voxel, length);
      weight[n * taps + t] = w;
    });
  });
  return { taps, index, weight, outside };
}

function clamped(index: number, length: number): number {
  return Math.min(Math.max(index, 0), length - 1);
}

function mirrored(index: number, length: number): number {
  if (length === 1) return 0;
  const once = index < 0 ? -index : index > length - 1 ? 2 * (length - 1) - index : index;
  return clamped(once, length);
}

function applyTaps(
  data: Float64Array,
  shape: readonly [number, number, number],
  axis: 0 | 1 | 2,
  { taps, index, weight, outside }: AxisTaps,
): Float64Array {
  const stride = [1, shape[0], shape[0] * shape[1]][axis] as number;
  const outer = data.length / (stride * shape[axis]);
  const length = outside.length;
  const result = new Float64Array(outer * length * stride);
  for (let o = 0; o < outer; o++) {
    for (let n = 0; n < length; n++) {
      const to = (o * length + n) * stride;
      for (let t = 0; t < taps; t++) {
        const w = weight[n * taps + t] as number;
        if (w === 0) continue;
        const from = (o * shape[axis] + (index[n * taps + t] as number)) * stride;
        for (let s = 0; s < stride; s++) (result[to + s] as number) += w * (data[from + s] as number);
      }
    }
  }
  return result;
}

function fillOutside(
  data: Float64Array,
  shape: readonly [number, number, number],
  taps: readonly [AxisTaps, AxisTaps, AxisTaps],
  value: number,
): void {
  if (!taps.some(({ outside }) => outside.includes(1))) return;
  let v = 0;
  for (let k = 0; k < shape[2]; k++) {
    for (let j = 0; j < shape[1]; j++) {
      for (let i = 0; i < shape[0]; i++, v++) {
        if (taps[0].outside[i] || taps[1].outside[j] || taps[2].outside[k]) data[v] = value;
      }
    }
  }
}
