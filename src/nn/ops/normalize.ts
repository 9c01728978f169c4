import { HemacastError } from "../../core/errors.ts";
import { combined, constant, emit, emitMany, reshaped, scaled, summedOver } from "../graph/emit.ts";
import { differentiable, type Value } from "../graph/graph.ts";
import { elementCount, type Shape } from "../tensor.ts";

/** Added to the variance before the root is taken, as in PyTorch. */
const epsilon = 1e-5;

/**
 * Each channel of each image to mean 0 and variance 1 over its places, then times gain plus shift. x [n, c, (d,) h, w].
 *
 * @param gain [c]
 * @param shift [c]
 * @throws HemacastError ARGUMENT_INVALID
 * @see Ulyanov et al. 2016, arXiv:1607.08022
 */
export function instanceNorm(x: Value, gain: Value, shift: Value): Value {
  return groupNorm(x, gain, shift, x.shape[1] as number);
}

/**
 * Groups of channels of each image to mean 0 and variance 1, then each channel times gain plus shift. x [n, c, (d,) h, w].
 *
 * @param gain [c]
 * @param shift [c]
 * @param groups divides the number of channels
 * @throws HemacastError ARGUMENT_INVALID
 * @see Wu & He 2018, arXiv:1803.08494
 */
export function groupNorm(x: Value, gain: Value, shift: Value, groups: number): Value {
  const [batch, channels] = x.shape as [number, number];
  if (!(Number.isSafeInteger(groups) && groups >= 1 && channels % groups === 0)) {
    throw new HemacastError("ARGUMENT_INVALID", `${groups} groups do not divide ${channels} channels`);
  }
  requireShape("gain", gain, [channels]);
  requireShape("shift", shift, [channels]);
  const perChannel = [1, channels, ...x.shape.slice(2).map(() => 1)];
  const rows = [batch * groups, elementCount(x.shape) / (batch * groups)];
  const standard = standardized(x, rows);
  return affine(standard, reshaped(gain, perChannel), reshaped(shift, perChannel), gain, shift);
}

/**
 * Each vector along the last axis to mean 0 and variance 1, then times gain plus shift.
 *
 * @param gain [size of the last axis]
 * @param shift [size of the last axis]
 * @throws HemacastError ARGUMENT_INVALID
 * @see Ba et al. 2016, arXiv:1607.06450
 */
export function layerNorm(x: Value, gain: Value, shift: Value): Value {
  const size = x.shape.at(-1) as number;
  requireShape("gain", gain, [size]);
  requireShape("shift", shift, [size]);
  return affine(standardized(x, [elementCount(x.shape) / size, size]), gain, shift, gain, shift);
}

/** x read as rows, each to mean 0 and variance 1. */
function standardized(x: Value, rows: Shape): Value {
  const [count, length] = rows as [number, number];
  const ones = constant(x.graph, new Float32Array(length).fill(1), [length]);
  const statistic = { shape: [count, 1], type: "float32" } as const;
  const results = [{ shape: rows, type: "float32" } as const, statistic, statistic];
  const attributes = { axis: 1, epsilon: { float: epsilon } };
  const [flat, , inverseDeviation] = emitMany("LayerNormalization", [reshaped(x, rows), ones], results, {
    attributes,
  }) as [Value, Value, Value];
  const y = reshaped(flat, x.shape);
  // dX = (dY - mean(dY) - Y mean(dY Y)) / deviation
  return differentiable("standardized", y, [x], (dy) => [
    () => {
      const dyRows = reshaped(dy, rows);
      const meanDy = scaled(summedOver(dyRows, [1]), 1 / length);
      const meanProduct = scaled(rowDots(dyRows, flat), 1 / length);
      const centred = combined("Sub", combined("Sub", dyRows, meanDy), combined("Mul", flat, meanProduct));
      return reshaped(combined("Mul", centred, inverseDeviation), x.shape);
    },
  ]);
}

/** The inner product of each row of a with that of b: [r, l] x [r, l] -> [r, 1]. */
function rowDots(a: Value, b: Value): Value {
  const [rows, length] = a.shape as [number, number];
  const dots = emit("MatMul", [reshaped(a, [rows, 1, length]), reshaped(b, [rows, length, 1])], [rows, 1, 1]);
  return reshaped(dots, [rows, 1]);
}

/** x times gain plus shift; `gain` and `shift` are the parameters, `gainWide` and `shiftWide` the same, shaped to broadcast. */
function affine(x: Value, gainWide: Value, shiftWide: Value, gain: Value, shift: Value): Value {
  const y = combined("Add", combined("Mul", x, gainWide), shiftWide);
  const others = x.shape
    .map((_, axis) => axis)
    .filter((axis) => (gainWide.shape[axis - x.shape.length + gainWide.shape.length] ?? 1) === 1);
  const perGain = (full: Value): Value => reshaped(summedOver(full, others), gain.shape);
  return differentiable("affine", y, [x, gain, shift], (dy) => [
    () => combined("Mul", dy, gainWide),
    () => perGain(combined("Mul", dy, x)),
    () => perGain(dy),
  ]);
}

function requireShape(name: string, value: Value, shape: Shape): void {
  if (value.shape.join() !== shape.join()) {
    throw new HemacastError("ARGUMENT_INVALID", `${name} must have shape [${shape}], got [${value.shape}]`);
  }
}
