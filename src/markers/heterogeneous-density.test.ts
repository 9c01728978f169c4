import { expect, it } from "vitest";
import { clotPhantom } from "../../test/support/clot-phantom.ts";
import { tinyMask, tinyVolume } from "../../test/support/phantoms.ts";
import type { Vec3 } from "../math/vec3.ts";
import { densityStatistics, heterogeneousDensity } from "./heterogeneous-density.ts";
import { createClot } from "./hypodense-zone.ts";
import { sectionsOf } from "./section.ts";

const centres = [
  [8, 8],
  [-8, 8],
  [0, -9],
] as const;
const grade = (foci: number) => {
  const clotHu = ([x, y]: Vec3) => (centres.slice(0, foci).some(([a, b]) => Math.hypot(x - a, y - b) < 4) ? 45 : 65);
  const { volume, mask } = clotPhantom({ pixelMm: 0.75, clotHu });
  return heterogeneousDensity(createClot(sectionsOf(volume, mask)));
};

it("counts darker foci on the largest section; three make it heterogeneous", () => {
  expect(grade(0)).toMatchObject({ state: "absent", quantities: { barrasGrade: 1, hypodenseFoci: 0 } });
  expect(grade(2)).toMatchObject({ state: "absent", quantities: { barrasGrade: 2, hypodenseFoci: 2 } });
  expect(grade(3)).toMatchObject({ state: "present", quantities: { barrasGrade: 3, hypodenseFoci: 3 } });
});

it("gives the moments of the HU inside the mask", () => {
  const statistics = densityStatistics(
    tinyVolume([5, 1, 1], [40, 50, 60, 90, -1000]),
    tinyMask([5, 1, 1], [1, 1, 1, 1, 0]),
  );
  expect(statistics.meanHu).toBe(60);
  expect(statistics.sdHu).toBeCloseTo(Math.sqrt(350), 12);
  expect(statistics.coefficientOfVariation).toBeCloseTo(Math.sqrt(350) / 60, 12);
  expect(statistics.skewness).toBeCloseTo((-8000 - 1000 + 27000) / 4 / 350 ** 1.5, 12);
  expect(statistics.kurtosis).toBeCloseTo((160000 + 10000 + 810000) / 4 / 350 ** 2, 12);
});

it("names what has no answer: a ratio to a mean of 0, the skew of equal values", () => {
  expect(
    densityStatistics(tinyVolume([2, 1, 1], [-5, 5]), tinyMask([2, 1, 1], [1, 1])).coefficientOfVariation,
  ).toBeNull();
  const equal = densityStatistics(tinyVolume([2, 1, 1], [60, 60]), tinyMask([2, 1, 1], [1, 1]));
  expect([equal.skewness, equal.kurtosis]).toEqual([null, null]);
});
