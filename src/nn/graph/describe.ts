/** What is in an ONNX model, read from its bytes without running it, and a dump for people. */
import { HemacastError } from "../../core/errors.ts";
import type { Shape } from "../tensor.ts";
import { type Field, readMessage } from "./protobuf.ts";

/** A named tensor of a model: an input, an output, or a constant. A size that is not fixed is 0. */
export interface DescribedTensor {
  readonly name: string;
  readonly type: string;
  readonly shape: Shape;
}

/** One node of a model. */
export interface DescribedNode {
  readonly operator: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, number | string | readonly number[]>>;
}

/** What is in a model. */
export interface ModelDescription {
  readonly producer: string;
  /** Version by operator set; "" is the standard one. */
  readonly operatorSets: Readonly<Record<string, number>>;
  readonly metadata: Readonly<Record<string, string>>;
  readonly inputs: readonly DescribedTensor[];
  readonly outputs: readonly DescribedTensor[];
  readonly constants: readonly DescribedTensor[];
  readonly nodes: readonly DescribedNode[];
  /** Shapes of the values between nodes, where the model states them. */
  readonly shapes: ReadonlyMap<string, Shape>;
}

const typeNames: Record<number, string> = {
  1: "float32",
  2: "uint8",
  3: "int8",
  6: "int32",
  7: "int64",
  9: "bool",
  10: "float16",
  11: "float64",
};
const utf8 = new TextDecoder();

/**
 * Reads a model.
 *
 * @throws HemacastError BUNDLE_INVALID when the bytes are not an ONNX model
 * @see https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
 */
export function describeOnnx(model: Uint8Array): ModelDescription {
  const fields = readMessage(model);
  const graphBytes = last(fields, 7);
  if (graphBytes === undefined) throw new HemacastError("BUNDLE_INVALID", "not an ONNX model: it has no graph");
  const graph = readMessage(graphBytes);
  const constants = all(graph, 5).map(constantOf);
  const isConstant = new Set(constants.map(({ name }) => name));
  return {
    producer: textOf(fields, 2),
    operatorSets: Object.fromEntries(
      all(fields, 8).map((set) => [textOf(readMessage(set), 1), numberOf(readMessage(set), 2)]),
    ),
    metadata: Object.fromEntries(
      all(fields, 14).map((entry) => [textOf(readMessage(entry), 1), textOf(readMessage(entry), 2)]),
    ),
    inputs: all(graph, 11)
      .map(tensorOf)
      .filter(({ name }) => !isConstant.has(name)),
    outputs: all(graph, 12).map(tensorOf),
    constants,
    nodes: all(graph, 1).map(nodeOf),
    shapes: new Map(
      all(graph, 13)
        .map(tensorOf)
        .map(({ name, shape }) => [name, shape]),
    ),
  };
}

/** A model as text: what goes in, each node as an assignment, what comes out. */
export function dumpModel(model: ModelDescription): string {
  const shapeOf = (name: string): string => {
    const shape = model.shapes.get(name);
    return shape === undefined ? "" : ` [${shape.join(", ")}]`;
  };
  const line = (kind: string, { name, type, shape }: DescribedTensor): string =>
    `${kind} ${name}: ${type} [${shape.join(", ")}]`;
  const nodes = model.nodes.map(({ operator, inputs, outputs, attributes }) => {
    const left = outputs.filter((name) => name !== "").map((name) => `${name}${shapeOf(name)}`);
    const options = Object.entries(attributes).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
    return `${left.join(", ")} = ${operator}(${inputs.map((name) => name || "-").join(", ")})${options.length > 0 ? `  ${options.join(" ")}` : ""}`;
  });
  return [
    ...model.inputs.map((tensor) => line("input", tensor)),
    ...nodes,
    ...model.outputs.map((tensor) => line("output", tensor)),
  ].join("\n");
}

/** How often each operator occurs, the most frequent first. */
export function operatorCounts(model: ModelDescription): [operator: string, count: number][] {
  const counts = new Map<string, number>();
  for (const { operator } of model.nodes) counts.set(operator, (counts.get(operator) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a);
}

function nodeOf(bytes: Uint8Array): DescribedNode {
  const fields = readMessage(bytes);
  const domain = textOf(fields, 7);
  return {
    operator: domain === "" ? textOf(fields, 4) : `${domain}.${textOf(fields, 4)}`,
    inputs: all(fields, 1).map((name) => utf8.decode(name)),
    outputs: all(fields, 2).map((name) => utf8.decode(name)),
    attributes: Object.fromEntries(all(fields, 5).map(attributeOf)),
  };
}

function attributeOf(bytes: Uint8Array): [string, number | string | readonly number[]] {
  const fields = readMessage(bytes);
  const name = textOf(fields, 1);
  const float = last(fields, 2);
  const text = last(fields, 4);
  const integers = numbers(fields, 8);
  if (float !== undefined) return [name, new DataView(float.buffer, float.byteOffset).getFloat32(0, true)];
  if (text !== undefined) return [name, utf8.decode(text)];
  if (integers.length > 0) return [name, integers];
  return [name, numberOf(fields, 3)];
}

function constantOf(bytes: Uint8Array): DescribedTensor {
  const fields = readMessage(bytes);
  return { name: textOf(fields, 8), type: typeName(numberOf(fields, 2)), shape: numbers(fields, 1) };
}

function tensorOf(bytes: Uint8Array): DescribedTensor {
  const fields = readMessage(bytes);
  const tensor = nested(nested(fields, 2), 1);
  const dimensions = all(nested(tensor, 2), 1).map((dimension) => numberOf(readMessage(dimension), 1));
  return { name: textOf(fields, 1), type: typeName(numberOf(tensor, 1)), shape: dimensions };
}

function typeName(code: number): string {
  return typeNames[code] ?? `type ${code}`;
}

function all(fields: readonly Field[], field: number): Uint8Array[] {
  return fields.filter((f) => f.field === field).flatMap(({ value }) => (value instanceof Uint8Array ? [value] : []));
}

function last(fields: readonly Field[], field: number): Uint8Array | undefined {
  return all(fields, field).at(-1);
}

function nested(fields: readonly Field[], field: number): Field[] {
  return readMessage(last(fields, field) ?? new Uint8Array(0));
}

function textOf(fields: readonly Field[], field: number): string {
  return utf8.decode(last(fields, field));
}

/** Whole numbers of a repeated field, written one by one or packed. */
function numbers(fields: readonly Field[], field: number): number[] {
  return fields
    .filter((f) => f.field === field)
    .flatMap(({ value }) => (value instanceof Uint8Array ? unpacked(value) : [signed(value)]));
}

function unpacked(bytes: Uint8Array): number[] {
  const found: number[] = [];
  let [value, shift] = [0n, 0n];
  for (const byte of bytes) {
    value |= BigInt(byte & 127) << shift;
    shift += 7n;
    if (byte < 128) {
      found.push(signed(value));
      [value, shift] = [0n, 0n];
    }
  }
  return found;
}

function numberOf(fields: readonly Field[], field: number): number {
  const found = fields.findLast((f) => f.field === field)?.value;
  return typeof found === "bigint" ? signed(found) : 0;
}

function signed(value: bigint): number {
  return Number(BigInt.asIntN(64, value));
}
