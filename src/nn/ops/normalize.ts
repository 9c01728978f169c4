import { HemacastError } from "../../core/errors.ts";
import {
  combined,
  constant,
  emit,
  emitMany,
  int64s,
  reshaped,
  scaled,
  summedOver,
  unbroadcast,
} from "../graph/emit.ts";
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
  const { weights, trainable } = x.graph.options;
  const onlyInfers = weights !== undefined && trainable === undefined;
  if (onlyInfers) {
    // One kernel, where no gradient needs the parts.
    return emit("InstanceNormalization", [x, gain, shift], x.shape, { attributes: { epsilon: { float: epsilon } } });
  }
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
  const places = elementCount(x.shape) / (batch * channels);
  const perGroup = channels / groups;
  const { standard, inverseDeviation } = standardized(x, [batch * groups, perGroup * places]);
  const planes = [1, batch * channels, places];
  const xHat = reshaped(standard, planes);
  const y = reshaped(planesTimes(xHat, repeated(gain, batch), repeated(shift, batch)), x.shape);
  // dX = (gain dY - mean(gain dY) - xHat mean(gain dY xHat)) / deviation, means over the group: all from two sums per plane.
  return differentiable("groupNorm", y, [x, gain, shift], (dy) => {
    const dyPlanes = reshaped(dy, planes);
    const sums = reshaped(summedOver(dyPlanes, [2]), [batch, channels]);
    const products = reshaped(summedOver(combined("Mul", dyPlanes, xHat), [2]), [batch, channels]);
    const groupMeans = (perPlane: Value): Value => {
      const grouped = reshaped(combined("Mul", perPlane, gain), [batch * groups, perGroup]);
      return combined("Mul", scaled(summedOver(grouped, [1]), -1 / (perGroup * places)), inverseDeviation);
    };
    const perPlane = (perGroupValue: Value): Value =>
      reshaped(
        emit("Expand", [perGroupValue, int64s(x.graph, [batch * groups, perGroup])], [batch * groups, perGroup]),
        [batch * channels],
      );
    return [
      () => {
        const factor = combined("Mul", reshaped(perPlane(inverseDeviation), [batch, channels]), gain);
        const direct = combined("Mul", dyPlanes, reshaped(factor, [1, batch * channels, 1]));
        const rest = planesTimes(xHat, perPlane(groupMeans(products)), perPlane(groupMeans(sums)));
        return reshaped(combined("Add", direct, rest), x.shape);
      },
      () => reshaped(summedOver(products, [0]), gain.shape),
      () => reshaped(summedOver(sums, [0]), shift.shape),
    ];
  });
}

/** Each plane of x [1, p, l] times a factor plus an offset, [p] each: a batch normalisation with mean 0 and variance 1 does it in one pass. */
function planesTimes(x: Value, factor: Value, offset: Value): Value {
  const count = x.shape[1] as number;
  const zeros = constant(x.graph, new Float32Array(count), [count]);
  const ones = constant(x.graph, new Float32Array(count).fill(1), [count]);
  return emit("BatchNormalization", [x, factor, offset, zeros, ones], x.shape, {
    attributes: { epsilon: { float: 0 } },
  });
}

/** [c] behind itself, once per image: [n c]. */
function repeated(perChannel: Value, batch: number): Value {
  if (batch === 1) return perChannel;
  return emit("Concat", new Array(batch).fill(perChannel), [batch * (perChannel.shape[0] as number)], {
    attributes: { axis: 0 },
  });
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
  const rows = [elementCount(x.shape) / size, size];
  const { standard, inverseDeviation } = standardized(x, rows);
  const y = reshaped(combined("Add", combined("Mul", standard, gain), shift), x.shape);
  // dX = (gain dY - mean(gain dY) - xHat mean(gain dY xHat)) / deviation
  return differentiable("layerNorm", y, [x, gain, shift], (dy) => {
    const dyRows = reshaped(dy, rows);
    const products = combined("Mul", dyRows, standard);
    return [
      () => {
        const scaledDy = combined("Mul", dyRows, gain);
        const rowMean = (value: Value): Value => scaled(summedOver(value, [1]), 1 / size);
        const meanProduct = rowMean(combined("Mul", scaledDy, standard));
        const centred = combined(
          "Sub",
          combined("Sub", scaledDy, rowMean(scaledDy)),
          combined("Mul", standard, meanProduct),
        );
        return reshaped(combined("Mul", centred, inverseDeviation), x.shape);
      },
      () => unbroadcast(products, gain.shape),
      () => unbroadcast(dyRows, shift.shape),
    ];
  });
}

/** x read as rows, each to mean 0 and variance 1; and 1 / deviation of each row, [rows, 1]. */
function standardized(x: Value, rows: Shape): { standard: Value; inverseDeviation: Value } {
  const [count, length] = rows as [number, number];
  const ones = constant(x.graph, new Float32Array(length).fill(1), [length]);
  const statistic = { shape: [count, 1], type: "float32" } as const;
  const results = [{ shape: rows, type: "float32" } as const, statistic, statistic];
  const attributes = { axis: 1, epsilon: { float: epsilon } };
  const [standard, , inverseDeviation] = emitMany("LayerNormalization", [reshaped(x, rows), ones], results, {
    attributes,
  }) as [Value, Value, Value];
  return { standard, inverseDeviation };
}

function requireShape(name: string, value: Value, shape: Shape): void {
  if (value.shape.join() !== shape.join()) {
    throw new HemacastError("ARGUMENT_INVALID", `${name} must have shape [${shape}], got [${value.shape}]`);
  }
}
