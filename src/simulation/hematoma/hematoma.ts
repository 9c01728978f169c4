/** A hematoma in a head: the clot, what is around it, and what is in it, ready to be scanned. */
import type { Random } from "../../core/random.ts";
import type { FieldGrid } from "../field-grid.ts";
import type { HeadAnatomy } from "../head/head-anatomy.ts";
import type { HeadPhantom } from "../head/head-phantom.ts";
import { type ClotForm, type ClotShape, roomForBlood, shapeClot } from "./clot-shape.ts";
import type { HematomaPlan } from "./hematoma-plan.ts";
import { type MassEffect, massEffect } from "./mass-effect.ts";
import { layOutSigns, type SignRegion } from "./sign-regions.ts";
import { placeSmallClots } from "./small-clots.ts";
import { fillVentricles } from "./ventricular-blood.ts";

/** A hematoma at one time. */
export interface Hematoma {
  readonly plan: HematomaPlan;
  readonly clot: ClotShape;
  readonly signs: readonly SignRegion[];
  /** Blood in the ventricles, positive inside, mm; null when there is none. */
  readonly ventricular: FieldGrid | null;
  readonly push: MassEffect;
  /** Width of the edema around the clot, mm. */
  readonly edemaMm: number;
  readonly random: Random;
}

/**
 * Makes the hematoma of a plan at a time.
 *
 * @param volumeMl the volume of all its clots together, mL
 * @param ivhMl blood in the ventricles, mL
 * @param baseline the same hematoma earlier, which this one continues
 */
export function createHematoma(
  head: HeadPhantom,
  anatomy: HeadAnatomy,
  plan: HematomaPlan,
  random: Random,
  at: { volumeMl: number; ivhMl: number; hoursFromOnset: number },
  baseline: Hematoma | null = null,
): Hematoma {
  const centerMm = plan.centerMm.map((mm, axis) => mm * (anatomy.scale[axis] as number)) as [number, number, number];
  const edemaMm = 1 + 1.05 * Math.sqrt(at.hoursFromOnset);
  const push = massEffect(head, centerMm, at.volumeMl * (1 + 0.05 * edemaMm));
  const room = roomForBlood(head, plan.location, push);
  const form: ClotForm = {
    random: random.fork("form"),
    location: plan.location,
    centerMm,
    axes: plan.axes,
    yawRad: plan.yawRad,
    radiusMm: Math.cbrt((plan.volumeMl * 3000) / (4 * Math.PI)),
    irregularity: plan.irregularity,
    realShape: plan.realShape,
  };
  const shaped = (ml: number): FieldGrid => shapeClot(form, room, ml, baseline?.clot.inside ?? null);
  const draft = baseline && baseline.clot.smallClots.length > 0 ? null : shaped(at.volumeMl);
  const smallClots =
    baseline?.clot.smallClots ?? placeSmallClots(random.fork("small"), draft as FieldGrid, centerMm, room, plan.signs);
  const smallMl = smallClots.reduce((ml, { radiusMm }) => ml + (4 / 3) * Math.PI * (radiusMm / 10) ** 3, 0);
  const inside = draft && smallMl === 0 ? draft : shaped(Math.max(at.volumeMl - smallMl, 0.3 * at.volumeMl));
  return {
    plan,
    clot: { inside, smallClots },
    signs: layOutSigns(random.fork("signs"), inside, plan.signs, plan.signGapHu),
    ventricular: at.ivhMl > 0 ? fillVentricles(head, push, random.fork("ivh"), at.ivhMl) : null,
    push,
    edemaMm,
    random: random.fork("texture"),
  };
}
