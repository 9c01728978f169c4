import { existsSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { openCase } from "../../src/pipeline/case-images.ts";
import { loadHybridBundle, writeHybridBundle } from "../../src/pipeline/hybrid-bundle.ts";
import { writeNifti } from "../../src/pipeline/nifti-files.ts";
import { openSegmenter } from "../../src/pipeline/open-segmenter.ts";
import { predictCase } from "../../src/pipeline/predict-case.ts";
import { findBundle } from "../../src/pipeline/risk-bundle.ts";
import { openRiskModel } from "../../src/pipeline/risk-models.ts";
import { parsePrediction } from "../../src/report/prediction.ts";
import { headPhantom } from "../support/phantoms.ts";
import { runHemacast } from "../support/run-hemacast.ts";

// From sources a model is opened where it is asked; the command line opens image models in a thread.

it("a model in a thread of its own says what it says without one", async () => {
  const folder = await mkdtemp(join(tmpdir(), "hemacast-image-model-"));
  const run = await runHemacast("predict", "--model", "lu2024-simulated", "--out", join(folder, "out"), "--json");
  const segmenter = await openSegmenter("hematoma-unet");
  const model = await openRiskModel("lu2024-simulated");
  const { prediction } = await predictCase(await openCase(undefined), {
    ...{ segmenter: segmenter.segment, models: [model], clinical: {} },
  });
  await Promise.all([segmenter.release(), model.release()]);
  expect(run.stderr).not.toContain("error");
  const threaded = parsePrediction(JSON.parse(run.stdout));
  expect(threaded.risks).toEqual(JSON.parse(JSON.stringify(prediction.risks)));
  const present = threaded.markers.filter(({ state }) => state === "present").map(({ id }) => `markers.${id}`);
  expect(threaded.risks[0]?.image?.without.map(({ predictor }) => predictor)).toEqual(present);
}, 120_000);

it("what is wrong with a model in a thread comes out with its code, and nothing is written", async () => {
  const folder = await mkdtemp(join(tmpdir(), "hemacast-image-model-"));
  const { manifest, ...content } = await loadHybridBundle(await findBundle("lu2024-simulated"));
  const { schema: _s, checksums: _c, kind: _k, inputs: _i, ...described } = manifest;
  const bundle = join(folder, "bundle");
  await writeHybridBundle(bundle, described, { ...content, segmenterId: "other" }, "card", [content.model.means]);
  const bloodless = join(folder, "bloodless.nii.gz");
  const { geometry, hu } = headPhantom().volume;
  await writeNifti(bloodless, geometry, Int16Array.from(hu));
  // Also where there is no hematoma that the model could be shown.
  for (const input of [[], [bloodless]]) {
    const run = await runHemacast("predict", ...input, "--model", bundle, "--out", join(folder, "out"));
    expect(run.exitCode).not.toBe(0);
    expect(run.stderr).toContain("BUNDLE_INVALID");
    expect(existsSync(join(folder, "out"))).toBe(false);
  }
}, 120_000);

it("an input that cannot be read is told without waiting for the model", async () => {
  const folder = await mkdtemp(join(tmpdir(), "hemacast-image-model-"));
  const missing = join(folder, "missing");
  const run = await runHemacast("predict", missing, "--model", "lu2024-simulated", "--out", join(folder, "out"));
  expect(run.stderr).toContain("INPUT_NOT_FOUND");
  expect(run.exitCode).not.toBe(0);
}, 120_000);
