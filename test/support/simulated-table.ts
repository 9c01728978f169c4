/** Simulated participants without images, as the manifest of a cohort's owner: clinical values, volumes, signs that a reader saw. */
import { createRandom } from "../../src/core/random.ts";
import { drawParticipant } from "../../src/simulation/growth/participant.ts";
import { scenarios } from "../../src/simulation/growth/scenario.ts";

/** A manifest of `n` participants of the scenario `literature`, of two sites; nobody is lost. */
export function simulatedManifest(n: number, seed: number): string {
  const random = createRandom(seed);
  const columns = [
    ...["participantId", "site", "baselineVolumeMl", "baselineIvhMl", "hoursFromOnset"],
    ...["followUpVolumeMl", "followUpIvhMl", "followUpHoursFromBaseline"],
    ...["gcs", "ageYears", "anticoagulation", "recurrentHemorrhage", "blendSign", "hypodensity", "irregularity"].map(
      (name) => `clinical.${name}`,
    ),
  ];
  const rows = Array.from({ length: n }, (_, i) => {
    const p = drawParticipant(random.fork(`participant ${i}`), scenarios.literature);
    const { volumeMl, ivhMl, signs, irregularity } = p.plan;
    return [
      ...[`SIM-${i}`, i % 2 ? "A" : "B", volumeMl.toFixed(2), ivhMl.toFixed(2), p.hoursFromOnset],
      ...[p.followUpVolumeMl.toFixed(2), p.followUpIvhMl.toFixed(2), p.followUpHours],
      ...[p.gcs, p.ageYears, Number(p.anticoagulation), Number(i % 9 === 0)],
      ...[Number(signs.includes("blend")), Number(signs.includes("hypodensity")), irregularity.toFixed(4)],
    ].join(",");
  });
  return `${columns.join(",")}\n${rows.join("\n")}\n`;
}
