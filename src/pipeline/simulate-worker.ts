/** One participant of a simulated cohort, from seed to files: what a worker thread does. */
import { join } from "node:path";
import type { ScannerProfile } from "../simulation/scanner/scanner-profile.ts";
import { simulateCase } from "../simulation/simulate-case.ts";
import type { CaseTruth, ScenarioName } from "../simulation/simulated-case.ts";
import { type SimulatedFormat, type WrittenScan, writeSimulatedCase } from "./simulate-study.ts";

/** What to make and where. Plain data, so that it can be sent to a thread. */
export interface SimulateTask {
  readonly folder: string;
  readonly participantId: string;
  readonly site: string;
  readonly seed: number;
  readonly scenario: ScenarioName;
  readonly scanner: ScannerProfile;
  readonly format: SimulatedFormat;
}

/** What the tables of a cohort need to know of a participant. */
export interface SimulatedRow {
  readonly participantId: string;
  readonly site: string;
  readonly scanner: string;
  readonly truth: Omit<CaseTruth, "mask" | "ivhMask" | "edemaMask" | "signMasks">;
  readonly baseline: WrittenScan;
  readonly followUp: (WrittenScan & { volumeMl: number; ivhMl: number; hoursFromBaseline: number }) | null;
}

/** Simulates one participant and writes the files into `folder/participantId`. */
export async function simulateParticipant(task: SimulateTask): Promise<SimulatedRow> {
  const { participantId, site, seed, scenario, scanner } = task;
  const simulated = simulateCase({ seed, scenario, scanner, followUp: true });
  const written = await writeSimulatedCase(join(task.folder, participantId), participantId, simulated, task.format);
  const { mask: _mask, ivhMask: _ivh, edemaMask: _edema, signMasks: _signs, ...truth } = simulated.truth;
  const inFolder = ({ scan, mask }: WrittenScan): WrittenScan => ({
    scan: `${participantId}/${scan}`,
    mask: `${participantId}/${mask}`,
  });
  const later = simulated.followUp?.truth;
  return {
    ...{ participantId, site, truth, scanner: scanner.name, baseline: inFolder(written.baseline) },
    followUp:
      written.followUp && later
        ? {
            ...inFolder(written.followUp),
            ...{ volumeMl: later.volumeMl, ivhMl: later.ivhMl },
            hoursFromBaseline: later.hoursFromOnset - truth.hoursFromOnset,
          }
        : null,
  };
}
