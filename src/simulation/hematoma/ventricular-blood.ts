/** Blood in the ventricles: spreads from where the clot broke through and settles, with gravity, in the horns that lie lowest. */
import type { Random } from "../../core/random.ts";
import { type FieldGrid, fillField } from "../field-grid.ts";
import type { HeadPhantom } from "../head/head-phantom.ts";
import { createPerlinNoise } from "../perlin-noise.ts";
import type { MassEffect } from "./mass-effect.ts";

/** The part of the ventricles that blood may fill. */
const FULLEST = 0.85;
const STEP_MM = 1.8;
/** A level that nothing reaches: in a real head no ventricles may have been found. */
const NO_ROOM = 1e6;

/**
 * The blood's signed distance in mm, about, positive inside; its volume is `ml`, or what the ventricles hold if that is less.
 */
export function fillVentricles(head: HeadPhantom, push: MassEffect, random: Random, ml: number): FieldGrid {
  const before = new Float64Array(3);
  const fluid = fillField([-46, -46, -46], [46, 84, 34], [STEP_MM, STEP_MM, STEP_MM], (x, y, z) => {
    push.moveBack(x, y, z, before);
    return -head.ventricle(before[0] as number, before[1] as number, before[2] as number);
  });
  const [cx, cy, cz] = push.centerMm;
  const noise = createPerlinNoise(random);
  const order = fillField(fluid.originMm, [46, 84, 34], fluid.spacingMm, (x, y, z) => {
    const away = Math.sqrt((x - cx) ** 2 + (y - cy) ** 2 + (z - cz) ** 2);
    return 0.022 * (y - 20) - 0.035 * away + 0.35 * noise(x * 0.09, y * 0.09, z * 0.09);
  });
  const inside = order.values.filter((_, v) => (fluid.values[v] as number) > 0).sort();
  const wanted = Math.min(Math.round((ml * 1000) / STEP_MM ** 3), Math.floor(FULLEST * inside.length));
  const level = inside[Math.max(inside.length - wanted, 0)] ?? NO_ROOM;
  const values = order.values.map((value, v) => Math.min((value - level) * 18, fluid.values[v] as number));
  return { ...fluid, values };
}
