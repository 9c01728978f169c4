import { expect, it } from "vitest";
import { type BrightRegion, exclusionOf } from "./bright-region.ts";

const hematoma: BrightRegion = {
  label: 1,
  voxels: 5000,
  ml: 6,
  peakExcessHu: 35,
  calcifiedShare: 0,
  medianDepthMm: 35,
  leastDepthMm: 20,
  shallowShare: 0,
  inscribedRadiusMm: 8,
};

it.each([
  [{}, null],
  [{ ml: 0.1 }, "small"],
  [{ calcifiedShare: 0.3 }, "calcified"],
  [{ medianDepthMm: 5, leastDepthMm: 4 }, "superficial"],
  [{ shallowShare: 0.5, leastDepthMm: 4, inscribedRadiusMm: 6 }, "superficial"],
  [{ shallowShare: 0.5, leastDepthMm: 4, medianDepthMm: 9 }, null],
  [{ leastDepthMm: 4, inscribedRadiusMm: 4 }, "superficial"],
  [{ leastDepthMm: 4, shallowShare: 0.1 }, null],
  [{ inscribedRadiusMm: 2 }, "sheet"],
  [{ peakExcessHu: 17 }, "faint"],
])("a region with %o is %s", (change, expected) => {
  expect(exclusionOf({ ...hematoma, ...change })).toBe(expected);
});
