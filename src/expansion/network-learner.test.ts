import { expect, it } from "vitest";
import type { FeatureTable } from "../cohort/feature-table.ts";
import { findLeaks, requireNoLeaks } from "../cohort/leakage.ts";
import { applyFold, repeatedFolds, wholeCohort } from "../cohort/splits.ts";
import { createRandom } from "../core/random.ts";
import { auroc } from "../evaluation/discrimination.ts";
import { tap, type Value } from "../nn/graph/graph.ts";
import { exportInference, initialWeights } from "../nn/network.ts";
import { openSession } from "../nn/session/session.ts";
import { createTensor, type Tensor } from "../nn/tensor.ts";
import { denseLogOdds, denseSlopes } from "./dense-network.ts";
import { fitLearner } from "./fit-learner.ts";
import { modelConfig } from "./learner-config.ts";
import { stackedNetwork, unstacked } from "./stacked-network.ts";

/** The sign of a product: neither predictor says anything alone. */
function exclusiveOr(n: number, noise: number, seed: number): FeatureTable {
  const random = createRandom(seed);
  const outcome = new Uint8Array(n);
  const values = new Float64Array(3 * n);
  for (let i = 0; i < n; i++) {
    const [a, b] = [random.uniform() < 0.5 ? -1 : 1, random.uniform() < 0.5 ? -1 : 1];
    outcome[i] = Number(a * b > 0);
    // in other units than the network likes, and one value missing now and then
    values.set(
      [1000 + 50 * (a + noise * random.normal()), 0.01 * (b + noise * random.normal()), random.normal()],
      3 * i,
    );
    if (i % 25 === 0) values[3 * i + 2] = Number.NaN;
  }
  return {
    participantIds: Array.from(outcome, (_, i) => `p${i}`),
    names: ["a", "b", "noise"],
    values,
    outcome,
    sites: null,
  };
}

const small = { hidden: [6], members: 2, steps: 150, learningRate: 0.05 };
const config = (change: object = {}) =>
  modelConfig({ name: "network", predictors: ["*"], innerFolds: 3, network: small, ...change });

it("learns what logistic regression cannot, repeats with its seed, and was fitted on the training fold alone", async () => {
  const table = exclusiveOr(180, 0.4, 5);
  const fold = repeatedFolds(table, { folds: 3, repeats: 1, seed: 2 })[0]!;
  const { training, test } = applyFold(table, fold);
  const train = (change: object, seed = 1) => fitLearner(training, config(change), createRandom(seed));
  const [network, again, other, logistic] = [
    await train({ calibration: "platt" }),
    await train({ calibration: "platt" }),
    await train({ calibration: "platt" }, 2),
    await train({ network: null }),
  ];
  const risk = network.risk(test);
  expect(auroc(test.table.outcome, risk)).toBeGreaterThan(0.95);
  expect(auroc(test.table.outcome, logistic.risk(test))).toBeLessThan(0.65);
  expect([...again.risk(test)]).toEqual([...risk]);
  expect(again.cutoff).toBe(network.cutoff);
  expect([...other.risk(test)]).not.toEqual([...risk]);
  expect(() => requireNoLeaks(findLeaks(table, fold, { fits: network.fits }))).not.toThrow();
  const onEverybody = await fitLearner(wholeCohort(table), config(), createRandom(1));
  expect(() => requireNoLeaks(findLeaks(table, fold, { fits: onEverybody.fits }))).toThrowCode("SPLIT_LEAKS");
});

it("stops early on noise: its risks stay near the prevalence, and more weight decay is taken where it helps", async () => {
  const table = exclusiveOr(90, 0.4, 3);
  const random = createRandom(9);
  const shuffledOutcome = table.outcome.map(() => Number(random.uniform() < 0.4));
  const set = wholeCohort({ ...table, outcome: shuffledOutcome });
  const model = await fitLearner(
    set,
    config({ network: { ...small, weightDecays: [0.001, 1] }, cutoff: { rule: "fixed", at: 0.5 } }),
    createRandom(4),
  );
  const { learner } = model.facts;
  if (learner.kind !== "network") throw new Error(learner.kind);
  expect([0.001, 1]).toContain(learner.weightDecay);
  expect(learner.members).toHaveLength(2);
  for (const { steps } of learner.members) expect(steps).toBeLessThan(small.steps);
  const risk = model.risk(set);
  expect(Math.max(...risk) - Math.min(...risk)).toBeLessThan(0.5);
});

it.each([
  { what: "plain", groupWidths: null, columns: [0, 1, 2], groups: null },
  { what: "gated", groupWidths: [1, 2], columns: [0, 1, 2], groups: [0, 1, 1] },
  { what: "gated, one input of the stack not its own", groupWidths: [1, 2], columns: [0, 2], groups: [0, 1] },
])("the plain arithmetic is the engine's, and the slopes are those of differences: $what", async (layout) => {
  const { groupWidths, columns, groups } = layout;
  const [hidden, networks, n, p] = [[5, 4], 3, 20, 3];
  const network = stackedNetwork({ hidden, groupWidths });
  const random = createRandom(7);
  const start = initialWeights(network, [networks, n, p], random);
  // gates start closed to all predictors: let them depend on some
  const weights = new Map(
    [...start].map(([name, t]) => [name, { ...t, data: t.data.map((v) => v || random.normal()) }]),
  );
  const tapped = { ...network, forward: (x: Value) => tap(network.forward(x), "out") };
  const values = Float64Array.from({ length: networks * n * p }, (_, i) =>
    columns.includes(i % p) ? Math.fround(random.normal()) : 0,
  );
  const session = await openSession(exportInference(tapped, weights, [networks, n, p], ["out"]));
  const { out } = await session.run({ image: createTensor([networks, n, p], Float32Array.from(values)) });
  await session.release();
  const own = values.subarray(2 * n * p).filter((_, i) => columns.includes(i % p));
  const x = { rows: n, columns: columns.length, values: own };
  const last = unstacked(weights, hidden, 2, { columns, groups });
  expect(denseLogOdds(last, x)).toBeAllClose((out as Tensor).data.slice(2 * n), { absolute: 1e-5 });
  const mean = (list: Float64Array) => list.reduce((a, b) => a + b, 0) / list.length;
  const slopes = columns.map((_, j) => {
    const at = (step: number) => ({ ...x, values: own.map((v, i) => (i % x.columns === j ? v + step : v)) });
    return (mean(denseLogOdds(last, at(1e-7))) - mean(denseLogOdds(last, at(-1e-7)))) / 2e-7;
  });
  expect(denseSlopes(last, x)).toBeAllClose(slopes, { absolute: 1e-6 });
});

/** One group says whether the other is to be believed: no sum of the two does. */
function believedSometimes(n: number, seed: number): FeatureTable {
  const random = createRandom(seed);
  const outcome = new Uint8Array(n);
  const values = new Float64Array(3 * n);
  for (let i = 0; i < n; i++) {
    const clear = random.uniform() < 0.5 ? 1 : -1;
    const [truth, noise] = [random.uniform() < 0.5 ? 1 : -1, random.uniform() < 0.5 ? 1 : -1];
    outcome[i] = Number((clear > 0 ? truth : noise) > 0 ? random.uniform() < 0.9 : random.uniform() < 0.1);
    values.set([clear + 0.1 * random.normal(), truth + 0.3 * random.normal(), noise + 0.3 * random.normal()], 3 * i);
  }
  return {
    participantIds: Array.from(outcome, (_, i) => `p${i}`),
    names: ["quality.a", "first.b", "second.c"],
    values,
    outcome,
    sites: null,
  };
}

it("gates open where a group is to be believed, and are kept, applied and repeated like the layers", async () => {
  const table = believedSometimes(240, 11);
  const fold = repeatedFolds(table, { folds: 3, repeats: 1, seed: 2 })[0]!;
  const { training, test } = applyFold(table, fold);
  const gates = [["quality.*"], ["first.*"], ["second.*"]];
  const train = (network: object) =>
    fitLearner(training, config({ network: { ...small, ...network } }), createRandom(3));
  const model = await train({ gates });
  expect(auroc(test.table.outcome, model.risk(test))).toBeGreaterThan(0.8);
  expect([...(await train({ gates })).risk(test)]).toEqual([...model.risk(test)]);
  const { learner } = model.facts;
  if (learner.kind !== "network") throw new Error(learner.kind);
  const [member] = learner.members;
  expect(member?.network.gate?.groups).toEqual([0, 1, 2]);
  const openness = (quality: number) => {
    const without = { ...member!.network, gate: undefined } as unknown as typeof member.network;
    const slopes = (network: typeof without) =>
      denseSlopes(network, { rows: 1, columns: 3, values: Float64Array.of(quality, 0, 0) });
    return slopes(member!.network)[1]! / slopes(without)[1]!;
  };
  expect(openness(1)).toBeGreaterThan(openness(-1));
});

it("a predictor belongs to one gate; components belong to that of what they are made of", async () => {
  const set = wholeCohort(believedSometimes(60, 1));
  const code = (gates: string[][]) =>
    fitLearner(set, config({ network: { ...small, gates } }), createRandom(1)).catch((thrown) => thrown.message);
  expect(await code([["quality.*"], ["first.*"]])).toMatch("second.c belongs to no gate");
  expect(
    await code([
      ["quality.*", "first.*"],
      ["first.*", "second.*"],
    ]),
  ).toMatch("first.b belongs to more than one");
  const reduced = config({
    reduce: [{ predictors: ["first.*"], components: 1 }],
    network: { ...small, steps: 10, gates: [["first.*"], ["quality.*", "second.*"]] },
  });
  const { learner } = (await fitLearner(set, reduced, createRandom(1))).facts;
  if (learner.kind !== "network") throw new Error(learner.kind);
  expect(learner.members[0]?.network.gate?.groups).toEqual([1, 1, 0]);
});

it("refuses fewer participants of a class than inner folds", async () => {
  const table = exclusiveOr(20, 0.4, 3);
  const few = { ...table, outcome: table.outcome.map((_, i) => Number(i < 2)) };
  const code = await fitLearner(wholeCohort(few), config(), createRandom(1)).catch((thrown) => thrown.code);
  expect(code).toBe("METRIC_UNDEFINED");
});
