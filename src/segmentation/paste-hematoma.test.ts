import { expect, it } from "vitest";
import { axialGeometry, ellipsoidMask, ellipsoidOfMl, headGeometry, headPhantom } from "../../test/support/phantoms.ts";
import { createRandom } from "../core/random.ts";
import { createCtVolume, createMask, type Mask, maskMl } from "../volume/volume.ts";
import { brainInsideSkull } from "./brain-inside-skull.ts";
import { addDistractors } from "./distractors.ts";
import { type HematomaShape, pasteHematoma } from "./paste-hematoma.ts";
import { smoothField } from "./smooth-field.ts";

const { volume } = headPhantom({ seed: 3 });
const brain = brainInsideSkull(volume);
const shapeGrid = axialGeometry([40, 48, 10], [1, 1, 5]);
const body = ellipsoidMask(shapeGrid, ellipsoidOfMl(12, [0, 0, 0]));
const shape: HematomaShape = { share: createCtVolume(shapeGrid, Float32Array.from(body.inside)), ventricular: false };

function meanHu(hu: ArrayLike<number>, { inside }: Mask): number {
  let [sum, count] = [0, 0];
  for (let v = 0; v < inside.length; v++) if (inside[v]) [sum, count] = [sum + hu[v], count + 1];
  return sum / count;
}

/** Comparing half a million values one by one in a matcher takes seconds. */
function same(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  return a.length === b.length && Array.prototype.every.call(a, (value, v) => value === b[v]);
}

it("sets a shape into the brain, keeps its volume within the scaling, and makes it as dense as blood", () => {
  for (let seed = 0; seed < 2; seed++) {
    const pasted = pasteHematoma({ volume, brain }, shape, createRandom(seed));
    expect(pasted).not.toBeNull();
    if (!pasted) continue;
    const ml = maskMl(pasted.hematoma);
    // lengths are scaled by .7 to 1.3
    expect(ml).toBeGreaterThan(12 * 0.7 ** 3 * 0.9);
    expect(ml).toBeLessThan(12 * 1.3 ** 3 * 1.1);
    const inBrain = pasted.hematoma.inside.filter((value, v) => value === 1 && brain.inside[v] === 1).length;
    expect(inBrain).toBeGreaterThan(0.9 * pasted.hematoma.inside.filter((value) => value === 1).length);
    const contrast = meanHu(pasted.volume.hu, pasted.hematoma) - meanHu(volume.hu, pasted.hematoma);
    expect(contrast).toBeGreaterThan(5);
    expect(contrast).toBeLessThan(50);
  }
});

it("is the same for the same seed and leaves the background as it was", () => {
  const before = volume.hu.slice();
  const [a, b] = [1, 1].map((seed) => pasteHematoma({ volume, brain }, shape, createRandom(seed)));
  expect(same(a?.volume.hu ?? [], b?.volume.hu ?? [0])).toBe(true);
  expect(same(volume.hu, before)).toBe(true);
});

it("gives null where nothing fits", () => {
  const occupied = createMask(headGeometry, new Uint8Array(brain.inside.length).fill(1));
  expect(pasteHematoma({ volume, brain, occupied }, shape, createRandom(1))).toBeNull();
  expect(pasteHematoma({ volume, brain: createMask(headGeometry) }, shape, createRandom(1))).toBeNull();
});

it("adds distractors to the brain only, and none to the hematoma", () => {
  const hematoma = ellipsoidMask(headGeometry, ellipsoidOfMl(20, [26, 5, 0]));
  const chances = { calcification: 1, subdural: 1, subarachnoid: 1 };
  const { hu } = addDistractors(volume, brain, hematoma, chances, createRandom(5));
  const changed = hu.map((value, v) => (value === volume.hu[v] ? 0 : 1));
  expect(changed.some((value) => value === 1)).toBe(true);
  expect(changed.some((value, v) => value === 1 && (brain.inside[v] === 0 || hematoma.inside[v] === 1))).toBe(false);
  const none = { calcification: 0, subdural: 0, subarachnoid: 0 };
  expect(same(addDistractors(volume, brain, hematoma, none, createRandom(5)).hu, volume.hu)).toBe(true);
});

it("a smooth field changes slowly and has about unit variance at its control points", () => {
  const geometry = axialGeometry([60, 60, 4], [1, 1, 5]);
  const field = smoothField(geometry, 10, createRandom(1));
  let largest = 0;
  for (let v = 1; v < field.length; v++)
    if (v % 60 !== 0) largest = Math.max(largest, Math.abs(field[v] - field[v - 1]));
  // neighbours are a tenth of the distance between control points apart; those differ by less than 6 sigma
  expect(largest).toBeLessThan(0.6);
  expect(Math.max(...field) - Math.min(...field)).toBeGreaterThan(1);
});
