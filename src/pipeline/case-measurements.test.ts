import { expect, it } from "vitest";
import { computeMarkers } from "../markers/compute-markers.ts";
import { selfTestHead } from "../segmentation/self-test-head.ts";
import { riskInputsOf } from "./case-measurements.ts";

const { volume, hematoma } = selfTestHead();
const measured = { markers: computeMarkers(volume, hematoma), anatomy: null, shape: {} };

it.each([
  ["present", 1],
  ["absent", 0],
  ["no-cta", undefined],
] as const)("gives risk models a spot sign that is %s as %s", (spotSign, expected) => {
  expect(riskInputsOf(measured, { spotSign }).spotSign).toBe(expected);
});

it("gives risk models no spot sign that nobody spoke of", () => {
  expect(riskInputsOf(measured, {})).not.toHaveProperty("spotSign");
});
