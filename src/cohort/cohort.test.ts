import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { selectEligible } from "./eligibility.ts";
import { manifestFromTable, parseManifest } from "./manifest.ts";
import { classifyOutcome, outcomeDefinitions, probabilityOfExpansion, withWindow } from "./outcome.ts";

const { conventional, revised } = outcomeDefinitions;
const at = (hoursFromBaseline: number, volumeMl: number, ivhMl?: number) => ({ hoursFromBaseline, volumeMl, ivhMl });

describe("outcome", () => {
  it.each([
    [10, 16, "expansion"],
    [10, 13.3, "expansion"],
    [30, 35.9, "none"],
    [30, 36, "expansion"],
    [10, 5, "none"],
    [0, 0, "none"],
  ])("conventional: %d -> %d mL is %s", (before, after, kind) =>
    expect(classifyOutcome(conventional, { volumeMl: before }, [at(24, after)]).kind).toBe(kind),
  );

  it("> is stricter than >= exactly at the threshold", () => {
    const strict = { ...outcomeDefinitions["absolute-6"], comparison: "more-than" as const };
    expect(classifyOutcome(strict, { volumeMl: 10 }, [at(24, 16)]).kind).toBe("none");
    expect(classifyOutcome(outcomeDefinitions["absolute-6"], { volumeMl: 10 }, [at(24, 16)]).kind).toBe("expansion");
  });

  it("without a scan in the window the outcome is unknown, never negative", () => {
    const day = withWindow(conventional, 24);
    expect(classifyOutcome(day, { volumeMl: 10 }, [at(30, 10)])).toEqual({
      kind: "unknown",
      reason: "no-scan-in-window",
    });
    expect(classifyOutcome(day, { volumeMl: 10 }, [])).toMatchObject({ reason: "no-scan-in-window" });
    expect(classifyOutcome(day, {}, [at(20, 10)])).toMatchObject({ reason: "no-baseline-volume" });
    expect(classifyOutcome(day, { volumeMl: 10 }, [at(30, 40), at(12, 11)]).kind).toBe("none");
  });

  it("revised: new IVH or 1 mL of growth counts, and unknown IVH is not none", () => {
    expect(classifyOutcome(revised, { volumeMl: 10, ivhMl: 0 }, [at(24, 10, 0.2)]).kind).toBe("expansion");
    expect(classifyOutcome(revised, { volumeMl: 10, ivhMl: 2 }, [at(24, 10, 2.9)]).kind).toBe("none");
    expect(classifyOutcome(revised, { volumeMl: 10, ivhMl: 2 }, [at(24, 10, 3)]).kind).toBe("expansion");
    expect(classifyOutcome(revised, { volumeMl: 10 }, [at(24, 10)])).toMatchObject({ reason: "no-ivh-volume" });
    // known events with unknown non-events would select the cohort by its outcome
    expect(classifyOutcome(revised, { volumeMl: 10 }, [at(24, 20)])).toMatchObject({ reason: "no-ivh-volume" });
  });

  it("a wider definition never loses an event", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 100, noNaN: true }),
        fc.double({ min: 0, max: 200, noNaN: true }),
        (before, after) => {
          const kind = (id: keyof typeof outcomeDefinitions) =>
            classifyOutcome(outcomeDefinitions[id], { volumeMl: before }, [at(24, after)]).kind;
          if (kind("absolute-12.5") === "expansion") expect(kind("absolute-3")).toBe("expansion");
          if (kind("absolute-6") === "expansion" || kind("relative-33") === "expansion")
            expect(kind("conventional")).toBe("expansion");
          else expect(kind("conventional")).toBe("none");
        },
      ),
      { seed: 13 },
    );
  });

  it("the chance that growth is real: one half at the threshold, certain far from it, the union at least each part", () => {
    // P(N(6 - 4, sqrt 2) > 0) by scipy 1.10: norm.cdf(-2 / 2**.5) = 0.07864960352514251
    expect(probabilityOfExpansion(outcomeDefinitions["absolute-6"], 20, 24, [1, 1])).toBeAllClose(0.07864960352514251, {
      absolute: 1e-9,
    });
    expect(probabilityOfExpansion(conventional, 20, 60, [1, 1])).toBeAllClose(1, { absolute: 1e-12 });
    const both = probabilityOfExpansion(conventional, 18, 23, [1, 1.5]);
    for (const id of ["absolute-6", "relative-33"] as const)
      expect(both).toBeGreaterThan(probabilityOfExpansion(outcomeDefinitions[id], 18, 23, [1, 1.5]));
    expect(() => probabilityOfExpansion(conventional, 18, 23, [0, 1])).toThrowCode("ARGUMENT_INVALID");
  });
});

const columns = [
  "participantId",
  "site",
  "baselineVolumeMl",
  "hoursFromOnset",
  "followUpVolumeMl",
  "followUpHoursFromBaseline",
  "followUp2VolumeMl",
  "followUp2HoursFromBaseline",
  "clinical.gcs",
];
const rows = [
  ["p1", "A", "10", "2", "18", "24", "", "", "14"],
  ["p2", "B", "12", "3", "12", "20", "13", "70", ""],
  ["p3", "A", "30", "9", "31", "24", "", "", "8"],
  ["p4", "A", "30", "", "31", "24", "", "", "8"],
  ["p5", "B", "30", "1", "", "", "", "", "8"],
];

describe("manifest and eligibility", () => {
  const manifest = manifestFromTable(columns, rows);

  it("a row becomes a participant with as many follow-ups as it has", () => {
    expect(manifest.participants[1]).toEqual({
      participantId: "p2",
      site: "B",
      baseline: { volumeMl: 12, hoursFromOnset: 3 },
      followUps: [
        { volumeMl: 12, hoursFromBaseline: 20 },
        { volumeMl: 13, hoursFromBaseline: 70 },
      ],
      clinical: { gcs: null },
    });
    expect(parseManifest(JSON.parse(JSON.stringify(manifest)))).toEqual(manifest);
  });

  it("everybody is analysed or counted under one reason", () => {
    const { flow, eligible } = selectEligible(
      manifest.participants,
      { latestHoursFromOnset: 6, smallestBaselineMl: null },
      conventional,
    );
    expect(flow).toEqual({
      assessed: 5,
      exclusions: [
        { reason: "onset-time-unknown", count: 1 },
        { reason: "baseline-too-late", count: 1 },
        { reason: "no-scan-in-window", count: 1 },
      ],
      analysed: 2,
      events: 1,
    });
    expect(eligible.map((e) => [e.participant.participantId, e.outcome])).toEqual([
      ["p1", 1],
      ["p2", 0],
    ]);
  });

  it("refuses nobody left", () =>
    expect(() =>
      selectEligible(manifest.participants, { latestHoursFromOnset: null, smallestBaselineMl: 500 }, conventional),
    ).toThrowCode("METRIC_UNDEFINED"));

  it.each([
    ["an unknown column", ["participantId", "name"], ["p1", "x"]],
    ["text as a volume", ["participantId", "baselineVolumeMl"], ["p1", "large"]],
    ["a negative volume", ["participantId", "baselineVolumeMl"], ["p1", "-1"]],
    ["a follow-up without its time", ["participantId", "followUpVolumeMl"], ["p1", "4"]],
    ["no identifier", ["participantId", "baselineVolumeMl"], ["", "4"]],
  ])("refuses %s", (_, names, row) => expect(() => manifestFromTable(names, [row])).toThrowCode("MANIFEST_INVALID"));

  it("refuses a participant who is there twice", () =>
    expect(() => manifestFromTable(columns, [rows[0]!, rows[0]!])).toThrowCode("MANIFEST_INVALID"));
});
