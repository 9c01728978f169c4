/**
 * A graph under construction: values with static shapes, the ONNX nodes that compute them, and the tape that `backward` walks.
 * The graph is the only thing here that grows; values are plain and never change.
 */
import { HemacastError } from "../../core/errors.ts";
import { invariant } from "../../core/guards.ts";
import { elementCount, type Shape, sameShape, type Weights } from "../tensor.ts";

/** What the elements of a value are. */
export type ElementType = "float32" | "int64" | "bool";

/** A result inside a graph: a name, a static shape, and the graph it belongs to. */
export interface Value {
  readonly graph: Graph;
  readonly name: string;
  readonly shape: Shape;
  readonly type: ElementType;
}

/** An attribute of an ONNX node: a number is an integer, `{ float }` a float, text a string. */
export type Attribute = number | { readonly float: number } | readonly number[] | string;

/** One ONNX node. A null input is one that is left out. */
export interface GraphNode {
  readonly operator: string;
  /** "" for the standard operators, `com.microsoft` for those of ONNX Runtime. */
  readonly domain: string;
  readonly inputs: readonly (Value | null)[];
  readonly outputs: readonly Value[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

/** How the values of a parameter are drawn before training: normal with standard deviation sqrt(2 / fanIn), or all the same. */
export type Initialization = { readonly heFanIn: number } | { readonly fill: number };

/** A parameter: its value in the graph, and how it starts. */
export interface Parameter {
  readonly value: Value;
  readonly start: Initialization;
}

/** Data of a value that never changes. */
export interface Constant {
  readonly value: Value;
  readonly data: Float32Array | BigInt64Array;
}

/** What `backward` needs to know of one operation: the gradient of each input, computed only when it is asked for. */
export interface TapeEntry {
  readonly operation: string;
  readonly inputs: readonly Value[];
  readonly output: Value;
  readonly gradients: (outputGradient: Value) => readonly (() => Value)[];
}

/** How a graph treats parameters and which operators it may use. */
export interface GraphOptions {
  /** Weights to bake in as constants. A parameter that is absent here is an error, unless it is trainable. */
  readonly weights?: Weights;
  /** Which parameters stay inputs although weights are given. @default none with weights, all without */
  readonly trainable?: (name: string) => boolean;
  /** Only operators of the ONNX standard, none of ONNX Runtime's own. @default false */
  readonly portable?: boolean;
}

/** A graph under construction. */
export interface Graph {
  readonly options: GraphOptions;
  readonly nodes: GraphNode[];
  readonly inputs: Value[];
  readonly parameters: Map<string, Parameter>;
  readonly constants: Map<string, Constant>;
  readonly tape: TapeEntry[];
  /** Values that were given a name with `tap`. */
  readonly taps: Map<string, Value>;
}

/**
 * An empty graph.
 *
 * @example createGraph().nodes // => []
 */
export function createGraph(options: GraphOptions = {}): Graph {
  return {
    options,
    nodes: [],
    inputs: [],
    parameters: new Map(),
    constants: new Map(),
    tape: [],
    taps: new Map(),
  };
}

/**
 * An input of the graph.
 *
 * @throws HemacastError ARGUMENT_INVALID when the name is taken
 * @example input(createGraph(), "image", [1, 1, 8, 8]).shape // => [1, 1, 8, 8]
 */
export function input(graph: Graph, name: string, shape: Shape): Value {
  elementCount(shape);
  if (graph.inputs.some((value) => value.name === name)) {
    throw new HemacastError("ARGUMENT_INVALID", `the graph already has an input named ${name}`);
  }
  const value: Value = { graph, name, shape: [...shape], type: "float32" };
  graph.inputs.push(value);
  return value;
}

/**
 * A parameter of the network: an input of the graph while it is trained, a constant once its weights are baked in.
 *
 * @throws HemacastError BUNDLE_INVALID when the graph bakes weights and this one is absent or has another shape
 */
export function parameter(graph: Graph, name: string, shape: Shape, start: Initialization): Value {
  const { weights, trainable } = graph.options;
  if (weights === undefined || trainable?.(name)) {
    const value = input(graph, name, shape);
    graph.parameters.set(name, { value, start });
    return value;
  }
  const tensor = weights.get(name);
  if (tensor === undefined || !sameShape(tensor.shape, shape)) {
    const found = tensor === undefined ? "is absent" : `has shape [${tensor.shape.join(", ")}]`;
    throw new HemacastError("BUNDLE_INVALID", `weight ${name} ${found}; the network expects [${shape.join(", ")}]`);
  }
  const value: Value = { graph, name, shape: [...shape], type: "float32" };
  graph.constants.set(name, { value, data: tensor.data });
  return value;
}

/**
 * Gives a value a name under which it can be an output, e.g. a feature map of a backbone. Returns the value.
 *
 * @throws HemacastError ARGUMENT_INVALID when the name is taken
 */
export function tap(value: Value, name: string): Value {
  if (value.graph.taps.has(name)) throw new HemacastError("ARGUMENT_INVALID", `two values are named ${name}`);
  value.graph.taps.set(name, value);
  return value;
}

/** Writes an operation on the tape: `gradients` gets the gradient of the output and gives that of each input, on demand. */
export function differentiable(
  operation: string,
  output: Value,
  inputs: readonly Value[],
  gradients: TapeEntry["gradients"],
): Value {
  // A value that is its own input would pass its gradient to itself and count it twice.
  invariant(!inputs.includes(output), `${operation} returned its own input`);
  output.graph.tape.push({ operation, inputs, output, gradients });
  return output;
}
