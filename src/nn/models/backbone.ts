/** A backbone: a network that is a chain of named stages, so that it can be cut in two between any of them. */
import { HemacastError } from "../../core/errors.ts";
import { tap, type Value } from "../graph/graph.ts";
import type { Network } from "../network.ts";
import { globalAveragePool } from "../ops/global-average-pool.ts";

/** One link of the chain. Its parameters have the same names wherever the chain is cut. */
export interface Stage {
  readonly name: string;
  readonly apply: (x: Value) => Value;
}

/** A network that turns an image into features. Each stage is a tap; `features` [n, c] is the mean of the last stage over its places. */
export interface Backbone extends Network {
  readonly stages: readonly Stage[];
}

/** A backbone from its stages. */
export function backbone(name: string, config: Network["config"], stages: readonly Stage[]): Backbone {
  return { name, config, stages, forward: (image) => tap(globalAveragePool(throughStages(image, stages)), "features") };
}

/** A backbone in two parts: what is frozen, and what trains on its output. */
export interface FrozenBackbone {
  /** Ends with the named stage; its output is the tap of that name. */
  readonly trunk: Network;
  /** Takes the trunk's output as its image; its output is the tap `features`. */
  readonly head: Network;
}

/**
 * Cuts a backbone behind a stage. The trunk runs once per image as a model of its own, with constant weights and its outputs cached;
 * only the head trains. Weights keep their names, so both parts read from the weights of the whole.
 *
 * @param name the last frozen stage
 * @throws HemacastError ARGUMENT_INVALID when there is no such stage
 */
export function freezeUntil(whole: Backbone, name: string): FrozenBackbone {
  const last = whole.stages.findIndex((stage) => stage.name === name);
  if (last < 0) {
    const known = whole.stages.map((stage) => stage.name).join(", ");
    throw new HemacastError("ARGUMENT_INVALID", `${whole.name} has no stage ${name}; it has ${known}`);
  }
  const config = { ...whole.config, cutBehind: name };
  return {
    trunk: {
      name: `${whole.name}-trunk`,
      config,
      forward: (image) => throughStages(image, whole.stages.slice(0, last + 1)),
    },
    head: {
      name: `${whole.name}-head`,
      config,
      forward: (maps) => tap(globalAveragePool(throughStages(maps, whole.stages.slice(last + 1))), "features"),
    },
  };
}

function throughStages(image: Value, stages: readonly Stage[]): Value {
  return stages.reduce((x, stage) => tap(stage.apply(x), stage.name), image);
}
