/** What a case's images and a reader's values mean for scores and risk models, and how measurements are written down. */
import type { Anatomy } from "../markers/anatomy.ts";
import type { Markers } from "../markers/compute-markers.ts";
import type { Marker, MarkerId } from "../markers/marker.ts";
import type { Score, ScoreInputs } from "../markers/score.ts";
import type { AnatomyDocument } from "../report/anatomy-document.ts";
import type { Prediction } from "../report/prediction.ts";
import type { ClinicalValues } from "./clinical-values.ts";

/** All that is measured on the images of one hematoma. */
export interface Measurements {
  readonly markers: Markers;
  /** Null where the head shows no midplane. */
  readonly anatomy: Anatomy | null;
  /** PyRadiomics' 3D shape features by name. */
  readonly shape: Readonly<Record<string, number>>;
}

/**
 * What the scores are given: measured on the images where a reader did not say otherwise. A sign that cannot be assessed stays unknown. Warfarin is an
 * anticoagulant, so one answer may give the other.
 */
export function scoreInputsOf(
  { markers: { volumeMl, markers }, anatomy }: Measurements,
  clinical: ClinicalValues,
): ScoreInputs {
  const measured: ScoreInputs = {
    volumeMl,
    ...stateOf("blendSign", markers["blend-sign"]),
    ...stateOf("hypodensity", markers.hypodensity),
    ...(anatomy ? { location: anatomy.location.location, intraventricularHemorrhage: anatomy.ivhMl > 0 } : {}),
  };
  return { ...measured, ...implied(clinical), ...clinical } as ScoreInputs;
}

/**
 * What one answer about drugs says about the other.
 *
 * @example [implied({ warfarin: true }), implied({ anticoagulation: false })] // => [{ anticoagulation: true }, { warfarin: false }]
 */
export function implied({ warfarin, anticoagulation }: ClinicalValues): ClinicalValues {
  if (warfarin === true) return { anticoagulation: true };
  return anticoagulation === false ? { warfarin: false } : {};
}

function stateOf(name: "blendSign" | "hypodensity", { state }: Marker): ScoreInputs {
  return state === "not-assessable" ? {} : { [name]: state === "present" };
}

/** The numbers that a risk model may ask for, by name; yes and present are 1, no and absent are 0, and what is unknown is not there. */
export function riskInputsOf(measured: Measurements, clinical: ClinicalValues): Record<string, number> {
  const irregular = measured.markers.markers["irregular-shape"].state;
  const { spotSign, ...inputs } = scoreInputsOf(measured, clinical);
  const known = {
    ...measured.shape,
    ...(irregular === "not-assessable" ? {} : { irregular: irregular === "present" }),
    ...inputs,
    ...(spotSign === "present" || spotSign === "absent" ? { spotSign: spotSign === "present" } : {}),
  };
  return Object.fromEntries(
    Object.entries(known).flatMap(([name, value]) =>
      typeof value === "boolean" ? [[name, Number(value)]] : typeof value === "number" ? [[name, value]] : [],
    ),
  );
}

/** The signs as they are written down, in the order in which they are shown. */
export function describeMarkers(markers: Readonly<Record<MarkerId, Marker>>): Prediction["markers"] {
  return Object.values(markers).map(({ id, state, quantities, slice, outline, confidence, reason }) => ({
    id,
    state,
    quantities: { ...quantities },
    slice,
    outline: outline.map(([x, y]) => [x, y]),
    confidence,
    reason: reason ?? null,
  }));
}

/** The surroundings as they are written down. */
export function describeAnatomy(anatomy: Anatomy | null): AnatomyDocument | null {
  if (!anatomy) return null;
  const { location, ivhMl, ivhMlOf, graeb, modifiedGraeb, evansIndex } = anatomy;
  const { edemaMl, edemaRatio, hypodenseBeyondMl, symmetry } = anatomy;
  return {
    location: location.location,
    side: location.side,
    shares: { ...location.shares },
    ivhMl,
    ivhMlOf: { ...ivhMlOf },
    graeb,
    modifiedGraeb: { ...modifiedGraeb },
    evansIndex,
    edemaMl,
    edemaRatio,
    hypodenseBeyondMl,
    symmetry,
  };
}

/** A score as it is written down. */
export function describeScore({ id, outcome, source, note, total, low, high, points, missing, risk }: Score) {
  return { id, outcome, source, note, total, low, high, points: { ...points }, missing: [...missing], risk };
}
