/** How weights move: the rule for one parameter, its state in slots of the same size, and what is done to gradients before. */
import { HemacastError } from "../core/errors.ts";
import { requireInRange } from "../core/guards.ts";

/** A rule that moves one parameter by its gradient. It writes into the arrays it is given; the trainer owns them. */
export interface Optimizer {
  readonly name: string;
  /** Names of the state kept per parameter, e.g. ["first", "second"]. */
  readonly slots: readonly string[];
  /**
   * One step.
   *
   * @param step from 1
   * @param slots one array per name above, as long as the parameter, zero before step 1
   * @param decays whether weight decay applies (not to biases, gains and shifts)
   */
  update(
    step: number,
    learningRate: number,
    parameter: Float32Array,
    gradient: Float32Array,
    slots: readonly Float32Array[],
    decays: boolean,
  ): void;
}

/**
 * Adam with weight decay decoupled from the gradient.
 *
 * @throws HemacastError ARGUMENT_INVALID
 * @see Loshchilov & Hutter 2019, arXiv:1711.05101
 * @example adamW().slots // => ["first", "second"]
 */
export function adamW(
  options: { beta1?: number; beta2?: number; epsilon?: number; weightDecay?: number } = {},
): Optimizer {
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weightDecay = 0.01 } = options;
  requireInRange("beta1", beta1, 0, 1 - 1e-9);
  requireInRange("beta2", beta2, 0, 1 - 1e-9);
  requireInRange("weightDecay", weightDecay, 0, 1);
  return {
    name: "adamW",
    slots: ["first", "second"],
    update(step, learningRate, parameter, gradient, [first, second], decays) {
      const [m, v] = [first as Float32Array, second as Float32Array];
      const rate = learningRate / (1 - beta1 ** step);
      const correction = 1 / Math.sqrt(1 - beta2 ** step);
      const keep = decays ? 1 - learningRate * weightDecay : 1;
      for (let i = 0; i < parameter.length; i++) {
        const g = gradient[i] as number;
        const mean = beta1 * (m[i] as number) + (1 - beta1) * g;
        const square = beta2 * (v[i] as number) + (1 - beta2) * g * g;
        m[i] = mean;
        v[i] = square;
        parameter[i] = keep * (parameter[i] as number) - (rate * mean) / (Math.sqrt(square) * correction + epsilon);
      }
    },
  };
}

/**
 * Stochastic gradient descent with momentum; weight decay is added to the gradient.
 *
 * @throws HemacastError ARGUMENT_INVALID
 * @see Sutskever et al. 2013, PMLR 28(3):1139
 * @example sgd().slots // => ["velocity"]
 */
export function sgd(options: { momentum?: number; nesterov?: boolean; weightDecay?: number } = {}): Optimizer {
  const { momentum = 0.9, nesterov = false, weightDecay = 0 } = options;
  requireInRange("momentum", momentum, 0, 1 - 1e-9);
  requireInRange("weightDecay", weightDecay, 0, 1);
  return {
    name: "sgd",
    slots: ["velocity"],
    update(_step, learningRate, parameter, gradient, [velocity], decays) {
      const v = velocity as Float32Array;
      const decay = decays ? weightDecay : 0;
      for (let i = 0; i < parameter.length; i++) {
        const g = (gradient[i] as number) + decay * (parameter[i] as number);
        const moved = momentum * (v[i] as number) + g;
        v[i] = moved;
        parameter[i] = (parameter[i] as number) - learningRate * (nesterov ? g + momentum * moved : moved);
      }
    },
  };
}

/**
 * The Euclidean length of all gradients together.
 *
 * @throws HemacastError NON_FINITE when a gradient holds NaN or infinity
 * @example globalNorm([new Float32Array([3]), new Float32Array([4])]) // => 5
 */
export function globalNorm(gradients: readonly Float32Array[]): number {
  let squares = 0;
  for (const gradient of gradients) for (let i = 0; i < gradient.length; i++) squares += (gradient[i] as number) ** 2;
  if (!Number.isFinite(squares)) throw new HemacastError("NON_FINITE", "a gradient is NaN or infinite");
  return Math.sqrt(squares);
}

/** Moves a running average of weights towards the weights. Early on the average follows faster, so that it forgets the start. */
export function averageWeights(average: Float32Array, weights: Float32Array, decay: number, step: number): void {
  const kept = Math.min(decay, (1 + step) / (10 + step));
  for (let i = 0; i < average.length; i++) {
    average[i] = kept * (average[i] as number) + (1 - kept) * (weights[i] as number);
  }
}
