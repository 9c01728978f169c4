import { describe, expect, it } from "vitest";
import { predictionSummary } from "../../src/cli/prediction-summary.ts";
import { intendedUse, type Prediction, parsePrediction } from "../../src/report/prediction.ts";
import { predictionPage } from "../../src/report/prediction-page.ts";
import { headPhantom } from "../support/phantoms.ts";

const { volume, hematoma } = headPhantom({ hematomaMl: 20 });

const predicted: Prediction = {
  schema: "hemacast/prediction/1",
  intendedUse,
  kind: "predicted",
  reason: null,
  simulatedInput: false,
  risk: {
    ...{ value: 0.31, low: 0.1, high: 0.62, definition: "Growth of at least 6 mL or 33 %." },
    ...{ inputs: { volumeMl: 20, gcs: null, hoursFromOnset: 30 }, missing: ["gcs"], outOfRange: ["hoursFromOnset"] },
  },
  hematoma: { volumeMl: 20.04, abc2Ml: 19.1, slices: 8, components: 1 },
  shape: { Sphericity: 0.8 },
  markers: [
    {
      ...{ id: "black-hole-sign", state: "present", quantities: { gapHu: 31 }, slice: 14, confidence: 0.8 },
      outline: [
        [60, 80],
        [66, 80],
        [66, 86],
      ],
    },
  ],
  geometry: {
    ...{ size: [128, 160, 28], spacingMm: [1.5, 1.5, 5], originMm: [0, 0, 0], sliceOffsetsMm: null },
    direction: [
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ],
  },
  findings: [{ code: "GANTRY_TILT_CORRECTED", severity: "info", message: "slices are tilted by 8.0 degrees" }],
  model: { name: "markers-794", version: "1.0.0", outcomes: "real", summary: "Five markers" },
  segmenter: { name: "threshold", version: "1.0.0" },
  input: { format: "nifti", images: 28, seriesInstanceUID: null, voxelsSha256: "0".repeat(64) },
  timings: { read: 10 },
  software: { name: "hemacast", version: "0.1.0" },
};
const abstained: Prediction = {
  ...predicted,
  ...{ kind: "abstained", reason: "no-hematoma-found", risk: null, model: null, shape: {}, markers: [] },
};
const simulated: Prediction = {
  ...predicted,
  simulatedInput: true,
  model: { name: "image-model", version: "1", outcomes: "simulated", summary: "Simulated" },
};

it("is a document that the schema accepts", () => {
  for (const document of [predicted, abstained, simulated]) expect(parsePrediction(document)).toEqual(document);
});

it("refuses a document with an unknown key, or a risk that is none", () => {
  expect(() => parsePrediction({ ...predicted, patientName: "x" })).toThrowCode("INPUT_UNREADABLE");
  expect(() => parsePrediction({ ...predicted, risk: { ...predicted.risk, value: 1.2 } })).toThrowCode(
    "INPUT_UNREADABLE",
  );
});

describe("the page", () => {
  it("says each thing in both languages, and what is missing or unusual", () => {
    const text = predictionPage(predicted, volume, hematoma);
    for (const words of [
      "Risk of expansion",
      "扩大风险",
      "31 %",
      "10 % – 62 %",
      "not known",
      "未知",
      "Black hole sign",
      "黑洞征",
    ]) {
      expect(text).toContain(words);
    }
    expect(text).toContain("outside the range of the development cohort");
    expect(text).toContain("Research use only");
    expect(text).not.toContain("simulated");
  });

  it("outlines the hematoma on its slices, and the marker on the slice that shows it", () => {
    const text = predictionPage(predicted, volume, hematoma);
    const figures = text.split("<figure>").slice(1);
    expect(figures.filter((figure) => figure.includes("#ff4d4d")).length).toBeGreaterThanOrEqual(8);
    expect(figures.filter((figure) => figure.includes("#ffd34d"))).toHaveLength(1);
  });

  it("says on top what is simulated: images and outcomes apart", () => {
    const text = predictionPage(simulated, volume, hematoma);
    expect(text).toContain("These images are simulated. No patient was examined.");
    expect(text).toContain(
      "trained on simulated outcomes: it demonstrates the method and says nothing about a patient",
    );
  });

  it("gives no number where it abstains", () => {
    const text = predictionPage(abstained, volume, hematoma);
    expect(text).toContain("No hematoma was found in these images.");
    expect(text).not.toContain("31 %");
  });
});

describe("the summary on the terminal", () => {
  it("names what is unknown and how to give it", () => {
    const text = predictionSummary(predicted, "out/report.html");
    expect(text).toContain("31 % of expansion, range 10 % to 62 %; unknown: gcs (give them with --set name=value)");
    expect(text).toContain("outside the development range: hoursFromOnset");
    expect(text).toContain("present: black-hole-sign");
    expect(text.split("\n").length).toBeLessThan(24);
  });

  it("says what is simulated, and that no risk is given", () => {
    expect(predictionSummary(simulated, "r")).toMatch(/SIMULATED; no patient.*trained on SIMULATED outcomes/s);
    expect(predictionSummary(abstained, "r")).toContain("none given: no hematoma found");
  });
});
