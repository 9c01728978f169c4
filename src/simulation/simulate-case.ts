/**
 * Simulated participants: a procedural head, a hematoma with known signs, a scanner, and a future that follows from a known risk. Nothing here is
 * anybody's image. `simulateCase` is the entry; writing studies to disk is the pipeline's.
 */
import { requireWhole } from "../core/guards.ts";
import { createRandom } from "../core/random.ts";
import { drawParticipant, type Participant } from "./growth/participant.ts";
import { scenarios } from "./growth/scenario.ts";
import { drawHeadAnatomy } from "./head/head-anatomy.ts";
import { createHeadPhantom } from "./head/head-phantom.ts";
import { createHematoma } from "./hematoma/hematoma.ts";
import type { HematomaRequest } from "./hematoma/hematoma-plan.ts";
import { type ScannerProfile, scannerProfiles } from "./scanner/scanner-profile.ts";
import { simulateScan } from "./simulate-scan.ts";
import type { CaseTruth, ScanTruth, ScenarioName, SimulatedCase } from "./simulated-case.ts";

/** Which case to make. */
export interface SimulateOptions {
  /** Whole number in [0, 2^32): equal options, equal case, on every machine. */
  readonly seed: number;
  /** Default "literature". */
  readonly scenario?: ScenarioName;
  /** Default `scannerProfiles.sequential` (512x512, 36 slices of 5 mm). */
  readonly scanner?: ScannerProfile;
  /** What to ask of the hematoma; the rest is drawn. */
  readonly hematoma?: HematomaRequest;
  /** Whether to scan a second time, where the participant is scanned at all; it takes as long as the first. Default false. */
  readonly followUp?: boolean;
}

/**
 * Makes a participant's head CT with everything about it known, and on request the follow-up.
 *
 * @throws HemacastError ARGUMENT_INVALID when the seed is not a whole number, or the brain has no room for the volume asked for
 */
export function simulateCase(options: SimulateOptions): SimulatedCase {
  requireWhole("seed", options.seed, 0);
  const { seed, scenario = "literature", scanner = scannerProfiles.sequential } = options;
  const random = createRandom(seed);
  const participant = drawParticipant(random.fork("participant"), scenarios[scenario], options.hematoma);
  const { plan, hoursFromOnset } = participant;
  const anatomy = drawHeadAnatomy(random.fork("head"), participant.ageYears);
  const head = createHeadPhantom(anatomy);
  const blood = random.fork("blood");
  const baseline = createHematoma(head, anatomy, plan, blood, {
    ...{ volumeMl: plan.volumeMl, ivhMl: plan.ivhMl, hoursFromOnset },
  });
  const common = { head, anatomy, profile: scanner };
  const first = simulateScan({
    ...common,
    ...{ hematoma: baseline, volumeMl: plan.volumeMl, hoursFromOnset, random: random.fork("baseline scan") },
  });
  const second =
    options.followUp && participant.followUpStatus === "scanned"
      ? simulateScan({
          ...common,
          hematoma: createHematoma(
            ...([head, anatomy, plan, blood] as const),
            {
              volumeMl: participant.followUpVolumeMl,
              ivhMl: participant.followUpIvhMl,
              hoursFromOnset: participant.followUpHours,
            },
            baseline,
          ),
          volumeMl: participant.followUpVolumeMl,
          hoursFromOnset: participant.followUpHours,
          random: random.fork("follow-up scan"),
        })
      : null;
  return {
    ...{ simulated: true, seed, scenario, scanner: scanner.name },
    ...{ volume: first.volume, truth: caseTruth(first.truth, participant), followUp: second },
  };
}

/** What becomes of a participant. */
export type Future = Pick<
  CaseTruth,
  "risk" | "expands" | "followUpVolumeMl" | "followUpIvhMl" | "followUpHours" | "followUpStatus"
>;

/** What would become of the same participant, whose baseline scan is the same, in another scenario. No image is made. */
export function futureIn(scenario: ScenarioName, seed: number): Future {
  return futureOf(drawParticipant(createRandom(seed).fork("participant"), scenarios[scenario]));
}

function futureOf(participant: Participant): Future {
  const { risk, expands, followUpVolumeMl, followUpIvhMl, followUpHours, followUpStatus } = participant;
  return { risk, expands, followUpVolumeMl, followUpIvhMl, followUpHours, followUpStatus };
}

function caseTruth(scan: ScanTruth, participant: Participant): CaseTruth {
  const { plan, ageYears, sex, gcs, anticoagulation, spotSign } = participant;
  const { location, side, irregularity } = plan;
  return {
    ...scan,
    ...{ location, side, irregularity, ageYears, sex, gcs, anticoagulation, spotSign },
    ...futureOf(participant),
  };
}
