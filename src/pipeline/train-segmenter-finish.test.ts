import { expect, it } from "vitest";
import { createMask } from "../volume/volume.ts";
import { showsVolumeError } from "./train-segmenter-finish.ts";

const maskOf = (slices: number) =>
  createMask({
    ...{ size: [4, 4, slices], spacing: [1, 1, 5], origin: [0, 0, 0] },
    direction: [
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ],
  });
const [stack, slice] = [maskOf(3), maskOf(1)];
const both = { labelMl: 2, foundMl: 3 };

it.each([
  ["a stack with blood in label and mask", { hematoma: stack }, both, true],
  ["a stack whose label leaves blood unjudged", { hematoma: stack, unjudged: stack }, both, false],
  ["a single slice", { hematoma: slice }, both, false],
  ["a stack without blood in the label", { hematoma: stack }, { labelMl: 0, foundMl: 3 }, false],
  ["a stack where nothing was found", { hematoma: stack }, { labelMl: 2, foundMl: 0 }, false],
])("%s: shows by how much a volume is off: %#", (_name, labelled, result, expected) => {
  expect(showsVolumeError(labelled, result)).toBe(expected);
});
