import { expect, it } from "vitest";
import type { FeatureTable } from "../cohort/feature-table.ts";
import { wholeCohort } from "../cohort/splits.ts";
import { createRandom } from "../core/random.ts";
import { logit } from "../math/statistics.ts";
import { fitModel } from "./fit-model.ts";
import { fitHybridModel } from "./hybrid-fit.ts";
import { predictHybrid, riskIf, strongestPredictors } from "./hybrid-model.ts";
import { modelConfig } from "./learner-config.ts";

const names = ["shape.a", "shape.b", ...Array.from({ length: 12 }, (_, j) => `net.${j}`), "site.unused"];

/** The outcome depends on shape.a and on what the twelve of `net` share. */
function cohort(n: number, seed: number): FeatureTable {
  const random = createRandom(seed);
  const rows = Array.from({ length: n }, () => {
    const [a, b, hidden] = [random.normal(), random.normal(), random.normal()];
    const outcome = Number(random.uniform() < 1 / (1 + Math.exp(-(1.2 * a + 1.6 * hidden - 0.5))));
    return {
      outcome,
      row: [a, b, ...Array.from({ length: 12 }, () => hidden + 0.4 * random.normal()), random.normal()],
    };
  });
  return {
    participantIds: rows.map((_, i) => `p${i}`),
    ...{ names, values: Float64Array.from(rows.flatMap(({ row }) => row)), sites: null },
    outcome: Uint8Array.from(rows, ({ outcome }) => outcome),
  };
}

const table = cohort(300, 5);
const training = wholeCohort(table);
const config = modelConfig({
  ...{ name: "hybrid", predictors: ["shape.*", "net.*"], calibration: "platt" },
  reduce: [{ predictors: ["net.*"], components: 3 }],
});
const model = await fitHybridModel(training, config, createRandom(1), { members: 8, coverage: 0.9 });
const p = model.predictors.length;
const rowOf = (from: FeatureTable, i: number): Float64Array =>
  from.values.subarray(i * names.length, i * names.length + p);

it("says the same as the steps it came from, whichever way they are fused", async () => {
  for (const lateFusion of [null, [["shape.*"], ["net.*"]]]) {
    const own = { ...config, lateFusion };
    const direct = fitModel(training, own, createRandom(1).fork("whole")).risk(training);
    const collapsed = await fitHybridModel(training, own, createRandom(1), { members: 1, coverage: 0.9 });
    const risks = table.participantIds.map((_, i) => predictHybrid(collapsed, rowOf(table, i)).risk);
    expect(risks).toBeAllClose([...direct], { absolute: 1e-9 });
  }
});

it("explains its log odds block by block, and what another value would have done", () => {
  const row = rowOf(table, 3);
  const { risk, baselineLogOdds, contributions } = predictHybrid({ ...model, calibrator: { kind: "none" } }, row);
  expect(contributions.map(({ block }) => block)).toEqual(["shape", "net"]);
  expect(contributions.reduce((sum, part) => sum + part.logOdds, baselineLogOdds)).toBeAllClose(logit(risk), {
    absolute: 1e-9,
  });
  const higher = riskIf(model, row, { "shape.a": (row[0] as number) + 1, "not.there": 3 });
  expect(higher).toBeGreaterThan(predictHybrid(model, row).risk);
  expect(riskIf(model, row, {})).toBe(predictHybrid(model, row).risk);
});

it("names the predictors that moved the log odds most, as far as they may be named", () => {
  const row = rowOf(table, 3);
  const all = strongestPredictors(model, row, () => true, p);
  const { contributions } = predictHybrid(model, row);
  const parts = all.filter(({ predictor }) => predictor.startsWith("net.")).map(({ logOdds }) => logOdds);
  expect(parts.reduce((sum, part) => sum + part, 0)).toBeAllClose(contributions[1]?.logOdds as number, {
    absolute: 1e-9,
  });
  const sizes = all.map(({ logOdds }) => Math.abs(logOdds));
  expect(sizes).toEqual([...sizes].sort((a, b) => b - a));
  const named = strongestPredictors(model, row, (name) => name.startsWith("shape."), 1);
  expect(named).toEqual([all.find(({ predictor }) => predictor.startsWith("shape."))]);
});

it("covers new participants of either class as often as it says", () => {
  const fresh = cohort(2000, 6);
  const covered = [0, 1].map((y) => {
    const rows = fresh.participantIds.flatMap((_, i) => (fresh.outcome[i] === y ? [i] : []));
    const wanted = y === 1 ? "expands" : "does-not";
    const hits = rows.filter((i) => predictHybrid(model, rowOf(fresh, i)).conformalSet.includes(wanted));
    return hits.length / rows.length;
  });
  // 300 participants set the limits: two standard errors of a coverage of .9 with some 130 of a class are .05.
  expect(covered).toBeAllClose([0.9, 0.9], { absolute: 0.06 });
});

it("has an interval about the risk, and says what was missing or far from all it knows", () => {
  const row = Float64Array.from(rowOf(table, 0));
  const usual = predictHybrid(model, row);
  expect(usual.low).toBeLessThan(usual.risk);
  expect(usual.high).toBeGreaterThan(usual.risk);
  expect(usual.unusual).toEqual([]);
  row[1] = Number.NaN;
  expect(predictHybrid(model, row).filled).toEqual(["shape.b"]);
  for (let j = 2; j < p; j++) row[j] = 9 * (-1) ** j;
  expect(predictHybrid(model, row).unusual).toEqual(["net"]);
});
