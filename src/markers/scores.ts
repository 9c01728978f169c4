/** The published scores for spontaneous intracerebral hemorrhage, each with its source; boundaries are exactly as published. */
import { computeScore, item, itemIf, type Score, type ScoreDefinition, type ScoreInputs } from "./score.ts";

/** Risk at totals 0 to 24, as printed. */
const brainRisk: readonly number[] = [
  0.034, 0.042, 0.051, 0.063, 0.077, 0.094, 0.113, 0.137, 0.164, 0.195, 0.231, 0.272, 0.316, 0.364, 0.415, 0.467, 0.521,
  0.574, 0.625, 0.674, 0.719, 0.76, 0.797, 0.83, 0.858,
];

/** BRAIN: 0 to 24 points. */
const brain: ScoreDefinition = {
  id: "brain",
  outcome: "hematoma-expansion",
  source: "Wang 2015, doi:10.1161/STROKEAHA.114.006910",
  note: "Growth of more than 6 mL at 24 hours.",
  items: [
    item("volumeMl", [0, 5, 7], (ml) => (ml <= 10 ? 0 : ml <= 20 ? 5 : 7)),
    itemIf("recurrentHemorrhage", 4),
    itemIf("anticoagulation", 6),
    itemIf("intraventricularHemorrhage", 2),
    item("hoursFromOnset", [0, 1, 2, 3, 4, 5], (hours) => (hours > 5 ? 0 : Math.min(5, 6 - Math.ceil(hours)))),
  ],
  risk: (total) => brainRisk[total],
};

/** BAT: 0 to 5 points; 3 or more is high risk. */
const bat: ScoreDefinition = {
  id: "bat",
  outcome: "hematoma-expansion",
  source: "Morotti 2018, doi:10.1161/STROKEAHA.117.020138",
  note: "No risk table was published; 3 points or more had sensitivity 0.50 and specificity 0.89.",
  items: [
    itemIf("blendSign", 1),
    itemIf("hypodensity", 2),
    item("hoursFromOnset", [0, 2], (hours) => (hours < 2.5 ? 2 : 0)),
  ],
  risk: () => null,
};

/** The 9-point score. */
const ninePoint: ScoreDefinition = {
  id: "nine-point",
  outcome: "hematoma-expansion",
  source: "Brouwers 2014, doi:10.1001/jamaneurol.2013.5433",
  note: "Risks are those of the groups 0, 1 to 3 and 4 to 9 points.",
  items: [
    itemIf("warfarin", 2),
    item("hoursFromOnset", [0, 2], (hours) => (hours <= 6 ? 2 : 0)),
    item("spotSign", [0, 1, 3], (spot) => (spot === "present" ? 3 : spot === "no-cta" ? 1 : 0)),
    item("volumeMl", [0, 1, 2], (ml) => (ml < 30 ? 0 : ml <= 60 ? 1 : 2)),
  ],
  risk: (total) => (total === 0 ? 0.057 : total <= 3 ? 0.124 : 0.364),
};

/** NAG: 0 to 3 points. */
const nag: ScoreDefinition = {
  id: "nag",
  outcome: "hematoma-expansion",
  source: "Sakuta 2018, doi:10.1016/j.jstrokecerebrovasdis.2018.05.020",
  note: "118 patients, 30 expansions: the risk of 1.00 at 3 points rests on very few.",
  items: [
    item("nihss", [0, 1], (nihss) => (nihss >= 10 ? 1 : 0)),
    itemIf("anticoagulation", 1),
    item("glucoseMgDl", [0, 1], (glucose) => (glucose >= 133 ? 1 : 0)),
  ],
  risk: (total) => [0.04, 0.25, 0.6, 1][total],
};

/** The spot sign score of a CT angiogram, from what a reader typed in; without a spot sign it is 0. */
const spotSignScore: ScoreDefinition = {
  id: "spot-sign-score",
  outcome: "hematoma-expansion",
  source: "Delgado Almandoz 2009, doi:10.1161/STROKEAHA.109.554667",
  note: "From the CT angiogram as read by a person; any spot sign meant expansion in 69 % of 71 patients.",
  items: [
    item("spotSigns", [0, 1, 2], (count) => (count >= 3 ? 2 : count >= 1 ? 1 : 0)),
    item("largestSpotMm", [0, 1], (mm) => (mm >= 5 ? 1 : 0)),
    item("densestSpotHu", [0, 1], (hu) => (hu >= 180 ? 1 : 0)),
  ],
  risk: () => null,
};

/** ICH score: 0 to 6 points for death within 30 days. */
const ichScore: ScoreDefinition = {
  id: "ich-score",
  outcome: "death-within-30-days",
  source: "Hemphill 2001, doi:10.1161/01.STR.32.4.891",
  note: "152 patients; nobody had 6 points, so no risk was published for it.",
  items: [
    item("gcs", [0, 1, 2], (gcs) => (gcs <= 4 ? 2 : gcs <= 12 ? 1 : 0)),
    item("volumeMl", [0, 1], (ml) => (ml >= 30 ? 1 : 0)),
    itemIf("intraventricularHemorrhage", 1),
    item("location", [0, 1], (where) => (where === "brainstem" || where === "cerebellum" ? 1 : 0)),
    item("ageYears", [0, 1], (years) => (years >= 80 ? 1 : 0)),
  ],
  risk: (total) => [0, 0.13, 0.26, 0.72, 0.97, 1][total] ?? null,
};

/** FUNC: 0 to 11 points for functional independence at 90 days. */
const func: ScoreDefinition = {
  id: "func",
  outcome: "independence-at-90-days",
  source: "Rost 2008, doi:10.1161/STROKEAHA.107.512202",
  note: "Nobody with 4 points or fewer became independent. Sources differ on the bands above 4, so none is given.",
  items: [
    item("volumeMl", [0, 2, 4], (ml) => (ml < 30 ? 4 : ml <= 60 ? 2 : 0)),
    item("ageYears", [0, 1, 2], (years) => (years < 70 ? 2 : years < 80 ? 1 : 0)),
    item("location", [0, 1, 2], (where) => (where === "lobar" ? 2 : where === "deep" ? 1 : 0)),
    item("gcs", [0, 2], (gcs) => (gcs >= 9 ? 2 : 0)),
    item("cognitiveImpairment", [0, 1], (impaired) => (impaired ? 0 : 1)),
  ],
  risk: (total) => (total <= 4 ? 0 : null),
};

/** Every score that is computed. */
export const scoreDefinitions: readonly ScoreDefinition[] = [brain, bat, ninePoint, nag, ichScore, func];

/**
 * All scores of one patient. The spot sign score is added when a reader gave findings of a CT angiogram.
 *
 * @throws HemacastError ARGUMENT_INVALID when an input is outside its possible range
 */
export function computeScores(inputs: ScoreInputs): Score[] {
  const angiogramRead = inputs.spotSigns !== undefined;
  const definitions = angiogramRead ? [...scoreDefinitions, spotSignScore] : scoreDefinitions;
  return definitions.map((definition) => computeScore(definition, withoutSpots(inputs)));
}

/** A CT angiogram without a spot sign has no largest and no densest one: both give no points. */
function withoutSpots(inputs: ScoreInputs): ScoreInputs {
  return inputs.spotSigns === 0 ? { ...inputs, largestSpotMm: 0, densestSpotHu: 0 } : inputs;
}
