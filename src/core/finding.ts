/** Things worth telling about an input or a result that are not errors: codes on the result, not console text. */

/** One observation, e.g. `GANTRY_TILT_CORRECTED`. `severity` says whether a reader must look. */
export interface Finding {
  readonly code: string;
  readonly severity: "info" | "warning";
  /** One sentence with numbers and units; no identifier of a person. */
  readonly message: string;
}
