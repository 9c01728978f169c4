/** Clinical values that contradict each other or the use of a score: said beside the result, never silently repaired. */
import type { Finding } from "../core/finding.ts";
import type { ScoreInputs } from "./score.ts";

/** The scores for expansion were developed on scans within a day of onset. */
const LATEST_HOURS = 24;

/** A scan sooner than this after onset has hardly ever been made: 10 minutes. */
const EARLIEST_HOURS = 1 / 6;

/** Blood glucose below this in mg/dL is life-threatening, and an ordinary value in mmol/L. */
const MMOL_PER_L_BELOW = 35;

/** One rule: when it applies, what it says. */
interface Rule {
  readonly code: string;
  readonly applies: (inputs: ScoreInputs) => boolean;
  readonly message: string;
}

const rules: readonly Rule[] = [
  {
    code: "ANTICOAGULATION_CONTRADICTION",
    applies: ({ warfarin, anticoagulation }) => warfarin === true && anticoagulation === false,
    message:
      "warfarin is given as taken and anticoagulation as not; BRAIN and NAG count the one, the 9-point score the other",
  },
  {
    code: "SCAN_TOO_LATE",
    applies: ({ hoursFromOnset }) => hoursFromOnset !== undefined && hoursFromOnset > LATEST_HOURS,
    message: `the scan was made more than ${LATEST_HOURS} hours after onset; the scores and models for expansion know only earlier ones`,
  },
  {
    code: "SCAN_TOO_EARLY",
    applies: ({ hoursFromOnset }) => hoursFromOnset !== undefined && hoursFromOnset < EARLIEST_HOURS,
    message: "the scan is said to be made within 10 minutes of onset; check the time, and that it is in hours",
  },
  {
    code: "GLUCOSE_UNIT_SUSPECTED",
    applies: ({ glucoseMgDl }) => glucoseMgDl !== undefined && glucoseMgDl < MMOL_PER_L_BELOW,
    message: "glucose is below 35 mg/dL; if the value is in mmol/L, multiply it by 18",
  },
  {
    code: "SEVERITY_CONTRADICTION",
    applies: ({ gcs, nihss }) => gcs !== undefined && nihss !== undefined && gcs <= 8 && nihss <= 4,
    message: "the Glasgow Coma Scale says coma and the NIHSS a minor stroke; one of them is wrong",
  },
  {
    code: "SPOT_SIGN_CONTRADICTION",
    applies: ({ spotSign, spotSigns }) =>
      spotSigns !== undefined && spotSign !== undefined && spotSigns > 0 !== (spotSign === "present"),
    message: "the number of spot signs and the statement whether there is one contradict each other",
  },
];

/**
 * What does not fit together among clinical values; unknown values contradict nothing.
 *
 * @example checkClinical({ warfarin: true, anticoagulation: false }).map(({ code }) => code) // => ["ANTICOAGULATION_CONTRADICTION"]
 */
export function checkClinical(inputs: ScoreInputs): Finding[] {
  return rules
    .filter(({ applies }) => applies(inputs))
    .map(({ code, message }) => ({ code, severity: "warning", message }));
}
