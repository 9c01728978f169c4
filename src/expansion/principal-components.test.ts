import { expect, it } from "vitest";
import { type FeatureTable, selectTableRows } from "../cohort/feature-table.ts";
import { findLeaks } from "../cohort/leakage.ts";
import { applyFold, repeatedFolds, wholeCohort } from "../cohort/splits.ts";
import { createRandom } from "../core/random.ts";
import { fitModel } from "./fit-model.ts";
import { modelConfig } from "./learner-config.ts";
import { fitPrincipalComponents } from "./principal-components.ts";

/** `wide.*` are 60 noisy copies of two hidden numbers, `lone` is a third; the outcome depends on the second hidden number and on `lone`. */
function cohort(n: number, seed: number): FeatureTable {
  const random = createRandom(seed);
  const hidden = Array.from({ length: n }, () => [random.normal(), random.normal(), random.normal()] as const);
  const names = [...Array.from({ length: 60 }, (_, j) => `wide.${j}`), "lone"];
  const values = hidden.flatMap(([a, b, c]) => [
    ...Array.from({ length: 60 }, (_, j) => (j < 40 ? a : b) + 0.5 * random.normal()),
    c,
  ]);
  return {
    participantIds: hidden.map((_, i) => `p${i}`),
    ...{ names, values: Float64Array.from(values), sites: null },
    outcome: Uint8Array.from(hidden, ([, b, c]) => Number(random.uniform() < 1 / (1 + Math.exp(-(2 * b + 2 * c))))),
  };
}

const group = Array.from({ length: 60 }, (_, j) => `wide.${j}`);

it("finds the few numbers behind many, uncorrelated and with unit variance on average", () => {
  const table = cohort(200, 1);
  const step = fitPrincipalComponents(wholeCohort(table), group, "wide", 2);
  const { names, values } = step.apply(table);
  expect(names).toEqual(["lone", "pc.wide.1", "pc.wide.2"]);
  const column = (j: number): number[] => table.participantIds.map((_, i) => values[3 * i + j] as number);
  const [first, second] = [column(1), column(2)];
  const dot = (a: readonly number[], b: readonly number[]): number =>
    a.reduce((sum, x, i) => sum + x * (b[i] as number), 0);
  expect(dot(first, second)).toBeAllClose(0, { absolute: 1e-8 });
  expect((dot(first, first) + dot(second, second)) / 200).toBeAllClose(2, { relative: 1e-9 });
  expect(dot(first, first)).toBeGreaterThan(1.5 * dot(second, second));
});

it("gives no more components than there is variance, and refuses none", () => {
  const table = cohort(30, 2);
  const copies = { ...table, values: table.values.map((_, i) => table.values[Math.floor(i / 61) * 61] as number) };
  expect(fitPrincipalComponents(wholeCohort(copies), group, "wide", 10).names).toEqual(["lone", "pc.wide.1"]);
  const constant = { ...table, values: table.values.map(() => 0) };
  expect(() => fitPrincipalComponents(wholeCohort(constant), group, "wide", 2)).toThrowCode("METRIC_UNDEFINED");
});

it("counts a row that was drawn several times as often as it is there", () => {
  const table = cohort(40, 7);
  const drawn = Array.from({ length: 40 }, (_, i) => (i * i) % 40);
  const again = selectTableRows(table, drawn);
  // Under names of their own the same rows are all kept apart.
  const apart = { ...again, participantIds: drawn.map((_, i) => `own${i}`) };
  const stepOf = (each: FeatureTable) => fitPrincipalComponents(wholeCohort(each), group, "wide", 4);
  const [few, all] = [stepOf(again), stepOf(apart)];
  expect(new Set(drawn).size).toBeLessThan(20);
  expect([...few.apply(table).values]).toBeAllClose([...all.apply(table).values], { absolute: 1e-9 });
  expect(few.facts.variances).toBeAllClose(all.facts.variances as number[], { relative: 1e-9 });
});

it("a model with components, and one fused late, learn what hides in many predictors, from training rows alone", () => {
  const table = cohort(240, 3);
  const [fold] = repeatedFolds(table, { folds: 3, repeats: 1, seed: 1 });
  const { training, test } = applyFold(table, fold as never);
  const reduce = [{ predictors: ["wide.*"], components: 5 }];
  const early = modelConfig({ name: "early", predictors: ["*"], reduce });
  const late = modelConfig({ ...early, name: "late", lateFusion: [["wide.*"], ["lone"]] });
  for (const config of [early, late]) {
    const model = fitModel(training, config, createRandom(4));
    expect(findLeaks(table, fold as never, { fits: model.fits })).toEqual([]);
    const risk = model.risk(test);
    const hit = risk.filter((value, i) => Number(value > 0.5) === test.table.outcome[i]).length / risk.length;
    expect(hit).toBeGreaterThan(0.75);
  }
});
