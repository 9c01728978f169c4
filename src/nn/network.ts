/** A network: a function that writes itself into a graph, and what follows from that: its parameters, how they start, its inference model. */
import { HemacastError } from "../core/errors.ts";
import { canonicalJson } from "../core/json.ts";
import type { Random } from "../core/random.ts";
import { createGraph, input, type Parameter, type Value } from "./graph/graph.ts";
import { encodeOnnx } from "./graph/onnx.ts";
import { createTensor, elementCount, type Shape, type Tensor, type Weights } from "./tensor.ts";

/** A network. */
export interface Network {
  readonly name: string;
  /** All that is needed to build the network again, as JSON. */
  readonly config: Readonly<Record<string, unknown>>;
  /**
   * Writes the network behind an image into the image's graph. Inner results have names (`taps` of the graph).
   *
   * @param image [n, c, (d,) h, w]
   * @throws HemacastError ARGUMENT_INVALID when the image does not fit
   */
  forward(image: Value): Value;
}

/** The parameters of a network by name, with their shapes and how they start. */
export function parametersOf(network: Network, imageShape: Shape): ReadonlyMap<string, Parameter> {
  const graph = createGraph();
  network.forward(input(graph, "image", imageShape));
  return graph.parameters;
}

/**
 * Weights to start training from. Each parameter draws from its own stream, so that its values depend on its name and the seed alone.
 *
 * @see He et al. 2015, arXiv:1502.01852
 */
export function initialWeights(network: Network, imageShape: Shape, random: Random): Weights {
  const weights = new Map<string, Tensor>();
  for (const [name, { value, start }] of parametersOf(network, imageShape)) {
    weights.set(name, initialTensor(value.shape, start, random.fork(name)));
  }
  return weights;
}

function initialTensor(shape: Shape, start: Parameter["start"], random: Random): Tensor {
  const data = new Float32Array(elementCount(shape));
  if ("fill" in start) return createTensor(shape, data.fill(start.fill));
  const deviation = Math.sqrt(2 / start.heFanIn);
  for (let i = 0; i < data.length; i++) data[i] = deviation * random.normal();
  return createTensor(shape, data);
}

/**
 * The model that runs a network with these weights baked in: input `image`, one output per name.
 *
 * @param imageShape [n, c, (d,) h, w], fixed in the model
 * @param outputs names of taps
 * @throws HemacastError BUNDLE_INVALID when a weight is absent or of another shape, ARGUMENT_INVALID when there is no such tap
 */
export function exportInference(
  network: Network,
  weights: Weights,
  imageShape: Shape,
  outputs: readonly string[],
): Uint8Array {
  const graph = createGraph({ weights });
  network.forward(input(graph, "image", imageShape));
  const named = outputs.map((name) => {
    const value = graph.taps.get(name);
    if (value === undefined) {
      const known = [...graph.taps.keys()].join(", ");
      throw new HemacastError("ARGUMENT_INVALID", `${network.name} has no output ${name}; it has ${known}`);
    }
    return [name, value] as const;
  });
  const metadata = { network: network.name, config: canonicalJson(network.config) };
  return encodeOnnx(graph, Object.fromEntries(named), metadata);
}

/**
 * How many numbers there are in the weights.
 *
 * @example weightCount(new Map([["w", createTensor([2, 3])]])) // => 6
 */
export function weightCount(weights: Weights): number {
  return [...weights.values()].reduce((sum, { data }) => sum + data.length, 0);
}
