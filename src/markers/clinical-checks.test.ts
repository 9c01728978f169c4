import { expect, it } from "vitest";
import { checkClinical } from "./clinical-checks.ts";
import type { ScoreInputs } from "./score.ts";

it.each<[string, ScoreInputs, ScoreInputs]>([
  [
    "ANTICOAGULATION_CONTRADICTION",
    { warfarin: true, anticoagulation: false },
    { warfarin: true, anticoagulation: true },
  ],
  ["SCAN_TOO_LATE", { hoursFromOnset: 24.1 }, { hoursFromOnset: 24 }],
  ["SCAN_TOO_EARLY", { hoursFromOnset: 0.1 }, { hoursFromOnset: 0.2 }],
  ["GLUCOSE_UNIT_SUSPECTED", { glucoseMgDl: 7.4 }, { glucoseMgDl: 133 }],
  ["SEVERITY_CONTRADICTION", { gcs: 6, nihss: 3 }, { gcs: 14, nihss: 3 }],
  ["SPOT_SIGN_CONTRADICTION", { spotSigns: 2, spotSign: "absent" }, { spotSigns: 2, spotSign: "present" }],
])("%s fires on a contradiction and not beside it", (code, wrong, right) => {
  expect(checkClinical(wrong).map((found) => found.code)).toEqual([code]);
  expect(checkClinical(right)).toEqual([]);
});

it("unknown values contradict nothing", () => {
  expect(checkClinical({})).toEqual([]);
});
