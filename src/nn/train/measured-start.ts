/** Gains and biases to start from, measured on one batch: without normalisation the scale of each layer has to be right before the first step. */
import { combined, emit, reshaped, scalar, scaled, summedOver } from "../graph/emit.ts";
import { tap, type Value } from "../graph/graph.ts";
import type { ConvLayer } from "../layers.ts";
import { exportInference, type Network } from "../network.ts";
import { openSession, type SessionOptions } from "../session/session.ts";
import { standardizedConvLayer } from "../standardized-conv.ts";
import { createTensor, elementCount, type Tensor, type Weights } from "../tensor.ts";

/** Added to the variance: a channel that is nearly constant on the batch is not blown up. */
const leastVariance = 1e-6;

/**
 * Sets the gain and bias of each standardised convolution so that on these images each of its channels has mean 0 and a wanted deviation, given
 * that the layers before it have theirs. One pass.
 *
 * @param build the network with a kind of convolution, e.g. `(layer) => resnet50({}, layer)`
 * @param weights of the network with `standardizedConvLayer`
 * @param images [n, c, h, w]
 * @param deviationOf the deviation by the convolution's name, e.g. less than 1 for the last one of a residual branch
 * @see Mishkin & Matas 2016, arXiv:1511.06422
 */
export async function measuredStart(
  build: (layer: ConvLayer) => Network,
  weights: Weights,
  images: Tensor,
  deviationOf: (name: string) => number = () => 1,
  session: SessionOptions = {},
): Promise<Weights> {
  const names = [...weights.keys()].filter((key) => key.endsWith(".gain")).map((key) => key.slice(0, -".gain".length));
  const outputs = names.flatMap((name) => [`${name}.mean`, `${name}.variance`]);
  // What is measured must not depend on gains and biases that somebody left in the weights.
  const neutral = new Map(
    [...weights].map(([key, tensor]) => [
      key,
      key.endsWith(".gain") || key.endsWith(".bias") ? filled(tensor, key) : tensor,
    ]),
  );
  const model = exportInference(build(measuring(deviationOf)), neutral, images.shape, outputs);
  const opened = await openSession(model, session);
  const found = await opened.run({ image: images }).finally(() => opened.release());
  const started = new Map(neutral);
  for (const name of names) {
    const [mean, variance] = [found[`${name}.mean`], found[`${name}.variance`]] as [Tensor, Tensor];
    const gain = variance.data.map((v) => deviationOf(name) / Math.sqrt(v + leastVariance));
    started.set(`${name}.gain`, createTensor(mean.shape, gain));
    started.set(
      `${name}.bias`,
      createTensor(
        mean.shape,
        gain.map((g, k) => -g * (mean.data[k] as number)),
      ),
    );
  }
  return started;
}

function filled({ shape, data }: Tensor, key: string): Tensor {
  return createTensor(shape, new Float32Array(data.length).fill(key.endsWith(".gain") ? 1 : 0));
}

/** A standardised convolution that normalises its output over the batch and shows what it found. Nothing flows back through it. */
function measuring(deviationOf: (name: string) => number): ConvLayer {
  return (x, name, options) => {
    const y = standardizedConvLayer(x, name, options);
    const channels = y.shape[1] as number;
    const others = y.shape.map((_, axis) => axis).filter((axis) => axis !== 1);
    const average = (value: Value): Value => scaled(summedOver(value, others), channels / elementCount(y.shape));
    const mean = average(y);
    const centred = combined("Sub", y, mean);
    const variance = average(combined("Mul", centred, centred));
    tap(reshaped(mean, [channels]), `${name}.mean`);
    tap(reshaped(variance, [channels]), `${name}.variance`);
    const deviation = emit("Sqrt", [combined("Add", variance, scalar(x.graph, leastVariance))], variance.shape);
    return combined("Mul", combined("Div", centred, deviation), scalar(x.graph, deviationOf(name)));
  };
}
