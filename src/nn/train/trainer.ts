/** One training run: gradients come out of ONNX Runtime, weights and optimiser state live here in flat arrays, and nothing moves on a bad step. */

import { HemacastError } from "../../core/errors.ts";
import { requireWhole } from "../../core/guards.ts";
import { createRandom, type Random, resumeRandom } from "../../core/random.ts";
import { backward } from "../autodiff.ts";
import { createGraph, type Graph, input, type Value } from "../graph/graph.ts";
import { encodeOnnx } from "../graph/onnx.ts";
import { averageWeights, globalNorm, type Optimizer } from "../optimizers.ts";
import type { Schedule } from "../schedules.ts";
import { openSession, type Session, type SessionOptions } from "../session/session.ts";
import { createTensor, type Tensor, type Weights } from "../tensor.ts";
import { type Checkpoint, requireResumable } from "./checkpoint.ts";

/** The tensors of one step by name, e.g. `image` and `target`; the first axis of each is the batch. */
export type Batch = Readonly<Record<string, Tensor>>;

/** What is trained: writes the network and its loss into a graph. Other values are reported with the loss. */
export type Objective = (
  graph: Graph,
  batch: Readonly<Record<string, Value>>,
) => {
  readonly loss: Value;
  readonly reports?: Readonly<Record<string, Value>>;
};

/** How to train. */
export interface TrainerOptions {
  readonly objective: Objective;
  /** Where to start; they are copied. Ignored for parameters when `resume` is given. */
  readonly weights: Weights;
  readonly optimizer: Optimizer;
  readonly schedule: Schedule;
  /** Seed of `random`. */
  readonly seed: number;
  /** Gradients longer than this are shortened to it. @default none */
  readonly clipNorm?: number;
  /** Keeps a running average of the weights with this decay. @default none */
  readonly averageDecay?: number;
  /** Which parameters move; the others are baked in as constants. @default all */
  readonly trainable?: (name: string) => boolean;
  /** Continues exactly where the checkpoint was taken. */
  readonly resume?: Checkpoint;
  readonly session?: SessionOptions;
}

/** What one step gave. */
export interface StepResult {
  /** The step that was made, from 1. */
  readonly step: number;
  /** Mean loss over the batches. */
  readonly loss: number;
  /** Length of the gradient before it was clipped. */
  readonly gradientNorm: number;
  readonly learningRate: number;
}

/** A training run. Release it when done. */
export interface Trainer {
  /** For everything random about the data: it is part of the checkpoint. */
  readonly random: Random;
  /** Steps made so far. */
  step(): number;
  /**
   * One step on a batch, or on several whose gradients are averaged by their numbers of images (gradient accumulation).
   * Batches may differ in size; each shape has its own session, of which the latest four are kept.
   *
   * @throws HemacastError NON_FINITE when the loss or a gradient is not finite; weights and state are then as before the call
   */
  train(batches: Batch | readonly Batch[]): Promise<StepResult>;
  /** The loss and the reports on a batch, without a step. */
  evaluate(batch: Batch): Promise<{ readonly loss: number; readonly reports: Readonly<Record<string, Tensor>> }>;
  /** A copy of all weights, frozen ones included. */
  weights(): Weights;
  /** A copy of the averaged weights; the weights themselves without `averageDecay`. */
  averagedWeights(): Weights;
  /** A copy of all that is needed to continue exactly. `notes` travels along, e.g. the state of early stopping. */
  checkpoint(notes?: unknown): Checkpoint;
  release(): Promise<void>;
}

const keptSessions = 4;

/**
 * Starts or continues a training run.
 *
 * @throws HemacastError ARGUMENT_INVALID when an option is out of range, BUNDLE_INVALID when the checkpoint does not fit
 */
export function createTrainer(options: TrainerOptions): Trainer {
  const { objective, optimizer, schedule, resume, trainable = () => true, averageDecay } = options;
  if (options.clipNorm !== undefined && !(options.clipNorm > 0)) {
    throw new HemacastError("ARGUMENT_INVALID", `clipNorm must be above 0, got ${options.clipNorm}`);
  }
  if (resume) requireResumable(resume, options.weights, optimizer, averageDecay !== undefined);
  const start = resume?.weights ?? options.weights;
  const weights = copied(start);
  const moving = [...weights.keys()].filter(trainable);
  const slots = new Map(moving.map((name) => [name, startSlots(name)]));
  const average = averageDecay === undefined ? null : copied(resume?.average ?? start);
  const random = resume ? resumeRandom(resume.random) : createRandom(options.seed);
  const sessions = new Map<string, Promise<Session>>();
  let step = resume?.step ?? 0;

  function startSlots(name: string): Float32Array[] {
    const length = weights.get(name)?.data.length ?? 0;
    return optimizer.slots.map((slot) => resume?.slots.get(slot)?.get(name)?.data.slice() ?? new Float32Array(length));
  }

  async function sessionFor(batch: Batch, learns: boolean): Promise<Session> {
    const shapes = Object.entries(batch).map(([name, { shape }]) => `${name}[${shape}]`);
    const key = `${learns ? "train" : "evaluate"} ${shapes.sort().join(" ")}`;
    const found = sessions.get(key) ?? openSession(trainingModel(batch, learns), options.session);
    sessions.delete(key);
    sessions.set(key, found);
    for (const [oldest, session] of [...sessions].slice(0, -keptSessions)) {
      sessions.delete(oldest);
      await (await session).release();
    }
    return found;
  }

  function trainingModel(batch: Batch, learns: boolean): Uint8Array {
    const graph = createGraph({ weights, trainable });
    const inputs = Object.entries(batch).map(([name, { shape }]) => [name, input(graph, name, shape)] as const);
    const { loss, reports = {} } = objective(graph, Object.fromEntries(inputs));
    if (!learns) return encodeOnnx(graph, { loss, ...prefixed("report:", reports) });
    const parameters = [...graph.parameters].map(([name, { value }]) => [name, value] as const);
    const gradients = backward(
      loss,
      parameters.map(([, value]) => value),
    );
    return encodeOnnx(graph, {
      loss,
      ...prefixed("gradient:", Object.fromEntries(parameters.map(([name], i) => [name, gradients[i] as Value]))),
    });
  }

  function feeds(session: Session, batch: Batch): Record<string, Tensor> {
    const parameters = [...session.inputs.keys()].filter((name) => !(name in batch));
    return { ...batch, ...Object.fromEntries(parameters.map((name) => [name, weights.get(name) as Tensor])) };
  }

  async function gradientsOf(batch: Batch): Promise<{ loss: number; gradients: Map<string, Float32Array> }> {
    const session = await sessionFor(batch, true);
    const { loss, ...rest } = await session.run(feeds(session, batch));
    const gradients = Object.entries(rest).map(([name, { data }]) => [name.slice("gradient:".length), data] as const);
    return { loss: requireFiniteLoss(loss as Tensor, step + 1), gradients: new Map(gradients) };
  }

  return {
    random,
    step: () => step,
    async train(batches) {
      const list = isBatch(batches) ? [batches] : batches;
      const { loss, gradients } = await averagedGradients(list, gradientsOf);
      const gradientNorm = globalNorm([...gradients.values()]);
      const learningRate = schedule(step + 1);
      const factor = options.clipNorm === undefined ? 1 : Math.min(1, options.clipNorm / (gradientNorm + 1e-12));
      // Nothing has been written up to here: an exception above leaves the run as it was.
      step += 1;
      for (const [name, gradient] of gradients) {
        const { data, shape } = weights.get(name) as Tensor;
        if (factor < 1) for (let i = 0; i < gradient.length; i++) gradient[i] = (gradient[i] as number) * factor;
        optimizer.update(step, learningRate, data, gradient, slots.get(name) ?? [], shape.length > 1);
      }
      for (const [name, { data }] of average ?? []) {
        averageWeights(data, (weights.get(name) as Tensor).data, averageDecay as number, step);
      }
      return { step, loss, gradientNorm, learningRate };
    },
    async evaluate(batch) {
      const session = await sessionFor(batch, false);
      const { loss, ...reports } = await session.run(feeds(session, batch));
      const named = Object.entries(reports).map(([name, value]) => [name.slice("report:".length), value]);
      return { loss: (loss as Tensor).data[0] as number, reports: Object.fromEntries(named) };
    },
    weights: () => copied(weights),
    averagedWeights: () => copied(average ?? weights),
    checkpoint: (notes = null) => ({
      step,
      optimizer: optimizer.name,
      random: random.state(),
      weights: copied(weights),
      slots: new Map(
        optimizer.slots.map((slot, k) => {
          const ofSlot = moving.map((name) => {
            const data = ((slots.get(name) as Float32Array[])[k] as Float32Array).slice();
            return [name, createTensor((weights.get(name) as Tensor).shape, data)] as const;
          });
          return [slot, new Map(ofSlot)] as const;
        }),
      ),
      average: average === null ? null : copied(average),
      notes,
    }),
    async release() {
      for (const session of sessions.values()) await (await session).release();
      sessions.clear();
    },
  };
}

/** The mean of losses and gradients over batches, weighted by their numbers of images. */
async function averagedGradients(
  batches: readonly Batch[],
  gradientsOf: (batch: Batch) => Promise<{ loss: number; gradients: Map<string, Float32Array> }>,
): Promise<{ loss: number; gradients: Map<string, Float32Array> }> {
  requireWhole("number of batches", batches.length, 1);
  const [first, ...others] = batches as [Batch, ...Batch[]];
  if (others.length === 0) return gradientsOf(first);
  const total = batches.reduce((sum, batch) => sum + imagesIn(batch), 0);
  const gradients = new Map<string, Float32Array>();
  let loss = 0;
  for (const batch of batches) {
    const part = imagesIn(batch) / total;
    const found = await gradientsOf(batch);
    loss += part * found.loss;
    for (const [name, data] of found.gradients) {
      const sum = gradients.get(name) ?? new Float32Array(data.length);
      for (let i = 0; i < data.length; i++) sum[i] = (sum[i] as number) + part * (data[i] as number);
      gradients.set(name, sum);
    }
  }
  return { loss, gradients };
}

function isBatch(batches: Batch | readonly Batch[]): batches is Batch {
  return !Array.isArray(batches);
}

function imagesIn(batch: Batch): number {
  return (Object.values(batch)[0] as Tensor).shape[0] as number;
}

function requireFiniteLoss({ data }: Tensor, step: number): number {
  const loss = data[0] as number;
  if (!Number.isFinite(loss)) {
    throw new HemacastError(
      "NON_FINITE",
      `the loss of step ${step} is ${loss}; lower the learning rate or check the data`,
      {
        details: { step },
      },
    );
  }
  return loss;
}

function prefixed(prefix: string, values: Readonly<Record<string, Value>>): Record<string, Value> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [prefix + name, value]));
}

function copied(weights: Weights): Map<string, Tensor> {
  return new Map([...weights].map(([name, { shape, data }]) => [name, createTensor(shape, data.slice())]));
}
