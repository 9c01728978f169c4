import { expect, it } from "vitest";
import { axialGeometry, maskOf, volumeOf } from "../../test/support/phantoms.ts";
import type { Vec3 } from "../math/vec3.ts";
import { irregularShape } from "./irregular-shape.ts";
import { sectionsOf } from "./section.ts";

const geometry = axialGeometry([140, 140, 5], [0.5, 0.5, 5]);
const shape = (inside: (point: Vec3) => boolean) => {
  const mask = maskOf(geometry, inside);
  return irregularShape(
    sectionsOf(
      volumeOf(geometry, () => 60),
      mask,
    ),
  );
};
const disc =
  (x0: number, y0: number, radius: number) =>
  ([x, y]: Vec3) =>
    Math.hypot(x - x0, y - y0) <= radius;

it("calls a disc and a long ellipse regular", () => {
  expect(shape(disc(0, 0, 12))).toMatchObject({ state: "absent", quantities: { barrasGrade: 1 } });
  expect(shape(([x, y]) => Math.hypot(x / 20, y / 7) <= 1)).toMatchObject({
    state: "absent",
    quantities: { barrasGrade: 1 },
  });
});

it("counts each lobe's two indentations", () => {
  const reading = shape((point) => disc(0, 0, 12)(point) || disc(17, 0, 7)(point));
  expect(reading).toMatchObject({ state: "present", quantities: { barrasGrade: 3, indentations: 2 } });
  expect(reading.quantities.deepestIndentationMm).toBeGreaterThan(3);
  expect(reading.outline.length).toBeGreaterThan(20);
});

it("a bean with one bay is grade 2 and still regular", () => {
  const reading = shape((point) => disc(0, 0, 14)(point) && !disc(14, 0, 6)(point));
  expect(reading).toMatchObject({ state: "absent", quantities: { barrasGrade: 2, indentations: 1 } });
});

it("counts separate foci like irregularities, and nothing above grade 5", () => {
  const foci = [disc(20, 20, 3), disc(-20, 20, 3)];
  expect(shape((point) => disc(0, 0, 12)(point) || foci.some((focus) => focus(point)))).toMatchObject({
    state: "present",
    quantities: { barrasGrade: 3, separateFoci: 2 },
  });
  const star = ([x, y]: Vec3) => Math.hypot(x, y) <= 18 + 8 * Math.sin(6 * Math.atan2(y, x));
  expect(shape(star).quantities.barrasGrade).toBe(5);
});

it("does not judge a speck", () => {
  expect(shape(disc(0, 0, 2))).toMatchObject({ state: "not-assessable" });
});
