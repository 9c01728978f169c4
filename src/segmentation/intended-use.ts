/** Whether a head CT is of the kind that the network was developed on. What is not is refused with a reason, not segmented at a guess. */
import type { Finding } from "../core/finding.ts";
import type { Cranium } from "../volume/brain-mask.ts";
import { complement, dilate, erode, intersection } from "../volume/morphology.ts";
import { type Mask, maskMl } from "../volume/volume.ts";

/** Away from the skull by this, where bone no longer shines into the brain. */
const DEEP_MM = 5;
/** Vessels with contrast, coils, clips and large calcified masses are denser than clotted blood. */
const DENSE_HU = 110;
const MOST_DENSE_ML = 6;
/** Air inside of the skull, away from the sinuses: after an operation or an open injury. */
const GAS_HU = -200;
const MOST_GAS_ML = 2;
/** Noise of a slice at about 1 mm pixels: 4 to 8 HU are usual. */
const MOST_NOISE_HU = 20;

/**
 * Reasons not to trust a segmentation of this head; empty when there are none. Each is a finding `OUTSIDE_INTENDED_USE`.
 */
export function reasonsOutsideIntendedUse({ coarse, skull, cavity }: Cranium): Finding[] {
  const { geometry, hu } = coarse;
  // The petrous bones and the sphenoid rise into the cavity: near any bone of the skull nothing is said.
  const nearBone = dilate(skull, DEEP_MM, "slice");
  const deep = intersection(erode(cavity, DEEP_MM, "slice"), complement(nearBone));
  const where = (region: Mask, condition: (hu: number) => boolean): Mask => {
    const inside = new Uint8Array(region.inside.length);
    for (let v = 0; v < inside.length; v++) if (region.inside[v] === 1 && condition(hu[v])) inside[v] = 1;
    return { geometry, inside };
  };
  const denseMl = maskMl(where(deep, (value) => value > DENSE_HU));
  const gasMl = maskMl(
    intersection(
      where(dilate(deep, 1, "slice"), (value) => value < GAS_HU),
      cavity,
    ),
  );
  const noiseHu = noiseOf(coarse, deep);
  const reasons: Finding[] = [];
  const refuse = (message: string): void => {
    reasons.push({ code: "OUTSIDE_INTENDED_USE", severity: "warning", message });
  };
  if (denseMl > MOST_DENSE_ML) {
    refuse(
      `${denseMl.toFixed(1)} mL deep in the brain are denser than blood (contrast agent, metal or a calcified mass); at most ${MOST_DENSE_ML} mL are usual`,
    );
  }
  if (gasMl > MOST_GAS_ML) {
    refuse(`${gasMl.toFixed(1)} mL of gas inside the skull (after an operation or an open injury)`);
  }
  if (noiseHu > MOST_NOISE_HU) {
    refuse(
      `the noise is ${noiseHu.toFixed(0)} HU at 1 mm pixels (motion, metal or a very low dose); at most ${MOST_NOISE_HU} HU can be read`,
    );
  }
  return reasons;
}

/** Robust standard deviation of the difference between neighbours in a row, over sqrt 2. */
function noiseOf({ geometry, hu }: Cranium["coarse"], region: Mask): number {
  const [nx] = geometry.size;
  const steps: number[] = [];
  for (let v = 1; v < hu.length; v += 3) {
    if (v % nx !== 0 && region.inside[v] === 1 && region.inside[v - 1] === 1) steps.push(Math.abs(hu[v] - hu[v - 1]));
  }
  if (steps.length < 100) return 0;
  steps.sort((a, b) => a - b);
  return (steps[Math.floor(steps.length / 2)] * 1.4826) / Math.SQRT2;
}
