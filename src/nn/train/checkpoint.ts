/** All that a training run needs to continue exactly, and its form as bytes. */
import { HemacastError, messageOf } from "../../core/errors.ts";
import { canonicalJson } from "../../core/json.ts";
import type { RandomState } from "../../core/random.ts";
import { parseWith, z } from "../../core/schema.ts";
import type { Optimizer } from "../optimizers.ts";
import { sameShape, type Weights } from "../tensor.ts";
import { readSafetensors, type StoredTensor, toStored, toWeights, writeSafetensors } from "../weights/safetensors.ts";

/** A moment of a training run. */
export interface Checkpoint {
  /** Steps made so far. */
  readonly step: number;
  readonly optimizer: string;
  readonly random: RandomState;
  readonly weights: Weights;
  /** State of the optimiser: slot, then parameter. */
  readonly slots: ReadonlyMap<string, Weights>;
  /** The running average of the weights, if one is kept. */
  readonly average: Weights | null;
  /** What the caller keeps beside it, as JSON. */
  readonly notes: unknown;
}

const formatVersion = "1";
const word = z.number().int();
const stateSchema = z.strictObject({
  step: z.number().int().nonnegative(),
  optimizer: z.string(),
  random: z.strictObject({ seed: word, words: z.tuple([word, word, word, word]), spareNormal: z.number().nullable() }),
  notes: z.unknown(),
});

/**
 * The bytes of a checkpoint: a safetensors file with `weights/`, `average/` and `slot/` tensors.
 *
 * @throws HemacastError NON_FINITE when the notes hold NaN or infinity
 */
export function encodeCheckpoint(checkpoint: Checkpoint): Uint8Array {
  const { step, optimizer, random, notes } = checkpoint;
  const tensors = new Map<string, StoredTensor>();
  const keep = (prefix: string, weights: Weights): void => {
    for (const [name, tensor] of toStored(weights, "F32")) tensors.set(prefix + name, tensor);
  };
  keep("weights/", checkpoint.weights);
  for (const [slot, weights] of checkpoint.slots) keep(`slot/${slot}/`, weights);
  if (checkpoint.average) keep("average/", checkpoint.average);
  // Numbers of the random state are exact in JSON: whole, or doubles printed to round-trip.
  return writeSafetensors(tensors, {
    checkpoint: formatVersion,
    state: canonicalJson({ step, optimizer, random, notes }),
  });
}

/**
 * Reads a checkpoint.
 *
 * @throws HemacastError BUNDLE_INVALID when it is not one, or of another version
 */
export function decodeCheckpoint(bytes: Uint8Array): Checkpoint {
  const { tensors, metadata } = readSafetensors(bytes);
  if (metadata.checkpoint !== formatVersion) {
    throw new HemacastError(
      "BUNDLE_INVALID",
      `a checkpoint of version ${metadata.checkpoint ?? "none"}, expected ${formatVersion}`,
    );
  }
  const state = parseWith(stateSchema, parsedState(metadata.state), "BUNDLE_INVALID", "checkpoint");
  const all = toWeights(tensors);
  const part = (prefix: string): Weights =>
    new Map(
      [...all].filter(([name]) => name.startsWith(prefix)).map(([name, tensor]) => [name.slice(prefix.length), tensor]),
    );
  const slotNames = new Set(
    [...all.keys()].filter((name) => name.startsWith("slot/")).map((name) => name.split("/")[1] as string),
  );
  const average = part("average/");
  return {
    ...state,
    random: state.random,
    notes: state.notes,
    weights: part("weights/"),
    slots: new Map([...slotNames].map((slot) => [slot, part(`slot/${slot}/`)])),
    average: average.size > 0 ? average : null,
  };
}

/**
 * Checks that a run can continue from a checkpoint.
 *
 * @param weights the weights of the network that is to continue; names and shapes must be those of the checkpoint
 * @throws HemacastError BUNDLE_INVALID naming what differs
 */
export function requireResumable(
  checkpoint: Checkpoint,
  weights: Weights,
  optimizer: Optimizer,
  averages: boolean,
): void {
  const differing = [...new Set([...weights.keys(), ...checkpoint.weights.keys()])].filter((name) => {
    const [ours, theirs] = [weights.get(name), checkpoint.weights.get(name)];
    return ours === undefined || theirs === undefined || !sameShape(ours.shape, theirs.shape);
  });
  if (differing.length > 0) {
    throw new HemacastError(
      "BUNDLE_INVALID",
      `the checkpoint is of another network: ${differing.slice(0, 5).join(", ")} differ`,
    );
  }
  if (checkpoint.optimizer !== optimizer.name || averages !== (checkpoint.average !== null)) {
    throw new HemacastError(
      "BUNDLE_INVALID",
      `the checkpoint was made with ${checkpoint.optimizer}${checkpoint.average ? " and averaging" : ""}, this run has ${optimizer.name}${averages ? " and averaging" : ""}`,
    );
  }
}

function parsedState(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? "");
  } catch (cause) {
    throw new HemacastError("BUNDLE_INVALID", `the state of the checkpoint is not JSON: ${messageOf(cause)}`, {
      cause,
    });
  }
}
