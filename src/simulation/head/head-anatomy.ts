/** What makes one head differ from another: the numbers that the phantom is built from, drawn from the seed and the age. */
import type { Random } from "../../core/random.ts";

/** An old, healed infarct: a cavity of CSF density with a gliotic rim, position in standard head space, mm. */
export interface OldInfarct {
  readonly centerMm: readonly [number, number, number];
  readonly radiusMm: number;
}

/** One person's head. Standard head space is LPS with the anterior commissure at the origin and an average adult brain. */
export interface HeadAnatomy {
  /** Size relative to standard space along left, posterior, superior. */
  readonly scale: readonly [number, number, number];
  /** 0 (young) to 1 (severe atrophy). */
  readonly atrophy: number;
  /** Radius of the ventricles relative to standard. */
  readonly ventricleScale: number;
  /** Left minus right, relative: the frequent small difference between the two ventricles. */
  readonly ventricleAsymmetry: number;
  /** 0 (none) to 1 (confluent): low density of the white matter around the ventricles. */
  readonly leukoaraiosis: number;
  readonly skullThicknessMm: number;
  readonly scalpMm: number;
  /** Frontal sinus size relative to standard; 0 = not pneumatised. */
  readonly frontalSinus: number;
  readonly choroidCalcification: readonly [left: number, right: number];
  readonly pinealCalcificationMm: number;
  readonly falxCalcification: boolean;
  readonly basalGangliaCalcification: boolean;
  readonly oldInfarct: OldInfarct | null;
  readonly greyHu: number;
  readonly whiteHu: number;
  /** Seeds of this head's random fields. */
  readonly random: Random;
}

/** Places where old lacunes and small territorial infarcts are common, standard space, mm. */
const infarctSites: readonly OldInfarct[] = [
  { centerMm: [24, -6, 6], radiusMm: 4.5 },
  { centerMm: [12, 16, 8], radiusMm: 3.5 },
  { centerMm: [26, -20, 22], radiusMm: 4 },
  { centerMm: [30, 70, 18], radiusMm: 13 },
  { centerMm: [48, -28, 30], radiusMm: 13 },
  { centerMm: [24, 66, -36], radiusMm: 9 },
];

/**
 * Draws a head. Atrophy, large ventricles, calcification and white-matter change become more common with age.
 *
 * @param ageYears 18 to 100
 * @example drawHeadAnatomy(createRandom(1), 70).atrophy <= 1 // => true
 */
export function drawHeadAnatomy(random: Random, ageYears: number): HeadAnatomy {
  const between = (low: number, high: number): number => low + (high - low) * random.uniform();
  const chance = (p: number): boolean => random.uniform() < p;
  const old = Math.min(Math.max((ageYears - 45) / 45, 0), 1);
  const atrophy = Math.min(Math.max(0.1 + 0.6 * old + 0.17 * random.normal(), 0), 1);
  const size = 0.945 + 0.025 * random.normal();
  const white = 28 + 1.2 * random.normal();
  const site = infarctSites[random.integer(infarctSites.length)] as OldInfarct;
  const side = chance(0.5) ? 1 : -1;
  return {
    scale: [
      size * (1 + 0.025 * random.normal()),
      size * (1 + 0.025 * random.normal()),
      size * (1 + 0.02 * random.normal()),
    ],
    atrophy,
    ventricleScale: Math.min(Math.max(0.72 + 0.55 * atrophy + 0.12 * random.normal(), 0.55), 1.6),
    ventricleAsymmetry: 0.07 * random.normal(),
    leukoaraiosis: Math.min(Math.max(0.75 * old + 0.25 * random.normal() - 0.1, 0), 1),
    skullThicknessMm: between(5.5, 8.5),
    scalpMm: between(4.5, 7.5),
    frontalSinus: chance(0.08) ? 0 : between(0.7, 1.25),
    choroidCalcification: [
      chance(0.25 + 0.5 * old) ? between(1.2, 3) : 0,
      chance(0.25 + 0.5 * old) ? between(1.2, 3) : 0,
    ],
    pinealCalcificationMm: chance(0.65) ? between(1.2, 3) : 0,
    falxCalcification: chance(0.1 + 0.25 * old),
    basalGangliaCalcification: chance(0.1 + 0.1 * old),
    oldInfarct: chance(0.05 + 0.2 * old)
      ? {
          centerMm: [side * site.centerMm[0], site.centerMm[1], site.centerMm[2]],
          radiusMm: site.radiusMm * between(0.7, 1.3),
        }
      : null,
    whiteHu: white,
    greyHu: white + 8.5 + 0.8 * random.normal(),
    random: random.fork("fields"),
  };
}
