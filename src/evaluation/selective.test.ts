import { expect, it } from "vitest";
import { createRandom } from "../core/random.ts";
import { selectiveCurve } from "./selective.ts";

it("keeps the surest, and says how often they are right", () => {
  const answers = { outcome: [1, 0, 1, 0], risk: [0.9, 0.2, 0.3, 0.6], correct: [1, 1, 0, 0], certainty: [4, 3, 2, 1] };
  const [all, half, one] = selectiveCurve(answers, [1, 0.5, 0.25]);
  expect(all).toMatchObject({ share: 1, n: 4, accuracy: { value: 0.5 }, auc: 0.75 });
  expect(half).toMatchObject({ n: 2, accuracy: { value: 1 }, auc: 1 });
  expect(one).toMatchObject({ n: 1, accuracy: { value: 1 }, auc: null });
  // Wilson's lower bound for 2 of 2: 1 / (1 + 1.96^2 / 2)
  expect(half?.accuracy.low).toBeAllClose(1 / (1 + 1.959963984540054 ** 2 / 2), { absolute: 1e-12 });
});

it("has an accuracy that rises where certainty means something, and stays where it does not", () => {
  const random = createRandom(12);
  const people = Array.from({ length: 4000 }, () => {
    const risk = random.uniform();
    const outcome = Number(random.uniform() < risk);
    return { outcome, risk, correct: Number(Number(risk >= 0.5) === outcome), chance: random.uniform() };
  });
  const column = (of: (person: (typeof people)[number]) => number): number[] => people.map(of);
  const answers = { outcome: column((p) => p.outcome), risk: column((p) => p.risk), correct: column((p) => p.correct) };
  const sure = selectiveCurve({ ...answers, certainty: column((p) => Math.abs(p.risk - 0.5)) }, [1, 0.5, 0.2]);
  // Of the share s that is surest, risks lie s / 2 at either end: right with probability 1 - s / 4.
  expect(sure.map(({ accuracy }) => accuracy.value)).toBeAllClose([0.75, 0.875, 0.95], { absolute: 0.02 });
  const unsure = selectiveCurve({ ...answers, certainty: column((p) => p.chance) }, [1, 0.5, 0.2]);
  expect(unsure.map(({ accuracy }) => accuracy.value)).toBeAllClose([0.75, 0.75, 0.75], { absolute: 0.04 });
});

it("refuses nobody, other lengths, and a certainty that is no number", () => {
  const none = { outcome: [], risk: [], correct: [], certainty: [] };
  expect(() => selectiveCurve(none)).toThrowCode("METRIC_UNDEFINED");
  const two = { outcome: [0, 1], risk: [0.1, 0.9], correct: [1, 1], certainty: [1, 2] };
  expect(() => selectiveCurve({ ...two, certainty: [1] })).toThrowCode("ARGUMENT_INVALID");
  expect(() => selectiveCurve({ ...two, correct: [1] })).toThrowCode("ARGUMENT_INVALID");
  expect(() => selectiveCurve({ ...two, certainty: [1, Number.NaN] })).toThrowCode("ARGUMENT_INVALID");
});
