import { expect, it } from "vitest";
import { headPhantom } from "../../test/support/phantoms.ts";
import { caseFacts, channelsOf, fingerprintOf, parseSegmentationPlan, planFor } from "./plan.ts";

const { volume, hematoma } = headPhantom({ hematomaMl: 30 });
const fingerprint = fingerprintOf([caseFacts(hematoma, volume.hu)]);

it("states the facts of a training set", () => {
  expect(fingerprint.cases).toBe(1);
  expect(fingerprint.pixelMm[2]).toBe(1.5);
  expect(fingerprint.sliceMm[2]).toBe(5);
  expect(fingerprint.hematomaMl[2]).toBeAllClose(30, { relative: 0.02 });
  // the phantom's blood has 65 HU with noise of 3
  expect(fingerprint.hematomaHu[2]).toBeAllClose(65, { absolute: 1 });
});

it("plans pixels no finer than the data, and a patch that holds a brain", () => {
  const plan = planFor(fingerprint, { base: 16, depth: 4 });
  expect(plan.pixelMm).toBe(1.5);
  expect(plan.patchPixels.map((n) => n % 16)).toEqual([0, 0]);
  expect(plan.patchPixels[0] * plan.pixelMm).toBeGreaterThanOrEqual(160);
  expect(channelsOf(plan)).toBe(9);
  expect(parseSegmentationPlan(JSON.parse(JSON.stringify(plan)))).toEqual(plan);
});

it("refuses a training set without blood, unknown keys, and a patch that cannot be halved often enough", () => {
  expect(() => fingerprintOf([caseFacts(headPhantom().hematoma, volume.hu)])).toThrowCode("ARGUMENT_INVALID");
  const plan = planFor(fingerprint, { base: 16, depth: 4 });
  expect(() => parseSegmentationPlan({ ...plan, patches: 1 })).toThrowCode("CONFIG_INVALID");
  expect(() => parseSegmentationPlan({ ...plan, patchPixels: [100, 160] })).toThrowCode("CONFIG_INVALID");
  expect(() => parseSegmentationPlan({ ...plan, windowsHu: [[80, 0]] })).toThrowCode("CONFIG_INVALID");
});
