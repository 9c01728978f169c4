/** One participant of a simulated cohort, from seed to files: what a worker thread does. */
import { join } from "node:path";
import { type Faulted, faulted } from "../core/errors.ts";
import type { ScannerProfile } from "../simulation/scanner/scanner-profile.ts";
import { type Future, futureIn, simulateCase } from "../simulation/simulate-case.ts";
import type { CaseTruth, ScenarioName } from "../simulation/simulated-case.ts";
import { type SimulatedFormat, type WrittenScan, writeSimulatedCase } from "./simulate-study.ts";
import { openBackground, openShape } from "./simulation-sources.ts";

/** What to make and where. Plain data, so that it can be sent to a thread. */
export interface SimulateTask {
  readonly folder: string;
  readonly participantId: string;
  readonly site: string;
  readonly seed: number;
  readonly scenario: ScenarioName;
  readonly scanner: ScannerProfile;
  readonly format: SimulatedFormat;
  /** False: only the baseline scan is made; what is known of the follow-up is its true volume. */
  readonly followUp: boolean;
  /** Scenarios whose future is told as well. */
  readonly also: readonly ScenarioName[];
  /** Path of the real head that is bled into, and of the mask whose shape the clot takes; null: the simulator's own. */
  readonly background: string | null;
  readonly shape: string | null;
}

/** What the tables of a cohort need to know of a participant. */
export interface SimulatedRow {
  readonly participantId: string;
  readonly site: string;
  readonly scanner: string;
  /** Names of the real head and shape, or null. */
  readonly background: string | null;
  readonly shape: string | null;
  readonly truth: Omit<CaseTruth, "mask" | "ivhMask" | "edemaMask" | "signMasks">;
  readonly baseline: WrittenScan;
  readonly followUp: (WrittenScan & { ivhMl: number }) | null;
  /** What would become of the participant in other scenarios. */
  readonly futures: Readonly<Partial<Record<ScenarioName, Future>>>;
}

/** What comes back from a thread. */
export type SimulatedReply = SimulatedRow | Faulted;

/** `simulateParticipant` in a thread of its own. */
export async function simulateInThread(task: SimulateTask): Promise<SimulatedReply> {
  return simulateParticipant(task).catch(faulted);
}

/** Simulates one participant and writes the files into `folder/participantId`. */
export async function simulateParticipant(task: SimulateTask): Promise<SimulatedRow> {
  const { participantId, site, seed, scenario, scanner } = task;
  const background = task.background === null ? undefined : await openBackground(task.background);
  const shape = task.shape === null ? undefined : await openShape(task.shape);
  const simulated = simulateCase({
    ...{ seed, scenario, scanner, followUp: task.followUp },
    ...(background && { background }),
    ...(shape && { hematoma: { shape } }),
  });
  const written = await writeSimulatedCase(join(task.folder, participantId), participantId, simulated, task.format);
  const { mask: _mask, ivhMask: _ivh, edemaMask: _edema, signMasks: _signs, ...truth } = simulated.truth;
  const inFolder = ({ scan, mask }: WrittenScan): WrittenScan => ({
    scan: `${participantId}/${scan}`,
    mask: `${participantId}/${mask}`,
  });
  return {
    ...{ background: simulated.background, shape: simulated.shape },
    ...{ participantId, site, truth, scanner: scanner.name, baseline: inFolder(written.baseline) },
    followUp:
      written.followUp && simulated.followUp
        ? { ...inFolder(written.followUp), ivhMl: simulated.followUp.truth.ivhMl }
        : null,
    futures: Object.fromEntries(
      task.also.map((other) => [other, futureIn(other, seed, truth.signsLeftOut, shape && { shape })]),
    ),
  };
}
