import { expect, it } from "vitest";
import { axialGeometry, ellipsoidMask, ellipsoidOfMl, headPhantom, volumeOf } from "../../test/support/phantoms.ts";
import { createRandom } from "../core/random.ts";
import { findCranium } from "../volume/brain-mask.ts";
import { createCtVolume, maskMl } from "../volume/volume.ts";
import { locateHead, patchCentersMm } from "./head-box.ts";
import { reasonsOutsideIntendedUse } from "./intended-use.ts";
import { hematomaRegions, restrictToCavity } from "./postprocess.ts";
import { calibrateVolumeInterval, neededOutlineMm, volumeInterval } from "./volume-interval.ts";

const head = headPhantom({ hematomaMl: 30 });
const { geometry } = head.volume;
const cranium = findCranium(head.volume);

it("locates the inside of the skull", () => {
  const found = locateHead(head.volume);
  // the phantom's brain (with fluid) has semi-axes of 67 and 87 mm around (0, 0); the first column is at -95.25, the first row at -119.25 mm
  expect(found?.box.lowMm).toBeAllClose([95.25 - 67, 119.25 - 87], { absolute: 3 });
  expect(found?.box.highMm).toBeAllClose([95.25 + 67, 119.25 + 87], { absolute: 3 });
  expect(locateHead(volumeOf(geometry, () => -1000))).toBeNull();
});

it("covers a head that is larger than a patch with several", () => {
  const box = { lowMm: [0, 0], highMm: [200, 150] } as const;
  expect(patchCentersMm(box, [160, 200])).toEqual([
    [80, 75],
    [120, 75],
  ]);
});

it("drops what is outside of the skull, and regions too small to be blood", () => {
  expect(cranium).not.toBeNull();
  if (!cranium) return;
  const scalp = ellipsoidMask(geometry, ellipsoidOfMl(1, [0, 96, 0]));
  const speck = ellipsoidMask(geometry, ellipsoidOfMl(0.06, [-30, 0, 0]));
  const probability = Float32Array.from(head.hematoma.inside, (value, v) =>
    value | scalp.inside[v] | speck.inside[v] ? 0.9 : 0,
  );
  restrictToCavity(probability, cranium.cavity, head.volume);
  const mask = hematomaRegions(probability, geometry, { threshold: 0.5, leastRegionMl: 0.1, leastRegionMm2: 12 });
  expect(mask.inside.every((value, v) => value === head.hematoma.inside[v])).toBe(true);
});

it("judges regions of a single slice by their area", () => {
  const single = axialGeometry([20, 20, 1], [1, 1, 5]);
  const probability = new Float32Array(400);
  probability.fill(0.9, 0, 11);
  probability.fill(0.9, 200, 215);
  const plan = { threshold: 0.5, leastRegionMl: 99, leastRegionMm2: 12 };
  expect(hematomaRegions(probability, single, plan).inside.reduce((a, b) => a + b, 0)).toBe(15);
});

it("refuses contrast, gas inside the skull and unreadable noise; accepts a plain head", () => {
  const reasonsFor = (change: (hu: number, v: number) => number): string[] => {
    const changed = createCtVolume(geometry, Int16Array.from(head.volume.hu, change));
    const found = findCranium(changed);
    return found ? reasonsOutsideIntendedUse(found).map(({ message }) => message) : ["no head"];
  };
  expect(reasonsFor((hu) => hu)).toEqual([]);
  const vessel = ellipsoidMask(geometry, ellipsoidOfMl(12, [-20, 0, 0]));
  expect(reasonsFor((hu, v) => (vessel.inside[v] ? 180 : hu))[0]).toMatch(/denser than blood/);
  const gas = ellipsoidMask(geometry, ellipsoidOfMl(12, [-20, -20, 0]));
  expect(reasonsFor((hu, v) => (gas.inside[v] ? -900 : hu))[0]).toMatch(/gas inside the skull/);
  const random = createRandom(1);
  const noisy = reasonsFor((hu) => (hu > 0 && hu < 100 ? hu + 30 * random.normal() : hu));
  expect(noisy.join()).toMatch(/the noise is (2[6-9]|3[0-4]) HU/);
});

it("a volume interval holds the volume, grows with the outline's movement, and is calibrated by rank", () => {
  const probability = Float32Array.from(head.hematoma.inside, (value) => (value ? 0.95 : 0.02));
  const at = (outlineMm: number) => volumeInterval(head.hematoma, probability, { outlineMm, uncertainFrom: 0.25 });
  const [none, some] = [at(0), at(1.6)];
  expect(none).toEqual({ lowMl: maskMl(head.hematoma), ml: maskMl(head.hematoma), highMl: maskMl(head.hematoma) });
  expect(some.lowMl).toBeLessThan(some.ml);
  expect(some.highMl).toBeGreaterThan(some.ml);
  // one ring of pixels of 1.5 mm is needed to reach 10 % more
  expect(neededOutlineMm({ mask: head.hematoma, probability, labelMl: 33 })).toBeAllClose(1.5, { absolute: 1e-9 });
  expect(neededOutlineMm({ mask: head.hematoma, probability, labelMl: 300 })).toBe(Number.POSITIVE_INFINITY);
  expect(() => calibrateVolumeInterval([0.1, 0.2], 0.9)).toThrowCode("METRIC_UNDEFINED");
  expect(() => calibrateVolumeInterval([0.1, Number.POSITIVE_INFINITY, 0.2], 0.75)).toThrowCode("NOT_CONVERGED");
});
