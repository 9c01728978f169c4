import { describe, expect, it } from "vitest";
import { createRandom } from "../../core/random.ts";
import type { SignName } from "../simulated-case.ts";
import { scenarioCeiling } from "./bayes-auc.ts";
import { drawParticipant } from "./participant.ts";
import { expansionRisk, scenarios } from "./scenario.ts";

describe.each(Object.values(scenarios))("the scenario $name", (scenario) => {
  it("has the stated best-possible AUC and prevalence", () => {
    // With 20,000 draws the standard deviation of the AUC over ten seeds was .0008, that of the prevalence .0018.
    const { bayesAuc, prevalence } = scenarioCeiling(scenario, 20_000, createRandom(20));
    expect(bayesAuc).toBeAllClose(scenario.bayesAuc, { absolute: 0.005 });
    expect(prevalence).toBeAllClose(scenario.prevalence, { absolute: 0.01 });
  });

  it("draws outcomes as often as the risk says, and follow-up volumes that agree with them", () => {
    const n = 4000;
    const people = Array.from({ length: n }, (_, i) => drawParticipant(createRandom(i), scenario));
    const expected = people.reduce((sum, { risk }) => sum + risk, 0);
    // Four standard deviations of a sum of Bernoulli draws.
    expect(people.filter(({ expands }) => expands).length).toBeAllClose(expected, { absolute: 2 * Math.sqrt(n) });
    for (const { plan, followUpVolumeMl, expands } of people) {
      const growth = followUpVolumeMl - plan.volumeMl;
      expect(growth >= 6 || growth >= 0.33 * plan.volumeMl).toBe(expands);
    }
  });
});

describe("signs and the risk", () => {
  const person = { volumeMl: 15, hoursFromOnset: 2.5, anticoagulation: false, spotSign: false, irregularity: 0.35 };
  const logit = (...signs: readonly SignName[]): number => {
    const risk = expansionRisk(scenarios["strong-density"], { ...person, heterogeneity: 0, signs });
    return Math.log(risk / (1 - risk));
  };

  it("one that is another by definition counts as both, once", () => {
    const { hypodensity, swirl, blend, "black-hole": blackHole } = scenarios["strong-density"].logOdds;
    expect(logit("black-hole") - logit()).toBeAllClose(blackHole + hypodensity, { absolute: 1e-9 });
    expect(logit("black-hole", "swirl") - logit()).toBeAllClose(blackHole + swirl + hypodensity, { absolute: 1e-9 });
    expect(logit("hypodensity", "swirl")).toBeAllClose(logit("swirl"), { absolute: 1e-9 });
    expect(logit("fluid-level") - logit("blend")).toBeAllClose(scenarios["strong-density"].logOdds["fluid-level"], {
      absolute: 1e-9,
    });
    expect(logit("blend") - logit()).toBeAllClose(blend, { absolute: 1e-9 });
  });

  it("one that a scan had no room for does not count", () => {
    const request = { volumeMl: 20, signs: ["blend", "swirl"] as const };
    const drawn = (leftOut: readonly SignName[]): number =>
      drawParticipant(createRandom(3), scenarios["strong-density"], request, leftOut).risk;
    expect(drawn(["swirl"])).toBe(
      drawParticipant(createRandom(3), scenarios["strong-density"], { ...request, signs: ["blend"] }).risk,
    );
    expect(drawn(["swirl"])).toBeLessThan(drawn([]));
  });
});

it("the expected AUC over outcomes is the mean of the AUCs of drawn outcomes", () => {
  const n = 3000;
  const people = Array.from({ length: n }, (_, i) =>
    drawParticipant(createRandom(5).fork(`${i}`), scenarios.literature),
  );
  const auc = (): number => {
    const positive = people.filter(({ risk }) => draw.uniform() < risk);
    const set = new Set(positive);
    const negative = people.filter((person) => !set.has(person));
    let above = 0;
    for (const p of positive) for (const q of negative) above += p.risk > q.risk ? 1 : p.risk === q.risk ? 0.5 : 0;
    return above / (positive.length * negative.length);
  };
  const draw = createRandom(6);
  const mean = Array.from({ length: 10 }, auc).reduce((a, b) => a + b, 0) / 10;
  // The same participants, so only the outcome draws differ: standard error of the mean of ten below .004.
  expect(scenarioCeiling(scenarios.literature, n, createRandom(5)).bayesAuc).toBeAllClose(mean, { absolute: 0.012 });
});

it("refuses to compute an AUC of one participant", () => {
  expect(() => scenarioCeiling(scenarios.null, 1, createRandom(1))).toThrowCode("ARGUMENT_INVALID");
});

it("markers are as frequent as in cohorts that counted them", () => {
  const n = 6000;
  const people = Array.from({ length: n }, (_, i) =>
    drawParticipant(createRandom(9).fork(`${i}`), scenarios.literature),
  );
  const share = (...signs: string[]): number =>
    people.filter(({ plan }) => plan.signs.some((name) => signs.includes(name))).length / n;
  // Wilson 95 % intervals of published counts. 404 patients (doi:10.20944/preprints202505.1187.v1): blend 15.1 %, black hole 30.9 %, satellite
  // 34.4 %; island 46 of 307 (doi:10.1016/j.wneu.2019.03.273) and 41 of 252 (doi:10.1161/STROKEAHA.117.017985); any hypodensity 28.3 % and 40.4 % in
  // the two parts of 1029 (doi:10.1001/jamaneurol.2016.1218); swirl in 30 % of 203 (PMC3517489) and 91 of 212 (doi:10.3174/ajnr.A5465). Where two studies differ, from the lower to the higher end.
  const reported: [string[], number, number][] = [
    [["blend"], 0.119, 0.239],
    [["black-hole"], 0.266, 0.356],
    [["satellite", "island"], 0.299, 0.392],
    [["swirl", "black-hole"], 0.241, 0.497],
    [["island"], 0.114, 0.213],
    [["hypodensity", "swirl", "black-hole"], 0.253, 0.467],
    // 18 of 855 and 19 of 2065 (both in doi:10.1038/s41598-020-72504-7).
    [["fluid-level"], 0.006, 0.033],
  ];
  for (const [signs, low, high] of reported) {
    expect(share(...signs), signs[0]).toBeGreaterThan(low);
    expect(share(...signs), signs[0]).toBeLessThan(high);
  }
});
