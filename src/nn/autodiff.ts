/** Reverse-mode differentiation: walks the tape of a graph backwards and emits the nodes of the gradients into the same graph. */
import { HemacastError } from "../core/errors.ts";
import { combined, constant } from "./graph/emit.ts";
import type { Value } from "./graph/graph.ts";

/**
 * The gradients of a loss with respect to inputs or parameters, as new values of the same graph.
 *
 * @param loss a value with one element
 * @param targets what to differentiate by; only operations between these and the loss are walked
 * @throws HemacastError ARGUMENT_INVALID when the loss has more than one element or does not depend on a target
 */
export function backward(loss: Value, targets: readonly Value[]): Value[] {
  if (loss.shape.some((size) => size !== 1)) {
    throw new HemacastError("ARGUMENT_INVALID", `a loss has one element, got shape [${loss.shape.join(", ")}]`);
  }
  const { tape } = loss.graph;
  const depends = new Set<Value>(targets);
  for (const { inputs, output } of tape) if (inputs.some((value) => depends.has(value))) depends.add(output);

  const gradients = new Map<Value, Value>([[loss, constant(loss.graph, [1], loss.shape)]]);
  for (const entry of [...tape].reverse()) {
    const outputGradient = gradients.get(entry.output);
    if (outputGradient === undefined || !depends.has(entry.output)) continue;
    const ofInputs = entry.gradients(outputGradient);
    for (const [i, value] of entry.inputs.entries()) {
      if (depends.has(value)) accumulate(gradients, value, (ofInputs[i] as () => Value)());
    }
  }
  return targets.map((target) => {
    const gradient = gradients.get(target);
    if (gradient === undefined) {
      throw new HemacastError("ARGUMENT_INVALID", `the loss does not depend on ${target.name}`);
    }
    return gradient;
  });
}

function accumulate(gradients: Map<Value, Value>, value: Value, gradient: Value): void {
  const before = gradients.get(value);
  gradients.set(value, before === undefined ? gradient : combined("Add", before, gradient));
}
