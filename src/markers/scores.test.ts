import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { computeScore, type Score, type ScoreInput, type ScoreInputs } from "./score.ts";
import { computeScores, scoreDefinitions } from "./scores.ts";

const score = (id: string, inputs: ScoreInputs): Score => {
  const found = computeScores(inputs).find((one) => one.id === id);
  if (!found) throw new Error(`no score ${id}`);
  return found;
};
const points = (id: string, input: ScoreInput, values: readonly unknown[]) =>
  values.map((value) => score(id, { [input]: value } as ScoreInputs).points[input]);

/** Every boundary of every item, worked out by hand from the published tables. */
const boundaries: readonly [id: string, input: ScoreInput, values: readonly unknown[], points: readonly number[]][] = [
  ["brain", "volumeMl", [0, 10, 10.1, 20, 20.1, 200], [0, 0, 5, 5, 7, 7]],
  [
    "brain",
    "hoursFromOnset",
    [0, 0.5, 1, 1.01, 2, 2.01, 3, 3.01, 4, 4.01, 5, 5.01, 24],
    [5, 5, 5, 4, 4, 3, 3, 2, 2, 1, 1, 0, 0],
  ],
  ["brain", "recurrentHemorrhage", [false, true], [0, 4]],
  ["brain", "anticoagulation", [false, true], [0, 6]],
  ["brain", "intraventricularHemorrhage", [false, true], [0, 2]],
  ["bat", "blendSign", [false, true], [0, 1]],
  ["bat", "hypodensity", [false, true], [0, 2]],
  ["bat", "hoursFromOnset", [0, 2.49, 2.5, 24], [2, 2, 0, 0]],
  ["nine-point", "warfarin", [false, true], [0, 2]],
  ["nine-point", "hoursFromOnset", [0, 6, 6.01], [2, 2, 0]],
  ["nine-point", "spotSign", ["absent", "no-cta", "present"], [0, 1, 3]],
  ["nine-point", "volumeMl", [29.9, 30, 60, 60.1], [0, 1, 1, 2]],
  ["nag", "nihss", [9, 10], [0, 1]],
  ["nag", "anticoagulation", [false, true], [0, 1]],
  ["nag", "glucoseMgDl", [132.9, 133], [0, 1]],
  ["ich-score", "gcs", [3, 4, 5, 12, 13, 15], [2, 2, 1, 1, 0, 0]],
  ["ich-score", "volumeMl", [29.9, 30], [0, 1]],
  ["ich-score", "intraventricularHemorrhage", [false, true], [0, 1]],
  ["ich-score", "location", ["lobar", "deep", "brainstem", "cerebellum"], [0, 0, 1, 1]],
  ["ich-score", "ageYears", [79.9, 80], [0, 1]],
  ["func", "volumeMl", [29.9, 30, 60, 60.1], [4, 2, 2, 0]],
  ["func", "ageYears", [69.9, 70, 79.9, 80], [2, 1, 1, 0]],
  ["func", "location", ["lobar", "deep", "brainstem", "cerebellum"], [2, 1, 0, 0]],
  ["func", "gcs", [8, 9], [0, 2]],
  ["func", "cognitiveImpairment", [true, false], [0, 1]],
  ["spot-sign-score", "spotSigns", [0, 1, 2, 3], [0, 1, 1, 2]],
];

it("spot sign score: size and density change exactly at the published boundaries", () => {
  const of = (more: ScoreInputs) => score("spot-sign-score", { spotSigns: 1, ...more }).points;
  expect([4.9, 5].map((largestSpotMm) => of({ largestSpotMm }).largestSpotMm)).toEqual([0, 1]);
  expect([179, 180].map((densestSpotHu) => of({ densestSpotHu }).densestSpotHu)).toEqual([0, 1]);
});

it.each(boundaries)("%s: points of %s change exactly at the published boundaries", (id, input, values, expected) => {
  expect(points(id, input, values)).toEqual(expected);
});

it("no item is without a row of boundaries", () => {
  const items = scoreDefinitions.flatMap(({ id, items }) => items.map((line) => `${id} ${line.input}`));
  const rows = new Set(boundaries.map(([id, input]) => `${id} ${input}`));
  expect(items.filter((name) => !rows.has(name))).toEqual([]);
});

describe("whole scores, added up by hand", () => {
  it("BRAIN", () => {
    const inputs = {
      volumeMl: 25,
      recurrentHemorrhage: true,
      anticoagulation: true,
      intraventricularHemorrhage: true,
      hoursFromOnset: 0.5,
    };
    expect(score("brain", inputs)).toMatchObject({ total: 24, risk: { low: 0.858, high: 0.858 }, missing: [] });
    expect(score("brain", { ...inputs, volumeMl: 12, recurrentHemorrhage: false, hoursFromOnset: 3.5 }).total).toBe(15);
  });

  it("BRAIN's printed risks are its formula, to rounding", () => {
    const brain = scoreDefinitions[0];
    for (let total = 0; total <= 24; total++) {
      const formula = 1 / (1 + Math.exp(3.347 - 0.2144 * total));
      expect(brain.risk(total)).toBeAllClose(formula, { absolute: 0.001 });
    }
  });

  it("BAT, 9-point, NAG, ICH score and FUNC", () => {
    expect(score("bat", { blendSign: true, hypodensity: true, hoursFromOnset: 1 })).toMatchObject({
      total: 5,
      risk: null,
    });
    expect(score("nine-point", { warfarin: false, hoursFromOnset: 7, spotSign: "no-cta", volumeMl: 40 })).toMatchObject(
      { total: 2, risk: { low: 0.124, high: 0.124 } },
    );
    expect(score("nag", { nihss: 14, anticoagulation: false, glucoseMgDl: 150 })).toMatchObject({
      total: 2,
      risk: { low: 0.6, high: 0.6 },
    });
    expect(
      score("ich-score", { gcs: 7, volumeMl: 45, intraventricularHemorrhage: true, location: "deep", ageYears: 66 }),
    ).toMatchObject({ total: 3, risk: { low: 0.72, high: 0.72 } });
    expect(
      score("func", { volumeMl: 12, ageYears: 66, location: "deep", gcs: 14, cognitiveImpairment: false }),
    ).toMatchObject({ total: 10, risk: null });
    expect(
      score("func", { volumeMl: 80, ageYears: 81, location: "deep", gcs: 6, cognitiveImpairment: false }),
    ).toMatchObject({ total: 2, risk: { low: 0, high: 0 } });
  });

  it("spot sign score only from a read angiogram, and 0 without a spot", () => {
    expect(computeScores({}).some((one) => one.id === "spot-sign-score")).toBe(false);
    expect(score("spot-sign-score", { spotSigns: 3, largestSpotMm: 5, densestSpotHu: 180 }).total).toBe(4);
    expect(score("spot-sign-score", { spotSigns: 1, largestSpotMm: 4.9, densestSpotHu: 179 }).total).toBe(1);
    expect(score("spot-sign-score", { spotSigns: 0 }).total).toBe(0);
  });
});

it("missing inputs make a range, not a zero", () => {
  const partial = score("brain", { volumeMl: 15, intraventricularHemorrhage: false });
  expect(partial).toMatchObject({
    total: null,
    low: 5,
    high: 5 + 4 + 6 + 5,
    missing: ["recurrentHemorrhage", "anticoagulation", "hoursFromOnset"],
    risk: { low: 0.094, high: 0.719 },
  });
  expect(score("func", {})).toMatchObject({ low: 0, high: 11, risk: null });
});

it("refuses values that cannot be", () => {
  expect(() => computeScores({ gcs: 2 })).toThrowCode("ARGUMENT_INVALID");
  expect(() => computeScores({ volumeMl: Number.NaN })).toThrowCode("ARGUMENT_INVALID");
  expect(() => computeScores({ hoursFromOnset: -1 })).toThrowCode("ARGUMENT_INVALID");
});

const inputsArbitrary: fc.Arbitrary<ScoreInputs> = fc.record(
  {
    volumeMl: fc.double({ min: 0, max: 150, noNaN: true }),
    hoursFromOnset: fc.double({ min: 0, max: 30, noNaN: true }),
    intraventricularHemorrhage: fc.boolean(),
    blendSign: fc.boolean(),
    hypodensity: fc.boolean(),
    location: fc.constantFrom("lobar", "deep", "brainstem", "cerebellum"),
    ageYears: fc.double({ min: 18, max: 100, noNaN: true }),
    gcs: fc.integer({ min: 3, max: 15 }),
    nihss: fc.integer({ min: 0, max: 42 }),
    glucoseMgDl: fc.double({ min: 60, max: 400, noNaN: true }),
    recurrentHemorrhage: fc.boolean(),
    anticoagulation: fc.boolean(),
    warfarin: fc.boolean(),
    cognitiveImpairment: fc.boolean(),
    spotSign: fc.constantFrom("present", "absent", "no-cta"),
  },
  { requiredKeys: [] },
);

/** For each score and input the direction in which more of it moves the points: 1 up, -1 down; for places and angiograms, the order from least to most. */
const directions: Readonly<Record<string, Readonly<Partial<Record<ScoreInput, 1 | -1>>>>> = {
  brain: {
    ...{ volumeMl: 1, recurrentHemorrhage: 1, anticoagulation: 1, intraventricularHemorrhage: 1, hoursFromOnset: -1 },
  },
  bat: { blendSign: 1, hypodensity: 1, hoursFromOnset: -1 },
  "nine-point": { warfarin: 1, hoursFromOnset: -1, spotSign: 1, volumeMl: 1 },
  nag: { nihss: 1, anticoagulation: 1, glucoseMgDl: 1 },
  "ich-score": { gcs: -1, volumeMl: 1, intraventricularHemorrhage: 1, location: 1, ageYears: 1 },
  func: { volumeMl: -1, ageYears: -1, location: -1, gcs: 1, cognitiveImpairment: -1 },
};
const ordered: Readonly<Partial<Record<ScoreInput, readonly unknown[]>>> = {
  spotSign: ["absent", "no-cta", "present"],
  location: ["lobar", "deep", "brainstem", "cerebellum"],
};

it("every score moves with every one of its inputs in the published direction, or not at all", () => {
  for (const { id, items } of scoreDefinitions) {
    expect(Object.keys(directions[id] ?? {}).sort()).toEqual(items.map(({ input }) => input).sort());
  }
  const rank = (name: ScoreInput, value: unknown): number =>
    ordered[name] ? (ordered[name].indexOf(value) as number) : Number(value);
  fc.assert(
    fc.property(inputsArbitrary, inputsArbitrary, (inputs, other) => {
      for (const name of Object.keys(inputs) as ScoreInput[]) {
        if (other[name] === undefined) continue;
        const changed = { ...inputs, [name]: other[name] };
        const step = Math.sign(rank(name, other[name]) - rank(name, inputs[name]));
        for (const definition of scoreDefinitions) {
          const direction = step * (directions[definition.id]?.[name] ?? 0);
          const [before, after] = [computeScore(definition, inputs), computeScore(definition, changed)];
          for (const end of ["low", "high"] as const) {
            const moved = after[end] - before[end];
            if (direction === 0) expect(moved).toBe(0);
            else expect(direction * moved).toBeGreaterThanOrEqual(0);
          }
        }
      }
    }),
    { numRuns: 60 },
  );
});

it("knowing one more input never widens the range, and the published risk never falls with points", () => {
  fc.assert(
    fc.property(inputsArbitrary, (inputs) => {
      const names = Object.keys(inputs) as ScoreInput[];
      for (const name of names) {
        const { [name]: _, ...fewer } = inputs;
        for (const definition of scoreDefinitions) {
          const [more, less] = [computeScore(definition, inputs), computeScore(definition, fewer)];
          expect(more.low).toBeGreaterThanOrEqual(less.low);
          expect(more.high).toBeLessThanOrEqual(less.high);
        }
      }
    }),
    { numRuns: 50 },
  );
  for (const { risk } of scoreDefinitions) {
    const risks = Array.from({ length: 7 }, (_, total) => risk(total)).filter((p) => p !== null && p !== undefined);
    expect([...risks].sort((a, b) => a - b)).toEqual(risks);
  }
});
