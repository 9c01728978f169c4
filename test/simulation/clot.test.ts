import { expect, it } from "vitest";
import { createRandom } from "../../src/core/random.ts";
import type { FieldGrid } from "../../src/simulation/field-grid.ts";
import { type ClotForm, shapeClot } from "../../src/simulation/hematoma/clot-shape.ts";

const form: ClotForm = {
  ...{ random: createRandom(4), location: "putamen", centerMm: [0, 0, 0], axes: [0.8, 1.3, 1], yawRad: 0 },
  ...{ radiusMm: 13, irregularity: 0.4 },
  realShape: null,
};
const everywhere = (): number => 40;
const millilitres = ({ values, spacingMm: [dx, dy, dz] }: FieldGrid): number =>
  (values.filter((value) => value > 0).length * dx * dy * dz) / 1000;

it("a later clot has the volume asked for, whether it has grown or shrunk", () => {
  const baseline = shapeClot(form, everywhere, 10, null);
  for (const ml of [8, 10, 14]) {
    expect(millilitres(shapeClot(form, everywhere, ml, baseline))).toBeAllClose(ml, { relative: 0.03 });
  }
});
