/** Things worth telling about an input or a result that are not errors: codes on the result, not console text. */

/** One observation, e.g. `GANTRY_TILT_CORRECTED`. `severity` says whether a reader must look. */
export interface Finding {
  readonly code: string;
  readonly severity: "info" | "warning";
  /** One sentence with numbers and units; no identifier of a person. */
  readonly message: string;
}

/**
 * The codes of warnings, each once.
 *
 * @example warningCodes([{ code: "SKULL_OPEN", severity: "warning", message: "" }, { code: "VOLUME_INTERVAL", severity: "info", message: "" }]) // => ["SKULL_OPEN"]
 */
export function warningCodes(findings: readonly Finding[]): string[] {
  return [...new Set(findings.filter(({ severity }) => severity === "warning").map(({ code }) => code))];
}
