import { expect, it } from "vitest";
import { predictCase } from "../src/pipeline/predict-case.ts";
import { findBundle, loadBundle } from "../src/pipeline/risk-bundle.ts";
import { measurementModel, openRiskModel } from "../src/pipeline/risk-models.ts";
import { headPhantom } from "./support/phantoms.ts";

it("the shape model takes everything that it needs from the mask, and its manifest says how little it knows", async () => {
  const bundle = await loadBundle(await findBundle("shape-contest-100"));
  const { volume, hematoma } = headPhantom({ hematomaMl: 20 });
  const images = {
    volume,
    findings: [],
    simulated: true,
    format: "nifti",
    images: 1,
    seriesInstanceUID: null,
    readMs: 0,
  };
  const { prediction } = await predictCase(images, {
    segmenter: async () => ({ mask: hematoma, findings: [], model: { name: "truth", version: "1" } }),
    models: [measurementModel(bundle), await openRiskModel("markers-794")],
    clinical: {},
  });
  expect(prediction.risks.map(({ model }) => model.name)).toEqual(["shape-contest-100", "markers-794"]);
  const [{ missing, inputs }] = prediction.risks;
  expect(missing).toEqual([]);
  expect(inputs.Sphericity).toBeCloseTo(prediction.shape.Sphericity, 12);
  expect(bundle.manifest.development).toMatchObject({ training: { n: 96, events: 23 } });
  expect(bundle.manifest.evaluation).toMatchObject({ auc: { low: expect.any(Number) } });
  expect((bundle.manifest.evaluation.auc as { low: number }).low).toBeLessThan(0.5);
});
