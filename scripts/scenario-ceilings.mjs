/**
 * What can be reached in each scenario by somebody who sees only a part of what the risk depends on: node scripts/scenario-ceilings.mjs [participants]
 * (after `npm run build`). The AUC is that of the true risk computed with the hidden parts at a common value, against the true risk; no outcome is drawn.
 */
import { createRandom } from "../dist/core/random.js";
import { expectedAuc } from "../dist/simulation/growth/bayes-auc.js";
import { drawParticipant, featuresOf } from "../dist/simulation/growth/participant.js";
import { expansionRisk, scenarios } from "../dist/simulation/growth/scenario.js";

const participants = Number(process.argv[2] ?? 20_000);
const hidden = {
  nothing: {},
  "hours, anticoagulation, spot sign": { hoursFromOnset: 2.9, anticoagulation: false, spotSign: false },
  "these and texture": { hoursFromOnset: 2.9, anticoagulation: false, spotSign: false, heterogeneity: 0 },
  "spot sign and texture": { spotSign: false, heterogeneity: 0 },
};
console.log(`| not known | ${Object.keys(scenarios).join(" | ")} |\n|---|---|---|---|`);
const people = Array.from({ length: participants }, (_, i) =>
  featuresOf(drawParticipant(createRandom(i).fork("participant"), scenarios.null)),
);
for (const [name, common] of Object.entries(hidden)) {
  const cells = Object.values(scenarios).map((scenario) => {
    const risk = people.map((person) => expansionRisk(scenario, person));
    const seen = people.map((person) => expansionRisk(scenario, { ...person, ...common }));
    return expectedAuc(seen, risk).toFixed(3);
  });
  console.log(`| ${name} | ${cells.join(" | ")} |`);
}
