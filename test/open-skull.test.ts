import { afterAll, expect, it } from "vitest";
import type { CaseImages } from "../src/pipeline/predict-case.ts";
import { predictCase } from "../src/pipeline/predict-case.ts";
import { openRiskModel } from "../src/pipeline/risk-models.ts";
import { openSegmenterBundle } from "../src/pipeline/segmenter-bundle.ts";
import { thresholdSegmenter } from "../src/segmentation/threshold.ts";
import { type CtVolume, createCtVolume, type Mask } from "../src/volume/volume.ts";
import { forEachVoxel, headPhantom } from "./support/phantoms.ts";

const network = await openSegmenterBundle();
afterAll(() => network.release());

/** Bone over a third of the head's circumference is soft tissue, on the side away from the hematoma. */
function afterCraniectomy(): { readonly volume: CtVolume; readonly hematoma: Mask } {
  const { volume, hematoma } = headPhantom({ hematomaMl: 30 });
  const side = Math.sign(meanX(hematoma));
  const hu = Int16Array.from(volume.hu);
  forEachVoxel(volume.geometry, (voxel, [x, y]) => {
    if (hu[voxel] > 200 && Math.abs(Math.atan2(y, -side * x)) < Math.PI / 3) hu[voxel] = 40;
  });
  return { volume: createCtVolume(volume.geometry, hu), hematoma };
}

function meanX({ geometry, inside }: Mask): number {
  let sum = 0;
  forEachVoxel(geometry, (voxel, [x]) => {
    sum += inside[voxel] ? x : 0;
  });
  return sum;
}

const opened = afterCraniectomy();

it.each([
  ["threshold", thresholdSegmenter],
  ["hematoma-unet", network.segment],
])("%s draws blood in a head whose skull is open, and says that it is", async (_, segment) => {
  const { mask, findings } = await segment(opened.volume);
  let [both, sum] = [0, 0];
  for (let v = 0; v < mask.inside.length; v++) {
    both += mask.inside[v] & opened.hematoma.inside[v];
    sum += mask.inside[v] + opened.hematoma.inside[v];
  }
  expect((2 * both) / sum).toBeGreaterThan(0.8);
  expect(findings.map(({ code }) => code)).toContain("SKULL_OPEN");
  const closed = await segment(headPhantom({ hematomaMl: 30 }).volume);
  expect(closed.findings.map(({ code }) => code)).not.toContain("SKULL_OPEN");
});

it("no risk is told of such a head, and its volume is", async () => {
  const images: CaseImages = {
    ...{ volume: opened.volume, findings: [], simulated: true, format: "simulated", images: 1 },
    ...{ seriesInstanceUID: null, readMs: 0 },
  };
  const models = [await openRiskModel("markers-794")];
  const { prediction } = await predictCase(images, { segmenter: thresholdSegmenter, models, clinical: {} });
  expect(prediction).toMatchObject({ kind: "abstained", reason: "outside-intended-use", risks: [], markers: [] });
  expect(prediction.hematoma.volumeMl).toBeGreaterThan(20);
  expect(prediction.hematoma.abc2Ml).toBeGreaterThan(20);
});
