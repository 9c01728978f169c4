import { mkdtemp, readdir, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { predictionSummary } from "../../src/cli/prediction-summary.ts";
import { computeMarkers } from "../../src/markers/compute-markers.ts";
import { add, length, subtract, type Vec3 } from "../../src/math/vec3.ts";
import { readMask } from "../../src/pipeline/nifti-files.ts";
import { openRiskModel } from "../../src/pipeline/risk-models.ts";
import { type Prediction, parsePrediction, predictionJsonSchema } from "../../src/report/prediction.ts";
import { createCtVolume, maskMl } from "../../src/volume/volume.ts";
import { root } from "../architecture/source-files.ts";
import { forEachVoxel } from "../support/phantoms.ts";
import { type Run, runHemacast } from "../support/run-hemacast.ts";
import { dataPath, sharedData } from "../support/shared-data.ts";

async function newFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), "hemacast-predict-"));
}

describe("without an input", () => {
  let out: string;
  let run: Run;
  let prediction: Prediction;
  beforeAll(async () => {
    out = join(await newFolder(), "out");
    run = await runHemacast("predict", "--out", out, "--json", "--set", "gcs=12");
    prediction = parsePrediction(JSON.parse(run.stdout));
  });

  it("predicts on a simulated study and says everywhere that it is simulated", async () => {
    expect(run.exitCode).toBe(0);
    expect(prediction).toMatchObject({ kind: "predicted", simulatedInput: true, input: { format: "simulated" } });
    expect(await readFile(join(out, "report.html"), "utf8")).toContain(
      "These images are simulated. No patient was examined.",
    );
    expect(predictionSummary(prediction, "report.html")).toContain("SIMULATED");
  });

  it("writes the same document that it prints, the report and the mask, and nothing else", async () => {
    expect((await readdir(out)).sort()).toEqual(["mask.nii.gz", "prediction.json", "report.html"]);
    const written = parsePrediction(JSON.parse(await readFile(join(out, "prediction.json"), "utf8")));
    expect(written).toMatchObject({ kind: "predicted", hematoma: prediction.hematoma });
    expect(await readdir(join(out, ".."))).toEqual(["out"]);
    const { mask } = await readMask(join(out, "mask.nii.gz"));
    expect(maskMl(mask)).toBeAllClose(prediction.hematoma.volumeMl, { relative: 1e-4 }); // float32 spacing of NIfTI
  });

  it("gives a range that covers what is missing, and a narrower one when it is given", async () => {
    expect(prediction.risks[0]).toMatchObject({
      inputs: { gcs: 12, hoursFromOnset: null },
      missing: ["hoursFromOnset"],
    });
    const [before] = prediction.risks;
    const model = await openRiskModel("markers-794");
    const { mask } = await readMask(join(out, "mask.nii.gz"));
    const { volumeMl, irregular, blendSign } = before.inputs as Record<string, number>;
    const values = { volumeMl, irregular, blendSign, gcs: 12, hoursFromOnset: 2 };
    const volume = createCtVolume(mask.geometry, new Float32Array(mask.inside.length));
    const answer = await model.look({ volume, mask, segmenter: "hematoma-unet" });
    const after = await answer({ markers: computeMarkers(volume, mask), values });
    expect(after.missing).toEqual([]);
    expect(after.high - after.low).toBeLessThan(before.high - before.low);
    expect(after.value).toBeGreaterThanOrEqual(before.low);
    expect(after.value).toBeLessThanOrEqual(before.high);
  });
});

it("publishes the schema that it uses", async () => {
  const published = JSON.parse(await readFile(join(root, "docs/reference/prediction.schema.json"), "utf8"));
  expect(published).toEqual(JSON.parse(JSON.stringify(predictionJsonSchema())));
});

describe.skipIf(!sharedData)("on real head CTs", () => {
  it("outlines the basal-ganglia hemorrhage at the image's left", async () => {
    const out = join(await newFolder(), "out");
    const run = await runHemacast("predict", dataPath("rsna_ich_dicom/study_ID_f10de2d018"), "--out", out, "--json");
    expect(run.exitCode).toBe(0);
    const prediction = parsePrediction(JSON.parse(run.stdout));
    expect(prediction.kind).toBe("predicted");
    expect(prediction.simulatedInput).toBe(false);
    expect(prediction.input.images).toBe(36);
    const { mask } = await readMask(join(out, "mask.nii.gz"));
    const points: Vec3[] = [];
    forEachVoxel(mask.geometry, (voxel, point) => {
      if (mask.inside[voxel]) points.push(point);
    });
    const center = points.reduce(add).map((sum) => sum / points.length) as unknown as Vec3;
    // The middle of the bright caudate and putamen, read off slices 19 to 21 by eye; the clot is about 40 mm long.
    expect(length(subtract(center, [18, -10, 61]))).toBeLessThan(12);
  });

  it("abstains where there is no hemorrhage", async () => {
    const run = await runHemacast(
      "predict",
      dataPath("ge_head_ct/GE_head_HiSpeed"),
      "--out",
      join(await newFolder(), "out"),
      "--json",
    );
    const prediction = parsePrediction(JSON.parse(run.stdout));
    expect(prediction).toMatchObject({
      kind: "abstained",
      reason: "no-hematoma-found",
      risks: [],
      scores: [],
      anatomy: null,
    });
    expect(prediction.hematoma.volumeMl).toBeLessThan(0.5);
  });
});
