import { expect, it } from "vitest";
import {
  ellipsoidLevel,
  ellipsoidMask,
  ellipsoidOfMl,
  headGeometry,
  headPhantom,
  maskOf,
  volumeOf,
} from "../../test/support/phantoms.ts";
import { compareMasks } from "../evaluation/overlap.ts";
import { createCtVolume, createMask, maskMl } from "../volume/volume.ts";
import { brainInsideSkull } from "./brain-inside-skull.ts";
import { boundaryBand, weakHematomaLabel } from "./weak-labels.ts";

const head = headPhantom({ hematomaMl: 25 });
/** A reader's edema: a half-moon in front of the clot. */
const rim = ellipsoidOfMl(60, [26, 5, 0]);
const edema = maskOf(
  headGeometry,
  (point) =>
    ellipsoidLevel(rim, point) <= 1 && ellipsoidLevel(ellipsoidOfMl(25, [26, 5, 0]), point) > 1.02 && point[1] < 5,
);
const withEdema = createCtVolume(
  headGeometry,
  head.volume.hu.map((value, v) => (edema.inside[v] ? 20 : value)),
);

it("finds the clot beside an edema that covers half of its rim", () => {
  const label = weakHematomaLabel(withEdema, edema);
  expect(label.rejection).toBeNull();
  // a plain clot of 65 HU in 30 HU brain; what is missing is rounding at the edge
  expect(compareMasks(head.hematoma, label.mask).dice).toBeGreaterThan(0.93);
  expect(label.mask.inside.some((value, v) => value === 1 && edema.inside[v] === 1)).toBe(false);
});

it("leaves the boundary unjudged, inside and outside", () => {
  const band = boundaryBand(head.hematoma);
  const inside = band.inside.map((value, v) => value & head.hematoma.inside[v]);
  expect(maskMl(createMask(headGeometry, inside))).toBeLessThan(maskMl(head.hematoma));
  expect(maskMl(band)).toBeGreaterThan(2);
});

it("says why there is no label", () => {
  const nothing = volumeOf(headGeometry, () => -1000);
  expect(weakHematomaLabel(nothing, edema).rejection).toBe("no-brain-found");
  expect(weakHematomaLabel(withEdema, createMask(headGeometry)).rejection).toBe("no-edema-in-brain");
  const bloodless = createCtVolume(headGeometry, headPhantom({ noiseHu: 0 }).volume.hu);
  const small = ellipsoidMask(headGeometry, ellipsoidOfMl(4, [26, 5, 0]));
  expect(weakHematomaLabel(bloodless, small).rejection).toBe("no-clot-found");
});

it("finds the inside of the skull where it is closed, and borrows it where a slice is open", () => {
  const brain = brainInsideSkull(head.volume);
  const [nx, ny] = headGeometry.size;
  const middle = 14;
  const open = createCtVolume(
    headGeometry,
    head.volume.hu.map((value, v) => {
      const [i, k] = [v % nx, Math.floor(v / (nx * ny))];
      return k === middle && i > nx / 2 && value > 500 ? 20 : value;
    }),
  );
  const opened = brainInsideSkull(open);
  const count = (inside: Uint8Array): number =>
    inside.subarray(middle * nx * ny, (middle + 1) * nx * ny).reduce((a, b) => a + b, 0);
  expect(count(brain.inside)).toBeGreaterThan(5000);
  expect(count(opened.inside)).toBeAllClose(count(brain.inside), { relative: 0.1 });
});
