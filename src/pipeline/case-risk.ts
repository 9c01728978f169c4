/** What every risk model that `predict` asks is given, and what it answers. */
import type { Markers } from "../markers/compute-markers.ts";
import type { Prediction } from "../report/prediction.ts";
import type { CtVolume, Mask } from "../volume/volume.ts";

/** What is known about a case when risks are asked for. */
export interface KnownCase {
  readonly volume: CtVolume;
  /** The segmented hematoma on the grid of the volume; not empty. */
  readonly mask: Mask;
  /** Name of what drew it. */
  readonly segmenter: string;
  /** What was read on this mask. */
  readonly markers: Markers;
  /** Measurements and clinical values by name; what is unknown is absent. */
  readonly values: Readonly<Record<string, number>>;
}

/** One model's answer, as it stands in prediction.json. */
export type CaseRisk = Prediction["risks"][number];

/** A risk model, opened; it may own memory: release it when done. */
export interface CaseRiskModel {
  readonly model: CaseRisk["model"];
  estimate(known: KnownCase): Promise<CaseRisk>;
  release(): Promise<void>;
}
