/** What every risk model that `predict` asks is given, and what it answers. */
import type { Markers } from "../markers/compute-markers.ts";
import type { Prediction } from "../report/prediction.ts";
import type { CtVolume, Mask } from "../volume/volume.ts";

/** A case as it is seen before anything is measured on it. */
export interface SeenCase {
  readonly volume: CtVolume;
  /** The segmented hematoma on the grid of the volume; not empty. */
  readonly mask: Mask;
  /** Name of what drew it. */
  readonly segmenter: string;
}

/** What is known about a case when it has been measured. */
export interface MeasuredCase {
  /** What was read on its mask. */
  readonly markers: Markers;
  /** Measurements and clinical values by name; what is unknown is absent. */
  readonly values: Readonly<Record<string, number>>;
}

/** One model's answer, as it stands in prediction.json. */
export type CaseRisk = Prediction["risks"][number];

/** Answers when what was measured is known. */
export type CaseLook = (measured: MeasuredCase) => Promise<CaseRisk>;

/** A risk model, opened; it may own memory: release it when done. */
export interface CaseRiskModel {
  /** Fails with what is wrong with the model, also where no case is shown to it. */
  ready(): Promise<void>;
  /** Looks at the images, which takes networks seconds: meanwhile the case can be measured. */
  look(seen: SeenCase): Promise<CaseLook>;
  release(): Promise<void>;
}
