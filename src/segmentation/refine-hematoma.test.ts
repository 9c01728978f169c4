import { expect, it } from "vitest";
import { ellipsoidMask, ellipsoidOfMl, headGeometry, headPhantom, maskOf } from "../../test/support/phantoms.ts";
import { compareMasks } from "../evaluation/overlap.ts";
import { type Cranium, findCranium } from "../volume/brain-mask.ts";
import { resampleMask } from "../volume/resample.ts";
import { createCtVolume, createMask, type Mask, maskMl } from "../volume/volume.ts";
import { type BrainTissue, prepareBrainTissue } from "./brain-tissue.ts";
import { grownClot } from "./clot-growth.ts";
import { refinedHematoma } from "./refine-hematoma.ts";

const head = headPhantom({ hematomaMl: 30 });
const cranium = findCranium(head.volume) as Cranium;

it("moves a blunt outline to where the blood ends", () => {
  const blunt = ellipsoidMask(headGeometry, ellipsoidOfMl(22, [26, 5, 0]));
  const refined = refinedHematoma(head.volume, blunt, cranium);
  expect(compareMasks(head.hematoma, refined).dice).toBeGreaterThan(0.95);
  expect(compareMasks(head.hematoma, blunt).dice).toBeLessThan(0.9);
});

it("keeps the network's outline where there is no edge to be measured", () => {
  const bloodless = headPhantom({ seed: 2 });
  const guess = ellipsoidMask(headGeometry, ellipsoidOfMl(10, [26, 5, 0]));
  const refined = refinedHematoma(bloodless.volume, guess, findCranium(bloodless.volume) as Cranium);
  expect(refined.inside.every((value, v) => value === guess.inside[v])).toBe(true);
});

it("takes back what leaks from a speck beside a clot that is outlined well", () => {
  const bright = ellipsoidMask(headGeometry, ellipsoidOfMl(6, [-30, 5, 0])).inside;
  const hu = head.volume.hu.map((value, v) => (bright[v] ? 65 : value));
  const clot = ellipsoidMask(headGeometry, ellipsoidOfMl(28, [26, 5, 0])).inside;
  const speck = ellipsoidMask(headGeometry, ellipsoidOfMl(0.4, [-30, 5, 0])).inside;
  const found = createMask(
    headGeometry,
    clot.map((value, v) => value | speck[v]),
  );
  const { inside } = refinedHematoma(createCtVolume(headGeometry, hu), found, cranium);
  const of = (region: Uint8Array): Mask =>
    createMask(
      headGeometry,
      inside.map((value, v) => value & region[v]),
    );
  expect(maskMl(of(bright))).toBeAllClose(maskMl(createMask(headGeometry, speck)), { relative: 0.2 });
  expect(maskMl(of(head.hematoma.inside))).toBeGreaterThan(28);
});

it("does not follow what is as dense as blood and joined to it, as cortex under the skull is", () => {
  const strip = maskOf(
    headGeometry,
    ([x, y, z]) => Math.abs(x - 26) < 4 && y < 5 && y > -40 && Math.abs(z) < 10,
  ).inside;
  const hu = head.volume.hu.map((value, v) => (strip[v] && value > 0 && value < 100 ? 65 : value));
  const volume = createCtVolume(headGeometry, hu);
  const { inside } = refinedHematoma(volume, head.hematoma, cranium);
  const alone = refinedHematoma(head.volume, head.hematoma, cranium);
  const extra = (mask: Uint8Array): Mask =>
    createMask(
      headGeometry,
      mask.map((value, v) => (value && strip[v] && !alone.inside[v] ? 1 : 0)),
    );
  expect(maskMl(extra(inside))).toBeLessThan(1.2);
  const brain = prepareBrainTissue(volume, cranium) as BrainTissue;
  const far = grownClot(brain, resampleMask(head.hematoma, brain.cavity.geometry), 20);
  expect(maskMl(extra(resampleMask(far, headGeometry).inside))).toBeGreaterThan(2);
});

it("keeps a part as dark as brain of which the network is sure", () => {
  const { inside: clot } = head.hematoma;
  const [nx] = headGeometry.size;
  const columns = [...clot.keys()].filter((v) => clot[v]).map((v) => v % nx);
  const border = 0.35 * Math.min(...columns) + 0.65 * Math.max(...columns);
  const dark = clot.map((value, v) => (value && v % nx > border ? 1 : 0));
  const hu = head.volume.hu.map((value, v) => (dark[v] ? 34 : value));
  const volume = createCtVolume(headGeometry, hu);
  const shareOf = ({ inside }: Mask): number =>
    dark.reduce((sum, value, v) => sum + (value & inside[v]), 0) / dark.reduce((sum, value) => sum + value, 0);
  const brain = prepareBrainTissue(volume, cranium) as BrainTissue;
  const outline = grownClot(brain, resampleMask(head.hematoma, brain.cavity.geometry), 20);
  expect(shareOf(resampleMask(outline, headGeometry))).toBeLessThan(0.3);
  expect(shareOf(refinedHematoma(volume, head.hematoma, cranium))).toBeGreaterThan(0.8);
});

it("an empty mask stays empty", () => {
  expect(maskMl(refinedHematoma(head.volume, createMask(headGeometry), cranium))).toBe(0);
});
