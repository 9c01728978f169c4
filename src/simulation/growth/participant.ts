/** Who is simulated and what happens to them: age, time, hematoma, true risk, outcome, follow-up. No image is needed for any of it. */
import type { Random } from "../../core/random.ts";
import { type HematomaPlan, type HematomaRequest, hematomaSites, planHematoma } from "../hematoma/hematoma-plan.ts";
import type { FollowUpStatus, SignName } from "../simulated-case.ts";
import { type ExpansionFeatures, expansionRisk, type Scenario } from "./scenario.ts";

/** One participant before any image is made. */
export interface Participant {
  readonly ageYears: number;
  readonly sex: "female" | "male";
  readonly gcs: number;
  readonly anticoagulation: boolean;
  readonly spotSign: boolean;
  /** Hours from onset to the baseline scan. */
  readonly hoursFromOnset: number;
  readonly plan: HematomaPlan;
  readonly risk: number;
  readonly expands: boolean;
  readonly followUpVolumeMl: number;
  readonly followUpIvhMl: number;
  readonly followUpHours: number;
  readonly followUpStatus: FollowUpStatus;
}

/** Growth of at least this, or of this part of the baseline volume, is expansion: the conventional definition. */
const EXPANSION_ML = 6;
const EXPANSION_PART = 0.33;
/** Centre and spread of the logarithm of texture from which `heterogeneity` is counted. */
const TEXTURE = { centerHu: 2.6, logSd: 0.35 };

/**
 * Draws a participant: what is there at baseline, the risk that follows from it, whether the hematoma expands (with exactly that probability),
 * and the volume at follow-up, which agrees with it.
 *
 * @param leftOut planned signs that the baseline scan turned out to have no room for: nobody could see them, so the risk does not count them
 */
export function drawParticipant(
  random: Random,
  scenario: Scenario,
  request: HematomaRequest = {},
  leftOut: readonly SignName[] = [],
): Participant {
  const person = random.fork("person");
  const ageYears = Math.round(Math.min(Math.max(64 + 13 * person.normal(), 25), 95));
  const sex = person.uniform() < 0.43 ? "female" : "male";
  const anticoagulation = person.uniform() < 0.12;
  const spotSign = person.uniform() < 0.21;
  const hoursFromOnset = round1(Math.min(Math.max(2.9 * Math.exp(0.65 * person.normal()), 0.5), 12));
  const plan = planHematoma(random.fork("hematoma"), anticoagulation, request);
  const features = featuresOf({ plan, hoursFromOnset, anticoagulation, spotSign });
  const signs = features.signs.filter((sign) => !leftOut.includes(sign));
  const risk = expansionRisk(scenario, { ...features, signs });
  const fate = random.fork("fate");
  const expands = fate.uniform() < risk;
  const growth = random.fork("growth");
  const followUpVolumeMl = grownMl(growth, plan, expands);
  const newIvh = growth.uniform() < (expands ? 0.16 : 0.03);
  return {
    gcs: drawGcs(random.fork("gcs"), plan),
    ...{ ageYears, sex, anticoagulation, spotSign, hoursFromOnset, plan, risk, expands, followUpVolumeMl },
    followUpIvhMl: round1(
      plan.ivhMl > 0 ? plan.ivhMl * (expands ? 1.25 : 0.95) : newIvh ? 2 + 3 * growth.uniform() : 0,
    ),
    followUpHours: round1(Math.max(24 + 3 * Math.min(Math.max(growth.normal(), -1.5), 1.5), hoursFromOnset + 8)),
    followUpStatus: statusOf(random.fork("status"), plan.volumeMl, expands),
  };
}

/** What the chance of expansion may depend on, of one participant. */
export function featuresOf({
  plan,
  hoursFromOnset,
  anticoagulation,
  spotSign,
}: Pick<Participant, "plan" | "hoursFromOnset" | "anticoagulation" | "spotSign">): ExpansionFeatures {
  const { volumeMl, irregularity, signs } = plan;
  const heterogeneity = Math.log(plan.heterogeneityHu / TEXTURE.centerHu) / TEXTURE.logSd;
  return { volumeMl, irregularity, signs, hoursFromOnset, anticoagulation, spotSign, heterogeneity };
}

/** Volume at follow-up: beyond the threshold for those who expand, short of it for the others, who may also shrink a little. */
function grownMl(random: Random, { volumeMl, location }: HematomaPlan, expands: boolean): number {
  const threshold = Math.min(EXPANSION_ML, EXPANSION_PART * volumeMl);
  if (!expands) return volumeMl + threshold * Math.min(Math.max(0.04 + 0.3 * random.normal(), -0.5), 0.9);
  const grown = volumeMl + threshold * (1.06 - 1.3 * Math.log(1 - random.uniform()));
  return Math.max(Math.min(grown, 1.4 * hematomaSites[location].largestMl), volumeMl + 1.06 * threshold);
}

/** Lower with more blood, in the ventricles and in the brainstem most of all; 15 is by far the most frequent in small hematomas. */
function drawGcs(random: Random, { volumeMl, ivhMl, location }: HematomaPlan): number {
  const impaired = 0.075 * volumeMl + 0.25 * ivhMl + (location === "brainstem" ? 4 : 0);
  return Math.round(Math.min(Math.max(14.6 - impaired + 2 * random.normal(), 3), 15));
}

function statusOf(random: Random, volumeMl: number, expands: boolean): FollowUpStatus {
  const surgery = 1 / (1 + Math.exp(3.6 - 0.03 * volumeMl - 0.5 * Number(expands)));
  const u = random.uniform();
  return u < surgery ? "surgery" : u < surgery + 0.06 ? "lost" : "scanned";
}

function round1(value: number): number {
  return Math.round(10 * value) / 10;
}
