/**
 * Simulated participants: a procedural head, a hematoma with known signs, a scanner, and a future that follows from a known risk. Nothing here is
 * anybody's image. `simulateCase` is the entry; writing studies to disk is the pipeline's.
 */
import { HemacastError } from "../core/errors.ts";
import { requireWhole } from "../core/guards.ts";
import { createRandom, type Random } from "../core/random.ts";
import { drawParticipant, type Participant } from "./growth/participant.ts";
import { scenarios } from "./growth/scenario.ts";
import { drawHeadAnatomy, type HeadAnatomy } from "./head/head-anatomy.ts";
import { createHeadPhantom, type HeadPhantom } from "./head/head-phantom.ts";
import type { RealHead } from "./head/real-head.ts";
import { createHematoma, type Hematoma } from "./hematoma/hematoma.ts";
import type { HematomaRequest } from "./hematoma/hematoma-plan.ts";
import { type ScannerProfile, scannerProfiles } from "./scanner/scanner-profile.ts";
import { type ScanInput, simulateScan } from "./simulate-scan.ts";
import type { CaseTruth, ScanTruth, ScenarioName, SignName, SimulatedCase, SimulatedScan } from "./simulated-case.ts";

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
  /** A real head to bleed into; by default a procedural one is drawn. */
  readonly background?: RealHead;
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
  const drawn = (leftOut: readonly SignName[] = []): Participant =>
    drawParticipant(random.fork("participant"), scenarios[scenario], options.hematoma, leftOut);
  const { plan, hoursFromOnset, ageYears } = drawn();
  const { anatomy, head } = headOf(random.fork("head"), ageYears, options.background);
  const blood = random.fork("blood");
  const common = { head, anatomy, profile: scanner };
  const first = bledAndScanned(
    { volumeMl: plan.volumeMl, ivhMl: plan.ivhMl, hoursFromOnset },
    (at) => createHematoma(head, anatomy, plan, blood, at),
    (hematoma) => ({ ...common, hematoma, random: random.fork("baseline scan") }),
  );
  const participant = drawn(first.scan.truth.signsLeftOut);
  const { followUpVolumeMl: volumeMl, followUpIvhMl: ivhMl, followUpHours, followUpStatus } = participant;
  const second =
    options.followUp && followUpStatus === "scanned"
      ? bledAndScanned(
          { volumeMl, ivhMl, hoursFromOnset: followUpHours },
          (at) => createHematoma(head, anatomy, plan, blood, at, first.hematoma),
          (hematoma) => ({ ...common, hematoma, random: random.fork("follow-up scan") }),
        ).scan
      : null;
  return {
    ...{ simulated: true, seed, scenario, scanner: scanner.name },
    ...{ volume: first.scan.volume, truth: caseTruth(first.scan.truth, participant), followUp: second },
    background: options.background?.name ?? null,
    shape: plan.realShape?.name ?? null,
  };
}

/** When, and with how much blood. */
type Bleeding = Parameters<typeof createHematoma>[4];

/** How much larger a hematoma is drawn, and how often, when pieces of it that would pass for satellites take too much of it. */
const LARGER = { part: 0.08, attempts: 3 };

/** A hematoma at a time and its scan. What is cut off a ragged one on single slices is made up for by drawing it larger. */
function bledAndScanned(
  at: Bleeding,
  bleed: (at: Bleeding) => Hematoma,
  scanned: (hematoma: Hematoma) => Omit<ScanInput, "volumeMl" | "hoursFromOnset">,
  attempt = 1,
): { hematoma: Hematoma; scan: SimulatedScan } {
  const { volumeMl, hoursFromOnset } = at;
  const hematoma = bleed({ ...at, volumeMl: volumeMl * (1 + LARGER.part * (attempt - 1)) });
  try {
    return { hematoma, scan: simulateScan({ ...scanned(hematoma), volumeMl, hoursFromOnset }) };
  } catch (thrown) {
    const noRoom = thrown instanceof HemacastError && thrown.code === "ARGUMENT_INVALID";
    if (!noRoom || attempt === LARGER.attempts) throw thrown;
    return bledAndScanned(at, bleed, scanned, attempt + 1);
  }
}

/** What becomes of a participant. */
export type Future = Pick<
  CaseTruth,
  "risk" | "expands" | "followUpVolumeMl" | "followUpIvhMl" | "followUpHours" | "followUpStatus"
>;

/**
 * What would become of the same participant, whose baseline scan is the same, in another scenario. No image is made.
 *
 * @param leftOut planned signs that the baseline scan does not show
 */
export function futureIn(
  scenario: ScenarioName,
  seed: number,
  leftOut: readonly SignName[],
  hematoma?: HematomaRequest,
): Future {
  return futureOf(drawParticipant(createRandom(seed).fork("participant"), scenarios[scenario], hematoma, leftOut));
}

function futureOf(participant: Participant): Future {
  const { risk, expands, followUpVolumeMl, followUpIvhMl, followUpHours, followUpStatus } = participant;
  return { risk, expands, followUpVolumeMl, followUpIvhMl, followUpHours, followUpStatus };
}

/** The drawn head, or the real one: then what is drawn besides its size does not show. */
function headOf(random: Random, ageYears: number, real?: RealHead): { anatomy: HeadAnatomy; head: HeadPhantom } {
  const anatomy = drawHeadAnatomy(random, ageYears);
  if (!real) return { anatomy, head: createHeadPhantom(anatomy) };
  return { anatomy: { ...anatomy, scale: real.scale }, head: real.phantom };
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
