/** A finished graph as the bytes of an ONNX model. */
import { HemacastError } from "../../core/errors.ts";
import type { Attribute, Constant, ElementType, Graph, GraphNode, Value } from "./graph.ts";
import { createMessageWriter, type MessageWriter } from "./protobuf.ts";

/** Version of the ONNX operator set that the graphs are written in. */
export const opsetVersion = 18;

const irVersion = 9;
const elementTypes: Record<ElementType, number> = { float32: 1, int64: 7, bool: 9 };
const attributeTypes = { float: 1, integer: 2, text: 3, integers: 7 };

/**
 * The model that computes the named outputs: only nodes, constants and inputs that they need are written.
 *
 * @param outputs values by the name they have outside
 * @param metadata text that travels with the model, e.g. its configuration
 * @throws HemacastError ARGUMENT_INVALID when there is no output, or one of another graph
 * @see https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
 */
export function encodeOnnx(
  graph: Graph,
  outputs: Readonly<Record<string, Value>>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const named = Object.entries(outputs);
  if (named.length === 0 || named.some(([, value]) => value.graph !== graph)) {
    throw new HemacastError("ARGUMENT_INVALID", "a model needs at least one output, all of one graph");
  }
  const needed = neededParts(graph, outputs);
  const writer = createMessageWriter();
  writer.integer(1, irVersion);
  writer.text(2, "hemacast");
  writer.message(7, (inner) => writeGraph(inner, graph, needed, named));
  for (const [domain, version] of [["", opsetVersion] as const, ["com.microsoft", 1] as const]) {
    if (domain !== "" && !needed.nodes.some((node) => node.domain === domain)) continue;
    writer.message(8, (opset) => {
      opset.text(1, domain);
      opset.integer(2, version);
    });
  }
  for (const [key, value] of Object.entries(metadata)) {
    writer.message(14, (entry) => {
      entry.text(1, key);
      entry.text(2, value);
    });
  }
  return writer.finish();
}

interface NeededParts {
  readonly nodes: readonly GraphNode[];
  readonly names: ReadonlySet<string>;
}

function neededParts(graph: Graph, outputs: Readonly<Record<string, Value>>): NeededParts {
  const names = new Set(Object.values(outputs).map((value) => value.name));
  const nodes: GraphNode[] = [];
  for (const node of [...graph.nodes].reverse()) {
    if (!node.outputs.some((value) => names.has(value.name))) continue;
    for (const value of node.inputs) if (value !== null) names.add(value.name);
    nodes.push(node);
  }
  return { nodes: nodes.reverse(), names };
}

function writeGraph(
  writer: MessageWriter,
  graph: Graph,
  { nodes, names }: NeededParts,
  outputs: readonly (readonly [string, Value])[],
): void {
  for (const node of nodes) writer.message(1, (inner) => writeNode(inner, node, names));
  // An output keeps its inner name inside the graph; its outer name is an alias.
  for (const [name, value] of outputs) {
    writer.message(1, (inner) => {
      inner.text(1, value.name);
      inner.text(2, name);
      inner.text(4, "Identity");
    });
  }
  writer.text(2, "hemacast");
  for (const entry of graph.constants.values()) {
    if (names.has(entry.value.name)) writer.message(5, (inner) => writeTensor(inner, entry));
  }
  for (const value of graph.inputs) {
    if (names.has(value.name)) writer.message(11, (inner) => writeValueInfo(inner, value.name, value));
  }
  // Shapes of inner values: readers see them, and the runtime checks ours against its own.
  for (const value of nodes.flatMap((node) => node.outputs)) {
    if (names.has(value.name)) writer.message(13, (inner) => writeValueInfo(inner, value.name, value));
  }
  for (const [name, value] of outputs) writer.message(12, (inner) => writeValueInfo(inner, name, value));
}

function writeNode(writer: MessageWriter, node: GraphNode, names: ReadonlySet<string>): void {
  for (const value of node.inputs) writer.text(1, value?.name ?? "");
  const used = node.outputs.map((value) => names.has(value.name)).lastIndexOf(true);
  for (const value of node.outputs.slice(0, used + 1)) writer.text(2, names.has(value.name) ? value.name : "");
  writer.text(4, node.operator);
  for (const [name, attribute] of Object.entries(node.attributes)) {
    writer.message(5, (inner) => writeAttribute(inner, name, attribute));
  }
  if (node.domain !== "") writer.text(7, node.domain);
}

function writeAttribute(writer: MessageWriter, name: string, attribute: Attribute): void {
  writer.text(1, name);
  if (typeof attribute === "number") {
    writer.integer(3, attribute);
    writer.integer(20, attributeTypes.integer);
  } else if (typeof attribute === "string") {
    writer.bytes(4, new TextEncoder().encode(attribute));
    writer.integer(20, attributeTypes.text);
  } else if ("float" in attribute) {
    writer.float(2, attribute.float);
    writer.integer(20, attributeTypes.float);
  } else {
    for (const value of attribute) writer.integer(8, value);
    writer.integer(20, attributeTypes.integers);
  }
}

function writeTensor(writer: MessageWriter, { value, data }: Constant): void {
  for (const size of value.shape) writer.integer(1, size);
  writer.integer(2, elementTypes[value.type]);
  writer.text(8, value.name);
  writer.bytes(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
}

function writeValueInfo(writer: MessageWriter, name: string, value: Value): void {
  writer.text(1, name);
  writer.message(2, (type) =>
    type.message(1, (tensor) => {
      tensor.integer(1, elementTypes[value.type]);
      tensor.message(2, (shape) => {
        for (const size of value.shape) shape.message(1, (dimension) => dimension.integer(1, size));
      });
    }),
  );
}
