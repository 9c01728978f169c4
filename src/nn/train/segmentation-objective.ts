/** What a segmenter trains on: a loss of its logits, and with deep supervision of those at lower resolutions as well. */
import type { Value } from "../graph/graph.ts";
import { bceAndDice } from "../losses.ts";
import type { Network } from "../network.ts";
import { add } from "../ops/add.ts";
import { averagePool } from "../ops/average-pool.ts";
import { mul } from "../ops/mul.ts";
import type { Objective } from "./trainer.ts";

/** A loss of logits against a target, with an optional weight per element. */
export type LogitLoss = (logits: Value, target: Value, weight?: Value) => Value;

/**
 * The objective of a segmenter on batches with `image`, `target` and optionally `weight` (0 where the label is uncertain).
 * Where the network has `logits.1`, `logits.2`, ..., each counts half as much as the one above it and sees the target averaged to its size.
 */
export function segmentationObjective(network: Network, loss: LogitLoss = bceAndDice): Objective {
  return (graph, batch) => {
    const { image, target, weight } = batch as { image: Value; target: Value; weight?: Value };
    const logits = network.forward(image);
    const lower = [...graph.taps].filter(([name]) => /^logits\.\d+$/.test(name)).map(([, value]) => value);
    const levels = [logits, ...lower.sort((a, b) => (b.shape.at(-1) as number) - (a.shape.at(-1) as number))];
    const total = levels.reduce((sum, _, k) => sum + 2 ** -k, 0);
    const terms = levels.map((value, k) => {
      const shrunk = (map: Value): Value => averagedTo(map, value);
      return mul(loss(value, shrunk(target), weight && shrunk(weight)), 2 ** -k / total);
    });
    return {
      loss: terms.reduce((a, b) => add(a, b)),
      reports: { probability: graph.taps.get("probability") as Value },
    };
  };
}

function averagedTo(map: Value, like: Value): Value {
  const kernel = map.shape.slice(2).map((size, i) => size / (like.shape[i + 2] as number));
  return kernel.every((size) => size === 1) ? map : averagePool(map, { kernel });
}
