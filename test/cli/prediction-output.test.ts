import { describe, expect, it } from "vitest";
import { predictionSummary } from "../../src/cli/prediction-summary.ts";
import { computeScores } from "../../src/markers/scores.ts";
import { describeScore } from "../../src/pipeline/case-measurements.ts";
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
  risks: [
    {
      model: {
        ...{ name: "markers-794", version: "1.0.0", basis: "measurements", outcomes: "real" },
        summary: "Five markers",
      },
      ...{ value: 0.31, low: 0.1, high: 0.62, definition: "Growth of at least 6 mL or 33 %." },
      ...{ inputs: { volumeMl: 20, gcs: null, hoursFromOnset: 30 }, missing: ["gcs"], outOfRange: ["hoursFromOnset"] },
      image: null,
    },
  ],
  hematoma: { volumeMl: 20.04, volumeSdMl: 0.8, abc2Ml: 19.1, slices: 8, components: 1 },
  shape: { Sphericity: 0.8 },
  density: { meanHu: 61, sdHu: 6, coefficientOfVariation: 0.098, skewness: null, kurtosis: null },
  markers: [
    {
      ...{
        id: "black-hole-sign",
        state: "present",
        quantities: { gapHu: 31 },
        slice: 14,
        confidence: 0.8,
        reason: null,
      },
      outline: [
        [60, 80],
        [66, 80],
        [66, 86],
      ],
    },
    {
      ...{ id: "fluid-level", state: "not-assessable", quantities: {}, slice: null, outline: [], confidence: 0 },
      reason: "no part of the hematoma lies far enough from its surface",
    },
  ],
  anatomy: {
    ...{ location: "deep", side: "left", shares: { deep: 0.9, lobar: 0.1 }, ivhMl: 2.4, ivhMlOf: { third: 2.4 } },
    ...{
      graeb: 1,
      modifiedGraeb: { low: 1, high: 2 },
      evansIndex: 0.27,
      edemaMl: 6,
      edemaRatio: 0.3,
      hypodenseBeyondMl: 0,
      symmetry: 0.95,
    },
  },
  scores: computeScores({ volumeMl: 20, anticoagulation: false, location: "deep" }).map(describeScore),
  clinical: { anticoagulation: false, hoursFromOnset: 30 },
  geometry: {
    ...{ size: [128, 160, 28], spacingMm: [1.5, 1.5, 5], originMm: [0, 0, 0], sliceOffsetsMm: null },
    direction: [
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ],
  },
  findings: [{ code: "GANTRY_TILT_CORRECTED", severity: "info", message: "slices are tilted by 8.0 degrees" }],
  segmenter: { name: "threshold", version: "1.0.0" },
  input: { format: "nifti", images: 28, seriesInstanceUID: null, voxelsSha256: "0".repeat(64) },
  timings: { read: 10 },
  software: { name: "hemacast", version: "0.1.0" },
};
const abstained: Prediction = {
  ...predicted,
  ...{ kind: "abstained", reason: "no-hematoma-found", risks: [], shape: {}, markers: [], density: null },
  ...{ anatomy: null, scores: [] },
};
const imageModel: Prediction["risks"][number] = {
  model: { name: "image-model", version: "1", basis: "images", outcomes: "simulated", summary: "Simulated" },
  ...{ value: 0.77, low: 0.6, high: 0.9, definition: "Growth of at least 6 mL or 33 %." },
  ...{ inputs: {}, missing: [], outOfRange: [] },
  image: {
    ...{ conformalSet: ["expands", "does-not"], coverage: 0.9, unusual: ["inception-v3"] },
    contributions: [{ block: "shape", logOdds: -0.4 }],
    strongest: [{ predictor: "markers.swirl-sign", value: 0.9, logOdds: 0.31 }],
    maps: [
      {
        ...{ block: "inception-v3", slice: 3, columns: 2, rows: 1, logOdds: [0.5, -0.25] },
        box: { left: 10, top: 12, right: 30.5, bottom: 32.5 },
      },
    ],
    nearest: [{ id: "SIM-0007", expanded: true, distance: 1.4 }],
    without: [{ predictor: "markers.blend-sign", risk: 0.42 }],
  },
};
const simulated: Prediction = { ...predicted, simulatedInput: true, risks: [...predicted.risks, imageModel] };

it("is a document that the schema accepts", () => {
  for (const document of [predicted, abstained, simulated]) expect(parsePrediction(document)).toEqual(document);
});

it("refuses a document with an unknown key, or a risk that is none", () => {
  expect(() => parsePrediction({ ...predicted, patientName: "x" })).toThrowCode("INPUT_UNREADABLE");
  expect(() => parsePrediction({ ...predicted, risks: [{ ...predicted.risks[0], value: 1.2 }] })).toThrowCode(
    "INPUT_UNREADABLE",
  );
});

describe("the page", () => {
  it("says how far an image model can be believed, in both languages", () => {
    const text = predictionPage(simulated, volume, hematoma);
    for (const words of [
      "Among simulated participants",
      "the model abstains from a decision",
      "Where in the images this comes from",
      "风险来自图像何处",
      "of which most by",
      "漩涡征",
      '形状</span></td><td class="number">−0.40',
      "+0.31",
      "Most alike among the simulated training cases",
      "最相似的模拟训练病例",
      "SIM-0007",
      "模型不作判定",
      "Unlike the cohort that the model was trained on",
      "inception-v3",
      "−0.40",
      "混合征</span>: 42\u00a0%",
    ]) {
      expect(text).toContain(words);
    }
  });

  it("says each thing in both languages, and what is missing or unusual", () => {
    const text = predictionPage(predicted, volume, hematoma);
    for (const words of [
      "Risk of expansion",
      "扩大风险",
      "31\u00a0%",
      "10\u00a0% – 62\u00a0%",
      "not known",
      "未知",
      "Black hole sign",
      "黑洞征",
      "What real outcomes say",
      "真实结局模型",
      "No image model is installed.",
      "Blood in the ventricles",
      "脑室内积血",
      "ICH score",
      "30 天内死亡",
      "Hours from onset to CT",
    ]) {
      expect(text).toContain(words);
    }
    expect(text).toContain("outside the range of the development cohort");
    expect(text).toContain("Research use only");
    expect(text).not.toContain("simulated");
  });

  it("outlines the hematoma on its slices, and the marker on the slice that shows it", () => {
    const text = predictionPage(predicted, volume, hematoma);
    const figures = text.split("<figure").slice(1);
    expect(figures.filter((figure) => figure.includes("#ff4d4d")).length).toBeGreaterThanOrEqual(8);
    expect(figures.filter((figure) => figure.includes("#ffd34d"))).toHaveLength(1);
  });

  it("has a card for each sign, whether it is there or cannot be judged", () => {
    const text = predictionPage(predicted, volume, hematoma);
    expect(text.match(/<figure class="card /g)).toHaveLength(predicted.markers.length);
  });

  it("keeps real outcomes and the image model apart", () => {
    const [real, image] = predictionPage(simulated, volume, hematoma).split("What the image model says");
    expect(real).toContain("31\u00a0%");
    expect(real).not.toContain("77\u00a0%");
    expect(image).toContain("77\u00a0%");
    expect(image).not.toContain("No image model is installed");
  });

  it("gives a score as a range while an input is missing", () => {
    const text = predictionPage(predicted, volume, hematoma);
    // 20 mL 5, no anticoagulation 0; recurrent 0 or 4, ventricles 0 or 2, hours 0 to 5.
    expect(text).toContain("5\u00a0–\u00a016");
  });

  it("says why a sign cannot be judged", () => {
    const text = predictionPage(predicted, volume, hematoma);
    expect(text).toContain("no part of the hematoma lies far enough from its surface");
    expect(text).toContain("无法判断");
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
    expect(text).not.toContain("31\u00a0%");
  });
});

describe("the summary on the terminal", () => {
  it("names what is unknown and how to give it", () => {
    const text = predictionSummary(predicted, "out/report.html");
    expect(text).toContain("31 % of expansion, range 10 % to 62 %; unknown: gcs (give them with --set name=value)");
    expect(text).toContain("deep, left; blood in the ventricles: 2.4 mL");
    expect(text).toContain("brain 5 to 16");
    expect(text).toContain("outside the development range: hoursFromOnset");
    expect(text).toContain("present: black-hole-sign");
    expect(text.split("\n").length).toBeLessThan(24);
  });

  it("says what is simulated, and that no risk is given", () => {
    expect(predictionSummary(simulated, "r")).toMatch(/SIMULATED; no patient.*trained on SIMULATED outcomes/s);
    expect(predictionSummary(abstained, "r")).toContain("none given: no hematoma found");
  });
});
