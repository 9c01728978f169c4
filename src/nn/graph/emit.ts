/** Raw ONNX nodes: what operations and their gradients are made of. Nothing here is on the tape. */
import { HemacastError } from "../../core/errors.ts";
import { invariant } from "../../core/guards.ts";
import { elementCount, type Shape, sameShape } from "../tensor.ts";
import type { Attribute, ElementType, Graph, Value } from "./graph.ts";

/** What an ONNX node may be told beside its inputs. */
export interface EmitOptions {
  readonly attributes?: Readonly<Record<string, Attribute>>;
  readonly domain?: string;
  readonly type?: ElementType;
}

/** Adds a node with one output of the given shape. */
export function emit(
  operator: string,
  inputs: readonly (Value | null)[],
  shape: Shape,
  options: EmitOptions = {},
): Value {
  const [output] = emitMany(operator, inputs, [{ shape, type: options.type ?? "float32" }], options);
  return output as Value;
}

/** Adds a node with several outputs. Those at the end that nobody uses are left out of the model. */
export function emitMany(
  operator: string,
  inputs: readonly (Value | null)[],
  results: readonly { shape: Shape; type: ElementType }[],
  options: EmitOptions = {},
): Value[] {
  const graph = inputs.find((value) => value !== null)?.graph;
  invariant(graph !== undefined, `${operator} needs an input`);
  const number = graph.nodes.length;
  const outputs = results.map(({ shape, type }, i): Value => {
    elementCount(shape);
    return { graph, name: `${operator.toLowerCase()}_${number}${i === 0 ? "" : `_${i}`}`, shape: [...shape], type };
  });
  const { attributes = {}, domain = "" } = options;
  graph.nodes.push({ operator, domain, inputs: [...inputs], outputs, attributes });
  return outputs;
}

/** A constant of floats; equal small ones are kept once. */
export function constant(graph: Graph, data: Float32Array | readonly number[], shape: Shape): Value {
  const floats = data instanceof Float32Array ? data : Float32Array.from(data);
  invariant(floats.length === elementCount(shape), `constant of shape [${shape}] with ${floats.length} numbers`);
  return keep(graph, "float32", floats, shape);
}

/** A constant with one number and no axis. */
export function scalar(graph: Graph, value: number): Value {
  return constant(graph, [value], []);
}

/** A constant list of whole numbers, as axes, sizes and paddings are given. */
export function int64s(graph: Graph, values: readonly number[]): Value {
  return keep(graph, "int64", BigInt64Array.from(values, BigInt), [values.length]);
}

function keep(graph: Graph, type: ElementType, data: Float32Array | BigInt64Array, shape: Shape): Value {
  const isSmall = data.length <= 32;
  const name = isSmall
    ? `${type === "int64" ? "i" : "f"}[${shape.join(",")}](${data.join(",")})`
    : `constant_${graph.constants.size}`;
  const known = graph.constants.get(name);
  if (known) return known.value;
  const value: Value = { graph, name, shape: [...shape], type };
  graph.constants.set(name, { value, data });
  return value;
}

/** The same numbers in another shape. */
export function reshaped(x: Value, shape: Shape): Value {
  if (sameShape(x.shape, shape)) return x;
  invariant(elementCount(x.shape) === elementCount(shape), `reshape of [${x.shape}] to [${shape}]`);
  return emit("Reshape", [x, int64s(x.graph, shape)], shape, { type: x.type });
}

/** Axes in another order. */
export function permuted(x: Value, order: readonly number[]): Value {
  const shape = order.map((axis) => x.shape[axis] as number);
  return emit("Transpose", [x], shape, { attributes: { perm: [...order] } });
}

/** The part [begin, end) of the named axes, with a step. */
export function window(
  x: Value,
  axes: readonly number[],
  begins: readonly number[],
  ends: readonly number[],
  steps: readonly number[] = axes.map(() => 1),
): Value {
  const shape = [...x.shape];
  for (const [i, axis] of axes.entries()) {
    shape[axis] = Math.ceil(((ends[i] as number) - (begins[i] as number)) / (steps[i] as number));
  }
  const lists = [begins, ends, axes, steps].map((list) => int64s(x.graph, list));
  return emit("Slice", [x, ...lists], shape);
}

/** Zeros around the axes from `first` on: `before[i]` ahead of and `after[i]` behind axis first + i. */
export function padded(x: Value, first: number, before: readonly number[], after: readonly number[]): Value {
  if ([...before, ...after].every((size) => size === 0)) return x;
  const begins = x.shape.map((_, axis) => before[axis - first] ?? 0);
  const ends = x.shape.map((_, axis) => after[axis - first] ?? 0);
  const shape = x.shape.map((size, axis) => size + (begins[axis] as number) + (ends[axis] as number));
  return emit("Pad", [x, int64s(x.graph, [...begins, ...ends])], shape, { attributes: { mode: "constant" } });
}

/** The sum over some axes, which stay with size 1. */
export function summedOver(x: Value, axes: readonly number[]): Value {
  if (axes.length === 0) return x;
  const shape = x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
  return emit("ReduceSum", [x, int64s(x.graph, axes)], shape, { attributes: { keepdims: 1 } });
}

/** Elementwise product, quotient, sum or difference with broadcasting. */
export function combined(operator: "Mul" | "Div" | "Add" | "Sub", a: Value, b: Value): Value {
  return emit(operator, [a, b], broadcastShape(a.shape, b.shape));
}

/** A value times a number. */
export function scaled(x: Value, factor: number): Value {
  return factor === 1 ? x : emit("Mul", [x, scalar(x.graph, factor)], x.shape);
}

/** a times the transpose of b over the last two axes, in one kernel where ONNX Runtime's own operators are allowed. */
export function timesTransposed(a: Value, b: Value): Value {
  const rank = b.shape.length;
  const shape = [...a.shape.slice(0, -1), b.shape[rank - 2] as number];
  if (!a.graph.options.portable) {
    return emit("FusedMatMul", [a, b], shape, { domain: "com.microsoft", attributes: { transB: 1 } });
  }
  const order = b.shape.map((_, axis) => (axis < rank - 2 ? axis : 2 * rank - 3 - axis));
  return emit("MatMul", [a, permuted(b, order)], shape);
}

/**
 * The shape of an elementwise result.
 *
 * @throws HemacastError ARGUMENT_INVALID when the shapes do not broadcast
 * @example broadcastShape([2, 1, 4], [3, 1]) // => [2, 3, 4]
 */
export function broadcastShape(a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const sizeA = a[a.length - rank + axis] ?? 1;
    const sizeB = b[b.length - rank + axis] ?? 1;
    if (sizeA !== sizeB && sizeA !== 1 && sizeB !== 1) {
      throw new HemacastError("ARGUMENT_INVALID", `shapes [${a}] and [${b}] do not fit together`);
    }
    return Math.max(sizeA, sizeB);
  });
}

/** The gradient of a value that was broadcast: summed over the axes along which it was repeated. */
export function unbroadcast(gradient: Value, shape: Shape): Value {
  const lead = gradient.shape.length - shape.length;
  const axes = gradient.shape
    .map((_, axis) => axis)
    .filter((axis) => axis < lead || (shape[axis - lead] === 1 && gradient.shape[axis] !== 1));
  return reshaped(summedOver(gradient, axes), shape);
}
